//! Fields of a generator's specification.

use portcullis_gotemplate::{Data, Map, Value};

use super::Generation;
use crate::fault::Fault;

/// The value of a key that is there and not null.
pub(crate) fn field(value: &Value, key: &str) -> Option<Value> {
    let Data::Map(map) = &value.data else { return None };
    map.get(key).filter(|value| !matches!(value.data, Data::Nil))
}

/// The string of a key, empty where there is none.
pub(crate) fn string(value: &Value, key: &str) -> String {
    match field(value, key).map(|value| value.data) {
        Some(Data::String(text)) => text.lossy().into_owned(),
        _ => String::new(),
    }
}

/// Whether a key is true.
pub(crate) fn flag(value: &Value, key: &str) -> bool {
    matches!(field(value, key).map(|value| value.data), Some(Data::Bool(true)))
}

/// The items of a key, none where there is none.
pub(super) fn items(generation: &Generation<'_>, value: &Value, key: &str) -> Result<Vec<Value>, Fault> {
    let Some(found) = field(value, key) else { return Ok(Vec::new()) };
    match &found.data {
        Data::List(list) => Ok(list.items().to_vec()),
        _ => Err(generation.fault(format!("{key} must be a list"), &found).hint("write each item on a line that starts with -")),
    }
}

/// The map of a key.
pub(super) fn map(generation: &Generation<'_>, value: &Value, key: &str) -> Result<Option<Map>, Fault> {
    let Some(found) = field(value, key) else { return Ok(None) };
    match &found.data {
        Data::Map(map) => Ok(Some(map.clone())),
        _ => Err(generation.fault(format!("{key} must be a map"), &found).hint("write it as key: value")),
    }
}
