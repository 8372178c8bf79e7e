//! YAML into the fields of Go structs, with the conversions and the errors of Go's JSON decoder.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::funcs::Compat;
use portcullis_source::{
    Data, Document, Node, Range, Text,
    yaml::{self, Stream},
};

/// Why a text did not fit the struct that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeError {
    /// The message in the words of Go's YAML and JSON packages.
    pub(crate) message: String,
    /// The place in the text.
    pub(crate) range: Range,
}

/// The place of a field: the struct that has it, and the way to it from the outermost struct.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    /// The name of the struct.
    pub(crate) owner: &'a str,
    /// The dotted way.
    pub(crate) path: &'a str,
}

/// Reads fields, and remembers the first that did not fit, as Go's decoder does.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    error: Option<DecodeError>,
}

/// The documents of a text and the error that Helm would report for it: it reads the first document only.
pub(crate) fn parse(text: &Text) -> Result<Stream, DecodeError> {
    let stream = yaml::parse(text);
    if stream.documents.is_empty()
        && let Some(error) = &stream.error
    {
        let message = format!("error converting YAML to JSON: {}", error.message);
        return Err(DecodeError { message, range: error.range });
    }
    if let Some(document) = stream.documents.first() {
        check_numbers(&document.root)?;
    }
    Ok(stream)
}

/// The first document of a text, where it is a map or empty.
pub(crate) fn parse_map(text: &Text, target: &str) -> Result<Option<Document>, DecodeError> {
    let stream = parse(text)?;
    let Some(document) = stream.documents.into_iter().next() else { return Ok(None) };
    match &document.root.data {
        Data::Map(_) => Ok(Some(document)),
        Data::Null => Ok(None),
        Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) => {
            let mut decoder = Decoder::default();
            decoder.misfit_whole(&document.root, target);
            decoder.finish().map(|()| None)
        }
    }
}

/// The documents of a values file: the first one, or with Helm 4 all of them, none of which is empty.
pub(crate) fn values(text: &Text, compat: Compat) -> Result<Vec<Arc<Document>>, DecodeError> {
    const TARGET: &str = "map[string]interface {}";
    if compat == Compat::Helm3 {
        return Ok(parse_map(text, TARGET)?.map(Arc::new).into_iter().collect());
    }
    let mut found = Vec::new();
    for part in parts(text)? {
        let within = |error: DecodeError| DecodeError {
            message: format!("cannot unmarshal yaml document: {}", error.message),
            range: Range { start: part.start + error.range.start, end: part.start + error.range.end },
        };
        found.extend(parse_map(&text.part(part), TARGET).map_err(within)?.map(Arc::new));
    }
    Ok(found)
}

/// Where the documents of a text stand, as Kubernetes separates them: by lines that start with `---`.
fn parts(text: &Text) -> Result<Vec<Range>, DecodeError> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.bytes().split_inclusive(|&byte| byte == b'\n') {
        let end = at + line.len() as u32;
        if let Some(rest) = line.strip_prefix(b"---") {
            let rest = rest.trim_ascii();
            if !rest.is_empty() && !rest.starts_with(b"#") {
                let message = format!("error reading yaml document: invalid Yaml document separator: {}", String::from_utf8_lossy(rest));
                return Err(DecodeError { message, range: Range { start: at, end } });
            }
            // A separator with nothing before it belongs to the document that follows it.
            if at > start {
                found.push(Range { start, end: at });
                start = end;
            }
        }
        at = end;
    }
    found.push(Range { start, end: at });
    Ok(found)
}

/// JSON has no infinity and no NaN.
fn check_numbers(node: &Node) -> Result<(), DecodeError> {
    match &node.data {
        Data::Float(value) if !value.is_finite() => {
            let name = if value.is_nan() {
                "NaN"
            } else if *value > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            Err(DecodeError { message: format!("error converting YAML to JSON: json: unsupported value: {name}"), range: node.range })
        }
        Data::List(items) => items.iter().try_for_each(check_numbers),
        Data::Map(map) => map.entries.iter().try_for_each(|entry| check_numbers(&entry.value)),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => Ok(()),
    }
}

