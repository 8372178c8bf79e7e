//! Annotations by which an object tells the lines of the repository that it was made from.

use std::{collections::BTreeMap, fmt::Write as _};

use portcullis_source::{Data, Document, Node, Sources, Step};

use super::review::Review;
use crate::finding::pointer;

/// `FILE:LINE` of the template or manifest that the object was made from.
pub const SOURCE: &str = "portcullis.dev/source";

/// One line `POINTER FILE:LINE` for each field whose line a person would edit; a field without a line has that of the nearest one around it.
pub const PLACES: &str = "portcullis.dev/places";

/// What Argo CD leaves on the objects that it applies: `APPLICATION:GROUP/KIND:NAMESPACE/NAME`.
pub(super) const TRACKING: &str = "argocd.argoproj.io/tracking-id";

/// The most that the places of one object may have; all annotations of an object together may have 256 KiB.
const MAX_PLACES: usize = 48 << 10;

/// How deep places are told; deeper fields have the place of what they are in.
const MAX_DEPTH: usize = 12;

/// The annotations for an object of a rendered document.
#[must_use]
pub fn annotations(document: &Document, base: &[Step], sources: &Sources) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    let place = |path: &[Step]| {
        let whole: Vec<Step> = base.iter().chain(path).cloned().collect();
        let location = document.origin(&whole).edit().and_then(|span| sources.locate(span))?;
        Some(format!("{}:{}", location.file, location.line))
    };
    let Some(root) = document.node_at(base) else { return found };
    let Some(source) = place(&[Step::Key("kind".into())]).or_else(|| place(&[])) else { return found };
    let mut lines = Vec::new();
    collect(root, &mut Vec::new(), &source, &place, &mut lines);
    // The widest fields come first, so that what is cut is the deepest.
    lines.sort_by_key(|(depth, _)| *depth);
    let mut text = String::new();
    for (_, line) in lines {
        if text.len() + line.len() > MAX_PLACES {
            break;
        }
        text.push_str(&line);
    }
    found.insert(SOURCE, source);
    if !text.is_empty() {
        found.insert(PLACES, text);
    }
    found
}

fn collect(node: &Node, path: &mut Vec<Step>, around: &str, place: &dyn Fn(&[Step]) -> Option<String>, lines: &mut Vec<(usize, String)>) {
    let own = if path.is_empty() { None } else { place(path).filter(|own| own != around) };
    if let Some(own) = &own {
        let mut line = String::new();
        let _ = writeln!(line, "{} {own}", pointer(path).replace(' ', "%20"));
        lines.push((path.len(), line));
    }
    if path.len() >= MAX_DEPTH {
        return;
    }
    let around = own.as_deref().unwrap_or(around);
    let mut inner = |step: Step, node: &Node| {
        path.push(step);
        collect(node, path, around, place, lines);
        path.pop();
    };
    match &node.data {
        Data::Map(map) => map.entries.iter().for_each(|entry| inner(Step::Key(entry.key.clone()), &entry.value)),
        Data::List(items) => items.iter().enumerate().for_each(|(index, item)| inner(Step::Index(index), item)),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {}
    }
}

/// What an object says of the line that a field was made from.
pub(super) fn place(review: &Review, field: &str) -> Option<String> {
    if let Some(place) = review.annotation(PLACES).and_then(|places| nearest(places, &field.replace(' ', "%20"))) {
        return Some(format!("made from {place}"));
    }
    if let Some(source) = review.annotation(SOURCE) {
        return Some(format!("made from {source}"));
    }
    let application = review.annotation(TRACKING)?.split(':').next().filter(|name| !name.is_empty())?;
    Some(format!("made by the Argo CD application {application}"))
}

/// The place of the innermost line that is around a field.
fn nearest<'a>(places: &'a str, field: &str) -> Option<&'a str> {
    let is_around = |own: &str| field.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let lines = places.lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(own, _)| is_around(own)).max_by_key(|(own, _)| own.len()).map(|(_, place)| place)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_innermost_line_around_a_field_counts() {
        let places = "/spec a.yaml:1\n/spec/template b.yaml:2\n/spec/templates c.yaml:3\n";
        assert_eq!(nearest(places, "/spec/template/spec"), Some("b.yaml:2"));
        assert_eq!(nearest(places, "/spec/templates"), Some("c.yaml:3"));
        assert_eq!(nearest(places, "/spec/replicas"), Some("a.yaml:1"));
        assert_eq!(nearest(places, "/metadata"), None);
    }
}
