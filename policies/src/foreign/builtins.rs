//! Builtins that OPA still has for older Rego, and regorus has not, and those that it has in another way.

use regex::Regex;
use regorus::Value;

use super::sprintf::sprintf;

/// The largest pattern, compiled.
const MAX_PATTERN: usize = 1 << 20;

/// Adds `any`, `all`, `re_match` and `sprintf` to an interpreter.
pub(super) fn extend(engine: &mut regorus::Engine) {
    let is_true = |value: &Value| *value == Value::Bool(true);
    // A second extension of a name is refused, and there is no first one.
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
    let formatted = |values: Vec<Value>| Ok(sprintf(&values).map_or(Value::Undefined, |text| Value::String(text.into())));
    let _ = engine.add_extension("sprintf".to_owned(), 2, Box::new(formatted));
    let _ = engine.add_extension("re_match".to_owned(), 2, Box::new(|values| Ok(re_match(&values))));
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
