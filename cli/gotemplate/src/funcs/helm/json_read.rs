//! JSON text to values, with the errors of Go's scanner.

use std::{collections::BTreeMap, sync::Arc};

use super::provenance::Places;
use crate::{
    Data, Value,
    format::{first_rune, parse_float},
};

/// How deep values are read; Go stops at 10000.
const MAX_DEPTH: usize = 500;

/// Places within a word, a number or an escape.
const IN_TOKEN: &[&str] = &["in literal", "in numeric", "after decimal point", "in exponent", "in string escape", "in \\u hexadecimal"];

/// Reads one value.
///
/// # Errors
/// Go's text for what is no JSON.
pub(super) fn read_json(bytes: &[u8], places: &mut Places<'_, '_>) -> Result<Value, String> {
    let mut reader = Reader { bytes, at: 0, places };
    let value = reader.value(0)?;
    reader.space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.unexpected("after top-level value")),
    }
}

struct Reader<'a, 'places, 'set> {
    bytes: &'a [u8],
    at: usize,
    places: &'a mut Places<'places, 'set>,
}

impl Reader<'_, '_, '_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// What Go says about the byte that stands here, or about the end.
    fn unexpected(&self, place: &str) -> String {
        let shown = match self.peek() {
            // Go feeds its scanner a space at the end, which only some places refuse.
            None if IN_TOKEN.iter().any(|token| place.starts_with(token)) => "' '".to_owned(),
            None => return "unexpected end of JSON input".to_owned(),
            Some(b'\'') => r"'\''".to_owned(),
            Some(b'"') => "'\"'".to_owned(),
            Some(byte) => {
                let quoted = crate::format::quote(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes());
                let text = String::from_utf8_lossy(&quoted).into_owned();
                format!("'{}'", text.trim_matches('"'))
            }
        };
        format!("invalid character {shown} {place}")
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        self.space();
        let start = self.at;
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => Err(self.unexpected("exceeded max depth")),
            Some(b'{') => {
                let entries = self.object(depth)?;
                Ok(Value::map(entries).from(self.places.collection(start)))
            }
            Some(b'[') => {
                let items = self.array(depth)?;
                Ok(Value::list(items).from(self.places.collection(start)))
            }
            _ => {
                let data = self.scalar()?;
                Ok(Value::new(data).from(self.places.scalar(start..self.at)))
            }
        }
    }

    fn scalar(&mut self) -> Result<Data, String> {
        match self.peek() {
            Some(b'"') => Ok(Data::String(self.string()?.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true").map(|()| Data::Bool(true)),
            Some(b'f') => self.literal("false").map(|()| Data::Bool(false)),
            Some(b'n') => self.literal("null").map(|()| Data::Nil),
            Some(_) | None => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), String> {
        for letter in word.bytes() {
            if self.peek() != Some(letter) {
                return Err(self.unexpected(&format!("in literal {word} (expecting '{}')", char::from(letter))));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<BTreeMap<Arc<str>, Value>, String> {
        self.at += 1;
        let mut entries = BTreeMap::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(entries);
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            entries.insert(Arc::from(key), value.boxed());
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                Some(_) | None => return Err(self.unexpected("after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(entries)
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Value>, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?.boxed());
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                Some(_) | None => return Err(self.unexpected("after array element")),
            }
        }
        self.at += 1;
        Ok(items)
    }

    fn digits(&mut self, place: &str) -> Result<(), String> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected(place));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Data, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
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
        let text = String::from_utf8_lossy(self.bytes.get(start..self.at).unwrap_or_default());
        let number = parse_float(&text).map_err(|_| format!("json: cannot unmarshal number {text} into Go value of type float64"))?;
        Ok(Data::Float(number))
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                Some(0x20..) => {
                    let (rune, width) = self.bytes.get(self.at..).and_then(first_rune).unwrap_or((None, 1));
                    out.push(rune.unwrap_or(char::REPLACEMENT_CHARACTER));
                    self.at += width;
                }
                Some(_) | None => return Err(self.unexpected("in string literal")),
            }
        }
        self.at += 1;
        Ok(out)
    }

    fn escape(&mut self, out: &mut String) -> Result<(), String> {
        self.at += 1;
        out.push(match self.peek() {
            Some(mark @ (b'"' | b'\\' | b'/')) => char::from(mark),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0C',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.code()?;
                out.push(self.rune(first)?);
                return Ok(());
            }
            Some(_) | None => return Err(self.unexpected("in string escape code")),
        });
        self.at += 1;
        Ok(())
    }

    fn code(&mut self) -> Result<u32, String> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.unexpected("in \\u hexadecimal character escape"))?;
            self.at += 1;
        }
        Ok(code)
    }

    /// The character of a code, or of two that are halves of one; a half alone is U+FFFD.
    fn rune(&mut self, first: u32) -> Result<char, String> {
        if (0xD800..0xDC00).contains(&first) && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
            let back = self.at;
            self.at += 2;
            let second = self.code()?;
            if (0xDC00..0xE000).contains(&second) {
                let whole = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}
