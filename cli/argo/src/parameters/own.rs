//! Copies of parameters, since templates may change the maps that they are given.

use std::rc::Rc;

use portcullis_gotemplate::{Data, List, Map, Value};

/// A copy that shares no map with the original.
pub(crate) fn own(value: &Value) -> Value {
    let data = match &value.data {
        Data::Map(map) => Data::Map(own_map(map)),
        Data::List(List::Any(items)) => Data::List(List::Any(Rc::new(items.iter().map(own).collect()))),
        other => other.clone(),
    };
    Value { data, ..value.clone() }
}

/// The same of a map.
pub(crate) fn own_map(map: &Map) -> Map {
    Map::new(map.kind, map.entries.borrow().iter().map(|(key, value)| (key.clone(), own(value))).collect())
}
