//! Rego in which `walk`, which the register machine does not have, is a loop over what a function lists.
//!
//! `hoist.rs` leaves `walk(x, [path, value])` alone, of two new names; that becomes `some [path, value] in data.portcullis.walks.pairs(x)`.

use std::fmt::Write as _;

use serde_json::Value;

use super::defined::range;

/// How deep it goes.
pub(crate) const MAX_DEPTH: usize = 32;

/// The list that is asked for where something goes deeper: more than any list may have.
pub(crate) const TOO_DEEP: i64 = 1 << 40;

/// The package of the function.
pub(crate) const PACKAGE: &str = "portcullis.walks";

/// A change of a text: this range becomes that.
type Edit = (usize, usize, String);

/// The text with loops; none where nothing walks.
pub(crate) fn walks(text: &str, tree: &Value) -> Option<String> {
    let mut edits = Vec::new();
    find(text, tree, &mut edits);
    edits.sort_by_key(|(start, end, _)| (*start, *end));
    let mut changed = text.to_owned();
    for (start, end, with) in edits.iter().rev() {
        changed.replace_range(start..end, with);
    }
    (!edits.is_empty()).then_some(changed)
}

fn find(text: &str, node: &Value, edits: &mut Vec<Edit>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| find(text, item, edits)),
        Value::Object(map) => {
            edits.extend(map.get("Call").and_then(|call| walk(text, node, call)).into_iter().flatten());
            map.values().for_each(|inner| find(text, inner, edits));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn walk(text: &str, whole: &Value, call: &Value) -> Option<[Edit; 2]> {
    let place = range(text, call.get("fcn")?).filter(|place| text.get(place.clone()) == Some("walk"))?;
    let [of, pair] = call.get("params")?.as_array()?.as_slice() else { return None };
    let (of, end) = (range(text, of)?, range(text, whole)?.end);
    let pair = text.get(range(text, pair)?)?;
    Some([(place.start, of.start, format!("some {pair} in data.{PACKAGE}.pairs(")), (of.end, end, ")".to_owned())])
}

/// The function: level by level, since nothing may call itself.
pub(crate) fn module() -> String {
    let levels: Vec<String> = (0..MAX_DEPTH).map(|level| format!("level_{level}")).collect();
    let mut text = format!("package {PACKAGE}\n\npairs(a) := all if {{\n\tlevel_0 := [[[], a]]\n");
    for (level, above) in (1..).zip(&levels) {
        let _ = writeln!(text, "\tlevel_{level} := below({above})");
    }
    let _ = writeln!(text, "\tends(level_{MAX_DEPTH})\n\tall := [pair | some level in [{}]; some pair in level]\n}}", levels.join(", "));
    let _ =
        writeln!(text, "\nbelow(level) := [[array.concat(path, [key]), value] | some [path, above] in level; some key, value in above]");
    let _ = writeln!(text, "\nends(left) if count(left) == 0\n\nends(left) := numbers.range(0, {TOO_DEEP}) if count(left) > 0");
    text
}
