//! Strings to strings; what a result came from is kept byte by byte.

use std::ops::Range;

use portcullis_source::OriginId;

use crate::{
    Call, Data, Failure, Function, List, Map, MapType, Param, Value,
    format::{Rope, View, first_rune, push_quoted_text},
    funcs::argument::{Args, Text, check_elements, check_size, count, elements, strings},
};

const TEXT: &[Param] = &[Param::String];
const TEXTS: &[Param] = &[Param::String, Param::String];
const COUNTED: &[Param] = &[Param::Int, Param::String];

/// Trimming, cutting, joining, quoting and searching.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("trim", TEXT, trim),
    Function::fixed("trimAll", TEXTS, trim_all),
    Function::fixed("trimall", TEXTS, trim_all),
    Function::fixed("trimSuffix", TEXTS, trim_suffix),
    Function::fixed("trimPrefix", TEXTS, trim_prefix),
    Function::fixed("trunc", COUNTED, trunc),
    Function::fixed("substr", &[Param::Int, Param::Int, Param::String], substr),
    Function::fixed("repeat", COUNTED, repeat),
    Function::fixed("replace", &[Param::String, Param::String, Param::String], replace),
    Function::fixed("contains", TEXTS, contains),
    Function::fixed("hasPrefix", TEXTS, |call, args| search(call, args, <[u8]>::starts_with)),
    Function::fixed("hasSuffix", TEXTS, |call, args| search(call, args, <[u8]>::ends_with)),
    Function::fixed("indent", COUNTED, |_, args| indent(args, b"")),
    Function::fixed("nindent", COUNTED, |_, args| indent(args, b"\n")),
    Function::variadic("quote", &[], Param::Any, quote),
    Function::variadic("squote", &[], Param::Any, squote),
    Function::variadic("cat", &[], Param::Any, cat),
    Function::fixed("join", &[Param::String, Param::Any], join),
    Function::fixed("split", TEXTS, |_, args| split(args, None)),
    Function::fixed("splitn", &[Param::String, Param::Int, Param::String], splitn),
    Function::fixed("splitList", TEXTS, split_list),
    Function::fixed("toString", &[Param::Any], to_string),
    Function::fixed("toStrings", &[Param::Any], |_, args| Ok(strings(texts(&Args::new(args).any())))),
    Function::fixed("plural", &[Param::String, Param::String, Param::Int], plural),
];

/// The place of the first occurrence.
pub(crate) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    memchr::memmem::find(text, part)
}

/// The elements of a list as strings, nil ones dropped; one string for anything else.
pub(crate) fn texts(value: &Value) -> Vec<Value> {
    match elements(value) {
        Some(items) => items.iter().filter(|item| !matches!(item.data, Data::Nil)).map(|item| Text::of(item).into_value()).collect(),
        None if matches!(value.data, Data::Nil) => Vec::new(),
        None => vec![Text::of(value).into_value()],
    }
}

/// The parts between the separators, at most `limit`; without a separator, the characters.
pub(crate) fn parts(text: &[u8], separator: &[u8], limit: Option<usize>) -> Vec<Range<usize>> {
    let limit = limit.unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() + 1 < limit {
        let rest = text.get(at..).unwrap_or_default();
        if separator.is_empty() {
            let Some((_, width)) = first_rune(rest) else { return found };
            if width == rest.len() {
                break;
            }
            found.push(at..at + width);
            at += width;
        } else {
            let Some(offset) = find(rest, separator) else { break };
            found.push(at..at + offset);
            at += offset + separator.len();
        }
    }
    if limit > 0 && !(separator.is_empty() && text.is_empty()) {
        found.push(at..text.len());
    }
    found
}

fn trim(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let text = Args::new(args).text();
    let range = trimmed(text.bytes(), char::is_whitespace);
    Ok(text.part(range))
}

fn trim_all(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (set, text) = (args.text(), args.text());
    let set = set.lossy();
    let range = trimmed(text.bytes(), |rune| set.contains(rune));
    Ok(text.part(range))
}

