//! One character of a template.

use std::sync::OnceLock;

use regex::Regex;

use crate::format;

/// A character, or what stands in its place.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Rune {
    Char(char),
    /// A byte that is no UTF-8.
    Broken,
    End,
}

impl Rune {
    pub(super) fn is(self, set: &[u8]) -> bool {
        matches!(self, Self::Char(c) if c.is_ascii() && set.contains(&(c as u8)))
    }

    pub(super) fn is_space(self) -> bool {
        matches!(self, Self::Char(' ' | '\t' | '\r' | '\n'))
    }

    pub(super) fn is_word(self) -> bool {
        match self {
            Self::Char(c) if c.is_ascii() => c == '_' || c.is_ascii_alphanumeric(),
            Self::Char(c) => is_letter_or_digit(c),
            Self::Broken | Self::End => false,
        }
    }

    /// As Go's `%#U` prints it.
    pub(super) fn describe(self) -> String {
        let c = match self {
            Self::Char(c) => c,
            Self::Broken | Self::End => char::REPLACEMENT_CHARACTER,
        };
        let code = format!("U+{:04X}", u32::from(c));
        if format::is_print(c) { format!("{code} '{c}'") } else { code }
    }
}

/// Go's `unicode.IsLetter` and `unicode.IsDigit` beyond ASCII.
fn is_letter_or_digit(c: char) -> bool {
    static CLASS: OnceLock<Option<Regex>> = OnceLock::new();
    let class = CLASS.get_or_init(|| Regex::new(r"^[\p{L}\p{Nd}]$").ok());
    class.as_ref().is_some_and(|class| class.is_match(c.encode_utf8(&mut [0; 4])))
}
