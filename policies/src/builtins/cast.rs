//! Builtins that take a value of one type for one of another; OPA keeps them for older Rego.

use std::collections::BTreeSet;

use regorus::Value;

use super::{Builtin, builtin};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("cast_array", 1, |args| Ok(match args {
        [list @ Value::Array(_)] => list.clone(),
        [Value::Set(items)] => Value::from(items.iter().cloned().collect::<Vec<_>>()),
        _ => Value::Undefined,
    })),
    builtin!("cast_boolean", 1, |args| Ok(only(args, |value| matches!(value, Value::Bool(_))))),
    builtin!("cast_null", 1, |args| Ok(only(args, |value| matches!(value, Value::Null)))),
    builtin!("cast_object", 1, |args| Ok(only(args, |value| matches!(value, Value::Object(_))))),
    builtin!("cast_set", 1, |args| Ok(match args {
        [set @ Value::Set(_)] => set.clone(),
        [Value::Array(items)] => Value::from(items.iter().cloned().collect::<BTreeSet<_>>()),
        _ => Value::Undefined,
    })),
    builtin!("cast_string", 1, |args| Ok(only(args, |value| matches!(value, Value::String(_))))),
];

fn only(args: &[Value], is: fn(&Value) -> bool) -> Value {
    args.first().filter(|value| is(value)).cloned().unwrap_or(Value::Undefined)
}