/// What is left without the characters at both ends; a byte that is no character counts as U+FFFD.
fn trimmed(bytes: &[u8], drop: impl Fn(char) -> bool) -> Range<usize> {
    let drop = |rune: Option<char>| drop(rune.unwrap_or(char::REPLACEMENT_CHARACTER));
    let mut start = 0;
    while let Some((rune, width)) = bytes.get(start..).and_then(first_rune) {
        if !drop(rune) {
            break;
        }
        start += width;
    }
    let mut end = bytes.len();
    while end > start {
        let from = (end.saturating_sub(4)..end)
            .find(|&from| bytes.get(from..end).and_then(first_rune).is_some_and(|(rune, width)| rune.is_some() && from + width == end));
        let from = from.unwrap_or(end - 1).max(start);
        let rune = bytes.get(from..end).and_then(first_rune).and_then(|(rune, _)| rune);
        if !drop(rune) {
            break;
        }
        end = from;
    }
    start..end
}

fn trim_suffix(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (suffix, text) = (args.text(), args.text());
    let end = if text.bytes().ends_with(suffix.bytes()) { text.len() - suffix.len() } else { text.len() };
    Ok(text.part(0..end))
}

fn trim_prefix(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (prefix, text) = (args.text(), args.text());
    let start = if text.bytes().starts_with(prefix.bytes()) { prefix.len() } else { 0 };
    Ok(text.part(start..text.len()))
}

fn trunc(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (length, text) = (args.int(), args.text());
    let size = text.len();
    let wanted = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
    let range = match length {
        ..0 if wanted < size => size - wanted..size,
        0.. if wanted < size => 0..wanted,
        _ => 0..size,
    };
    Ok(text.part(range))
}

fn substr(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (start, end, text) = (args.int(), args.int(), args.text());
    let size = text.len() as i64;
    let (from, to) = match (start, end) {
        (..0, _) => (0, end),
        (_, ..0) => (start, size),
        _ => (start, end.min(size)),
    };
    if !(0..=size).contains(&to) {
        let length = if to < 0 { String::new() } else { format!(" with length {size}") };
        return Err(Failure::new(format!("runtime error: slice bounds out of range [:{to}]{length}")));
    }
    if from > to {
        return Err(Failure::new(format!("runtime error: slice bounds out of range [{from}:{to}]")));
    }
    Ok(text.part(from as usize..to as usize))
}

fn repeat(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (times, text) = (count(args.int())?, args.text());
    check_size(times.saturating_mul(text.len()))?;
    let mut rope = Rope::with_capacity(times * text.len());
    for _ in 0..if text.len() == 0 { 0 } else { times } {
        rope.push_view(text.view());
    }
    Ok(rope.into_value(text.origin))
}

fn replace(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (old, new, text) = (args.text(), args.text(), args.text());
    let bytes = text.bytes();
    if old.len() > 0 && find(bytes, old.bytes()).is_none() {
        return Ok(text.into_value());
    }
    let mut rope = Rope::with_capacity(bytes.len());
    if old.len() == 0 {
        rope.push_view(new.view());
        let mut at = 0;
        while let Some((_, width)) = bytes.get(at..).and_then(first_rune) {
            rope.push_part(text.view(), at..at + width);
            rope.push_view(new.view());
            at += width;
            check_size(rope.bytes().len())?;
        }
        return Ok(rope.into_value(text.origin));
    }
    for (index, range) in parts(bytes, old.bytes(), None).into_iter().enumerate() {
        if index > 0 {
            rope.push_view(new.view());
            check_size(rope.bytes().len())?;
        }
        rope.push_part(text.view(), range);
    }
    Ok(rope.into_value(text.origin))
}

fn contains(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let found = search(call, args.clone(), |text, part| find(text, part).is_some())?;
    let asks_for_actions = args.first().is_some_and(|part| matches!(&part.data, Data::String(text) if &*text.bytes == b"{{"));
    // What has no action in it says the same whether it is evaluated as a template or not: only an action that is there decides.
    Ok(if asks_for_actions && !found.truth() { found.from(OriginId::CONSTANT) } else { found })
}

