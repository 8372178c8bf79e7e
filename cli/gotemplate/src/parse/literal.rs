//! Strings, characters and numbers, read as Go's strconv reads them.

use std::sync::Arc;

use super::token::Kind;
use crate::{
    ast::{Ideal, Number},
    format,
};

const SYNTAX: &str = "invalid syntax";

/// The content of a string between double quotes or backquotes.
pub(super) fn unquote(quoted: &[u8]) -> Result<Vec<u8>, String> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if quoted.first() == Some(&b'`') {
        return Ok(inner.iter().copied().filter(|&byte| byte != b'\r').collect());
    }
    if inner.is_ascii() && !inner.contains(&b'\\') && !inner.contains(&b'"') {
        return Ok(inner.to_vec());
    }
    let mut value = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (unit, after) = unescape(rest, b'"').ok_or(SYNTAX)?;
        unit.push_to(&mut value);
        rest = after;
    }
    Ok(value)
}

/// What one character or escape stands for.
#[derive(Clone, Copy)]
enum Unit {
    Byte(u8),
    Char(char),
}

impl Unit {
    fn push_to(self, value: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => value.push(byte),
            Self::Char(c) => value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    fn code(self) -> i64 {
        match self {
            Self::Byte(byte) => i64::from(byte),
            Self::Char(c) => i64::from(u32::from(c)),
        }
    }
}

fn unescape(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == quote {
        return None;
    }
    if first != b'\\' {
        let (c, width) = format::first_rune(text)?;
        return Some((Unit::Char(c.unwrap_or(char::REPLACEMENT_CHARACTER)), text.get(width..)?));
    }
    let (&letter, rest) = rest.split_first()?;
    let unit = match letter {
        b'a' => Unit::Byte(7),
        b'b' => Unit::Byte(8),
        b'f' => Unit::Byte(12),
        b'n' => Unit::Byte(b'\n'),
        b'r' => Unit::Byte(b'\r'),
        b't' => Unit::Byte(b'\t'),
        b'v' => Unit::Byte(11),
        b'\\' => Unit::Byte(b'\\'),
        b'\'' | b'"' if letter == quote => Unit::Byte(letter),
        b'x' => return digits(rest, 2, 16).and_then(|(code, rest)| Some((Unit::Byte(u8::try_from(code).ok()?), rest))),
        b'u' => return digits(rest, 4, 16).and_then(|(code, rest)| Some((Unit::Char(char::from_u32(code)?), rest))),
        b'U' => return digits(rest, 8, 16).and_then(|(code, rest)| Some((Unit::Char(char::from_u32(code)?), rest))),
        b'0'..=b'7' => {
            let from_letter = text.get(1..)?;
            return digits(from_letter, 3, 8).and_then(|(code, rest)| Some((Unit::Byte(u8::try_from(code).ok()?), rest)));
        }
        _ => return None,
    };
    Some((unit, rest))
}

fn digits(text: &[u8], count: usize, radix: u32) -> Option<(u32, &[u8])> {
    let (head, rest) = text.split_at_checked(count)?;
    let code = head.iter().try_fold(0_u32, |code, &byte| code.checked_mul(radix)?.checked_add(char::from(byte).to_digit(radix)?))?;
    Some((code, rest))
}

/// A number constant.
pub(super) fn number(position: u32, text: &[u8], kind: Kind) -> Result<Number, String> {
    let text: Arc<str> = Arc::from(String::from_utf8_lossy(text));
    let number = |int, float, ideal| Number { position, text: Arc::clone(&text), int, float, ideal };
    match kind {
        Kind::CharConstant => {
            let code = character(&text)?;
            Ok(number(Some(code), Some(code as f64), Ideal::Int(code)))
        }
        Kind::Complex => {
            let (real, imaginary) = text.split_at(second_sign(&text));
            let parts = format::parse_float(real).and_then(|real| Ok((real, format::parse_float(imaginary.trim_end_matches('i'))?)));
            let (real, imaginary) = parts.map_err(|_| "syntax error scanning complex number")?;
            let float = (imaginary == 0.0).then_some(real);
            Ok(number(float.and_then(whole), float, Ideal::Complex(real, imaginary)))
        }
        _ => match text.strip_suffix('i').and_then(|imaginary| format::parse_float(imaginary).ok()) {
            Some(imaginary) => {
                let float = (imaginary == 0.0).then_some(0.0);
                Ok(number(float.and_then(whole), float, Ideal::Complex(0.0, imaginary)))
            }
            None => real(position, &text),
        },
    }
}

/// Where the imaginary part starts; the sign of an exponent is not meant.
fn second_sign(text: &str) -> usize {
    let signs = text.bytes().enumerate().skip(1).filter(|&(_, byte)| byte == b'+' || byte == b'-');
    let mut parts = signs.filter(|&(at, _)| !text.get(..at).is_some_and(|before| before.ends_with(['e', 'E', 'p', 'P'])));
    parts.next().map_or(0, |(at, _)| at)
}

fn real(position: u32, text: &Arc<str>) -> Result<Number, String> {
    let looks_like_float = text.contains(['.', 'e', 'E', 'p', 'P']);
    let number = |int, float, ideal| Number { position, text: Arc::clone(text), int, float, ideal };
    if let Ok(int) = format::parse_int(text, 0) {
        // Go takes `-0x1e` for a float, since it looks for an exponent and only excuses an unsigned hexadecimal.
        let is_hex = (text.starts_with("0x") || text.starts_with("0X")) && !text.contains(['p', 'P']);
        let ideal = if looks_like_float && !is_hex { Ideal::Float(int as f64) } else { Ideal::Int(int) };
        return Ok(number(Some(int), Some(int as f64), ideal));
    }
    if let Some(uint) = unsigned(text) {
        return Ok(number(None, Some(uint as f64), Ideal::Overflow));
    }
    let quoted = || String::from_utf8_lossy(&format::quote(text.as_bytes())).into_owned();
    match format::parse_float(text) {
        Ok(_) if !looks_like_float => Err(format!("integer overflow: {}", quoted())),
        Ok(float) => Ok(number(whole(float), Some(float), Ideal::Float(float))),
        Err(_) => Err(format!("illegal number syntax: {}", quoted())),
    }
}

/// An integer beyond `i64` that fits `u64`.
fn unsigned(text: &str) -> Option<u64> {
    let digits = text.replace('_', "");
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', ..] => (8, digits.get(1..)?),
        _ => (10, digits.as_str()),
    };
    let value = if digits.starts_with('+') { None } else { u64::from_str_radix(digits, radix).ok() };
    value.filter(|&value| i64::try_from(value).is_err())
}

/// The integer that a float is.
fn whole(float: f64) -> Option<i64> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    (float.fract() == 0.0 && (-BEYOND..BEYOND).contains(&float)).then_some(float as i64)
}

fn character(text: &str) -> Result<i64, String> {
    let inner = text.as_bytes().get(1..).unwrap_or_default();
    let (unit, rest) = unescape(inner, b'\'').ok_or(SYNTAX)?;
    if rest == b"'" { Ok(unit.code()) } else { Err(format!("malformed character constant: {text}")) }
}
