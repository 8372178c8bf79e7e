//! Cuts JSON into its parts, with Go's words for what is wrong.

use std::borrow::Cow;

use super::JsonError;
use crate::Range;

/// The text and the place in it.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    /// The same as text, where all of it is UTF-8.
    whole: Option<&'a str>,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(bytes: &'a [u8], whole: Option<&'a str>) -> Self {
        Self { bytes, whole, at: 0 }
    }

    /// The place.
    pub(super) fn at(&self) -> u32 {
        self.at as u32
    }

    /// The byte here, white space before it left out.
    pub(super) fn next_byte(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.peek()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over the byte here.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// The error that the byte here is.
    pub(super) fn error(&self, context: &str) -> JsonError {
        let Some(byte) = self.peek() else {
            let end = self.at();
            return JsonError { message: "unexpected end of JSON input".to_owned(), range: Range { start: end, end } };
        };
        self.unexpected(byte, context)
    }

    /// The same within a word, number or escape, where Go takes the end for a space.
    fn inner_error(&self, context: &str) -> JsonError {
        self.unexpected(self.peek().unwrap_or(b' '), context)
    }

    fn unexpected(&self, byte: u8, context: &str) -> JsonError {
        let character = match byte {
            b'\'' => "\\'".to_owned(),
            _ => show(byte),
        };
        let end = (self.at + 1).min(self.bytes.len()) as u32;
        JsonError { message: format!("invalid character '{character}' {context}"), range: Range { start: self.at(), end } }
    }

    /// Reads `true`, `false` or `null`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), JsonError> {
        for byte in word.bytes() {
            if self.peek() != Some(byte) {
                return Err(self.inner_error(&format!("in literal {word} (expecting '{}')", char::from(byte))));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Reads a number.
    pub(super) fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits("in numeric literal")?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(self.bytes.get(start..self.at).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default())
    }

    fn digits(&mut self, context: &str) -> Result<(), JsonError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.inner_error(context));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    /// Reads a string whose opening quote stands here; bytes that are no UTF-8 and halves of surrogate pairs become U+FFFD.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let start = self.at;
        self.skip_plain();
        let text = match self.whole {
            Some(whole) => whole.get(start..self.at),
            None => self.bytes.get(start..self.at).and_then(|plain| std::str::from_utf8(plain).ok()),
        };
        if self.peek() == Some(b'"')
            && let Some(text) = text
        {
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        self.at = start;
        self.changed_string().map(Cow::Owned)
    }

    /// Steps over what stands for itself in a string.
    fn skip_plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
        self.at += rest.iter().position(|&byte| !is_plain(byte)).unwrap_or(rest.len());
    }

    fn changed_string(&mut self) -> Result<String, JsonError> {
        let mut text = String::new();
        loop {
            let start = self.at;
            self.skip_plain();
            for chunk in self.bytes.get(start..self.at).unwrap_or_default().utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) | None => return Err(self.error("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0C',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unit();
            }
            Some(_) | None => return Err(self.inner_error("in string escape code")),
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads four hexadecimal digits, and the other half of a surrogate pair.
    fn unit(&mut self) -> Result<char, JsonError> {
        let first = self.four_digits()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let after = self.at;
        if first < 0xDC00 && self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"\\u")) {
            self.at += 2;
            let second = self.four_digits()?;
            if (0xDC00..0xE000).contains(&second)
                && let Some(character) = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            {
                return Ok(character);
            }
            self.at = after;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Result<u32, JsonError> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return Err(self.inner_error("in \\u hexadecimal character escape"));
            };
            value = value << 4 | digit;
            self.at += 1;
        }
        Ok(value)
    }
}

/// A byte as Go's `strconv.Quote` shows the character of that number.
fn show(byte: u8) -> String {
    match byte {
        0x07 => "\\a".to_owned(),
        0x08 => "\\b".to_owned(),
        0x0C => "\\f".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        0x0B => "\\v".to_owned(),
        b'\\' => "\\\\".to_owned(),
        0..=0x1F | 0x7F => format!("\\x{byte:02x}"),
        0x80..=0xA0 | 0xAD => format!("\\u{byte:04x}"),
        0x20..=0x7E | 0xA1..=0xFF => char::from(byte).to_string(),
    }
}
