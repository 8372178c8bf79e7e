//! Arithmetic of other people's Rego as calls: what cannot be reckoned is undefined in OPA, and an error in regorus' interpreter.

use serde_json::Value;

/// What an operator is called as a builtin.
const CALLS: [(&str, char, &str); 5] = [
    ("Add", '+', "portcullis.plus"),
    ("Sub", '-', "portcullis.minus"),
    ("Mul", '*', "portcullis.mul"),
    ("Div", '/', "portcullis.div"),
    ("Mod", '%', "portcullis.rem"),
];

/// The same text with calls for operators, of which the syntax tree is said as regorus writes it; none where it has none.
pub(crate) fn sums(text: &str, tree: &Value) -> Option<String> {
    let mut edits = Vec::new();
    find(text, tree, &mut edits);
    if edits.is_empty() {
        return None;
    }
    // What stands around another one begins before it.
    edits.sort_by_key(|edit| edit.start);
    let (mut made, mut at) = (String::with_capacity(text.len() + edits.len() * 16), 0);
    for Edit { start, end, new } in &edits {
        made.push_str(text.get(at..*start)?);
        made.push_str(new);
        at = *end;
    }
    made.push_str(text.get(at..)?);
    Some(made)
}

/// What takes the place of a range.
struct Edit {
    start: usize,
    end: usize,
    new: String,
}

fn find(text: &str, node: &Value, edits: &mut Vec<Edit>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| find(text, item, edits)),
        Value::Object(map) => {
            if let Some(found) = map.get("ArithExpr").and_then(|sum| edit(text, sum)) {
                edits.extend(found);
            }
            map.values().for_each(|inner| find(text, inner, edits));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The edits of one operation: parentheses around what it joins stay.
fn edit(text: &str, sum: &Value) -> Option<[Edit; 3]> {
    let named = sum.get("op").and_then(Value::as_str)?;
    let (_, sign, call) = CALLS.iter().find(|(name, ..)| *name == named)?;
    let (start, end) = (place(sum, "start")?, place(sum, "end")?);
    let left = place(sum.get("lhs")?.as_object()?.values().next()?, "end")?;
    let at = left + operator(text.get(left..end)?, *sign)?;
    Some([
        Edit { start, end: start, new: format!("{call}(") },
        Edit { start: at, end: at + sign.len_utf8(), new: ",".to_owned() },
        Edit { start: end, end, new: ")".to_owned() },
    ])
}

/// Where the operator stands in what follows its left side: behind parentheses, space and comments.
fn operator(text: &str, sign: char) -> Option<usize> {
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '#' => drop(letters.find(|(_, letter)| *letter == '\n')),
            ')' => {}
            letter if letter.is_whitespace() => {}
            letter => return (letter == sign).then_some(at),
        }
    }
    None
}

fn place(node: &Value, end: &str) -> Option<usize> {
    usize::try_from(node.pointer("/span")?.get(end)?.as_u64()?).ok()
}
