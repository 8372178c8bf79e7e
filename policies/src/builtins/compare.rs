//! The operators of Rego by the names that OPA has for them, and by names that no policy takes for its own rules (`../rego/sums.rs`).

use std::collections::BTreeSet;

use regorus::Value;

use super::{Builtin, builtin};
use crate::engine::arithmetic::{difference, minus, plus, product, quotient, rest};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("and", 2, |args| Ok(match args {
        [Value::Set(a), Value::Set(b)] => Value::from(a.iter().filter(|item| b.contains(item)).cloned().collect::<BTreeSet<_>>()),
        _ => Value::Undefined,
    })),
    builtin!("div", 2, |args| Ok(quotient(args))),
    builtin!("equal", 2, |args| Ok(compared(args, |a, b| a == b))),
    builtin!("gt", 2, |args| Ok(compared(args, |a, b| a > b))),
    builtin!("gte", 2, |args| Ok(compared(args, |a, b| a >= b))),
    builtin!("lt", 2, |args| Ok(compared(args, |a, b| a < b))),
    builtin!("lte", 2, |args| Ok(compared(args, |a, b| a <= b))),
    builtin!("minus", 2, |args| Ok(minus(args))),
    builtin!("mul", 2, |args| Ok(product(args))),
    builtin!("neq", 2, |args| Ok(compared(args, |a, b| a != b))),
    builtin!("or", 2, |args| Ok(match args {
        [Value::Set(a), Value::Set(b)] => Value::from(a.iter().chain(b.iter()).cloned().collect::<BTreeSet<_>>()),
        _ => Value::Undefined,
    })),
    builtin!("plus", 2, |args| Ok(plus(args))),
    builtin!("portcullis.div", 2, |args| Ok(quotient(args))),
    builtin!("portcullis.minus", 2, |args| Ok(minus(args))),
    builtin!("portcullis.mul", 2, |args| Ok(product(args))),
    builtin!("portcullis.plus", 2, |args| Ok(plus(args))),
    builtin!("portcullis.rem", 2, |args| Ok(rest(args))),
    builtin!("rem", 2, |args| Ok(rest(args))),
    builtin!("trace", 1, |_| Ok(Value::Bool(true))),
    builtin!("set_diff", 2, |args| Ok(difference(args))),
];

fn compared(args: &[Value], holds: fn(&Value, &Value) -> bool) -> Value {
    match args {
        [a, b] => Value::Bool(holds(a, b)),
        _ => Value::Undefined,
    }
}
