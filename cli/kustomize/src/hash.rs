//! The hashes after the names of generated objects.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::{
    Node, Value,
    fault::Result,
    resource::Resources,
    write::{self, Json},
};

/// Puts hashes after the names of all objects that want one.
pub(crate) fn add(resources: &mut Resources) -> Result<()> {
    for resource in &mut resources.list {
        let Some(place) = resource.hashed.clone() else { continue };
        let hash = of(&resource.node)?;
        resource.remember();
        let name = format!("{}-{hash}", resource.id().name);
        resource.set_name(&name, &place)?;
    }
    Ok(())
}

/// The hash of an object.
fn of(node: &Node) -> Result<String> {
    let secret = node.get("kind").map_or("", Node::text) == "Secret";
    let mut text = String::from("{");
    let extra = if secret { "stringData" } else { "binaryData" };
    let extra = node.get(extra).filter(|value| matches!(value.value, Value::Map(_))).map(|value| (extra, value));
    if let Some((key, value)) = extra.filter(|_| !secret) {
        let _ = write!(text, "\"{key}\":{},", json(value)?);
    }
    let field = |key: &str| match node.get(key) {
        None => Ok("\"\"".to_owned()),
        Some(value) => match &value.value {
            Value::Scalar(scalar) => Ok(quote(&scalar.text)),
            Value::List(_) => Ok("null".to_owned()),
            Value::Map(_) => json(value),
        },
    };
    let _ = write!(text, "\"data\":{},\"kind\":\"{}\",\"name\":\"\"", field("data")?, if secret { "Secret" } else { "ConfigMap" });
    if let Some((key, value)) = extra.filter(|_| secret) {
        let _ = write!(text, ",\"{key}\":{}", json(value)?);
    }
    if secret {
        let _ = write!(text, ",\"type\":{}", field("type")?);
    }
    text.push('}');
    let digest = Sha256::digest(text.as_bytes());
    let hex = digest.iter().take(5).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    // Without vowels, and without what looks like them.
    let letter = |character| match character {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    Ok(hex.chars().map(letter).collect())
}

/// A value as Go's JSON library writes it.
fn json(node: &Node) -> Result<String> {
    Ok(match &node.value {
        Value::Scalar(scalar) => match write::json(scalar, &node.place)? {
            Json::Text(text) => quote(&text),
            Json::Bare(text) => text.to_string(),
        },
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(json).collect::<Result<_>>()?;
            format!("[{}]", items.join(","))
        }
        Value::Map(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|left, right| left.key.cmp(&right.key));
            let entry = |entry: &&crate::Entry| Ok(format!("{}:{}", quote(&entry.key), json(&entry.value)?));
            let entries: Vec<String> = sorted.iter().map(entry).collect::<Result<_>>()?;
            format!("{{{}}}", entries.join(","))
        }
    })
}

fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{C}' => quoted.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1F}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
