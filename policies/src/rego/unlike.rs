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
        let what = if kind == "Default" { of_default(rule) } else { of_head(rule.get("head")?) }?;
        let line = rule.pointer("/span/line").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok());
        Some((line.unwrap_or(1), what))
    })
}

fn of_default(rule: &Value) -> Option<&'static str> {
    let args = rule.get("args").and_then(Value::as_array)?;
    (!args.is_empty()).then_some("a default of a function: write what it is otherwise as its `else`")
}

/// A name in a head is one word; one with keys makes an object, of which the machine does not see the sets.
fn of_head(head: &Value) -> Option<&'static str> {
    let name = head.pointer("/Set/refr")?;
    name.get("Var").is_none().then_some("a set under a key: write an object with a comprehension, as `n := {k: s | …}`")
}
