//! Builtins over lists.

use regorus::Value;

use super::{Builtin, Done, Excess, builtin, within};
use crate::engine::{arithmetic::plus, walks};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("all", 1, |args| Ok(over(args, |items| items.iter().all(|item| **item == Value::Bool(true))))),
    builtin!("any", 1, |args| Ok(over(args, |items| items.iter().any(|item| **item == Value::Bool(true))))),
    builtin!("array.concat", 2, concat),
    builtin!("array.flatten", 1, flatten),
    builtin!("numbers.range", 2, range),
    builtin!("sum", 1, |args| Ok(sum(args))),
    builtin!("numbers.range_step", 3, range),
];

/// What holds of the items of a list or a set; undefined of anything else.
fn over(args: &[Value], holds: impl Fn(&[&Value]) -> bool) -> Value {
    items(args.first()).map_or(Value::Undefined, |items| Value::Bool(holds(&items)))
}

/// The items of a list or a set.
pub(super) fn items(value: Option<&Value>) -> Option<Vec<&Value>> {
    match value {
        Some(Value::Array(items)) => Some(items.iter().collect()),
        Some(Value::Set(items)) => Some(items.iter().collect()),
        _ => None,
    }
}

fn sum(args: &[Value]) -> Value {
    let Some(items) = items(args.first()) else { return Value::Undefined };
    items.into_iter().fold(Value::from(0_u64), |made, item| plus(&[made, item.clone()]))
}

fn concat(args: &[Value]) -> Done {
    let [Value::Array(left), Value::Array(right)] = args else { return Ok(Value::Undefined) };
    within(left.len() + right.len(), Excess::ITEMS)?;
    Ok(Value::from(left.iter().chain(right.iter()).cloned().collect::<Vec<_>>()))
}

/// Lists within a list, opened; not those within these.
fn flatten(args: &[Value]) -> Done {
    let [Value::Array(items)] = args else { return Ok(Value::Undefined) };
    let mut flat = Vec::new();
    for item in items.iter() {
        match item {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
        within(flat.len(), Excess::ITEMS)?;
    }
    Ok(Value::from(flat))
}

/// Whole numbers from the first to the second, both included, by steps of the third.
fn range(args: &[Value]) -> Done {
    let whole = |value: Option<&Value>| value.and_then(|value| value.as_i64().ok());
    let (Some(from), Some(to)) = (whole(args.first()), whole(args.get(1))) else { return Ok(Value::Undefined) };
    // Whoever walks too deep says so by a range that no other rule could want.
    if to == walks::TOO_DEEP {
        return Err(Excess::DEPTH);
    }
    let step = match args.get(2) {
        None => 1,
        Some(step) => whole(Some(step)).filter(|step| *step > 0).unwrap_or(0),
    };
    let Some(count) = from.abs_diff(to).checked_div(step.unsigned_abs()) else { return Ok(Value::Undefined) };
    within(usize::try_from(count).unwrap_or(usize::MAX), Excess::ITEMS)?;
    let step = if from <= to { step } else { -step };
    let mut found = Vec::new();
    let mut next = Some(from);
    while let Some(number) = next.filter(|number| if step > 0 { *number <= to } else { *number >= to }) {
        found.push(Value::from(number));
        next = number.checked_add(step);
    }
    Ok(Value::from(found))
}
