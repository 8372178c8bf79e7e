//! Builtins over texts.

use regorus::Value;

use super::{Builtin, Done, Excess, builtin, list::items, regorus, sprintf, text, within};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("concat", 2, concat),
    builtin!("indexof", 2, |args| Ok(found("indexof", args))),
    builtin!("indexof_n", 2, |args| Ok(found("indexof_n", args))),
    builtin!("lower", 1, |args| Ok(each(args, lower))),
    builtin!("replace", 3, replace),
    builtin!("sprintf", 2, |args| Ok(sprintf::sprintf(args)?.map_or(Value::Undefined, |made| text(&made)))),
    builtin!("strings.count", 2, |args| Ok(count(args))),
    builtin!("strings.replace_n", 2, replace_by_many),
    builtin!("strings.split_n", 3, split_n),
    builtin!("substring", 3, |args| Ok(substring(args))),
    builtin!("to_number", 1, |args| Ok(number(args))),
    builtin!("upper", 1, |args| Ok(each(args, upper))),
];

/// Where a text stands in another one; nothing stands nowhere.
fn found(name: &str, args: &[Value]) -> Value {
    match args {
        [_, Value::String(part)] if part.is_empty() => Value::Undefined,
        _ => regorus(name, args),
    }
}

fn each(args: &[Value], made: fn(char) -> char) -> Value {
    match args {
        [Value::String(whole)] => text(&whole.chars().map(made).collect::<String>()),
        _ => Value::Undefined,
    }
}

/// A letter for a letter, as Go has it.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn upper(letter: char) -> char {
    let mut made = letter.to_uppercase();
    made.next().filter(|_| made.next().is_none()).unwrap_or(letter)
}

fn count(args: &[Value]) -> Value {
    match args {
        [Value::String(whole), Value::String(part)] if part.is_empty() => Value::from(whole.chars().count() as u64 + 1),
        [Value::String(whole), Value::String(part)] => Value::from(whole.matches(&**part).count() as u64),
        _ => Value::Undefined,
    }
}

fn substring(args: &[Value]) -> Value {
    match args {
        [_, from, _] if from.as_i64().is_ok_and(|from| from >= 0) => regorus("substring", args),
        _ => Value::Undefined,
    }
}

/// A number has nothing around it.
fn number(args: &[Value]) -> Value {
    match args {
        [Value::String(written)] if written.trim() != &**written => Value::Undefined,
        _ => regorus("to_number", args),
    }
}

/// At each place the first that stands there, in the order of keys.
fn replace_by_many(args: &[Value]) -> Done {
    let [Value::Object(patterns), Value::String(whole)] = args else { return Ok(Value::Undefined) };
    let pairs = patterns.iter().map(|(old, new)| Some((old.as_string().ok()?, new.as_string().ok()?))).collect::<Option<Vec<_>>>();
    let Some(pairs) = pairs else { return Ok(Value::Undefined) };
    let (mut made, mut rest) = (String::new(), &**whole);
    while !rest.is_empty() {
        let here = pairs.iter().find(|(old, _)| !old.is_empty() && rest.starts_with(&***old));
        let end = match here {
            Some((old, new)) => {
                made.push_str(new);
                old.len()
            }
            None => {
                let letter = rest.chars().next().unwrap_or_default();
                made.push(letter);
                letter.len_utf8()
            }
        };
        rest = rest.get(end..).unwrap_or_default();
        within(made.len(), Excess::BYTES)?;
    }
    Ok(text(&made))
}

fn concat(args: &[Value]) -> Done {
    let [Value::String(between), list] = args else { return Ok(Value::Undefined) };
    let Some(items) = items(Some(list)) else { return Ok(Value::Undefined) };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let Value::String(text) = item else { return Ok(Value::Undefined) };
        texts.push(&**text);
    }
    within(texts.iter().map(|text| text.len() + between.len()).sum(), Excess::BYTES)?;
    Ok(text(&texts.join(&**between)))
}

fn replace(args: &[Value]) -> Done {
    let [Value::String(whole), Value::String(old), Value::String(new)] = args else { return Ok(Value::Undefined) };
    let count = whole.matches(&**old).count();
    within(whole.len().saturating_add(count.saturating_mul(new.len())), Excess::BYTES)?;
    Ok(text(&whole.replace(&**old, new)))
}

/// The first parts of a text, so many; the last ones where that is less than none.
fn split_n(args: &[Value]) -> Done {
    let [Value::String(whole), Value::String(between), count] = args else { return Ok(Value::Undefined) };
    let Ok(count) = count.as_i64() else { return Ok(Value::Undefined) };
    let parts: Vec<&str> =
        if between.is_empty() { whole.split("").skip(1).take(whole.chars().count()).collect() } else { whole.split(&**between).collect() };
    within(parts.len(), Excess::ITEMS)?;
    let most = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
    let kept = if count < 0 { parts.get(parts.len() - most..) } else { parts.get(..most) };
    Ok(Value::from(kept.unwrap_or_default().iter().map(|part| text(part)).collect::<Vec<_>>()))
}
