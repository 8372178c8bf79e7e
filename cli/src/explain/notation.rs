//! How a person names a field: a dotted key, a JSON pointer, or either behind the object that it belongs to.

use std::{fmt::Write as _, sync::Arc};

use portcullis_source::Step as Exact;

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into the entry of a key.
    Key(String),
    /// Into the item of an index.
    Index(usize),
    /// Into the items whose field has this text, as in `[name=app]`.
    Named(String, String),
    /// Into any entry or item.
    Any,
    /// Any number of steps.
    Deep,
}

/// A rendered field, as far as it was named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The kind of the object, where it was named.
    pub(crate) kind: Option<String>,
    /// The name of the object, where it was named.
    pub(crate) name: Option<String>,
    /// The way from the object to the field.
    pub(crate) steps: Vec<Step>,
}

impl Wanted {
    /// Whether it stands for one place of an object and no other.
    pub(crate) fn is_exact(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Key(_) | Step::Index(_) | Step::Named(..)))
    }
}

/// Reads the name of a rendered field; without a pointer or an object, any field whose path ends so is meant.
pub(crate) fn parse(text: &str) -> Wanted {
    if text.starts_with('/') {
        return Wanted { steps: pointer(text), ..Wanted::default() };
    }
    let Some((object, path)) = text.split_once(':').filter(|(object, _)| is_object(object)) else {
        let steps = std::iter::once(Step::Deep).chain(dotted(text)).collect();
        return Wanted { steps, ..Wanted::default() };
    };
    let (kind, name) = match object.split_once('/') {
        Some((kind, name)) => (kind, Some(name.rsplit('/').next().unwrap_or(name).to_owned())),
        None => (object, None),
    };
    let steps = if path.is_empty() || path.starts_with('/') { pointer(path) } else { dotted(path) };
    Wanted { kind: Some(kind.to_owned()), name: name.filter(|name| !name.is_empty()), steps }
}

/// Whether a text is a kind, perhaps with a name.
fn is_object(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase()) && !text.contains(['.', '['])
        || text.split_once('/').is_some_and(|(kind, _)| {
            kind.starts_with(|first: char| first.is_ascii_uppercase()) && kind.chars().all(|letter| letter.is_ascii_alphanumeric())
        })
}

fn pointer(text: &str) -> Vec<Step> {
    let parts = text.split('/').skip(1).filter(|part| !part.is_empty());
    parts.map(|part| step(&part.replace("~1", "/").replace("~0", "~"))).collect()
}

/// The steps of a dotted path; a key with dots in it stands in quotes or brackets: `annotations["a.b/c"]`.
fn dotted(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(inside) = rest.strip_prefix('[') {
            let end = inside.find(']').unwrap_or(inside.len());
            let part = inside.get(..end).unwrap_or_default();
            let quoted = part.strip_prefix(['"', '\'']).and_then(|part| part.strip_suffix(['"', '\'']));
            steps.push(match quoted {
                Some(key) => Step::Key(key.to_owned()),
                None if part.contains('=') => step(&format!("[{part}]")),
                None => step(part),
            });
            rest = inside.get(end + 1..).unwrap_or_default();
            continue;
        }
        if let Some(inside) = rest.strip_prefix('"') {
            let end = inside.find('"').unwrap_or(inside.len());
            steps.push(Step::Key(inside.get(..end).unwrap_or_default().to_owned()));
            rest = inside.get(end + 1..).unwrap_or_default();
            continue;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let part = rest.get(..end).unwrap_or_default();
        if !part.is_empty() {
            steps.push(step(part));
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    steps
}

fn step(part: &str) -> Step {
    match part {
        "*" => return Step::Any,
        "**" => return Step::Deep,
        _ => {}
    }
    let named = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')).and_then(|part| part.split_once('='));
    if let Some((field, value)) = named {
        return Step::Named(field.to_owned(), value.to_owned());
    }
    part.parse().map_or_else(|_| Step::Key(part.to_owned()), Step::Index)
}

/// A path into values as a person writes it, such as `env[0].name`.
pub(crate) fn key_text(steps: &[Exact]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Exact::Index(index) => _ = write!(text, "[{index}]"),
            Exact::Key(key) => push_key(&mut text, key),
        }
    }
    text
}

fn push_key(text: &mut String, key: &Arc<str>) {
    if !text.is_empty() {
        text.push('.');
    }
    text.push_str(key);
}

#[cfg(test)]
mod tests {
    use super::{Step, parse};

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn reads_pointers_paths_and_objects() {
        let wanted = parse("Deployment/tx-scoring:/spec/containers/0/a~1b");
        assert_eq!((wanted.kind.as_deref(), wanted.name.as_deref()), (Some("Deployment"), Some("tx-scoring")));
        assert_eq!(wanted.steps, [key("spec"), key("containers"), Step::Index(0), key("a/b")]);
        let wanted = parse("Service:spec.ports[*].port");
        assert_eq!((wanted.kind.as_deref(), wanted.name), (Some("Service"), None));
        assert_eq!(wanted.steps, [key("spec"), key("ports"), Step::Any, key("port")]);
        assert_eq!(
            parse("containers[name=app].image").steps,
            [Step::Deep, key("containers"), Step::Named("name".into(), "app".into()), key("image")]
        );
        assert_eq!(parse("annotations[\"a.b/c\"]").steps, [Step::Deep, key("annotations"), key("a.b/c")]);
        assert_eq!(parse("/spec/**/image").steps, [key("spec"), Step::Deep, key("image")]);
    }
}
