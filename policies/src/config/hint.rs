//! What to do about a value that the schema refuses; examples and explanations come from the schema, which editors show too.

use portcullis_source::{Data, Document, Node};
use serde_json::Value;

/// The hints for broken YAML, by a part of the parser's message.
const BROKEN: &[(&str, &str)] = &[
    ("tab character", "indent with spaces; YAML takes no tabs"),
    ("mapping values are not allowed", "line the keys up below each other, and put text that contains a colon in quotes"),
    ("cannot start any token", "put text that starts with this character in quotes, and indent with spaces, never with tabs"),
    ("unknown anchor", "put text that starts with * in quotes, or define the anchor above"),
    ("unexpected end of stream", "close the quote that was opened above"),
    ("expected node content", "close the bracket or brace that was opened above, or write the value that is missing"),
    ("expected ',' or", "close the bracket or brace that was opened above, and put commas between its entries"),
    ("expected key", "line the keys up below each other, and close no bracket or quote twice"),
    ("expected '-' indicator", "start each entry of the list with a dash, in the same column"),
];

/// What to do about a file that is not YAML.
pub(super) fn broken_yaml(message: &str) -> &'static str {
    let known = BROKEN.iter().find(|(part, _)| message.contains(part));
    known.map_or("check indentation, quotes and brackets here and in the line above", |(_, hint)| hint)
}

/// What to do about a key that is not there; `schema` is that of its value, `base` what that refers to.
pub(super) fn missing(key: &str, schema: &Value, base: &Value) -> String {
    let example = example(schema, base);
    let add = match (article(base), &example) {
        (_, Some(example)) => format!("add `{key}: {example}` or the like"),
        (Some(kind), None) => format!("add {key}, {kind}"),
        (None, None) => format!("add {key}"),
    };
    if let [only] = words(base).as_slice() {
        return format!("add `{key}: {only}`");
    }
    described(schema, base).map_or(add.clone(), |description| format!("{add}: {description}"))
}

/// What to do about a value that is not of the wanted type.
pub(super) fn wrong_type(document: &Document, node: &Node, at: &str, (own, schema): (&Value, &Value)) -> String {
    let types = types(schema);
    let wanted = types.first().copied().unwrap_or_default();
    let key = last_key(at);
    if matches!(node.data, Data::Null) && !at.is_empty() {
        return empty(at, own, schema);
    }
    let written = String::from_utf8_lossy(document.text.slice(node.range)).into_owned();
    let scalar = !matches!(node.data, Data::Map(_) | Data::List(_)) && !written.contains('\n');
    match wanted {
        "string" if types.len() > 1 => match known_keys(schema) {
            Some(keys) => format!("write a single text, or keys and their values; known keys are {keys}"),
            None => "write a single text, or keys and their values".to_owned(),
        },
        "string" if scalar => "put it in quotes".to_owned(),
        "string" => "write a single text".to_owned(),
        "array" if scalar && node.as_str().is_none() => format!("put brackets and quotes around it: `{key}: [\"{written}\"]`"),
        "array" if scalar => format!("put brackets around it: `{key}: [{written}]`"),
        "array" => "start each entry with a dash".to_owned(),
        "boolean" => "write true or false, without quotes".to_owned(),
        "integer" | "number" => match words(schema).as_slice() {
            [only] => format!("write `{key}: {only}`, without quotes"),
            _ => "write a number, without quotes".to_owned(),
        },
        _ => match known_keys(schema) {
            Some(keys) if at.is_empty() => format!("start the file with `version: 1`; known keys are {keys}"),
            Some(keys) => format!("write keys and their values; known keys are {keys}"),
            None => "write keys and their values".to_owned(),
        },
    }
}

/// The types that a schema allows, the first one for whoever writes the least.
pub(super) fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// What to do about a value that is none of the allowed words.
pub(super) fn not_a_word(at: &str, words: &[String]) -> String {
    match words {
        [only] => format!("write `{}: {only}`", last_key(at)),
        _ => format!("write {}", words.join(" or ")),
    }
}

/// What to do about a text, list or map that is empty.
pub(super) fn empty(at: &str, own: &Value, schema: &Value) -> String {
    match example(own, schema) {
        Some(example) if at.ends_with(']') => format!("write something like `{example}`"),
        Some(example) => format!("write something like `{}: {example}`", last_key(at)),
        None if at.ends_with(']') => "write a text, or take the entry out".to_owned(),
        None => format!("give {key} a value, or leave {key} out", key = last_key(at)),
    }
}

/// What to do about a text that does not match its pattern.
pub(super) fn mismatch(schema: &Value) -> Option<String> {
    let example = example(schema, schema).map(|example| format!("write something like `{example}`"));
    match (example, described(schema, schema)) {
        (Some(example), Some(description)) => Some(format!("{example}: {description}")),
        (example, description) => example.or(description),
    }
}

/// The name of a type in a sentence.
fn article(schema: &Value) -> Option<&'static str> {
    match schema.get("type").and_then(Value::as_str)? {
        "array" => Some("a list"),
        "object" => Some("a map"),
        _ => None,
    }
}

fn known_keys(schema: &Value) -> Option<String> {
    let properties = schema.get("properties")?.as_object()?;
    Some(properties.keys().map(String::as_str).collect::<Vec<_>>().join(", "))
}

/// The words that a schema allows, as YAML has them.
pub(super) fn words(schema: &Value) -> Vec<String> {
    let allowed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    allowed.map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect()
}

/// The first example of a schema, as YAML has it.
fn example(schema: &Value, base: &Value) -> Option<String> {
    let example = schema.get("examples").or_else(|| base.get("examples"))?.get(0)?;
    // What YAML would take for a number needs its quotes.
    Some(match example.as_str() {
        Some(text) if text.parse::<f64>().is_err() => text.to_owned(),
        _ => example.to_string(),
    })
}

/// What a schema says about its values, as the end of a sentence.
fn described(schema: &Value, base: &Value) -> Option<String> {
    let description = schema.get("description").or_else(|| base.get("description"))?.as_str()?;
    let mut letters = description.trim_end_matches('.').chars();
    Some(letters.next()?.to_lowercase().chain(letters).collect())
}

/// The last key of a path such as `waivers[0].owner`.
fn last_key(at: &str) -> &str {
    let key = at.rsplit('.').next().unwrap_or(at);
    key.split('[').next().unwrap_or(key)
}
