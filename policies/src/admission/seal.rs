//! JSON in one order of keys, and the hash that tells a whole bundle from a part of one.

use serde_json::{Map, Value};

use crate::hash;

/// The same value with the keys of all objects in order, whatever order this build keeps them in.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|left, right| left.0.cmp(&right.0));
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// The hash of a value whose keys are in order.
pub(super) fn seal(value: &Value) -> String {
    format!("sha256:{}", hash::of_parts([value.to_string().as_str()]))
}
