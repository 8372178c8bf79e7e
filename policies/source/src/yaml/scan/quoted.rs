//! Scalars in single and double quotes.

use std::borrow::Cow;

use super::{Scanner, plain::Breaks};
use crate::yaml::{
    fault::Result,
    token::{Kind, Payload, Token},
};

impl<'a> Scanner<'a> {
    /// Scans a quoted scalar.
    pub(super) fn scan_quoted(&mut self, quote: u8) -> Result<Token<'a>> {
        let start = self.input.mark();
        self.input.skip();
        if let Some(text) = self.input.take_simple_quoted(quote) {
            return Ok(self.token(Kind::Scalar, start, Payload::Quoted(Cow::Borrowed(text))));
        }
        let mut text = String::new();
        let mut breaks = Breaks::default();
        loop {
            self.input.need(4)?;
            if self.input.is_document_marker() {
                return self.fault("found unexpected document indicator");
            }
            if self.input.is_end() {
                return self.fault("found unexpected end of stream");
            }
            let mut after_break = self.scan_quoted_run(quote, &mut text)?;
            self.input.need(1)?;
            if self.input.peek(0) == quote {
                break;
            }
            let spaces = self.input.mark().at;
            let mut spaces_end = spaces;
            while self.input.is_blank(0) || self.input.is_break(0) {
                if self.input.is_blank(0) {
                    self.input.skip();
                    if !after_break {
                        spaces_end = self.input.mark().at;
                    }
                } else {
                    self.input.need(2)?;
                    let kept = self.input.skip_line();
                    breaks.push(kept, !after_break);
                    after_break = true;
                }
                self.input.need(1)?;
            }
            if after_break {
                breaks.fold_into(&mut text);
            } else {
                text.push_str(self.input.slice(spaces, spaces_end));
            }
        }
        self.input.skip();
        Ok(self.token(Kind::Scalar, start, Payload::Quoted(Cow::Owned(text))))
    }

    /// Scans up to a space, a line break or the closing quote; true where a line break was escaped.
    fn scan_quoted_run(&mut self, quote: u8, text: &mut String) -> Result<bool> {
        while !self.input.is_space_or_end(0) {
            match self.input.peek(0) {
                b'\'' if quote == b'\'' && self.input.peek(1) == b'\'' => {
                    text.push('\'');
                    self.input.skip();
                    self.input.skip();
                }
                byte if byte == quote => break,
                b'\\' if quote == b'"' && self.input.is_break(1) => {
                    self.input.need(3)?;
                    self.input.skip();
                    self.input.skip_line();
                    return Ok(true);
                }
                b'\\' if quote == b'"' => self.scan_escape(text)?,
                _ => text.push_str(self.input.run_quoted(quote)),
            }
            self.input.need(2)?;
        }
        Ok(false)
    }

    fn scan_escape(&mut self, text: &mut String) -> Result<()> {
        let (character, digits) = match self.input.peek(1) {
            b'0' => ('\0', 0),
            b'a' => ('\x07', 0),
            b'b' => ('\x08', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\x0B', 0),
            b'f' => ('\x0C', 0),
            b'r' => ('\r', 0),
            b'e' => ('\x1B', 0),
            b' ' => (' ', 0),
            b'"' => ('"', 0),
            b'\'' => ('\'', 0),
            b'\\' => ('\\', 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{A0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('x', 2),
            b'u' => ('u', 4),
            b'U' => ('U', 8),
            _ => return self.fault("found unknown escape character"),
        };
        self.input.skip();
        self.input.skip();
        text.push(if digits == 0 { character } else { self.scan_code(digits)? });
        Ok(())
    }

    fn scan_code(&mut self, digits: usize) -> Result<char> {
        self.input.need(digits)?;
        let mut value: u32 = 0;
        for place in 0..digits {
            let Some(digit) = char::from(self.input.peek(place)).to_digit(16) else {
                return self.fault("did not find expected hexdecimal number");
            };
            value = value << 4 | digit;
        }
        let Some(character) = char::from_u32(value) else {
            return self.fault("found invalid Unicode character escape code");
        };
        for _ in 0..digits {
            self.input.skip();
        }
        Ok(character)
    }
}
