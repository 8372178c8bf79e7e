//! `yamlencode` and `yamldecode`.

use std::sync::Arc;

use portcullis_source::{Data as Read, Node, Range, Text, yaml};

use super::{
    Context, Done, Failure, Gives, Param, Regard, Spec,
    encode::{decoded, encoded},
    text,
};
use crate::{
    limits::{MAX_ITEMS, MAX_STRING_BYTES, MAX_VALUE_DEPTH},
    number::Number,
    origin::Origin,
    types::Type,
    value::{Data, Format, Members, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("yamldecode", &[Param::Text], Gives::Any, yamldecode).regard(Regard::Own),
    Spec::new("yamlencode", &[Param::Nullable], Gives::Text, yamlencode).regard(Regard::Own),
];

fn yamlencode(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("one argument is required")?;
    if value.depth() > MAX_VALUE_DEPTH {
        return Err(Failure::limit("MAX_VALUE_DEPTH"));
    }
    if let Some(unknown) = encoded(Format::Yaml, value) {
        return Ok(unknown);
    }
    Ok(Value::string(&encode_yaml(value)?).with_origin(Origin::default().encoding(value, context.span)))
}

/// The text of a value.
pub(super) fn encode_yaml(value: &Value) -> Result<String, Failure> {
    let mut out = String::new();
    write(value, 0, Place::Root, &mut out)?;
    out.push('\n');
    if value.is_null() || matches!(value.data, Data::Bool(_) | Data::Number(_)) {
        out.push_str("...\n");
    }
    Ok(out.trim_start_matches('\n').to_owned())
}

/// What a value stands behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Key,
    Item,
}

fn write(value: &Value, indent: usize, place: Place, out: &mut String) -> Result<(), Failure> {
    if out.len() > MAX_STRING_BYTES {
        return Err(Failure::limit("MAX_STRING_BYTES"));
    }
    let before = if place == Place::Key { " " } else { "" };
    if let Some(items) = value.items() {
        if items.is_empty() {
            out.push_str(before);
            out.push_str("[]");
            return Ok(());
        }
        for (at, item) in items.iter().enumerate() {
            // Within another list the first item stands on the same line.
            if at > 0 || place != Place::Item {
                line(indent, out);
            }
            out.push_str("- ");
            write(item, indent + 2, Place::Item, out)?;
        }
        return Ok(());
    }
    if let Some(members) = value.members() {
        if members.is_empty() {
            out.push_str(before);
            out.push_str("{}");
            return Ok(());
        }
        for (at, (name, value)) in members.iter().enumerate() {
            if at > 0 || place != Place::Item {
                line(indent, out);
            }
            quote(name, None, out);
            out.push(':');
            let inner = if value.items().is_some() { indent } else { indent + 2 };
            write(value, inner, Place::Key, out)?;
        }
        return Ok(());
    }
    out.push_str(before);
    match &value.data {
        Data::String(text) if is_literal(text) => literal(text, if place == Place::Root { 2 } else { indent }, out),
        Data::String(text) => quote(text, Some(if place == Place::Root { 2 } else { indent }), out),
        Data::Number(number) => out.push_str(&number.text()),
        Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        _ => out.push_str("null"),
    }
    Ok(())
}

fn line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Whether a text goes over lines, and nothing in it needs escapes.
fn is_literal(text: &str) -> bool {
    let plain = text.chars().all(|character| matches!(character, '\n') || is_printable(character));
    text.contains('\n') && plain && !text.contains(" \n") && !text.ends_with(' ')
}

fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a1}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(character, '\u{2028}' | '\u{2029}')
}

fn literal(text: &str, indent: usize, out: &mut String) {
    let hint = if text.starts_with([' ', '\n']) { "2" } else { "" };
    let trimmed = text.trim_end_matches('\n');
    let chomp = match text.len() - trimmed.len() {
        0 => "-",
        1 if !trimmed.is_empty() => "",
        _ => "+",
    };
    out.push_str(&format!("|{hint}{chomp}"));
    for part in trimmed.split('\n') {
        out.push('\n');
        if !part.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(part);
        }
    }
    if chomp == "+" {
        out.push_str(&"\n".repeat((text.len() - trimmed.len()).saturating_sub(1)));
    }
}

/// The column after which a text goes on on the next line, where it has a space.
const WIDTH: usize = 80;

/// A text in quotes; where an indent is given it may go over several lines.
fn quote(text: &str, indent: Option<usize>, out: &mut String) {
    out.push('"');
    let mut line = out.rfind('\n').map_or(0, |at| at + 1);
    let mut after_space = false;
    let mut rest = text.chars().peekable();
    let mut first = true;
    while let Some(character) = rest.next() {
        let begins = std::mem::take(&mut first);
        let is_space = character == ' ';
        let long = is_space && !after_space && !begins && rest.peek().is_some() && out.len() - line > WIDTH;
        let long = long && out.get(line..).is_some_and(|line| line.chars().count() > WIDTH);
        after_space = is_space;
        if let (true, Some(indent)) = (long, indent) {
            out.push('\n');
            line = out.len();
            out.extend(std::iter::repeat_n(' ', indent));
            if rest.peek() == Some(&' ') {
                out.push('\\');
            }
            continue;
        }
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            _ if is_printable(character) => out.push(character),
            _ => {
                let code = u32::from(character);
                let escaped = match code {
                    0..=0xFF => format!("\\x{code:02X}"),
                    0x100..=0xFFFF => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                out.push_str(&escaped);
            }
        }
    }
    out.push('"');
}

