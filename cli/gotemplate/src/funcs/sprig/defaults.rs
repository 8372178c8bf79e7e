//! Choosing between values; the chosen one keeps what it came from.

use crate::{
    Call, Data, Failure, Function, Param, Value,
    funcs::argument::{Args, kind},
};

/// What is empty, what stands in for it, and reflection on types.
pub const FUNCTIONS: &[Function] = &[
    Function::variadic("default", &[Param::Any], Param::Any, default),
    Function::fixed("empty", &[Param::Any], empty),
    Function::variadic("coalesce", &[], Param::Any, coalesce),
    Function::variadic("all", &[], Param::Any, |call, args| test(call, args, |args| args.iter().all(|value| !is_empty(value)))),
    Function::variadic("any", &[], Param::Any, |call, args| test(call, args, |args| args.iter().any(|value| !is_empty(value)))),
    Function::fixed("ternary", &[Param::Any, Param::Any, Param::Bool], ternary),
];

/// Go's zero values and whatever has no elements.
pub(crate) fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::Object(object) => {
            object.kind() == "complex128" && object.is_zero()
                || matches!(kind(value), "map" | "slice") && object.items().is_some_and(|items| !items.truth())
        }
        _ => !value.truth(),
    }
}

fn default(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let default = args.any();
    Ok(match args.rest().into_iter().next() {
        Some(given) if is_empty(&given) => call.chosen(default, &[given]),
        Some(given) => given,
        None => default,
    })
}

fn empty(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    test(call, args, |args| args.iter().all(is_empty))
}

fn coalesce(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut passed = Vec::new();
    for value in Args::new(args).rest() {
        if !is_empty(&value) {
            return Ok(call.chosen(value, &passed));
        }
        passed.push(value);
    }
    Ok(call.chosen(Value::invalid(), &passed))
}

fn ternary(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let by = args.get(2).cloned();
    let mut args = Args::new(args);
    let (yes, no) = (args.any(), args.any());
    let chosen = if args.truth() { yes } else { no };
    Ok(call.chosen(chosen, by.as_slice()))
}

fn test(call: &mut Call<'_, '_>, args: Vec<Value>, holds: fn(&[Value]) -> bool) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::new(Data::Bool(holds(&args))).from(origin))
}