fn search(call: &mut Call<'_, '_>, args: Vec<Value>, test: fn(&[u8], &[u8]) -> bool) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (part, text) = (args.text(), args.text());
    Ok(Value::new(Data::Bool(test(text.bytes(), part.bytes()))).from(origin))
}

fn indent(args: Vec<Value>, before: &[u8]) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (spaces, text) = (count(args.int())?, args.text());
    let bytes = text.bytes();
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let size = before.len().saturating_add(bytes.len()).saturating_add(spaces.saturating_mul(lines));
    check_size(size)?;
    let pad = vec![b' '; spaces];
    let mut rope = Rope::with_capacity(size);
    rope.push(before, text.view().origin_at(0));
    let mut start = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        rope.push(&pad, text.view().origin_at(start));
        rope.push_part(text.view(), start..start + line.len());
        start += line.len();
    }
    if bytes.last().is_none_or(|&byte| byte == b'\n') {
        rope.push(&pad, text.view().origin_at(start));
    }
    Ok(rope.into_value(text.origin))
}

fn spaced(parts: impl Iterator<Item = Value>, separator: View<'_>) -> Result<Value, Failure> {
    let mut rope = Rope::default();
    for (index, part) in parts.enumerate() {
        if index > 0 {
            rope.push_view(separator);
        }
        rope.push_view(Text::of(&part).view());
        check_size(rope.bytes().len())?;
    }
    Ok(rope.into_value(OriginId::NONE))
}

fn given(args: Vec<Value>) -> impl Iterator<Item = Value> {
    Args::new(args).rest().into_iter().filter(|value| !matches!(value.data, Data::Nil))
}

const SPACE: View<'static> = View::plain(b" ", OriginId::NONE);

fn quote(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let quoted = given(args).map(|value| {
        let mut rope = Rope::default();
        push_quoted_text(&mut rope, Text::of(&value).view());
        rope.into_value(value.origin)
    });
    spaced(quoted, SPACE)
}

fn squote(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let quoted = given(args).map(|value| {
        let text = Text::of(&crate::format::value_text(&value));
        let mut rope = Rope::default();
        rope.push(b"'", text.view().origin_at(0));
        rope.push_view(text.view());
        rope.push(b"'", text.view().origin_at(text.len()));
        rope.into_value(value.origin)
    });
    spaced(quoted, SPACE)
}

fn cat(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    spaced(given(args).map(|value| crate::format::value_text(&value)), SPACE)
}

fn join(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (separator, list) = (args.text(), args.any());
    let joined = spaced(texts(&list).into_iter(), separator.view())?;
    Ok(if joined.origin.is_none() { joined.from(list.origin) } else { joined })
}

fn split(args: Vec<Value>, limit: Option<usize>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let separator = args.text();
    let text = args.text();
    let found = parts(text.bytes(), separator.bytes(), limit);
    check_elements(found.len())?;
    let entries = found.into_iter().enumerate().map(|(index, range)| (format!("_{index}").into(), text.part(range)));
    Ok(Value::new(Data::Map(Map::new(MapType::Strings, entries.collect()))).from(text.origin))
}

fn splitn(_: &mut Call<'_, '_>, mut args: Vec<Value>) -> Result<Value, Failure> {
    let limit = if args.len() > 1 { args.remove(1) } else { Value::invalid() };
    let Data::Int(limit) = limit.data else { return split(args, None) };
    split(args, usize::try_from(limit).ok())
}

fn split_list(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (separator, text) = (args.text(), args.text());
    let found = parts(text.bytes(), separator.bytes(), None);
    check_elements(found.len())?;
    let found = found.into_iter().map(|range| text.part(range)).collect();
    Ok(Value::new(Data::List(List::Strings(std::rc::Rc::new(found)))).from(text.origin))
}

fn to_string(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let text = Text::of(&Args::new(args).any());
    check_size(text.len())?;
    Ok(text.into_value())
}

fn plural(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (one, many) = (args.any(), args.any());
    Ok(if args.int() == 1 { one } else { many })
}
