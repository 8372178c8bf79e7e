//! Parameters with the defaults of their schema.

use serde_json::Value;

/// Fills in what is left out and has a default.
pub(super) fn fill(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                for (key, property) in properties {
                    let is_there = map.get(key).is_some_and(|value| !value.is_null() || is_nullable(property));
                    if let (false, Some(default)) = (is_there, property.get("default")) {
                        map.insert(key.clone(), default.clone());
                    }
                    if let Some(inner) = map.get_mut(key) {
                        fill(property, inner);
                    }
                }
            }
            if let Some(more) = schema.get("additionalProperties").filter(|more| more.is_object()) {
                let named = |key: &str| schema.get("properties").is_some_and(|properties| properties.get(key).is_some());
                map.iter_mut().filter(|(key, _)| !named(key)).for_each(|(_, inner)| fill(more, inner));
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| fill(schema, item));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_nullable(schema: &Value) -> bool {
    schema.get("nullable").and_then(Value::as_bool) == Some(true)
}
