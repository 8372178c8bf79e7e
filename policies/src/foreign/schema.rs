//! The part of OpenAPI that CustomResourceDefinitions are written in, as far as it says which parameters a constraint may have.

use portcullis_source::{Data, Node};
use regex::Regex;

use crate::json;

/// A schema, and whether fields that it does not name may be there.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) root: serde_json::Value,
    /// Whether every object may have more, as the older form of templates has it.
    pub(crate) preserves: bool,
}

/// What is wrong with a value, and with which.
pub(super) type Wrong<'a> = (String, &'a Node);

impl Schema {
    /// Whether a value is as the schema says; the first thing that is not.
    pub(crate) fn check<'a>(&self, name: &str, node: &'a Node) -> Result<(), Wrong<'a>> {
        check(&self.root, self.preserves, name, node)
    }
}

fn check<'a>(schema: &serde_json::Value, preserves: bool, name: &str, node: &'a Node) -> Result<(), Wrong<'a>> {
    let flag = |key: &str| schema.get(key).and_then(serde_json::Value::as_bool) == Some(true);
    if node.is_null() {
        let may = flag("nullable") || schema.get("type").is_none();
        return if may { Ok(()) } else { Err((format!("{name} is null"), node)) };
    }
    let wanted = schema.get("type").and_then(serde_json::Value::as_str);
    if let Some(wanted) = wanted.filter(|wanted| !flag("x-kubernetes-int-or-string") && !is_of(wanted, node)) {
        return Err((format!("{name} is {}, not {wanted}", shown(node)), node));
    }
    if flag("x-kubernetes-int-or-string") && !is_of("integer", node) && !is_of("string", node) {
        return Err((format!("{name} is {}, neither integer nor string", shown(node)), node));
    }
    if let Some(values) = schema.get("enum").and_then(serde_json::Value::as_array)
        && !values.contains(&json(node))
    {
        let names: Vec<String> = values.iter().map(ToString::to_string).collect();
        return Err((format!("{name} is {}, not one of {}", shown(node), names.join(", ")), node));
    }
    limits(schema, name, node)?;
    of_parts(schema, preserves, name, node)?;
    alternatives(schema, preserves, name, node)
}

fn is_of(wanted: &str, node: &Node) -> bool {
    match &node.data {
        Data::Null => false,
        Data::Bool(_) => wanted == "boolean",
        Data::Int(_) | Data::Uint(_) => matches!(wanted, "integer" | "number"),
        Data::Float(value) => wanted == "number" || (wanted == "integer" && value.fract() == 0.0),
        Data::String(_) => wanted == "string",
        Data::List(_) => wanted == "array",
        Data::Map(_) => wanted == "object",
    }
}

/// Lengths, bounds and patterns.
fn limits<'a>(schema: &serde_json::Value, name: &str, node: &'a Node) -> Result<(), Wrong<'a>> {
    let number = |key: &str| schema.get(key).and_then(serde_json::Value::as_f64);
    let flag = |key: &str| schema.get(key).and_then(serde_json::Value::as_bool) == Some(true);
    let (value, unit) = match &node.data {
        #[expect(clippy::cast_precision_loss, reason = "bounds of schemas are small numbers")]
        Data::Int(value) => (*value as f64, ("minimum", "maximum")),
        #[expect(clippy::cast_precision_loss, reason = "bounds of schemas are small numbers")]
        Data::Uint(value) => (*value as f64, ("minimum", "maximum")),
        Data::Float(value) => (*value, ("minimum", "maximum")),
        #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
        Data::String(text) => (text.chars().count() as f64, ("minLength", "maxLength")),
        #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
        Data::List(items) => (items.len() as f64, ("minItems", "maxItems")),
        #[expect(clippy::cast_precision_loss, reason = "no map is that large")]
        Data::Map(map) => (map.entries.len() as f64, ("minProperties", "maxProperties")),
        Data::Null | Data::Bool(_) => return Ok(()),
    };
    let is_under = number(unit.0).is_some_and(|least| value < least || (value == least && flag("exclusiveMinimum")));
    let is_over = number(unit.1).is_some_and(|most| value > most || (value == most && flag("exclusiveMaximum")));
    if is_under || is_over {
        let bound = if is_under { unit.0 } else { unit.1 };
        return Err((format!("{name} is {}, past its {bound} of {}", shown(node), number(bound).unwrap_or_default()), node));
    }
    let pattern = schema.get("pattern").and_then(serde_json::Value::as_str);
    if let (Some(pattern), Some(text)) = (pattern, node.as_str())
        && Regex::new(pattern).is_ok_and(|pattern| !pattern.is_match(text))
    {
        return Err((format!("{name} is {}, which does not match {pattern}", shown(node)), node));
    }
    if flag("uniqueItems")
        && (1..).zip(node.items()).any(|(next, item)| node.items().iter().skip(next).any(|other| json(other) == json(item)))
    {
        return Err((format!("{name} has an item twice"), node));
    }
    Ok(())
}

/// The fields of an object and the items of a list.
fn of_parts<'a>(schema: &serde_json::Value, preserves: bool, name: &str, node: &'a Node) -> Result<(), Wrong<'a>> {
    if let Some(items) = schema.get("items") {
        for (index, item) in node.items().iter().enumerate() {
            check(items, preserves, &format!("{name}[{index}]"), item)?;
        }
    }
    let Some(map) = node.as_map() else { return Ok(()) };
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    let more = schema.get("additionalProperties").filter(|more| more.is_object());
    let takes_more = preserves
        || schema.get("x-kubernetes-preserve-unknown-fields").and_then(serde_json::Value::as_bool) == Some(true)
        || schema.get("additionalProperties").and_then(serde_json::Value::as_bool) == Some(true);
    for entry in &map.entries {
        let inner = format!("{name}.{}", entry.key);
        match (properties.and_then(|properties| properties.get(&*entry.key)), more) {
            (Some(property), _) | (None, Some(property)) => check(property, preserves, &inner, &entry.value)?,
            (None, None) if takes_more => {}
            (None, None) => return Err((format!("there is no {inner}"), &entry.value)),
        }
    }
    let required = schema.get("required").and_then(serde_json::Value::as_array).into_iter().flatten();
    for key in required.filter_map(serde_json::Value::as_str) {
        if node.get(key).is_none() {
            return Err((format!("{name}.{key} is missing"), node));
        }
    }
    Ok(())
}

/// `allOf`, `anyOf`, `oneOf` and `not`, which name no fields of their own.
fn alternatives<'a>(schema: &serde_json::Value, _preserves: bool, name: &str, node: &'a Node) -> Result<(), Wrong<'a>> {
    let all = |key: &str| schema.get(key).and_then(serde_json::Value::as_array);
    let met = |list: &[serde_json::Value]| list.iter().filter(|schema| check(schema, true, name, node).is_ok()).count();
    let broken = all("allOf").is_some_and(|list| met(list) != list.len())
        || all("anyOf").is_some_and(|list| met(list) == 0)
        || all("oneOf").is_some_and(|list| met(list) != 1)
        || schema.get("not").is_some_and(|schema| check(schema, true, name, node).is_ok());
    if broken { Err((format!("{name} is {}, which meets none of its alternatives", shown(node)), node)) } else { Ok(()) }
}

fn shown(node: &Node) -> String {
    let text = json(node).to_string();
    if text.chars().count() > 40 { text.chars().take(39).chain(['…']).collect() } else { text }
}
