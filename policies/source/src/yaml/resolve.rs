//! What a scalar is: the table of YAML 1.1 as go-yaml v2 reads it.

use std::{borrow::Cow, fmt::Write as _, sync::Arc};

use super::timestamp::is_timestamp;
use crate::Data;

const PREFIX: &str = "tag:yaml.org,2002:";

/// What a text is, before it becomes a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Timestamp,
    String,
}

impl Plain {
    fn tag(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) => "int",
            Self::Float(_) => "float",
            Self::Timestamp => "timestamp",
            Self::String => "str",
        }
    }

    /// The value of a text that is this.
    pub(super) fn data(self, text: impl FnOnce() -> Arc<str>) -> Data {
        match self {
            Self::Null => Data::Null,
            Self::Bool(value) => Data::Bool(value),
            Self::Int(value) => Data::Int(value),
            Self::Uint(value) => Data::Uint(value),
            Self::Float(value) => Data::Float(value),
            Self::Timestamp | Self::String => Data::String(text()),
        }
    }
}

/// The value that a plain scalar without a tag has; timestamps and `<<` are strings.
#[must_use]
pub fn resolve_plain(text: &str) -> Data {
    look_up(text, true).data(|| Arc::from(text))
}

/// The value of a scalar with a tag, or go-yaml's words for why it has none.
pub(super) fn resolve_tagged(tag: &str, text: &str) -> Result<Data, String> {
    let string = || Arc::from(text);
    let wanted = match tag.strip_prefix(PREFIX) {
        Some("str") => return Ok(Data::String(string())),
        Some("binary") => return decode_base64(text).map(|text| Data::String(text.into())),
        Some(wanted @ ("bool" | "int" | "float" | "null" | "timestamp")) => wanted,
        _ => return Ok(Data::String(string())),
    };
    let found = look_up(text, wanted == "timestamp");
    match (wanted, found) {
        ("float", Plain::Int(value)) => Ok(Data::Float(value as f64)),
        _ if found.tag() == wanted => Ok(found.data(string)),
        _ => Err(format!("yaml: cannot decode !!{} `{text}` as a !!{wanted}", found.tag())),
    }
}

/// Looks up what a text is; only an untagged one or one tagged so may be a timestamp.
pub(super) fn look_up(text: &str, timestamps: bool) -> Plain {
    let Some(first) = text.bytes().next() else { return Plain::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => look_up_word(text),
        b'.' => look_up_special(text).or_else(|| parse_fraction(text)).unwrap_or(Plain::String),
        b'+' | b'-' | b'0'..=b'9' => look_up_number(text, timestamps),
        // go-yaml's table knows `<<`, but never looks it up.
        _ => Plain::String,
    }
}

fn look_up_word(text: &str) -> Plain {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Plain::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Plain::Bool(false),
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        _ => Plain::String,
    }
}

