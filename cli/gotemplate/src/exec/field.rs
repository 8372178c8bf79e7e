//! Fields, keys and methods of values.

use std::{rc::Rc, sync::Arc};

use super::{
    call::Callee,
    fault::{At, Step},
    state::Exec,
};
use portcullis_source::OriginId;

use crate::{Data, Map, MapType, MissingKey, Object, Str, Value, ast};

/// What stands behind a field: where it is named, and what it is called with.
struct Use<'tree> {
    node: &'tree ast::Expr,
    arguments: &'tree [ast::Expr],
    passed: Option<Value>,
}

impl Use<'_> {
    fn has_arguments(&self) -> bool {
        !self.arguments.is_empty() || self.passed.is_some()
    }
}

impl<'tree> Exec<'_, '_, 'tree> {
    /// A chain of fields from a receiver on; only the last one may be called with arguments.
    pub(super) fn fields(
        &mut self,
        dot: &Value,
        receiver: Value,
        node: &'tree ast::Expr,
        names: &'tree [Arc<str>],
        arguments: &'tree [ast::Expr],
        passed: Option<Value>,
    ) -> Step<Value> {
        let Some((last, first)) = names.split_last() else { return Ok(receiver) };
        let mut receiver = receiver;
        for name in first {
            receiver = self.field(dot, receiver, name, Use { node, arguments: &[], passed: None })?;
        }
        self.field(dot, receiver, last, Use { node, arguments, passed })
    }

    /// The fields of a function's or pipeline's value.
    pub(super) fn chain(
        &mut self,
        dot: &Value,
        expr: &'tree ast::Expr,
        arguments: &'tree [ast::Expr],
        passed: Option<Value>,
    ) -> Step<Value> {
        self.at = At::Expr(expr);
        let ast::Expr::Chain { of, names, .. } = expr else { return Ok(Value::invalid()) };
        let receiver = self.argument(dot, of, None)?;
        self.fields(dot, receiver, expr, names, arguments, passed)
    }

    fn field(&mut self, dot: &Value, receiver: Value, name: &str, usage: Use<'tree>) -> Step<Value> {
        match &receiver.data {
            Data::Nil if receiver.boxed => Err(self.fault(format_args!("nil pointer evaluating interface {{}}.{name}"))),
            Data::Nil if self.machine.settings.missing_key == MissingKey::Error => {
                Err(self.fault(format_args!("nil data; no entry for key {name:?}")))
            }
            Data::Nil => Ok(receiver),
            Data::Map(map) => self.key(&receiver, map, name, &usage),
            Data::Object(object) => {
                let object = Rc::clone(object);
                self.member(dot, &receiver, &object, name, usage)
            }
            Data::Bool(_)
            | Data::Int(_)
            | Data::Int64(_)
            | Data::Uint8(_)
            | Data::Float(_)
            | Data::String(_)
            | Data::Bytes(_)
            | Data::List(_) => Err(self.no_field(&receiver, name)),
        }
    }

    fn no_field(&self, receiver: &Value, name: &str) -> Box<crate::Failure> {
        let of = if receiver.boxed { "interface {}" } else { receiver.type_name() };
        self.fault(format_args!("can't evaluate field {name} in type {of}"))
    }

    /// The element of a map; what is missing comes from the null that took it away, else from where the map does.
    fn key(&mut self, receiver: &Value, map: &Map, name: &str, usage: &Use<'_>) -> Step<Value> {
        if usage.has_arguments() {
            return Err(self.fault(format_args!("{name} is not a method but has arguments")));
        }
        let value = match (map.get(name), self.machine.settings.missing_key) {
            (Some(value), _) => Value { boxed: map.kind != MapType::Strings, ..value },
            (None, MissingKey::Invalid) => Value::invalid(),
            (None, MissingKey::Zero) => zero_element(map.kind),
            (None, MissingKey::Error) => return Err(self.fault(format_args!("map has no entry for key {name:?}"))),
        };
        let origin = match (value.origin, &value.data) {
            // The root and its values come from nowhere else, whatever they were handed on with.
            (OriginId::NONE, Data::Map(Map { kind: MapType::Named(_), .. })) => OriginId::NONE,
            (OriginId::NONE, _) => self.null_of(receiver, map, name).unwrap_or(receiver.origin),
            (known, _) => self.machine.part_of(receiver.origin, known),
        };
        Ok(value.from(origin))
    }

    /// The null of a values layer that took a key away.
    fn null_of(&self, receiver: &Value, map: &Map, name: &str) -> Option<OriginId> {
        let of_values = !receiver.origin.is_none() || matches!(map.kind, MapType::Named(_));
        of_values.then(|| self.machine.trace.removed(receiver.origin, name)).flatten()
    }

    /// A method, field or key of an object.
    fn member(&mut self, dot: &Value, receiver: &Value, object: &Rc<dyn Object>, name: &str, usage: Use<'tree>) -> Step<Value> {
        if object.has_method(name) {
            let callee = Callee::Method { object: Rc::clone(object), name };
            let value = self.call(dot, &callee, At::Expr(usage.node), usage.arguments, usage.passed)?;
            let origin = if value.origin.is_none() { receiver.origin } else { value.origin };
            return Ok(value.from(origin));
        }
        if let Some(value) = object.field(name) {
            if usage.has_arguments() {
                return Err(self.fault(match object.kind() {
                    "map" => format!("{name} is not a method but has arguments"),
                    _ => format!("{name} has arguments but cannot be invoked as function"),
                }));
            }
            let origin = if value.origin.is_none() { receiver.origin } else { value.origin };
            return Ok(value.from(origin));
        }
        match object.items() {
            Some(Value { data: Data::Map(map), .. }) => self.key(receiver, &map, name, &usage),
            Some(_) | None => Err(self.no_field(receiver, name)),
        }
    }
}

/// Go's zero of the elements of a map.
pub(crate) fn zero_element(kind: MapType) -> Value {
    match kind {
        MapType::Any | MapType::Named(_) => Value::invalid().boxed(),
        MapType::Strings => Value::new(Data::String(Str::from(""))),
    }
}
