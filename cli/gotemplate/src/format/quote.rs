//! Go's quoted strings and characters, as `%q` and `strconv.Quote` write them.

use super::{
    printable::RANGES,
    rope::{Rope, View},
};

/// Which characters stay as they are between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// All that Go finds printable.
    Printable,
    /// Of those, the ASCII ones.
    Ascii,
}

/// The text between double quotes, escaped as Go does.
#[must_use]
pub fn quote(bytes: &[u8]) -> Vec<u8> {
    quoted(bytes, Keep::Printable)
}

/// The text between double quotes, with everything beyond ASCII escaped.
#[must_use]
pub fn quote_ascii(bytes: &[u8]) -> Vec<u8> {
    quoted(bytes, Keep::Ascii)
}

/// A character between single quotes.
#[must_use]
pub fn quote_rune(rune: char) -> String {
    String::from_utf8_lossy(&rune_quoted(rune, Keep::Printable)).into_owned()
}

/// Whether Go prints a character as it is.
#[must_use]
pub fn is_print(rune: char) -> bool {
    let code = rune as u32;
    if code < 0x7F {
        return code >= 0x20;
    }
    let index = RANGES.partition_point(|&(_, last)| last < code);
    RANGES.get(index).is_some_and(|&(first, _)| first <= code)
}

/// The first character and its length in bytes; no character and one byte where Go reads none.
#[must_use]
pub(crate) fn first_rune(bytes: &[u8]) -> Option<(Option<char>, usize)> {
    let width = match bytes.first()? {
        byte @ ..0x80 => return Some((Some(char::from(*byte)), 1)),
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    let rune = bytes.get(..width).and_then(|head| std::str::from_utf8(head).ok()).and_then(|text| text.chars().next());
    Some((rune, if rune.is_some() { width } else { 1 }))
}

/// The number of characters, each byte that is none counting as one.
pub(crate) fn rune_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    let (mut rest, mut count) = (bytes, 0);
    while let Some((_, width)) = first_rune(rest) {
        rest = rest.get(width..).unwrap_or_default();
        count += 1;
    }
    count
}

/// Appends the quoted text; an escape has the origin of what it stands for, the quotes that of their neighbours.
pub(super) fn push_quoted(out: &mut Rope, view: View<'_>, keep: Keep) {
    let bytes = view.bytes();
    out.push(b"\"", view.origin_at(0));
    let (mut at, mut plain) = (0, 0);
    let mut escaped = Vec::new();
    while let Some((rune, width)) = bytes.get(at..).and_then(first_rune) {
        escaped.clear();
        match rune {
            Some(rune) if stays(rune, '"', keep) => {}
            Some(rune) => escape(&mut escaped, rune, '"'),
            None => escaped.extend_from_slice(format!("\\x{:02x}", bytes.get(at).copied().unwrap_or_default()).as_bytes()),
        }
        if !escaped.is_empty() {
            out.push_part(view, plain..at);
            out.push(&escaped, view.origin_at(at));
            plain = at + width;
        }
        at += width;
    }
    out.push_part(view, plain..at);
    out.push(b"\"", view.origin_at(at));
}

/// Appends the text between double quotes, escaped as `%q` does.
pub(crate) fn push_quoted_text(out: &mut Rope, view: View<'_>) {
    push_quoted(out, view, Keep::Printable);
}

pub(super) fn rune_quoted(rune: char, keep: Keep) -> Vec<u8> {
    let mut out = vec![b'\''];
    if stays(rune, '\'', keep) {
        out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        escape(&mut out, rune, '\'');
    }
    out.push(b'\'');
    out
}

fn quoted(bytes: &[u8], keep: Keep) -> Vec<u8> {
    let mut rope = Rope::with_capacity(bytes.len() + 2);
    push_quoted(&mut rope, View::plain(bytes, portcullis_source::OriginId::NONE), keep);
    rope.bytes().to_vec()
}

fn stays(rune: char, mark: char, keep: Keep) -> bool {
    rune != mark && rune != '\\' && is_print(rune) && (keep == Keep::Printable || rune.is_ascii())
}

fn escape(out: &mut Vec<u8>, rune: char, mark: char) {
    let text = match rune {
        '\x07' => "\\a".to_owned(),
        '\x08' => "\\b".to_owned(),
        '\x0C' => "\\f".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\x0B' => "\\v".to_owned(),
        _ if rune == mark || rune == '\\' => format!("\\{rune}"),
        _ => match rune as u32 {
            code @ (0..0x20 | 0x7F) => format!("\\x{code:02x}"),
            code @ 0..0x1_0000 => format!("\\u{code:04x}"),
            code => format!("\\U{code:08x}"),
        },
    };
    out.extend_from_slice(text.as_bytes());
}
