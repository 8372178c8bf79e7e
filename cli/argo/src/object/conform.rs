//! Makes a value be of a shape: wrong types are reported, unknown fields and zeros dropped, as Kubernetes and Argo CD do.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Str, Value};
use portcullis_source::{OriginId, Trace};

use super::{
    Shared,
    fields::{Field, Presence, Shape},
};
use crate::{
    Version,
    fault::{Fact, Fault},
    parameters::print,
    template::span_of,
};

/// A value of the wrong type.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch {
    /// The path and the type that is wanted.
    message: String,
    /// Whether a string is wanted and a scalar was given, which is a matter of quotes: the value is converted, as Argo CD's own reading
    /// of YAML does, although the API server refuses it.
    pub(crate) unquoted: bool,
    origin: OriginId,
}

impl Mismatch {
    /// The fault, with its place.
    pub(crate) fn fault(self, trace: &Trace) -> Fault {
        let fault = Fact::new(self.message.trim_start_matches('.')).at(span_of(trace, self.origin));
        fault.hint(if self.unquoted { "quote it" } else { "Argo CD refuses the whole object; write the field as the type that it must be" })
    }
}

/// The value with only what its shape knows; what is of the wrong type is left out and reported.
pub(crate) fn conform(value: &Value, shape: &Shape, path: &str, wrong: &mut Vec<Mismatch>) -> Option<Value> {
    let data = match (shape, &value.data) {
        (_, Data::Nil) => return None,
        (Shape::Free, _)
        | (Shape::String | Shape::IntOrString, Data::String(_))
        | (Shape::Bool, Data::Bool(_))
        | (Shape::Int | Shape::IntOrString, Data::Int(_) | Data::Int64(_)) => value.data.clone(),
        (Shape::Int | Shape::IntOrString, Data::Float(number)) if number.fract() == 0.0 && number.abs() < 9e15 => Data::Int(*number as i64),
        (Shape::List(item), Data::List(list)) => {
            let items = list.items().iter().enumerate();
            let items = items.filter_map(|(index, value)| conform(value, item, &format!("{path}[{index}]"), wrong).map(Value::boxed));
            Data::List(List::Any(Rc::new(items.collect())))
        }
        (Shape::Map(item), Data::Map(map)) => {
            let mut entries = BTreeMap::new();
            for (key, value) in map.entries.borrow().iter() {
                if let Some(made) = conform(value, item, &format!("{path}.{key}"), wrong) {
                    entries.insert(Arc::clone(key), made.boxed());
                }
            }
            return Some(Value { data: Value::map(entries).data, ..value.clone() });
        }
        (Shape::Struct(fields), Data::Map(map)) => {
            let known = |field: &Field| {
                let made = conform(&map.get(field.name)?, &field.shape, &format!("{path}.{}", field.name), wrong)?;
                Some((Arc::from(field.name), made.boxed()))
            };
            let entries: BTreeMap<Arc<str>, Value> = fields.iter().filter_map(known).collect();
            return Some(Value { data: Value::map(entries).data, ..value.clone() });
        }
        (Shape::String, Data::Bool(_) | Data::Int(_) | Data::Int64(_) | Data::Float(_)) => {
            let message = format!("{path} must be a string, but is {}", print(value));
            wrong.push(Mismatch { message, unquoted: true, origin: value.origin });
            Data::String(Str::from(print(value)))
        }
        (shape, _) => {
            wrong.push(Mismatch { message: format!("{path} must be {}", wanted(shape)), unquoted: false, origin: value.origin });
            return None;
        }
    };
    Some(Value { data, ..value.clone() })
}

fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::String => "a string",
        Shape::Bool => "true or false",
        Shape::Int => "an integer",
        Shape::IntOrString => "an integer or a string",
        Shape::Free => "anything",
        Shape::List(_) => "a list",
        Shape::Map(_) | Shape::Struct(_) => "a map",
    }
}

/// The value without the zeros that a version of Argo CD does not write, and with those that it always does.
pub(crate) fn trim(value: &Value, shape: &Shape, version: Version, shared: &mut Shared) -> Value {
    match shape {
        Shape::Struct(fields) => shared.trimmed(value, fields, |shared| trimmed(value, shape, version, shared)),
        _ => trimmed(value, shape, version, shared),
    }
}

fn trimmed(value: &Value, shape: &Shape, version: Version, shared: &mut Shared) -> Value {
    let data = match (shape, &value.data) {
        (Shape::Struct(fields), Data::Map(map)) => {
            let given = map.entries.borrow();
            let mut entries = BTreeMap::new();
            for field in *fields {
                let (key, made) = given.get_key_value(field.name).unzip();
                let made = made.map(|value| trim(value, &field.shape, version, shared));
                let made = match field.presence {
                    Presence::Given => made,
                    Presence::GivenSince34 if version >= (Version { major: 3, minor: 4 }) => made,
                    Presence::GivenSince34 | Presence::NonZero => made.filter(|value| !is_zero(value)),
                    Presence::Always => Some(made.unwrap_or_else(|| zero(&field.shape).from(value.origin))),
                };
                entries.extend(made.map(|made| (key.map_or_else(|| Arc::from(field.name), Arc::clone), made.boxed())));
            }
            Value::map(entries).data
        }
        (Shape::List(item), Data::List(list)) => {
            Data::List(List::Any(Rc::new(list.items().iter().map(|value| trim(value, item, version, shared).boxed()).collect())))
        }
        _ => value.data.clone(),
    };
    Value { data, ..value.clone() }
}

fn zero(shape: &Shape) -> Value {
    match shape {
        Shape::String => Value::string(""),
        Shape::Bool => Value::new(Data::Bool(false)),
        Shape::Int | Shape::IntOrString => Value::new(Data::Int(0)),
        Shape::Free => Value::invalid(),
        Shape::List(_) => Value::list(Vec::new()),
        Shape::Map(_) | Shape::Struct(_) => Value::map(BTreeMap::new()),
    }
}

/// Whether a value is the zero of its type.
pub(super) fn is_zero(value: &Value) -> bool {
    !value.truth()
}
