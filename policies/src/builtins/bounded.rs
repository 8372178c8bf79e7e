//! Builtins of regorus' own with an end: what they are handed is looked at first.

use regorus::Value;

use super::{Builtin, Done, Excess, MAX_TEXT, builtin, regorus, text, within};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("bits.lsh", 2, shift),
    builtin!("json.marshal", 1, |args| Ok(escaped(&sized("json.marshal", args, written(args))?))),
    builtin!("yaml.marshal", 1, |args| sized("yaml.marshal", args, written(args))),
    builtin!("base64.encode", 1, |args| sized("base64.encode", args, texts(args))),
    builtin!("base64url.encode", 1, |args| sized("base64url.encode", args, texts(args))),
    builtin!("hex.encode", 1, |args| sized("hex.encode", args, texts(args))),
    builtin!("urlquery.encode", 1, |args| sized("urlquery.encode", args, texts(args))),
];

/// Go escapes in JSON what means something in HTML.
fn escaped(made: &Value) -> Value {
    let Value::String(json) = made else { return made.clone() };
    if !json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return made.clone();
    }
    let mut out = String::with_capacity(json.len() + 16);
    for letter in json.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            other => out.push(other),
        }
    }
    text(&out)
}

fn sized(name: &str, args: &[Value], size: usize) -> Done {
    within(size, Excess::BYTES)?;
    Ok(regorus(name, args))
}

fn shift(args: &[Value]) -> Done {
    let by = args.get(1).and_then(|by| by.as_i64().ok());
    within(by.map_or(0, |by| usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX)), Excess::ITEMS)?;
    Ok(regorus("bits.lsh", args))
}

/// All texts that something is handed, be it in lists.
fn texts(args: &[Value]) -> usize {
    let length = |value: &Value| match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().filter_map(|item| item.as_string().ok()).map(|text| text.len()).sum(),
        _ => 0,
    };
    args.iter().map(length).sum()
}

/// What a value has of texts and members, as far as that is not too much already.
fn written(args: &[Value]) -> usize {
    let (mut left, mut size) = (args.iter().collect::<Vec<_>>(), 0_usize);
    while let Some(value) = left.pop() {
        size = size.saturating_add(1);
        match value {
            Value::String(text) => size = size.saturating_add(text.len()),
            Value::Array(items) => left.extend(items.iter()),
            Value::Set(items) => left.extend(items.iter()),
            Value::Object(members) => members.iter().for_each(|(key, value)| left.extend([key, value])),
            _ => {}
        }
        if size > MAX_TEXT {
            break;
        }
    }
    size
}
