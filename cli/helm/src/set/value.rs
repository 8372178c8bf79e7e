//! The values that arguments make, and how they are put into lists and tables.

use std::{rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Map, MapType, Str, Value};
use portcullis_source::OriginId;

use super::parser::{Read, Stop};
use crate::table;

/// The largest index of a list.
const MAX_INDEX: usize = 65_536;

/// A value whose every part stands in one argument.
pub(super) fn from_json(value: serde_json::Value, origin: OriginId) -> Value {
    let part = |value| from_json(value, origin).boxed();
    let data = match value {
        serde_json::Value::Null => Data::Nil,
        serde_json::Value::Bool(value) => Data::Bool(value),
        serde_json::Value::Number(number) => Data::Float(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Data::String(Str::from(text)),
        serde_json::Value::Array(items) => Data::List(List::Any(Rc::new(items.into_iter().map(part).collect()))),
        serde_json::Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| (Arc::from(key), part(value)));
            Data::Map(Map::new(MapType::Any, entries.collect()))
        }
    };
    Value { data, origin, boxed: false }
}

pub(super) fn place(items: &mut Vec<Value>, index: usize, value: Value) -> Read<()> {
    if index > MAX_INDEX {
        return Err(Stop::Error(format!("index of {index} is greater than maximum supported index of {MAX_INDEX}")));
    }
    if items.len() <= index {
        items.resize(index + 1, Value::new(Data::Nil).boxed());
    }
    if let Some(slot) = items.get_mut(index) {
        *slot = value.boxed();
    }
    Ok(())
}

pub(super) fn list(value: &Value) -> Option<Vec<Value>> {
    match &value.data {
        Data::List(list) => Some(list.items().to_vec()),
        Data::Nil
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bytes(_)
        | Data::Map(_)
        | Data::Object(_) => None,
    }
}

pub(super) fn same_container(old: &Value, new: &Value) -> bool {
    matches!((table::table(old), table::table(new)), (Some(old), Some(new)) if old.is(new))
}

/// Helm asserts the type and recovers from the panic.
pub(super) fn unfit(value: &Value, wanted: &str) -> Stop {
    let held = if table::is_null(value) { "nil" } else { value.type_name() };
    Stop::Error(format!("unable to parse key: interface conversion: interface {{}} is {held}, not {wanted}"))
}

/// What `--set` makes of a text.
pub(super) fn typed(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Value::new(Data::Bool(text.eq_ignore_ascii_case("true")));
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::new(Data::Nil);
    }
    if text == "0" {
        return Value::new(Data::Int64(0));
    }
    match text.parse() {
        Ok(number) if !text.starts_with('0') => Value::new(Data::Int64(number)),
        _ => Value::string(text),
    }
}
