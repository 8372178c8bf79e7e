//! What a loop goes over: keys and elements of a value.

use std::{rc::Rc, sync::Arc};

use crate::{Data, List, MapType, Value};

/// The keys and elements of a value, in Go's order.
pub(crate) enum Items {
    None,
    Count { next: i64, end: i64, of: fn(i64) -> Data },
    List { list: List, next: usize },
    Map(std::vec::IntoIter<(Arc<str>, Value)>),
    Bytes { bytes: Arc<[u8]>, next: usize },
}

impl Items {
    /// The items of a value; none where Go can't iterate over it.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match &value.data {
            Data::Nil => Self::None,
            Data::Int(end) => Self::Count { next: 0, end: *end, of: Data::Int },
            Data::Int64(end) => Self::Count { next: 0, end: *end, of: Data::Int64 },
            Data::Uint8(end) => Self::Count { next: 0, end: i64::from(*end), of: |at| Data::Uint8(at as u8) },
            Data::Bytes(bytes) => Self::Bytes { bytes: Arc::clone(bytes), next: 0 },
            Data::List(list) => Self::List { list: list.clone(), next: 0 },
            Data::Map(map) => {
                let boxed = map.kind != MapType::Strings;
                let entries = map.entries.borrow();
                let copied: Vec<_> = entries.iter().map(|(key, value)| (Arc::clone(key), Value { boxed, ..value.clone() })).collect();
                Self::Map(copied.into_iter())
            }
            Data::Object(object) => Self::of(&Rc::clone(object).items()?)?,
            Data::Bool(_) | Data::Float(_) | Data::String(_) => return None,
        })
    }
}

impl Iterator for Items {
    type Item = (Value, Value);

    fn next(&mut self) -> Option<(Value, Value)> {
        let index = |at: usize| Value::new(Data::Int(at as i64));
        match self {
            Self::None => None,
            Self::Count { next, end, of } => {
                let at = *next;
                *next += 1;
                (at < *end).then(|| (Value::invalid(), Value::new(of(at))))
            }
            Self::List { list, next } => {
                let at = *next;
                *next += 1;
                let boxed = matches!(list, List::Any(_));
                list.items().get(at).map(|item| (index(at), Value { boxed, ..item.clone() }))
            }
            Self::Map(entries) => entries.next().map(|(key, value)| (Value::string(key), value)),
            Self::Bytes { bytes, next } => {
                let at = *next;
                *next += 1;
                bytes.get(at).map(|byte| (index(at), Value::new(Data::Uint8(*byte))))
            }
        }
    }
}
