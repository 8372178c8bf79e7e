//! Checks a document against the published JSON Schema, with places and hints: the schema is the only description of the format.

use portcullis_source::{Data, Document, Node, Range, Span};
use serde_json::Value;

use super::{ConfigError, error::nearest, hint};
use crate::Date;

/// The JSON Schema of the configuration file.
pub const SCHEMA: &str = include_str!("schema.json");

/// How deep a configuration may nest where the schema leaves it open.
const MAX_DEPTH: usize = 32;

/// Everything in the document that the schema does not allow.
pub(crate) fn check(document: &Document, schema: &Value) -> Vec<ConfigError> {
    let mut checker = Checker { document, schema, errors: Vec::new() };
    checker.node(&document.root, schema, "", 0);
    // A key that is missing has the place of its map, which begins above what stands in it.
    checker.errors.sort_by_key(|error| error.span.map(|span| span.start));
    checker.errors
}

struct Checker<'a> {
    document: &'a Document,
    schema: &'a Value,
    errors: Vec<ConfigError>,
}

impl<'a> Checker<'a> {
    fn node(&mut self, node: &Node, own: &'a Value, at: &str, depth: usize) {
        let schema = self.resolve(own);
        if is_off(self.document, node) && schema.get("enum").and_then(Value::as_array).is_some_and(|words| words.contains(&"off".into())) {
            return;
        }
        if depth > MAX_DEPTH {
            self.error(node.range, format!("{} is nested more than {MAX_DEPTH} deep", named(at)), Some("write it flatter".to_owned()));
            return;
        }
        let wanted = hint::types(schema);
        if !wanted.is_empty() && !wanted.iter().any(|wanted| has_type(node, wanted)) {
            let hint = hint::wrong_type(self.document, node, at, (own, schema));
            let articles: Vec<&str> = wanted.into_iter().map(article).collect();
            self.error(node.range, format!("{} is {}, not {}", named(at), describe(node), articles.join(" or ")), Some(hint));
            return;
        }
        self.scalar(node, own, at);
        match &node.data {
            Data::Map(_) => self.map(node, schema, at, depth),
            Data::List(items) => {
                if schema.get("minItems").and_then(Value::as_u64).is_some_and(|least| (items.len() as u64) < least) {
                    self.error(node.range, format!("{} is empty", named(at)), Some(hint::empty(at, own, schema)));
                }
                for (index, item) in items.iter().enumerate() {
                    if let Some(inner) = schema.get("items") {
                        self.node(item, inner, &format!("{at}[{index}]"), depth + 1);
                    }
                }
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {}
        }
    }

    fn map(&mut self, node: &Node, schema: &'a Value, at: &str, depth: usize) {
        let Some(map) = node.as_map() else { return };
        let properties = schema.get("properties").and_then(Value::as_object);
        let other = schema.get("additionalProperties");
        for entry in &map.entries {
            let path = if at.is_empty() { entry.key.to_string() } else { format!("{at}.{}", entry.key) };
            let inner = properties.and_then(|properties| properties.get(&*entry.key));
            match (inner, other) {
                (Some(inner), _) | (None, Some(inner @ Value::Object(_))) => self.node(&entry.value, inner, &path, depth + 1),
                (None, Some(Value::Bool(false))) => {
                    let known = properties.into_iter().flat_map(|properties| properties.keys()).map(String::as_str);
                    let hint = nearest(&entry.key, known.clone()).map(|key| format!("did you mean {key}?"));
                    let hint = hint.unwrap_or_else(|| format!("known keys are {}", known.collect::<Vec<_>>().join(", ")));
                    self.error(entry.key_range, format!("unknown key {path}"), Some(hint));
                }
                (None, _) => {}
            }
        }
        for key in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if map.get(key).is_none() {
                let own = properties.and_then(|properties| properties.get(key)).unwrap_or(&Value::Null);
                let hint = hint::missing(key, own, self.resolve(own));
                self.error(node.range, format!("{} has no {key}", named(at)), Some(hint));
            }
        }
    }

    fn scalar(&mut self, node: &Node, own: &'a Value, at: &str) {
        let schema = self.resolve(own);
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
            && !allowed.contains(&crate::library::json(node))
        {
            let words = hint::words(schema);
            let near = node.as_str().and_then(|word| nearest(word, words.iter().map(String::as_str)));
            let hint = near.map_or_else(|| hint::not_a_word(at, &words), |word| format!("did you mean {word}?"));
            self.error(node.range, format!("{} is {}, not {}", named(at), describe(node), words.join(" or ")), Some(hint));
        }
        if let Data::Int(number) = node.data {
            let (least, most) = (schema.get("minimum").and_then(Value::as_i64), schema.get("maximum").and_then(Value::as_i64));
            let (least, most) = (least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX));
            if number < least || number > most {
                let hint = Some(format!("write a number from {least} to {most}"));
                self.error(node.range, format!("{} is {number}, not from {least} to {most}", named(at)), hint);
            }
        }
        let Some(text) = node.as_str() else { return };
        if text.trim().is_empty() && schema.get("minLength").is_some() {
            self.error(node.range, format!("{} is empty", named(at)), Some(hint::empty(at, own, schema)));
        }
        if schema.get("format").and_then(Value::as_str) == Some("date") && Date::parse(text).is_none() {
            self.error(node.range, format!("{} is {text:?}, not a day", named(at)), Some("write it as YYYY-MM-DD".to_owned()));
        }
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && !regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
        {
            let message = format!("{} is {text:?}, which does not match {pattern}", named(at));
            self.error(node.range, message, hint::mismatch(schema));
        }
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/$defs/"));
        name.and_then(|name| self.schema.get("$defs")?.get(name)).unwrap_or(schema)
    }

    fn error(&mut self, range: Range, message: String, hint: Option<String>) {
        self.errors.push(ConfigError { message, span: span(self.document, range), hint });
    }
}

/// Whether a node is the word off, which YAML 1.1 takes for a boolean.
fn is_off(document: &Document, node: &Node) -> bool {
    matches!(node.data, Data::Bool(false)) && document.text.slice(node.range).eq_ignore_ascii_case(b"off")
}

/// The place of a range of a configuration file.
pub(super) fn span(document: &Document, range: Range) -> Option<Span> {
    document.text.span(range)
}

fn named(at: &str) -> &str {
    if at.is_empty() { "the configuration" } else { at }
}

fn has_type(node: &Node, wanted: &str) -> bool {
    match &node.data {
        Data::Null => wanted == "null",
        Data::Bool(_) => wanted == "boolean",
        Data::Int(_) | Data::Uint(_) => wanted == "integer" || wanted == "number",
        Data::Float(_) => wanted == "number",
        Data::String(_) => wanted == "string",
        Data::List(_) => wanted == "array",
        Data::Map(_) => wanted == "object",
    }
}

fn article(wanted: &str) -> &str {
    match wanted {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        "object" => "a map",
        other => other,
    }
}

fn describe(node: &Node) -> String {
    match &node.data {
        Data::Null => "empty".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        Data::String(value) => format!("{value:?}"),
        Data::List(_) => "a list".to_owned(),
        Data::Map(_) => "a map".to_owned(),
    }
}
