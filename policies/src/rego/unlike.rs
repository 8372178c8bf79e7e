//! What people may write and the register machine does not read as OPA does, so that it is refused by name.

use serde_json::Value;

use super::outline::asts;

/// The first line of a text that the machine would read in its own way, and what stands there.
pub(crate) fn unlike(rego: &str) -> Option<(usize, &'static str)> {
    let mut engine = regorus::Engine::new();
    // What is no Rego is told where it is compiled.
    engine.add_policy("rule.rego".to_owned(), rego.to_owned()).ok()?;
    let trees = asts(&engine).ok()?;
    let rules = trees.first()?.get("rules")?.as_array()?;
    rules.iter().find_map(|rule| {
        let (kind, rule) = rule.as_object()?.iter().next()?;
        let of_rule = if kind == "Default" { of_default(rule) } else { of_head(rule.get("head")?) };
        of_rule.map(|what| (line(rule), what)).or_else(|| pattern(rule))
    })
}

fn line(node: &Value) -> usize {
    node.pointer("/span/line").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok()).unwrap_or(1)
}

/// An object that is taken apart by naming variables in it: regorus takes it for the part of one that may have more keys.
pub(crate) fn pattern(node: &Value) -> Option<(usize, &'static str)> {
    let what = "an object with variables on the left: name its fields one by one, as `x := o.x`";
    match node {
        Value::Array(items) => items.iter().find_map(pattern),
        Value::Object(map) => map.iter().find_map(|(key, inner)| {
            let taken_apart: Vec<&Value> = match key.as_str() {
                "AssignExpr" if inner.get("op").and_then(Value::as_str) == Some("ColEq") => inner.get("lhs").into_iter().collect(),
                "SomeIn" => ["key", "value"].iter().filter_map(|key| inner.get(*key)).collect(),
                "Func" => inner.get("args").into_iter().collect(),
                _ => Vec::new(),
            };
            let found = taken_apart.into_iter().find_map(object).map(|line| (line, what));
            found.or_else(|| pattern(inner))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The line of an object with a variable in it.
fn object(node: &Value) -> Option<usize> {
    match node {
        Value::Array(items) => items.iter().find_map(object),
        Value::Object(map) => match map.get("Object") {
            Some(found) if has_variable(found) => Some(line(found)),
            _ => map.values().find_map(object),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn has_variable(node: &Value) -> bool {
    match node {
        Value::Array(items) => items.iter().any(has_variable),
        Value::Object(map) => map.contains_key("Var") || map.values().any(has_variable),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn of_default(rule: &Value) -> Option<&'static str> {
    let args = rule.get("args").and_then(Value::as_array)?;
    (!args.is_empty()).then_some("a default of a function: write what it is otherwise as its `else`")
}

/// A name in a head is one word; one with keys makes an object, of which the machine does not see the sets.
fn of_head(head: &Value) -> Option<&'static str> {
    if let Some(name) = head.pointer("/Set/refr") {
        return name.get("Var").is_none().then_some("a set under a key: write an object with a comprehension, as `n := {k: s | …}`");
    }
    let name = head.pointer("/Compr/refr")?;
    name.get("RefDot").map(|_| "a rule under a key: write one object, as `n := {k: v}`")
}
