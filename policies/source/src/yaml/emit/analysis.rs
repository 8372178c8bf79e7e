//! Which styles a string may be written in.

use super::{Style, emitter::Event};
use crate::yaml::resolve::{Plain, look_up};

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    Plain,
    Single,
    Double,
    Literal,
}

/// What a scalar's text is like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Analysis {
    /// Whether it has line breaks.
    pub(super) multiline: bool,
    plain: bool,
    single: bool,
    block: bool,
}

/// The width of the character at a place, as its first byte says.
pub(super) fn width(byte: u8) -> usize {
    match byte {
        0x00..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
    }
}

pub(super) fn is_space(text: &[u8], at: usize) -> bool {
    text.get(at) == Some(&b' ')
}

pub(super) fn is_break(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..), Some([b'\r' | b'\n', ..] | [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..]))
}

/// Whether the character at a place may be written as it is; tabs and characters of four bytes may not.
pub(super) fn is_printable(text: &[u8], at: usize) -> bool {
    match text.get(at..) {
        Some([0x0A | 0x20..=0x7E, ..] | [0xC2, 0xA0..=0xFF, ..] | [0xC3..=0xEC | 0xEE, ..]) => true,
        Some([0xED, second, ..]) => *second < 0xA0,
        Some([0xEF, rest @ ..]) => !matches!(rest, [0xBB, 0xBF, ..] | [0xBF, 0xBE | 0xBF, ..]),
        _ => false,
    }
}

impl Analysis {
    /// Looks at a scalar in the block context.
    pub(super) fn of(text: &str, style: Style) -> Self {
        let text = text.as_bytes();
        let Some(&first) = text.first() else { return Self { plain: true, single: true, ..Self::default() } };
        let mut found = Findings { indicators: text.starts_with(b"---") || text.starts_with(b"..."), ..Findings::default() };
        found.indicators |= match first {
            b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => true,
            b'?' | b'-' => matches!(text.get(1), None | Some(b' ' | b'\t')),
            _ => false,
        };
        found.look(text, style);
        let edges = found.leading || found.trailing_space || found.trailing_break;
        let broken = found.space_break || found.special;
        Self {
            multiline: found.breaks,
            plain: !(edges || found.break_space || broken || found.tab || found.breaks || found.indicators),
            single: !(found.break_space || broken || found.tab),
            block: !(found.trailing_space || broken),
        }
    }

    /// Chooses the style of a scalar.
    pub(super) fn quoting(self, event: Event<'_>, text: &str, style: Style, is_simple_key: bool) -> Quoting {
        let wanted = match event {
            Event::String(_) if text.contains('\n') => Quoting::Literal,
            Event::String(_) if !is_plain_string(text, style) => Quoting::Double,
            _ => Quoting::Plain,
        };
        match wanted {
            _ if is_simple_key && self.multiline => Quoting::Double,
            Quoting::Literal if self.block && !is_simple_key => Quoting::Literal,
            Quoting::Plain if self.plain && !(text.is_empty() && is_simple_key) => Quoting::Plain,
            Quoting::Plain if self.single => Quoting::Single,
            Quoting::Plain | Quoting::Single | Quoting::Double | Quoting::Literal => Quoting::Double,
        }
    }
}

/// Whether a plain scalar of this text is a string to all readers.
fn is_plain_string(text: &str, style: Style) -> bool {
    let resolved = look_up(text, true);
    let is_string = match style {
        Style::Yaml2 => resolved == Plain::String,
        // The later go-yaml knows fewer booleans, but quotes the others too; it also reads `0o-7`.
        Style::Pretty => resolved == Plain::String && !is_signed_octal(text),
    };
    is_string && !is_base_60(text)
}

fn is_signed_octal(text: &str) -> bool {
    let digits = text.strip_prefix("0o").and_then(|rest| rest.strip_prefix(['-', '+']));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7' | b'_')))
}

/// Whether a text is a number to the base of 60, which other readers know: `[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?`.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (number, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = number.split(':');
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let head = parts.next().is_some_and(|head| head.starts_with(|first: char| first.is_ascii_digit()) && is_digits(head));
    let mut count = 0;
    let tail = parts.all(|part| {
        count += 1;
        matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    });
    head && tail && count > 0 && is_digits(fraction)
}

#[derive(Default)]
struct Findings {
    indicators: bool,
    breaks: bool,
    special: bool,
    tab: bool,
    leading: bool,
    trailing_space: bool,
    trailing_break: bool,
    /// A space after a line break.
    break_space: bool,
    /// A line break after a space.
    space_break: bool,
}

impl Findings {
    fn look(&mut self, text: &[u8], style: Style) {
        let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let next = at + width(byte);
            match byte {
                b':' => self.indicators |= matches!(text.get(next), None | Some(b' ' | b'\t')),
                b'#' => self.indicators |= after_blank,
                b'\t' if style == Style::Pretty => self.tab = true,
                _ => self.special |= !is_printable(text, at),
            }
            let (space, line_break) = (byte == b' ', is_break(text, at));
            if space {
                self.leading |= at == 0;
                self.trailing_space |= next == text.len();
                self.break_space |= after_break;
            } else if line_break {
                self.breaks = true;
                self.leading |= at == 0;
                self.trailing_break |= next == text.len();
                self.space_break |= after_space;
            }
            (after_space, after_break) = (space, line_break);
            after_blank = space || line_break || byte == b'\t' || byte == 0;
            at = next;
        }
    }
}
