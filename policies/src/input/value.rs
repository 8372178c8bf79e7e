//! Nodes, JSON and paths to Rego values.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data, Entry, Node, Step};
use regorus::{Value, value::Object};

/// How deep a resource may nest; the API server refuses far less.
pub(crate) const MAX_DEPTH: usize = 200;

/// Which manager wrote which field is no part of what an object asks for, and often half of what an API server sends of it.
const BOOKKEEPING: &str = "managedFields";

/// A node as a Rego value; texts are shared, not copied. None where it nests deeper than [`MAX_DEPTH`].
pub(crate) fn of_node(node: &Node) -> Option<Value> {
    convert(node, 0)
}

/// A whole resource as a Rego value, without what API servers keep about its fields: no repository has that, and no rule may need it.
pub(crate) fn of_resource(node: &Node) -> Option<Value> {
    let Some(map) = node.as_map() else { return of_node(node) };
    of_entries(map.entries.iter(), |entry| match (&*entry.key, entry.value.as_map()) {
        ("metadata", Some(metadata)) => {
            let kept = metadata.entries.iter().filter(|entry| &*entry.key != BOOKKEEPING);
            of_entries(kept, |entry| convert(&entry.value, 2))
        }
        _ => convert(&entry.value, 1),
    })
}

/// The value at the end of a chain of keys.
pub(crate) fn at<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |value, key| value.as_object().ok()?.get(&text(key)))
}

/// A map as an object, each value as a function makes it; a field that is null is not there, as the API server reads it.
fn of_entries<'a>(entries: impl Iterator<Item = &'a Entry>, mut of: impl FnMut(&Entry) -> Option<Value>) -> Option<Value> {
    let entries = entries.filter(|entry| !entry.value.is_null());
    let fields = entries.map(|entry| Some((Value::String(Arc::clone(&entry.key)), of(entry)?)));
    Some(Object::from(fields.collect::<Option<BTreeMap<_, _>>>()?).into_value())
}

fn convert(node: &Node, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match &node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(*value),
        Data::Int(value) => Value::from(*value),
        Data::Uint(value) => Value::from(*value),
        Data::Float(value) => Value::from(*value),
        Data::String(value) => Value::String(Arc::clone(value)),
        Data::List(items) => Value::from(items.iter().map(|item| convert(item, depth + 1)).collect::<Option<Vec<_>>>()?),
        Data::Map(map) => of_entries(map.entries.iter(), |entry| convert(&entry.value, depth + 1))?,
    })
}

/// Plain JSON as a Rego value.
pub(crate) fn of_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => {
            let whole = number.as_i64().map(Value::from).or_else(|| number.as_u64().map(Value::from));
            whole.or_else(|| number.as_f64().map(Value::from)).unwrap_or(Value::Null)
        }
        serde_json::Value::String(value) => text(value),
        serde_json::Value::Array(items) => Value::from(items.iter().map(of_json).collect::<Vec<_>>()),
        serde_json::Value::Object(map) => map.iter().map(|(key, value)| (text(key), of_json(value))).collect::<Object>().into_value(),
    }
}

/// A path as the list that rules extend and return.
pub(crate) fn of_path(path: &[Step]) -> Value {
    let steps = path.iter().map(|step| match step {
        Step::Key(key) => Value::String(Arc::clone(key)),
        Step::Index(index) => Value::from(*index),
    });
    Value::from(steps.collect::<Vec<_>>())
}

/// A text.
pub(crate) fn text(text: &str) -> Value {
    Value::String(Arc::from(text))
}

/// An object of fixed keys.
pub(crate) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Object::from(entries.into_iter().map(|(key, value)| (text(key), value)).collect::<BTreeMap<_, _>>()).into_value()
}
