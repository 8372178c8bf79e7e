//! Anchors, aliases, tags and directives.

use super::Scanner;
use crate::yaml::{
    fault::Result,
    token::{Kind, Payload, Token},
};

/// The longest number of a version.
const MAX_VERSION_DIGITS: usize = 2;

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

impl<'a> Scanner<'a> {
    fn scan_word(&mut self) -> Result<&'a str> {
        self.input.need(1)?;
        let start = self.input.mark().at;
        while is_word(self.input.peek(0)) {
            self.input.skip();
            self.input.need(1)?;
        }
        Ok(self.input.slice(start, self.input.mark().at))
    }

    fn skip_blanks(&mut self) -> Result<()> {
        self.input.need(1)?;
        while self.input.is_blank(0) {
            self.input.skip();
            self.input.need(1)?;
        }
        Ok(())
    }

    /// Scans an anchor or an alias.
    pub(super) fn scan_anchor(&mut self, kind: Kind) -> Result<Token<'a>> {
        let start = self.input.mark();
        self.input.skip();
        let name = self.scan_word()?;
        let ends = self.input.is_space_or_end(0) || matches!(self.input.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            return self.fault("did not find expected alphabetic or numeric character");
        }
        Ok(self.token(kind, start, Payload::Name(name)))
    }

    /// Scans a directive up to the end of its line.
    pub(super) fn scan_directive(&mut self) -> Result<Token<'a>> {
        let start = self.input.mark();
        self.input.skip();
        let name = self.scan_word()?;
        if name.is_empty() {
            return self.fault("could not find expected directive name");
        }
        if !self.input.is_space_or_end(0) {
            return self.fault("found unexpected non-alphabetical character");
        }
        let token = match name {
            "YAML" => {
                self.skip_blanks()?;
                let major = self.scan_version_number()?;
                if self.input.peek(0) != b'.' {
                    return self.fault("did not find expected digit or '.' character");
                }
                self.input.skip();
                let minor = self.scan_version_number()?;
                self.token(Kind::VersionDirective, start, Payload::Version(major, minor))
            }
            "TAG" => {
                let names = self.scan_tag_directive()?;
                self.token(Kind::TagDirective, start, Payload::Tag(Box::new(names)))
            }
            _ => return self.fault("found unknown directive name"),
        };
        self.input.need(1)?;
        if !self.skip_rest_of_line()? {
            return self.fault("did not find expected comment or line break");
        }
        Ok(token)
    }

    fn scan_version_number(&mut self) -> Result<u8> {
        self.input.need(1)?;
        let mut value = 0;
        let mut length = 0;
        while self.input.peek(0).is_ascii_digit() {
            length += 1;
            if length > MAX_VERSION_DIGITS {
                return self.fault("found extremely long version number");
            }
            value = value * 10 + (self.input.peek(0) - b'0');
            self.input.skip();
            self.input.need(1)?;
        }
        if length == 0 { self.fault("did not find expected version number") } else { Ok(value) }
    }

    fn scan_tag_directive(&mut self) -> Result<(String, String)> {
        self.skip_blanks()?;
        let handle = self.scan_tag_handle()?;
        if handle != "!" && !handle.ends_with('!') || handle.is_empty() {
            return self.fault("did not find expected '!'");
        }
        self.input.need(1)?;
        if !self.input.is_blank(0) {
            return self.fault("did not find expected whitespace");
        }
        self.skip_blanks()?;
        let Some(prefix) = self.scan_tag_uri("")? else { return self.fault("did not find expected tag URI") };
        self.input.need(1)?;
        if !self.input.is_space_or_end(0) {
            return self.fault("did not find expected whitespace or line break");
        }
        Ok((handle.to_owned(), prefix))
    }

    /// Scans a tag: `!<uri>`, `!suffix`, `!handle!suffix` or `!`.
    pub(super) fn scan_tag(&mut self) -> Result<Token<'a>> {
        const NO_URI: &str = "did not find expected tag URI";
        let start = self.input.mark();
        self.input.need(2)?;
        let names = if self.input.peek(1) == b'<' {
            self.input.skip();
            self.input.skip();
            let Some(uri) = self.scan_tag_uri("")? else { return self.fault(NO_URI) };
            if self.input.peek(0) != b'>' {
                return self.fault("did not find the expected '>'");
            }
            self.input.skip();
            (String::new(), uri)
        } else {
            let handle = self.scan_tag_handle()?;
            if handle.len() > 1 && handle.ends_with('!') {
                let Some(suffix) = self.scan_tag_uri("")? else { return self.fault(NO_URI) };
                (handle.to_owned(), suffix)
            } else {
                match self.scan_tag_uri(handle)? {
                    None => return self.fault(NO_URI),
                    Some(suffix) if suffix.is_empty() => (suffix, "!".to_owned()),
                    Some(suffix) => ("!".to_owned(), suffix),
                }
            }
        };
        self.input.need(1)?;
        if !self.input.is_space_or_end(0) {
            return self.fault("did not find expected whitespace or line break");
        }
        Ok(self.token(Kind::Tag, start, Payload::Tag(Box::new(names))))
    }

    /// Scans `!`, `!word` or `!word!`; empty where no `!` stands.
    fn scan_tag_handle(&mut self) -> Result<&'a str> {
        self.input.need(1)?;
        let start = self.input.mark().at;
        if self.input.peek(0) != b'!' {
            return Ok("");
        }
        self.input.skip();
        self.scan_word()?;
        if self.input.peek(0) == b'!' {
            self.input.skip();
        }
        Ok(self.input.slice(start, self.input.mark().at))
    }

    /// Scans the rest of a tag whose `!word` is already scanned; none where it is empty.
    fn scan_tag_uri(&mut self, head: &str) -> Result<Option<String>> {
        let mut uri = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let mut found = !head.is_empty();
        self.input.need(1)?;
        loop {
            let byte = self.input.peek(0);
            if byte == b'%' {
                self.scan_uri_escape(&mut uri)?;
            } else if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) {
                uri.push(byte);
                self.input.skip();
            } else {
                break;
            }
            self.input.need(1)?;
            found = true;
        }
        Ok(found.then(|| String::from_utf8_lossy(&uri).into_owned()))
    }

    /// Scans the `%XX` of one character.
    fn scan_uri_escape(&mut self, uri: &mut Vec<u8>) -> Result<()> {
        let mut left = None;
        while left != Some(0) {
            self.input.need(3)?;
            let digit = |place| char::from(self.input.peek(place)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.input.peek(0), digit(1), digit(2)) else {
                return self.fault("did not find URI escaped octet");
            };
            let octet = (high << 4 | low) as u8;
            left = match (left, octet) {
                (None, 0x00..=0x7F) => Some(0),
                (None, 0xC0..=0xDF) => Some(1),
                (None, 0xE0..=0xEF) => Some(2),
                (None, 0xF0..=0xF7) => Some(3),
                (None, _) => return self.fault("found an incorrect leading UTF-8 octet"),
                (Some(left), 0x80..=0xBF) => Some(left - 1),
                (Some(_), _) => return self.fault("found an incorrect trailing UTF-8 octet"),
            };
            uri.push(octet);
            for _ in 0..3 {
                self.input.skip();
            }
        }
        Ok(())
    }
}