/// What Go's decoder calls a value of JSON.
fn json_kind(data: &Data) -> &'static str {
    match data {
        Data::Null => "null",
        Data::Bool(_) => "bool",
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => "number",
        Data::String(_) => "string",
        Data::List(_) => "array",
        Data::Map(_) => "object",
    }
}

/// The value that a struct's field gets: Go takes the key in any case, and of several the last in byte order.
pub(crate) fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let map = node.as_map()?;
    let fitting = map.entries.iter().filter(|entry| entry.key.eq_ignore_ascii_case(name));
    fitting.max_by(|left, right| left.key.cmp(&right.key)).map(|entry| &entry.value)
}

/// A scalar as the string that a field of type string gets.
pub(crate) fn scalar_text(data: &Data) -> Option<String> {
    Some(match data {
        Data::String(text) => text.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) => short_float(*value as f32),
        Data::Null => String::new(),
        Data::List(_) | Data::Map(_) => return None,
    })
}

/// A number in Go's shortest `%g` of a 32-bit float.
fn short_float(value: f32) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

impl Decoder {
    /// What did not fit, where anything did not.
    pub(crate) fn finish(self) -> Result<(), DecodeError> {
        self.error.map_or(Ok(()), Err)
    }

    /// Remembers a value that does not fit its field.
    pub(crate) fn misfit(&mut self, node: &Node, place: Field<'_>, target: &str) {
        let (kind, Field { owner, path }) = (json_kind(&node.data), place);
        let message = format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go struct field {owner}.{path} of type {target}"
        );
        self.error.get_or_insert(DecodeError { message, range: node.range });
    }

    /// Remembers that a whole document is not of the type that it is for.
    pub(crate) fn misfit_whole(&mut self, node: &Node, target: &str) {
        let kind = json_kind(&node.data);
        let message = format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type {target}");
        self.error.get_or_insert(DecodeError { message, range: node.range });
    }

    /// A field of type string; numbers and booleans are taken too.
    pub(crate) fn string(&mut self, node: Option<&Node>, place: Field<'_>) -> String {
        let Some(node) = node else { return String::new() };
        scalar_text(&node.data).unwrap_or_else(|| {
            self.misfit(node, place, "string");
            String::new()
        })
    }

    /// A field of type bool.
    pub(crate) fn boolean(&mut self, node: Option<&Node>, place: Field<'_>) -> bool {
        match node.map(|node| (&node.data, node)) {
            None | Some((Data::Null, _)) => false,
            Some((Data::Bool(value), _)) => *value,
            Some((_, node)) => {
                self.misfit(node, place, "bool");
                false
            }
        }
    }

    /// The items of a field that is a list.
    pub(crate) fn items<'a>(&mut self, node: Option<&'a Node>, place: Field<'_>, target: &str) -> Option<&'a [Node]> {
        match node.map(|node| (&node.data, node)) {
            None | Some((Data::Null, _)) => None,
            Some((Data::List(items), _)) => Some(items),
            Some((_, node)) => {
                self.misfit(node, place, target);
                None
            }
        }
    }

    /// A field of type `[]string`.
    pub(crate) fn strings(&mut self, node: Option<&Node>, place: Field<'_>) -> Vec<String> {
        let items = self.items(node, place, "[]string").unwrap_or_default();
        items.iter().map(|item| self.string(Some(item), place)).collect()
    }

    /// A field of type `map[string]string`.
    pub(crate) fn string_map(&mut self, node: Option<&Node>, place: Field<'_>) -> BTreeMap<Arc<str>, String> {
        match node.map(|node| (&node.data, node)) {
            None | Some((Data::Null, _)) => BTreeMap::new(),
            Some((Data::Map(map), _)) => {
                map.entries.iter().map(|entry| (Arc::clone(&entry.key), self.string(Some(&entry.value), place))).collect()
            }
            Some((_, node)) => {
                self.misfit(node, place, "map[string]string");
                BTreeMap::new()
            }
        }
    }
}
