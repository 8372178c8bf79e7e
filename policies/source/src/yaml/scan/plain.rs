//! Plain scalars.

use std::borrow::Cow;

use super::Scanner;
use crate::yaml::{
    fault::Result,
    token::{Kind, Payload, Token},
};

/// The line breaks between two parts of a scalar.
#[derive(Debug, Default)]
pub(super) struct Breaks {
    /// What is kept of the first; nothing where it is escaped.
    pub(super) first: &'static str,
    /// The first, where it is kept whatever follows.
    pub(super) hard: String,
    /// What is kept of the others.
    pub(super) others: String,
}

impl Breaks {
    /// Notes a line break; `is_first` where none came before it.
    pub(super) fn push(&mut self, kept: &str, is_first: bool) {
        if !is_first {
            self.others.push_str(kept);
        } else if kept == "\n" {
            self.first = "\n";
        } else {
            self.hard.push_str(kept);
        }
    }

    /// Writes them folded, and forgets them.
    pub(super) fn fold_into(&mut self, text: &mut String) {
        if self.first == "\n" && self.others.is_empty() {
            text.push(' ');
        }
        text.push_str(&self.hard);
        text.push_str(&self.others);
        *self = Self::default();
    }
}

impl<'a> Scanner<'a> {
    /// Scans a plain scalar.
    pub(super) fn scan_plain(&mut self) -> Result<Token<'a>> {
        let indent = self.indent + 1;
        let start = self.input.mark();
        let mut end = start;
        // The text is a part of the input until a line break is folded in it.
        let mut folded: Option<String> = None;
        let mut breaks = Breaks::default();
        let mut after_break = false;
        loop {
            self.input.need(4)?;
            if self.input.is_document_marker() || self.input.peek(0) == b'#' {
                break;
            }
            while !self.input.is_space_or_end(0) && !self.ends_plain() {
                if after_break {
                    let text = folded.get_or_insert_with(|| self.input.slice(start.at, end.at).to_owned());
                    breaks.fold_into(text);
                    after_break = false;
                } else if let Some(text) = &mut folded {
                    text.push_str(self.input.slice(end.at, self.input.mark().at));
                }
                let from = self.input.mark();
                self.input.run_plain(self.in_flow());
                end = self.input.mark();
                if let Some(text) = &mut folded {
                    text.push_str(self.input.slice(from.at, end.at));
                }
                self.input.need(2)?;
            }
            if !self.input.is_blank(0) && !self.input.is_break(0) {
                break;
            }
            self.input.need(1)?;
            after_break = self.skip_plain_spaces(&mut breaks, after_break, indent)?;
            if !self.in_flow() && self.column() < indent {
                break;
            }
        }
        if after_break {
            self.key_allowed = true;
        }
        let text = folded.map_or_else(|| Cow::Borrowed(self.input.slice(start.at, end.at)), Cow::Owned);
        Ok(Token { kind: Kind::Scalar, start, end, payload: Payload::Plain(text) })
    }

    fn ends_plain(&self) -> bool {
        match self.input.peek(0) {
            b':' => self.input.is_space_or_end(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.in_flow(),
            _ => false,
        }
    }

    fn skip_plain_spaces(&mut self, breaks: &mut Breaks, mut after_break: bool, indent: i64) -> Result<bool> {
        loop {
            if self.input.is_blank(0) {
                if after_break && self.column() < indent && self.input.peek(0) == b'\t' {
                    return self.fault("found a tab character that violates indentation");
                }
                self.input.skip();
            } else if self.input.is_break(0) {
                self.input.need(2)?;
                let kept = self.input.skip_line();
                breaks.push(kept, !after_break);
                after_break = true;
            } else {
                return Ok(after_break);
            }
            self.input.need(1)?;
        }
    }
}
