//! Abbreviating and wrapping text.

use crate::{
    Call, Failure, Function, Param, Value,
    format::Rope,
    funcs::argument::{Args, Text},
};

/// Shorter texts, and texts in lines.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("abbrev", &[Param::Int, Param::String], abbrev),
    Function::fixed("abbrevboth", &[Param::Int, Param::Int, Param::String], abbrev_both),
    Function::fixed("initials", &[Param::String], initials),
    Function::fixed("nospace", &[Param::String], nospace),
    Function::fixed("wrap", &[Param::Int, Param::String], wrap),
    Function::fixed("wrapWith", &[Param::Int, Param::String, Param::String], wrap_with),
];

const MARK: &[u8] = b"...";

fn abbrev(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (width, text) = (args.int(), args.text());
    if width < 4 {
        return Ok(text.into_value());
    }
    Ok(abbreviated(&text, 0, width as usize))
}

fn abbrev_both(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (left, width, text) = (args.int(), args.int(), args.text());
    if width < 4 || (left > 0 && width < 7) {
        return Ok(text.into_value());
    }
    Ok(abbreviated(&text, usize::try_from(left).unwrap_or(0), width as usize))
}

/// At most `width` bytes of a text from about `offset` on, with marks where something is left out.
fn abbreviated(text: &Text, offset: usize, width: usize) -> Value {
    let length = text.len();
    if length <= width {
        return text.clone().into_value();
    }
    let offset = offset.min(length).min(length - (width - MARK.len()).min(length));
    let mut rope = Rope::default();
    let kept = width - MARK.len();
    if offset <= 4 {
        rope.push_part(text.view(), 0..kept);
        rope.push(MARK, text.view().origin_at(kept));
    } else if offset + kept < length {
        rope.push(MARK, text.view().origin_at(offset));
        let inner = kept - MARK.len();
        rope.push_part(text.view(), offset..offset + inner);
        rope.push(MARK, text.view().origin_at(offset + inner));
    } else {
        rope.push(MARK, text.view().origin_at(length - kept));
        rope.push_part(text.view(), length - kept..length);
    }
    rope.into_value(text.origin)
}

/// Go's `unicode.IsSpace` of a single byte taken for a character.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xA0)
}

/// goutils goes byte by byte and takes each for a character.
fn pushed(rope: &mut Rope, text: &Text, at: usize, byte: u8) {
    rope.push(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes(), text.view().origin_at(at));
}

fn initials(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let text = Args::new(args).text();
    let mut rope = Rope::default();
    let mut gap = true;
    for (at, &byte) in text.bytes().iter().enumerate() {
        if gap && !is_space(byte) {
            pushed(&mut rope, &text, at, byte);
        }
        gap = is_space(byte);
    }
    Ok(rope.into_value(text.origin))
}

fn nospace(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let text = Args::new(args).text();
    if !text.bytes().iter().any(|&byte| is_space(byte)) {
        return Ok(text.into_value());
    }
    let mut rope = Rope::default();
    for (at, &byte) in text.bytes().iter().enumerate().filter(|&(_, &byte)| !is_space(byte)) {
        pushed(&mut rope, &text, at, byte);
    }
    Ok(rope.into_value(text.origin))
}

fn wrap(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (width, text) = (args.int(), args.text());
    Ok(wrapped(&text, width, b"\n", LongWords::Keep))
}

fn wrap_with(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (width, separator, text) = (args.int(), args.text(), args.text());
    let separator = if separator.len() == 0 { b"\n" } else { separator.bytes() };
    Ok(wrapped(&text, width, separator, LongWords::Cut))
}

/// What becomes of a word that is longer than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongWords {
    Keep,
    Cut,
}

fn wrapped(text: &Text, width: i64, separator: &[u8], long: LongWords) -> Value {
    let bytes = text.bytes();
    let width = usize::try_from(width).unwrap_or(0).max(1);
    let space = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default().iter().rposition(|&byte| byte == b' ').map(|at| from + at);
    let mut rope = Rope::default();
    let mut at = 0;
    while bytes.len() - at > width {
        if bytes.get(at) == Some(&b' ') {
            at += 1;
            continue;
        }
        let next = bytes.get(at + width..).unwrap_or_default().iter().position(|&byte| byte == b' ').map(|space| at + width + space);
        let (end, skip) = match (space(at, at + width + 1), long, next) {
            (Some(end), _, _) => (end, 1),
            (None, LongWords::Cut, _) => (at + width, 0),
            (None, LongWords::Keep, Some(end)) => (end, 1),
            (None, LongWords::Keep, None) => break,
        };
        rope.push_part(text.view(), at..end);
        rope.push(separator, text.view().origin_at(end));
        at = end + skip;
    }
    rope.push_part(text.view(), at..bytes.len());
    rope.into_value(text.origin)
}
