//! A text with a place in it, and what may stop the reading of it.

use portcullis_source::{FileId, Span};

use crate::limits::MAX_DEPTH;

/// Why a text is no HCL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What stands where it must not.
    pub message: String,
    /// What to write instead.
    pub hint: &'static str,
    /// Where.
    pub span: Span,
}

/// Where the first byte of a text lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    /// In a file, at this byte.
    File(FileId, u32),
    /// Nowhere of its own: all of it stands at this place.
    At(Span),
}

/// A text that is being read.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    base: Base,
    depth: usize,
    /// Whether line breaks are space, as between parentheses.
    pub(super) flowing: bool,
}

pub(super) type Read<T> = Result<T, SyntaxError>;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, base: Base) -> Self {
        Self { text, at: 0, base, depth: 0, flowing: false }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn looks_at(&self, word: &str) -> bool {
        self.rest().starts_with(word)
    }

    /// Steps over a word that stands here.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let there = self.looks_at(word);
        if there {
            self.at += word.len();
        }
        there
    }

    pub(super) fn span(&self, start: usize) -> Span {
        self.span_of(start, self.at)
    }

    pub(super) fn span_of(&self, start: usize, end: usize) -> Span {
        match self.base {
            Base::File(file, offset) => Span { file, start: offset + start as u32, end: offset + end as u32 },
            Base::At(span) => span,
        }
    }

    pub(super) fn error<T>(&self, message: impl Into<String>, hint: &'static str) -> Read<T> {
        let end = self.at + self.peek().map_or(0, char::len_utf8);
        Err(SyntaxError { message: message.into(), hint, span: self.span_of(self.at, end) })
    }

    pub(super) fn error_from<T>(&self, start: usize, message: impl Into<String>, hint: &'static str) -> Read<T> {
        Err(SyntaxError { message: message.into(), hint, span: self.span(start) })
    }

    /// What stands here, for messages.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            None => "the end of the text".to_owned(),
            Some('\n' | '\r') => "the end of the line".to_owned(),
            Some(character) => format!("{character:?}"),
        }
    }

    /// Steps over space and comments, and line breaks where they are space.
    pub(super) fn space(&mut self) -> Read<()> {
        loop {
            match self.byte(0) {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\n') if self.flowing => self.at += 1,
                Some(b'\r') if self.flowing && self.byte(1) == Some(b'\n') => self.at += 2,
                Some(b'#') => self.line_comment(),
                Some(b'/') if self.byte(1) == Some(b'/') => self.line_comment(),
                Some(b'/') if self.byte(1) == Some(b'*') => self.block_comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// A comment up to the end of its line, which stays.
    fn line_comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn block_comment(&mut self) -> Read<()> {
        match self.rest().get(2..).and_then(|rest| rest.find("*/")) {
            Some(length) => self.at += length + 4,
            None => return self.error("comment has no end", "end it with */"),
        }
        Ok(())
    }

    /// Steps over a line break, if there is one.
    pub(super) fn newline(&mut self) -> bool {
        self.take("\n") || self.take("\r\n")
    }

    /// Steps over space, comments and line breaks.
    pub(super) fn lines(&mut self) -> Read<()> {
        self.space()?;
        while self.newline() {
            self.space()?;
        }
        Ok(())
    }

    /// A name, if one stands here.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        if !is_start(first) {
            return None;
        }
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length)
    }

    /// A keyword, if it stands here as a whole word.
    pub(super) fn keyword(&mut self, word: &str) -> bool {
        let before = self.at;
        if self.name() == Some(word) {
            return true;
        }
        self.at = before;
        false
    }

    /// Does something one level deeper.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            return self
                .error(format!("configuration is nested more than MAX_DEPTH = {MAX_DEPTH} levels deep"), "put inner parts into locals");
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    /// Forgets how deep a text was that had an error.
    pub(super) fn reset_depth(&mut self) {
        self.depth = 0;
    }

    /// Does something with line breaks being space, or not.
    pub(super) fn flow<T>(&mut self, flowing: bool, work: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let before = std::mem::replace(&mut self.flowing, flowing);
        let done = work(self);
        self.flowing = before;
        done
    }
}

fn is_start(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

fn is_part(character: char) -> bool {
    matches!(character, '_' | '-') || character.is_alphanumeric()
}
