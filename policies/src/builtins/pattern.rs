//! Builtins of regular expressions, which are Go's.

use std::rc::Rc;

use portcullis_regexp::{Broken, Regex, compile, find_all, find_all_groups, replace_all, split};
use regorus::Value;

use super::{Builtin, Done, Excess, MAX_ITEMS, MAX_TEXT, builtin, text, within};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("re_match", 2, matches),
    builtin!("regex.find_all_string_submatch_n", 3, find_groups),
    builtin!("regex.find_n", 3, find),
    builtin!("regex.is_valid", 1, is_valid),
    builtin!("regex.match", 2, matches),
    builtin!("regex.replace", 3, replace),
    builtin!("regex.split", 2, parts),
    builtin!("regex.template_match", 4, template_match),
];

/// Where each of them takes its expression.
const PLACES: [(&str, usize); 7] = [
    ("re_match", 0),
    ("regex.find_all_string_submatch_n", 0),
    ("regex.find_n", 0),
    ("regex.match", 0),
    ("regex.replace", 1),
    ("regex.split", 0),
    ("regex.globs_match", 0),
];

/// Why a text that somebody calls a builtin with is no regular expression: such a call is undefined, and a rule that lives by it finds nothing.
pub(crate) fn refused(name: &str, args: &[Option<&str>]) -> Option<String> {
    let (_, place) = PLACES.iter().find(|(known, _)| *known == name)?;
    compile((*args.get(*place)?)?).err().map(Broken::into_text)
}

/// A compiled expression; none where Go has none.
fn expression(pattern: &str) -> Result<Option<Rc<Regex>>, Excess> {
    match compile(pattern) {
        Ok(made) => Ok(Some(made)),
        Err(Broken::Refused(_)) => Ok(None),
        Err(Broken::TooLarge(_)) => Err(Excess::PATTERN),
    }
}

fn of_bytes(bytes: &[u8]) -> Value {
    text(&String::from_utf8_lossy(bytes))
}

fn matches(args: &[Value]) -> Done {
    let [Value::String(pattern), Value::String(whole)] = args else { return Ok(Value::Undefined) };
    Ok(expression(pattern)?.map_or(Value::Undefined, |pattern| Value::Bool(pattern.is_match(whole.as_bytes()))))
}

fn is_valid(args: &[Value]) -> Done {
    let [Value::String(pattern)] = args else { return Ok(Value::Bool(false)) };
    Ok(Value::Bool(expression(pattern)?.is_some()))
}

/// As many as somebody asks for; fewer than none is all of them, and more than a list may have is too many.
fn limit(count: &Value) -> Option<i64> {
    let count = count.as_i64().ok()?;
    Some(if count < 0 { MAX_ITEMS as i64 + 1 } else { count.min(MAX_ITEMS as i64 + 1) })
}

fn find(args: &[Value]) -> Done {
    let [Value::String(pattern), Value::String(whole), count] = args else { return Ok(Value::Undefined) };
    let (Some(pattern), Some(limit)) = (expression(pattern)?, limit(count)) else { return Ok(Value::Undefined) };
    let found = find_all(&pattern, whole.as_bytes(), limit);
    within(found.len(), Excess::ITEMS)?;
    let part = |range: std::ops::Range<usize>| of_bytes(whole.as_bytes().get(range).unwrap_or_default());
    Ok(Value::from(found.into_iter().map(part).collect::<Vec<_>>()))
}

fn find_groups(args: &[Value]) -> Done {
    let [Value::String(pattern), Value::String(whole), count] = args else { return Ok(Value::Undefined) };
    let (Some(pattern), Some(limit)) = (expression(pattern)?, limit(count)) else { return Ok(Value::Undefined) };
    let found = find_all_groups(&pattern, whole.as_bytes(), limit);
    within(found.len().saturating_mul(pattern.captures_len()), Excess::ITEMS)?;
    let groups = found.iter().map(|found| {
        let groups = found.iter().map(|group| of_bytes(group.map_or(b"", |group| group.as_bytes())));
        Value::from(groups.collect::<Vec<_>>())
    });
    Ok(Value::from(groups.collect::<Vec<_>>()))
}

fn replace(args: &[Value]) -> Done {
    let [Value::String(whole), Value::String(pattern), Value::String(new)] = args else { return Ok(Value::Undefined) };
    let Some(pattern) = expression(pattern)? else { return Ok(Value::Undefined) };
    let mut made = Vec::new();
    replace_all(&pattern, whole.as_bytes(), |range, captures| {
        match captures {
            None => made.extend_from_slice(whole.as_bytes().get(range).unwrap_or_default()),
            // What stands for groups may stand for the whole text, many times.
            Some(captures) => {
                let groups = new.matches('$').count().saturating_mul(captures.get(0).map_or(0, |found| found.len()));
                within(made.len().saturating_add(new.len()).saturating_add(groups), Excess::BYTES)?;
                captures.expand(new.as_bytes(), &mut made);
            }
        }
        within(made.len(), Excess::BYTES)
    })?;
    Ok(of_bytes(&made))
}

fn parts(args: &[Value]) -> Done {
    let [Value::String(source), Value::String(whole)] = args else { return Ok(Value::Undefined) };
    let Some(pattern) = expression(source)? else { return Ok(Value::Undefined) };
    within(find_all(&pattern, whole.as_bytes(), MAX_ITEMS as i64 + 1).len(), Excess::ITEMS)?;
    let parts = split(&pattern, source, whole.as_bytes(), -1);
    Ok(Value::from(parts.into_iter().map(|range| of_bytes(whole.as_bytes().get(range).unwrap_or_default())).collect::<Vec<_>>()))
}

/// A text with expressions between two marks, of which what stands outside is meant as it is.
fn template_match(args: &[Value]) -> Done {
    let [Value::String(template), Value::String(whole), Value::String(start), Value::String(end)] = args else {
        return Ok(Value::Undefined);
    };
    let (Some(start), Some(end)) = (only(start), only(end)) else { return Ok(Value::Undefined) };
    let Some(pattern) = expression_of(template, start, end) else { return Ok(Value::Undefined) };
    within(pattern.len(), Excess { most: MAX_TEXT, ..Excess::BYTES })?;
    Ok(expression(&pattern)?.map_or(Value::Undefined, |pattern| Value::Bool(pattern.is_match(whole.as_bytes()))))
}

fn only(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next().filter(|_| letters.next().is_none())
}

fn expression_of(template: &str, start: char, end: char) -> Option<String> {
    let (mut made, mut depth, mut from) = (String::from("^"), 0_usize, 0);
    for (at, letter) in template.char_indices() {
        if letter == start {
            if depth == 0 {
                made.push_str(&quoted(template.get(from..at)?));
                from = at + letter.len_utf8();
            }
            depth += 1;
        } else if letter == end {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                made.push_str(&format!("({})", template.get(from..at)?));
                from = at + letter.len_utf8();
            }
        }
    }
    made.push_str(&quoted(template.get(from..)?));
    made.push('$');
    (depth == 0).then_some(made)
}

/// A text as an expression that matches it alone.
pub(super) fn quoted(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            made.push('\\');
        }
        made.push(letter);
    }
    made
}
