//! Scalars in their styles.

use super::{
    analysis::{is_break, is_printable, is_space},
    output::{Output, Spacing},
};

/// Where a scalar is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The column of its further lines.
    pub(super) indent: usize,
    /// The column after which a line is folded; none where it may not be.
    pub(super) fold: Option<usize>,
}

impl Place {
    fn folds(self, output: &Output) -> bool {
        self.fold.is_some_and(|width| output.column > width)
    }
}

/// Writes a plain scalar; it has no line breaks.
pub(super) fn plain(output: &mut Output, text: &str, place: Place) {
    let text = text.as_bytes();
    if !output.whitespace {
        output.put(b' ');
    }
    let mut spaces = false;
    let mut at = 0;
    while at < text.len() {
        if is_space(text, at) {
            if !spaces && place.folds(output) && !is_space(text, at + 1) {
                output.indent_to(place.indent);
                at += 1;
            } else {
                at = output.copy(text, at);
            }
            spaces = true;
        } else {
            at = output.copy(text, at);
            output.indention = false;
            spaces = false;
        }
    }
    output.whitespace = false;
    output.indention = false;
}

/// Writes a scalar in single quotes.
pub(super) fn single(output: &mut Output, text: &str, place: Place) {
    let text = text.as_bytes();
    output.indicator(b"'", Spacing::Before, false);
    let (mut spaces, mut breaks) = (false, false);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte == b' ' {
            if !spaces && place.folds(output) && at > 0 && at + 1 < text.len() && !is_space(text, at + 1) {
                output.indent_to(place.indent);
                at += 1;
            } else {
                at = output.copy(text, at);
            }
            spaces = true;
        } else if is_break(text, at) {
            if !breaks && byte == b'\n' {
                output.put_break();
            }
            at = output.copy_break(text, at);
            output.indention = true;
            breaks = true;
        } else {
            if breaks {
                output.indent_to(place.indent);
            }
            if byte == b'\'' {
                output.put(b'\'');
            }
            at = output.copy(text, at);
            output.indention = false;
            spaces = false;
            breaks = false;
        }
    }
    output.indicator(b"'", Spacing::None, false);
}

/// Writes a scalar in double quotes.
pub(super) fn double(output: &mut Output, text: &str, place: Place) {
    let bytes = text.as_bytes();
    // go-yaml looks for a byte order mark at the start of the text whatever character it is at.
    let escape_all = text.starts_with('\u{FEFF}');
    output.indicator(b"\"", Spacing::Before, false);
    let mut spaces = false;
    let mut at = 0;
    for character in text.chars() {
        let next = at + character.len_utf8();
        let escaped = escape_all || !is_printable(bytes, at) || is_break(bytes, at) || matches!(character, '"' | '\\');
        if escaped {
            escape(output, character);
        } else if character == ' ' && !spaces && place.folds(output) && at > 0 && next < bytes.len() {
            output.indent_to(place.indent);
            if is_space(bytes, next) {
                output.put(b'\\');
            }
        } else {
            output.copy(bytes, at);
        }
        spaces = !escaped && character == ' ';
        at = next;
    }
    output.indicator(b"\"", Spacing::None, false);
}

fn escape(output: &mut Output, character: char) {
    output.put(b'\\');
    let short = match character {
        '\0' => b'0',
        '\x07' => b'a',
        '\x08' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\x0B' => b'v',
        '\x0C' => b'f',
        '\r' => b'r',
        '\x1B' => b'e',
        '"' => b'"',
        '\\' => b'\\',
        '\u{85}' => b'N',
        '\u{A0}' => b'_',
        '\u{2028}' => b'L',
        '\u{2029}' => b'P',
        _ => {
            let code = u32::from(character);
            let (kind, digits) = match code {
                ..=0xFF => (b'x', 2),
                0x100..=0xFFFF => (b'u', 4),
                _ => (b'U', 8),
            };
            output.put(kind);
            output.put_code(code, digits);
            return;
        }
    };
    output.put(short);
}

/// Writes a scalar as a literal block.
pub(super) fn literal(output: &mut Output, text: &str, place: Place) {
    let bytes = text.as_bytes();
    output.indicator(b"|", Spacing::Before, false);
    if is_space(bytes, 0) || is_break(bytes, 0) {
        output.indicator(b"2", Spacing::None, false);
    }
    if let Some(hint) = chomp_hint(text) {
        output.indicator(hint, Spacing::None, false);
    }
    output.put_break();
    output.indention = true;
    output.whitespace = true;
    let mut breaks = true;
    let mut at = 0;
    while at < bytes.len() {
        if is_break(bytes, at) {
            at = output.copy_break(bytes, at);
            output.indention = true;
            breaks = true;
        } else {
            if breaks {
                output.indent_to(place.indent);
            }
            at = output.copy(bytes, at);
            output.indention = false;
            breaks = false;
        }
    }
}

/// `-` where the text has no line break at its end, `+` where it has more than one or is nothing else.
fn chomp_hint(text: &str) -> Option<&'static [u8]> {
    let mut ends = text.char_indices().rev().map(|(at, _)| is_break(text.as_bytes(), at));
    match (ends.next(), ends.next()) {
        (None | Some(false), _) => Some(b"-"),
        (Some(true), None | Some(true)) => Some(b"+"),
        (Some(true), Some(false)) => None,
    }
}

/// Whether a text is short enough for a key without `?`.
pub(super) fn is_short_key(text: &str) -> bool {
    const LONGEST: usize = 128;
    text.len() <= LONGEST
}