fn yamldecode(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if let Some(known) = given.first().and_then(|value| decoded(Format::Yaml, value)) {
        return Ok(known);
    }
    let source = Text::nowhere(text(given, 0).as_bytes());
    let stream = yaml::parse(&source);
    if let Some(error) = stream.error {
        return Err(error.message.into());
    }
    match stream.documents.as_slice() {
        [] => Err("the text has no document".into()),
        [document] => from_node(&document.root, &source, 0, &mut 0),
        _ => Err("only one document is allowed".into()),
    }
}

fn from_node(node: &Node, source: &Text, depth: usize, count: &mut usize) -> Done {
    *count += 1;
    if *count > MAX_ITEMS || depth > MAX_VALUE_DEPTH {
        return Err(Failure::limit("MAX_ITEMS"));
    }
    Ok(match &node.data {
        Read::List(items) => {
            Value::tuple(items.iter().map(|item| from_node(item, source, depth + 1, count)).collect::<Result<_, Failure>>()?)
        }
        Read::Map(map) => {
            let mut members = Members::new();
            for entry in &map.entries {
                members.insert(Arc::clone(&entry.key), from_node(&entry.value, source, depth + 1, count)?);
            }
            Value::object(members)
        }
        Read::Null | Read::Bool(_) | Read::Int(_) | Read::Uint(_) | Read::Float(_) | Read::String(_) => scalar(node, source)?,
    })
}

/// The tags that values may have, without the first `!`.
const TAGS: [&str; 10] = ["!binary", "!bool", "!float", "!int", "!map", "!merge", "!null", "!seq", "!str", "!timestamp"];

/// The longest tag that is looked for.
const MAX_TAG_BYTES: u32 = 64;

/// The tag that stands before a scalar, without its first `!`.
fn tag_before(node: &Node, source: &Text) -> Option<String> {
    let range = Range { start: node.range.start.saturating_sub(MAX_TAG_BYTES), end: node.range.start };
    let before = String::from_utf8_lossy(source.slice(range)).into_owned();
    // What stands on the line before may be a comment.
    let line = before.rsplit('\n').next()?;
    let word = line.trim_end().rsplit([' ', '\t', '[', '{', ',']).next()?;
    word.strip_prefix('!').filter(|tag| !tag.is_empty()).map(str::to_owned)
}

/// A scalar by its text, where that stands without quotes.
fn scalar(node: &Node, source: &Text) -> Done {
    let written = String::from_utf8_lossy(source.slice(node.range)).into_owned();
    if let Some(tag) = tag_before(node, source) {
        if !TAGS.contains(&&*tag) {
            return Err(format!("the tag !{tag} is not known").into());
        }
        if tag == "!binary" {
            // It stays as it is encoded.
            return Ok(Value::string(&written.trim_matches(['"', '\'']).split_whitespace().collect::<String>()));
        }
    }
    let plain = !written.starts_with(['"', '\'', '|', '>', '!', '&', '*']);
    if !plain {
        return Ok(match &node.data {
            Read::String(text) => Value::string(text),
            Read::Bool(value) => Value::from(*value),
            Read::Int(value) => Number::parse(&value.to_string()).map_or_else(|| Value::null(Type::Dynamic), Value::from),
            Read::Uint(value) => Number::parse(&value.to_string()).map_or_else(|| Value::null(Type::Dynamic), Value::from),
            Read::Float(value) => Number::float(*value).map_or_else(|| Value::null(Type::Dynamic), Value::from),
            Read::Null | Read::List(_) | Read::Map(_) => Value::null(Type::Dynamic),
        });
    }
    Ok(match &*written {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true.into(),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false.into(),
        "" | "~" | "null" | "Null" | "NULL" => Value::null(Type::Dynamic),
        _ => match (plain_number(&written), &node.data) {
            // A text whose digits are a number has a tag that says so.
            (Some(_), Read::String(text)) if !written.starts_with("0o") => Value::string(text),
            (Some(number), _) => number.into(),
            (None, Read::String(text)) if is_date(text) => Value::string(&format!("{text}T00:00:00Z")),
            (None, Read::String(text)) => Value::string(text),
            (None, _) => Value::string(&written),
        },
    })
}

/// Whether a text is a day such as `2020-01-31`, which is read as the beginning of that day.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

fn plain_number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(octal) = text.strip_prefix("0o") {
        return u64::from_str_radix(octal, 8).ok().and_then(|value| Number::parse(&value.to_string()));
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return u64::from_str_radix(hexadecimal, 16).ok().and_then(|value| Number::parse(&value.to_string()));
    }
    digits.starts_with(|first: char| first.is_ascii_digit() || first == '.').then(|| Number::parse(text)).flatten()
}
