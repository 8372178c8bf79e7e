//! Builtins that OPA still has for older Rego, and regorus has not, and those that it has in another way or without an end.

use regex::Regex;
use regorus::Value;

use super::sprintf::{MAX_TEXT, TooLong, sprintf};

/// The largest pattern, compiled.
const MAX_PATTERN: usize = 1 << 20;

/// The longest list that a builtin makes: no deadline is looked at while it does.
const MAX_LIST: usize = 1 << 16;

/// A builtin that would make too much.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} makes more than {most} {what}")]
struct Endless {
    name: &'static str,
    most: usize,
    what: &'static str,
}

type Result = std::result::Result<Value, Endless>;

/// Adds `any`, `all`, `re_match` and `sprintf` to an interpreter, and those that make much of little, with an end.
pub(crate) fn extend(engine: &mut regorus::Engine) {
    let is_true = |value: &Value| *value == Value::Bool(true);
    let mut add = |name: &str, count: u8, builtin: fn(&[Value]) -> Result| {
        // A second extension of a name is refused, and there is no first one.
        let _ = engine.add_extension(name.to_owned(), count, Box::new(move |values: Vec<Value>| Ok(builtin(&values)?)));
    };
    add("sprintf", 2, |values| match sprintf(values) {
        Ok(text) => Ok(text.map_or(Value::Undefined, |text| Value::String(text.into()))),
        Err(TooLong) => Err(Endless { name: "sprintf", most: MAX_TEXT, what: BYTES }),
    });
    add("re_match", 2, |values| Ok(re_match(values)));
    add("concat", 2, concat);
    add("replace", 3, replace);
    add("array.concat", 2, array_concat);
    add("numbers.range", 2, |values| range(values, "numbers.range"));
    add("numbers.range_step", 3, |values| range(values, "numbers.range_step"));
    let _ = engine.add_extension(
        "any".to_owned(),
        1,
        Box::new(move |values| Ok(over(&values, |items| items.iter().any(|item| is_true(item))))),
    );
    let _ = engine.add_extension(
        "all".to_owned(),
        1,
        Box::new(move |values| Ok(over(&values, |items| items.iter().all(|item| is_true(item))))),
    );
}

fn concat(values: &[Value]) -> Result {
    let [Value::String(between), list] = values else { return Ok(Value::Undefined) };
    let items: Vec<&Value> = match list {
        Value::Array(items) => items.iter().collect(),
        Value::Set(items) => items.iter().collect(),
        _ => return Ok(Value::Undefined),
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let Value::String(text) = item else { return Ok(Value::Undefined) };
        texts.push(&**text);
    }
    let length = texts.iter().map(|text| text.len() + between.len()).sum();
    within("concat", length, (MAX_TEXT, BYTES))?;
    Ok(Value::String(texts.join(&**between).into()))
}

fn replace(values: &[Value]) -> Result {
    let [Value::String(text), Value::String(old), Value::String(new)] = values else { return Ok(Value::Undefined) };
    let count = text.matches(&**old).count();
    within("replace", text.len() + count * new.len(), (MAX_TEXT, BYTES))?;
    Ok(Value::String(text.replace(&**old, new).into()))
}

fn array_concat(values: &[Value]) -> Result {
    let [Value::Array(left), Value::Array(right)] = values else { return Ok(Value::Undefined) };
    within("array.concat", left.len() + right.len(), (MAX_LIST, ITEMS))?;
    Ok(Value::from(left.iter().chain(right.iter()).cloned().collect::<Vec<_>>()))
}

/// Whole numbers from the first to the second, both included, by steps of the third.
fn range(values: &[Value], name: &'static str) -> Result {
    let whole = |value: Option<&Value>| value.and_then(|value| value.as_i64().ok());
    let (Some(from), Some(to)) = (whole(values.first()), whole(values.get(1))) else { return Ok(Value::Undefined) };
    let step = match values.get(2) {
        None => 1,
        Some(step) => whole(Some(step)).filter(|step| *step > 0).unwrap_or(0),
    };
    let Some(count) = from.abs_diff(to).checked_div(step.unsigned_abs()) else { return Ok(Value::Undefined) };
    within(name, usize::try_from(count).unwrap_or(usize::MAX), (MAX_LIST, ITEMS))?;
    let step = if from <= to { step } else { -step };
    let mut found = Vec::new();
    let mut next = Some(from);
    while let Some(number) = next.filter(|number| if step > 0 { *number <= to } else { *number >= to }) {
        found.push(Value::from(number));
        next = number.checked_add(step);
    }
    Ok(Value::from(found))
}

const BYTES: &str = "bytes";
const ITEMS: &str = "items";

fn within(name: &'static str, length: usize, (most, what): (usize, &'static str)) -> std::result::Result<(), Endless> {
    if length > most { Err(Endless { name, most, what }) } else { Ok(()) }
}

/// What holds of the items of a list or a set; undefined of anything else.
fn over(values: &[Value], holds: impl Fn(&[&Value]) -> bool) -> Value {
    match values.first() {
        Some(Value::Array(items)) => Value::Bool(holds(&items.iter().collect::<Vec<_>>())),
        Some(Value::Set(items)) => Value::Bool(holds(&items.iter().collect::<Vec<_>>())),
        _ => Value::Undefined,
    }
}

fn re_match(values: &[Value]) -> Value {
    let [Value::String(pattern), Value::String(text)] = values else { return Value::Undefined };
    let compiled = regex::RegexBuilder::new(pattern).size_limit(MAX_PATTERN).build();
    compiled.map_or(Value::Undefined, |pattern: Regex| Value::Bool(pattern.is_match(text)))
}
