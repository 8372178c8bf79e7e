//! The text in the making: bytes, the column, and the origin of every byte.

use super::analysis::{is_break, width};
use crate::{
    Data, OriginId, Piece, json,
    made::Made,
    yaml::resolve::{general, resolve_plain},
};

/// The text in the making.
#[derive(Debug)]
pub(super) struct Output {
    made: Made,
    /// The characters since the last line break.
    pub(super) column: usize,
    /// Whether the last character was a space, or one counts as written.
    pub(super) whitespace: bool,
    /// Whether nothing but indentation and `-`, `?`, `:` stands on the line.
    pub(super) indention: bool,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { made: Made::default(), column: 0, whitespace: true, indention: true }
    }

    /// The bytes, and the pieces that cover them.
    pub(super) fn finish(self) -> (Vec<u8>, Vec<Piece>) {
        self.made.finish()
    }

    /// Sets what the next bytes come from.
    pub(super) fn set_origin(&mut self, origin: OriginId) {
        self.made.set_origin(origin);
    }

    /// Writes an ASCII character.
    pub(super) fn put(&mut self, byte: u8) {
        self.made.push(byte);
        self.column += 1;
    }

    pub(super) fn put_break(&mut self) {
        self.made.push(b'\n');
        self.column = 0;
    }

    /// Writes a run of ASCII characters.
    pub(super) fn put_all(&mut self, text: &[u8]) {
        self.made.extend(text);
        self.column += text.len();
    }

    /// Writes the character at a place, and says where the next one is.
    pub(super) fn copy(&mut self, text: &[u8], at: usize) -> usize {
        let next = at + text.get(at).map_or(1, |&byte| width(byte));
        self.made.extend(text.get(at..next).unwrap_or_default());
        self.column += 1;
        next
    }

    /// Writes the line break at a place, and says where the next character is.
    pub(super) fn copy_break(&mut self, text: &[u8], at: usize) -> usize {
        debug_assert!(is_break(text, at), "a line break stands here");
        let next = self.copy(text, at);
        self.column = 0;
        next
    }

    /// Starts a line, if need be, and goes to a column.
    pub(super) fn indent_to(&mut self, indent: usize) {
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.put_break();
        }
        while self.column < indent {
            self.put(b' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes an indicator.
    pub(super) fn indicator(&mut self, text: &[u8], spacing: Spacing, keeps_indention: bool) {
        if spacing == Spacing::Before && !self.whitespace {
            self.put(b' ');
        }
        self.put_all(text);
        self.whitespace = false;
        self.indention &= keeps_indention;
    }

    /// Writes a code in capital hexadecimal digits.
    pub(super) fn put_code(&mut self, code: u32, digits: usize) {
        self.put_all(format!("{code:0digits$X}").as_bytes());
    }
}

/// Whether a space stands before an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spacing {
    Before,
    None,
}

/// A float as go-yaml writes it.
#[must_use]
pub fn float(value: f64) -> String {
    if value.is_nan() {
        ".nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() }
    } else {
        general(&format!("{value:e}"))
    }
}

/// A float as sigs.k8s.io/yaml writes it, by way of JSON; none for what JSON cannot say.
#[must_use]
pub fn float_through_json(value: f64) -> Option<String> {
    let text = json::float(value)?;
    Some(match resolve_plain(&text) {
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) => float(value),
        Data::Null | Data::Bool(_) | Data::String(_) | Data::List(_) | Data::Map(_) => text,
    })
}