fn look_up_special(text: &str) -> Option<Plain> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(Plain::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Plain::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Plain::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

fn look_up_number(text: &str, timestamps: bool) -> Plain {
    if let Some(special) = look_up_special(text) {
        return special;
    }
    if timestamps && is_timestamp(text) {
        return Plain::Timestamp;
    }
    let digits: Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    parse_int(&digits)
        .or_else(|| is_float(&digits).then(|| parse_float(&digits)).flatten())
        .or_else(|| parse_binary(&digits))
        .unwrap_or(Plain::String)
}

/// Reads an integer whose base its prefix says.
fn parse_int(text: &str) -> Option<Plain> {
    let (sign, magnitude) = split_sign(text);
    let lower = magnitude.as_bytes();
    let (digits, radix) = match lower {
        [b'0', b'x' | b'X', ..] => (magnitude.get(2..)?, 16),
        [b'0', b'o' | b'O', ..] => (magnitude.get(2..)?, 8),
        [b'0', b'b' | b'B', ..] => (magnitude.get(2..)?, 2),
        [b'0', _, ..] => (magnitude.get(1..)?, 8),
        _ => (magnitude, 10),
    };
    parse_digits(sign, digits, radix)
}

fn split_sign(text: &str) -> (Option<u8>, &str) {
    match text.as_bytes() {
        [sign @ (b'+' | b'-'), ..] => (Some(*sign), text.get(1..).unwrap_or_default()),
        _ => (None, text),
    }
}

fn parse_digits(sign: Option<u8>, digits: &str, radix: u32) -> Option<Plain> {
    if digits.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    match (sign, i64::try_from(value)) {
        (Some(b'-'), Ok(value)) => Some(Plain::Int(-value)),
        (Some(b'-'), Err(_)) => (value == i64::MIN.unsigned_abs()).then_some(Plain::Int(i64::MIN)),
        (_, Ok(value)) => Some(Plain::Int(value)),
        (None, Err(_)) => Some(Plain::Uint(value)),
        (Some(_), Err(_)) => None,
    }
}

/// Reads what go-yaml takes for binary after all else failed: a sign may stand behind the prefix.
fn parse_binary(text: &str) -> Option<Plain> {
    if let Some(digits) = text.strip_prefix("0b") {
        let (sign, digits) = split_sign(digits);
        return parse_digits(sign, digits, 2);
    }
    parse_digits(Some(b'-'), text.strip_prefix("-0b")?, 2)
}

/// Whether a text is `[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?`.
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (_, rest) = split_sign(text);
    let whole = digits(rest);
    let mut rest = rest.get(whole..).unwrap_or_default();
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = digits(after);
        if whole == 0 && fraction == 0 {
            return false;
        }
        rest = after.get(fraction..).unwrap_or_default();
    } else if whole == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let (_, exponent) = split_sign(exponent);
    !exponent.is_empty() && digits(exponent) == exponent.len()
}

/// Reads a float that starts with its point: Go allows underscores in it, but only between digits.
fn parse_fraction(text: &str) -> Option<Plain> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let mut underscores = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'_');
    let separates = |at: usize| at.checked_sub(1).is_some_and(|before| is_digit(bytes.get(before))) && is_digit(bytes.get(at + 1));
    if !underscores.all(|(at, _)| separates(at)) {
        return None;
    }
    parse_float(&text.replace('_', ""))
}

fn parse_float(text: &str) -> Option<Plain> {
    if !is_float(text) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Plain::Float)
}

/// The text that a float key becomes: `%g` in single precision.
pub(super) fn float_key(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    let single = value as f32;
    if single.is_infinite() {
        return if single > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() };
    }
    general(&format!("{single:e}"))
}

/// Rewrites Rust's shortest `d.ddde±x` as Go's shortest `%g`: an exponent below -4 or from 6 on stays, as two digits at least.
pub(super) fn general(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let mut text = sign.to_owned();
    if !(-4..6).contains(&exponent) {
        let _ = write!(text, "{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    } else if exponent < 0 {
        let _ = write!(text, "0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1));
    } else {
        let whole = exponent as usize + 1;
        let _ = write!(text, "{digits:0<whole$}");
        if digits.len() > whole {
            text.insert(sign.len() + whole, '.');
        }
    }
    text
}

fn decode_base64(text: &str) -> Result<String, String> {
    let invalid = || "yaml: !!binary value contains invalid base64 data".to_owned();
    let symbols: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !symbols.len().is_multiple_of(4) {
        return Err(invalid());
    }
    let padding = symbols.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = symbols.len().checked_sub(padding).filter(|_| padding <= 2).ok_or_else(invalid)?;
    let mut bytes = Vec::with_capacity(body);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for &symbol in symbols.iter().take(body) {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(invalid()),
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xFF) as u8);
        }
    }
    Ok(replace_invalid(&bytes))
}

/// Text of bytes as Go's JSON writes it: every byte that is no UTF-8 becomes U+FFFD.
fn replace_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{FFFD}'));
    }
    text
}
