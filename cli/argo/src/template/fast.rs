//! The default language: `{{name}}` is replaced where there is a parameter of that name that is a string, and left alone otherwise.

use portcullis_gotemplate::{Data, Map, Str};
use portcullis_source::{OriginId, Trace};

use super::{Pieces, char_origins};

/// A part of a template, as ranges of its bytes.
enum Part {
    Text(usize, usize),
    Tag(usize, usize),
}

/// What fills the tags of a template.
pub(super) struct Fill<'a> {
    /// The parameters.
    pub(super) parameters: &'a Map,
    /// Records what was filled in.
    pub(super) trace: &'a mut Trace,
}

/// Whether some line holds a whole tag; nothing else is looked at as a template.
pub(super) fn is_template(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').any(|line| find(line, b"{{", 0).is_some_and(|at| find(line, b"}}", at + 2).is_some()))
}

/// Renders a template.
///
/// # Errors
/// A tag has no end.
pub(super) fn render(text: &Str, whole: OriginId, fill: &mut Fill<'_>) -> Result<Pieces, String> {
    let runs = char_origins(text, whole);
    let mut made = Pieces::default();
    for part in parts(&text.bytes)? {
        match part {
            Part::Text(from, to) => copy(text, &runs, from..to, &mut made),
            Part::Tag(from, to) => {
                let tag = String::from_utf8_lossy(text.bytes.get(from + 2..to - 2).unwrap_or_default()).trim().to_owned();
                let found = Some(tag).filter(|tag| !tag.is_empty()).and_then(|tag| fill.parameters.get(&tag));
                match found.map(|value| (value.data, value.origin)) {
                    Some((Data::String(string), origin)) => {
                        let place = runs.iter().find(|run| run.1 > from).map_or(whole, |run| run.2);
                        for (start, end, piece) in char_origins(&string, origin) {
                            let filled = super::render::filled(fill.trace, place, piece);
                            made.push(string.bytes.get(start..end).unwrap_or_default(), filled);
                        }
                    }
                    Some(_) | None => copy(text, &runs, from..to, &mut made),
                }
            }
        }
    }
    Ok(made)
}

fn copy(text: &Str, runs: &[(usize, usize, OriginId)], range: std::ops::Range<usize>, made: &mut Pieces) {
    for &(from, to, origin) in runs {
        let (from, to) = (from.max(range.start), to.min(range.end));
        if from < to {
            made.push(text.bytes.get(from..to).unwrap_or_default(), origin);
        }
    }
}

fn parts(text: &[u8]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(open) = find(text, b"{{", at) {
        let Some(close) = find(text, b"}}", open + 2) else {
            return Err("cannot find the end tag }} of a {{".to_owned());
        };
        parts.push(Part::Text(at, open));
        parts.push(Part::Tag(open, close + 2));
        at = close + 2;
    }
    parts.push(Part::Text(at, text.len()));
    Ok(parts)
}

fn find(text: &[u8], what: &[u8; 2], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(2).position(|pair| pair == what).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use portcullis_gotemplate::{MapType, Value};

    use super::{Fill, Map, OriginId, Str, Trace, is_template, render};

    fn check(template: &str) -> String {
        let entries = BTreeMap::from([("a".into(), Value::string("A")), ("n".into(), Value::invalid())]);
        let mut fill = Fill { parameters: &Map::new(MapType::Any, entries), trace: &mut Trace::default() };
        let text = Str::from(template);
        if !is_template(&text.bytes) {
            return template.to_owned();
        }
        match render(&text, OriginId::NONE, &mut fill) {
            Ok(made) => String::from_utf8(made.into_parts().0).unwrap(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn tags_of_unknown_parameters_stay() {
        assert_eq!(check("x-{{a}}-{{ a }}-{{b }}-{{}}-{{n}}"), "x-A-A-{{b }}-{{}}-{{n}}");
        assert_eq!(check("{{{{a}}}} {{{a}}}"), "{{{{a}}}} {{{a}}}");
        assert_eq!(check("{{\na}}"), "{{\na}}");
        assert_eq!(check("{{a}}{{\na}}"), "AA");
        assert_eq!(check("{{a}} {{"), "error: cannot find the end tag }} of a {{");
    }
}
