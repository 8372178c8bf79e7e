//! Bytes to characters: encodings, and the first byte that no YAML text may have.

use std::borrow::Cow;

/// The characters of a text up to its first fault.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    /// The characters, a byte order mark included.
    pub(super) text: Cow<'a, str>,
    /// The place in the input of every byte of the text, where the input is UTF-16.
    pub(super) places: Option<Vec<u32>>,
    /// The first character after a byte order mark.
    pub(super) start: usize,
    /// The length of the input.
    pub(super) input: usize,
    /// What ends the text early.
    pub(super) fault: Option<Fault>,
    /// Whether a byte order mark stands anywhere else.
    pub(super) inner_mark: bool,
}

/// A character that may not stand in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// go-yaml's words for it.
    pub(super) problem: &'static str,
    /// Its first byte in the input.
    pub(super) at: usize,
    /// How much of the input has to be read to see it.
    pub(super) seen: usize,
}

const MARK: &[u8] = "\u{FEFF}".as_bytes();
const CONTROL: &str = "control characters are not allowed";

/// Decodes a whole input.
pub(super) fn decode(input: &[u8]) -> Decoded<'_> {
    match input {
        [0xFF, 0xFE, ..] => decode_wide(input, u16::from_le_bytes),
        [0xFE, 0xFF, ..] => decode_wide(input, u16::from_be_bytes),
        _ => decode_utf8(input),
    }
}

fn decode_utf8(input: &[u8]) -> Decoded<'_> {
    let (text, invalid) = match std::str::from_utf8(input) {
        Ok(text) => (text, None),
        Err(error) => (valid_prefix(input, error.valid_up_to()), Some(classify(input, error.valid_up_to()))),
    };
    let start = if input.starts_with(MARK) { MARK.len() } else { 0 };
    let (control, inner_mark) = inspect(text.as_bytes(), start);
    let fault = control.map(|(at, width)| Fault { problem: CONTROL, at, seen: at + width }).or(invalid);
    let text = fault.map_or(text, |fault| text.get(..fault.at).unwrap_or(text));
    Decoded { text: Cow::Borrowed(text), places: None, start, input: input.len(), fault, inner_mark }
}

fn valid_prefix(input: &[u8], length: usize) -> &str {
    input.get(..length).and_then(|prefix| std::str::from_utf8(prefix).ok()).unwrap_or_default()
}

/// Finds the first character that is not allowed (with its width), and whether a byte order mark stands after `start`.
fn inspect(bytes: &[u8], start: usize) -> (Option<(usize, usize)>, bool) {
    let mut inner_mark = false;
    let mut from = start;
    for chunk in bytes.get(start..).unwrap_or_default().chunks(256) {
        if chunk.iter().fold(false, |found, &byte| found | is_suspicious(byte)) {
            for (offset, &byte) in chunk.iter().enumerate().filter(|&(_, &byte)| is_suspicious(byte)) {
                let rest = bytes.get(from + offset..).unwrap_or_default();
                match rest {
                    [0xC2, 0x80..=0x84 | 0x86..=0x9F, ..] => return (Some((from + offset, 2)), inner_mark),
                    [0xEF, 0xBF, 0xBE | 0xBF, ..] => return (Some((from + offset, 3)), inner_mark),
                    [0xEF, 0xBB, 0xBF, ..] => inner_mark = true,
                    _ if byte < 0x80 => return (Some((from + offset, 1)), inner_mark),
                    _ => {}
                }
            }
        }
        from += chunk.len();
    }
    (None, inner_mark)
}

fn is_suspicious(byte: u8) -> bool {
    (byte < 0x20) & (byte != b'\n') & (byte != b'\t') & (byte != b'\r') | (byte == 0x7F) | (byte == 0xC2) | (byte == 0xEF)
}

/// Says in go-yaml's words why the bytes at a place are no UTF-8.
fn classify(input: &[u8], at: usize) -> Fault {
    let rest = input.get(at..).unwrap_or_default();
    let lead = rest.first().copied().unwrap_or_default();
    let width = match lead {
        0x00..=0x7F => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        0x80..=0xBF | 0xF8..=0xFF => return Fault { problem: "invalid leading UTF-8 octet", at, seen: at + 1 },
    };
    let Some(character) = rest.get(..width) else {
        return Fault { problem: "incomplete UTF-8 octet sequence", at, seen: usize::MAX };
    };
    let trail = character.get(1..).unwrap_or_default();
    let value = trail.iter().fold(u32::from(lead) & (0xFF >> (width + 1)), |value, &byte| value << 6 | u32::from(byte & 0x3F));
    let problem = if trail.iter().any(|byte| byte & 0xC0 != 0x80) {
        "invalid trailing UTF-8 octet"
    } else if matches!((width, value), (2, ..0x80) | (3, ..0x800) | (4, ..0x1_0000)) {
        "invalid length of a UTF-8 sequence"
    } else {
        "invalid Unicode character"
    };
    Fault { problem, at, seen: at + width }
}

fn decode_wide(input: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded<'_> {
    let mut text = String::with_capacity(input.len());
    let mut places = Vec::with_capacity(input.len());
    let mut fault = None;
    let mut at = 2;
    while at < input.len() && fault.is_none() {
        match wide_character(input, at, unit) {
            Ok((character, width)) => {
                text.push(character);
                places.resize(text.len(), at as u32);
                at += width;
            }
            Err(found) => fault = Some(found),
        }
    }
    places.push(at as u32);
    let inner_mark = text.contains('\u{FEFF}');
    Decoded { text: Cow::Owned(text), places: Some(places), start: 0, input: input.len(), fault, inner_mark }
}

fn wide_character(input: &[u8], at: usize, unit: fn([u8; 2]) -> u16) -> Result<(char, usize), Fault> {
    let read = |at: usize| match input.get(at..) {
        Some([first, second, ..]) => Some(u32::from(unit([*first, *second]))),
        _ => None,
    };
    let fault = |problem, seen| Fault { problem, at, seen };
    let first = read(at).ok_or_else(|| fault("incomplete UTF-16 character", usize::MAX))?;
    let (value, width) = match first {
        0xDC00..=0xDFFF => return Err(fault("unexpected low surrogate area", at + 2)),
        0xD800..=0xDBFF => {
            let second = read(at + 2).ok_or_else(|| fault("incomplete UTF-16 surrogate pair", usize::MAX))?;
            if second & 0xFC00 != 0xDC00 {
                return Err(fault("expected low surrogate area", at + 4));
            }
            (0x1_0000 + ((first & 0x3FF) << 10) + (second & 0x3FF), 4)
        }
        value => (value, 2),
    };
    char::from_u32(value)
        .filter(|&character| is_allowed(character))
        .map(|character| (character, width))
        .ok_or_else(|| fault(CONTROL, at + width))
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{1_0000}'..)
}
