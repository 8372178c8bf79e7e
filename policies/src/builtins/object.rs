//! Builtins over objects.

use regorus::Value;

use super::{Builtin, builtin};

pub(super) const BUILTINS: &[Builtin] = &[builtin!("object.subset", 2, |args| Ok(match args {
    [Value::Array(whole), Value::Set(part)] => Value::Bool(part.iter().all(|item| whole.iter().any(|other| other == item))),
    [whole @ (Value::Object(_) | Value::Set(_) | Value::Array(_)), part] if is_of_a_kind(whole, part) => Value::Bool(has(whole, part)),
    _ => Value::Undefined,
}))];

fn is_of_a_kind(a: &Value, b: &Value) -> bool {
    matches!((a, b), (Value::Object(_), Value::Object(_)) | (Value::Set(_), Value::Set(_)) | (Value::Array(_), Value::Array(_)))
}

/// Whether one value is part of another: objects by their keys, sets by their items, lists by what stands side by side.
fn has(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, inner)| whole.get(key).is_some_and(|value| value == inner || has(value, inner)))
        }
        (Value::Set(whole), Value::Set(part)) => part.iter().all(|item| whole.contains(item)),
        (Value::Array(whole), Value::Array(part)) => {
            let (whole, part) = (whole.iter().collect::<Vec<_>>(), part.iter().collect::<Vec<_>>());
            part.is_empty() || whole.windows(part.len()).any(|window| window == part.as_slice())
        }
        (whole, part) => whole == part,
    }
}
