//! Numbers; everything that takes any value converts it first.

use std::rc::Rc;

use crate::{
    Call, Data, Failure, Function, List, Param, Value,
    format::{parse_int, value_text},
    funcs::{
        argument::{Args, Text},
        cast::{to_float, to_int},
    },
};

const ONE: &[Param] = &[Param::Any];
const TWO: &[Param] = &[Param::Any, Param::Any];

/// How many numbers `until` and `seq` may count.
const MAX_COUNT: u64 = 1_000_000;

/// Conversion, arithmetic on integers, rounding and counting.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("int", ONE, |call, args| whole(call, args, |args| Ok(Data::Int(first(args))))),
    Function::fixed("int64", ONE, |call, args| whole(call, args, |args| Ok(Data::Int64(first(args))))),
    Function::fixed("float64", ONE, |call, args| whole(call, args, |args| Ok(Data::Float(args.first().map_or(0.0, to_float))))),
    Function::fixed("atoi", &[Param::String], |call, args| whole(call, args, |args| Ok(Data::Int(digits(args, 10))))),
    Function::fixed("toDecimal", ONE, |call, args| whole(call, args, |args| Ok(Data::Int64(digits(args, 8))))),
    Function::fixed("add1", ONE, |call, args| whole(call, args, |args| Ok(Data::Int64(first(args).wrapping_add(1))))),
    Function::variadic("add", &[], Param::Any, |call, args| fold(call, args, i64::wrapping_add)),
    Function::fixed("sub", TWO, |call, args| fold(call, args, i64::wrapping_sub)),
    Function::variadic("mul", ONE, Param::Any, |call, args| fold(call, args, i64::wrapping_mul)),
    Function::fixed("div", TWO, |call, args| divide(call, args, i64::wrapping_div)),
    Function::fixed("mod", TWO, |call, args| divide(call, args, i64::wrapping_rem)),
    Function::variadic("max", ONE, Param::Any, |call, args| fold(call, args, i64::max)),
    Function::variadic("biggest", ONE, Param::Any, |call, args| fold(call, args, i64::max)),
    Function::variadic("min", ONE, Param::Any, |call, args| fold(call, args, i64::min)),
    Function::variadic("maxf", ONE, Param::Any, |call, args| fold_floats(call, args, f64::max)),
    Function::variadic("minf", ONE, Param::Any, |call, args| fold_floats(call, args, f64::min)),
    Function::fixed("floor", ONE, |call, args| fold_floats(call, args, f64::max).map(|value| change(value, f64::floor))),
    Function::fixed("ceil", ONE, |call, args| fold_floats(call, args, f64::max).map(|value| change(value, f64::ceil))),
    Function::variadic("round", &[Param::Any, Param::Int], Param::Float, round),
    Function::fixed("until", &[Param::Int], until),
    Function::fixed("untilStep", &[Param::Int, Param::Int, Param::Int], until_step),
    Function::variadic("seq", &[], Param::Int, seq),
];

fn whole(call: &mut Call<'_, '_>, args: Vec<Value>, make: fn(&[Value]) -> Result<Data, Failure>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::new(make(&args)?).from(origin))
}

fn first(args: &[Value]) -> i64 {
    args.first().map_or(0, to_int)
}

fn digits(args: &[Value], base: u32) -> i64 {
    let text = args.first().map(|value| Text::of(&value_text(value)));
    text.and_then(|text| parse_int(&text.lossy(), base).ok()).unwrap_or(0)
}

fn fold(call: &mut Call<'_, '_>, args: Vec<Value>, combine: fn(i64, i64) -> i64) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let number = args.iter().map(to_int).reduce(combine).unwrap_or(0);
    Ok(Value::new(Data::Int64(number)).from(origin))
}

fn divide(call: &mut Call<'_, '_>, args: Vec<Value>, combine: fn(i64, i64) -> i64) -> Result<Value, Failure> {
    if args.get(1).map_or(0, to_int) == 0 {
        return Err(Failure::new("runtime error: integer divide by zero"));
    }
    fold(call, args, combine)
}

fn fold_floats(call: &mut Call<'_, '_>, args: Vec<Value>, combine: fn(f64, f64) -> f64) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let number =
        args.iter().map(to_float).reduce(|left, right| if left.is_nan() || right.is_nan() { f64::NAN } else { combine(left, right) });
    Ok(Value::new(Data::Float(number.unwrap_or(0.0))).from(origin))
}

fn change(value: Value, apply: fn(f64) -> f64) -> Value {
    match value.data {
        Data::Float(number) => Value { data: Data::Float(apply(number)), ..value },
        _ => value,
    }
}

fn round(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (value, places) = (to_float(&args.any()), args.int());
    let from = args.rest().first().map_or(0.5, to_float);
    let power = 10.0_f64.powi(i32::try_from(places).unwrap_or(i32::MAX));
    let shifted = power * value;
    let rounded = if shifted.fract() >= from { shifted.ceil() } else { shifted.floor() };
    Ok(Value::new(Data::Float(rounded / power)).from(origin))
}

fn counted(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Failure> {
    let down = stop < start;
    if step == 0 || down != (step < 0) {
        return Ok(Vec::new());
    }
    let count = start.abs_diff(stop).div_ceil(step.unsigned_abs());
    if count > MAX_COUNT {
        return Err(Failure::limit(format!("counting {count} numbers is more than the limit of {MAX_COUNT}")));
    }
    Ok((0..count as i64).map(|index| start + index * step).collect())
}

fn ints(numbers: Vec<i64>) -> Value {
    let items = numbers.into_iter().map(|number| Value::new(Data::Int(number))).collect();
    Value::new(Data::List(List::Ints(Rc::new(items))))
}

fn until(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let count = Args::new(args).int();
    Ok(ints(counted(0, count, if count < 0 { -1 } else { 1 })?).from(origin))
}

fn until_step(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    Ok(ints(counted(args.int(), args.int(), args.int())?).from(origin))
}

fn seq(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let numbers: Vec<i64> = args.iter().map(to_int).collect();
    let toward = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let counted = match *numbers.as_slice() {
        [end] => counted(1, end.saturating_add(toward(1, end)), toward(1, end))?,
        [start, end] => counted(start, end.saturating_add(toward(start, end)), toward(start, end))?,
        [start, step, end] if end < start && step > 0 => counted(start, start, 1)?,
        [start, step, end] => counted(start, end.saturating_add(toward(start, end)), step)?,
        _ => Vec::new(),
    };
    let text: Vec<String> = counted.iter().map(i64::to_string).collect();
    Ok(Value::string(text.join(" ")).from(origin))
}
