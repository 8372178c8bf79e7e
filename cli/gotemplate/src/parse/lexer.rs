//! Bytes to tokens.

use super::{
    rune::Rune,
    token::{Kind, Token},
};
use crate::format;

const LEFT: &[u8] = b"{{";
/// How long the closing delimiter is.
const RIGHT: usize = 2;
/// A trim marker and the space beside it.
const TRIM: usize = 2;

/// A scanner; after an error it has nothing more to say.
pub(super) struct Lexer<'text> {
    text: &'text [u8],
    at: usize,
    start: usize,
    line: u32,
    start_line: u32,
    parens: u32,
    inside: bool,
    /// The message of the token [`Kind::Error`].
    pub(super) error: String,
}

impl<'text> Lexer<'text> {
    pub(super) fn new(text: &'text [u8]) -> Self {
        Self { text, at: 0, start: 0, line: 1, start_line: 1, parens: 0, inside: false, error: String::new() }
    }

    /// The next token; at the end, and after an error, the end again and again.
    pub(super) fn next_token(&mut self) -> Token {
        if self.inside { self.inside_action() } else { self.outside() }
    }

    fn rest(&self) -> &'text [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> (Rune, usize) {
        match format::first_rune(self.rest()) {
            Some((Some(c), width)) => (Rune::Char(c), width),
            Some((None, width)) => (Rune::Broken, width),
            None => (Rune::End, 0),
        }
    }

    fn next(&mut self) -> Rune {
        let (rune, width) = self.peek();
        self.at += width;
        if rune == Rune::Char('\n') {
            self.line += 1;
        }
        rune
    }

    fn accept(&mut self, set: &[u8]) -> bool {
        let accepted = self.peek().0.is(set);
        if accepted {
            self.next();
        }
        accepted
    }

    fn accept_run(&mut self, set: &[u8]) {
        while self.accept(set) {}
    }

    fn token(&mut self, kind: Kind) -> Token {
        let token = Token { kind, start: self.start, end: self.at, line: self.start_line };
        self.start = self.at;
        self.start_line = self.line;
        token
    }

    /// Drops what was passed without [`Lexer::next`], and counts its lines.
    fn ignore(&mut self) {
        self.count_lines();
        self.start = self.at;
        self.start_line = self.line;
    }

    fn count_lines(&mut self) {
        let passed = self.text.get(self.start..self.at).unwrap_or_default();
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count() as u32;
    }

    fn fail(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        let token = Token { kind: Kind::Error, start: self.start, end: self.at, line: self.start_line };
        (self.text, self.at, self.start) = (&[], 0, 0);
        self.inside = false;
        token
    }

    fn outside(&mut self) -> Token {
        loop {
            let Some(distance) = find_left(self.rest()) else {
                self.at = self.text.len();
                self.count_lines();
                return self.token(if self.at > self.start { Kind::Text } else { Kind::Eof });
            };
            if distance > 0 {
                self.at += distance;
                let trims = has_left_trim(self.text.get(self.at + LEFT.len()..).unwrap_or_default());
                let passed = self.text.get(self.start..self.at).unwrap_or_default();
                let trimmed = if trims { trailing_space(passed) } else { 0 };
                self.at -= trimmed;
                self.count_lines();
                let text = self.token(Kind::Text);
                self.at += trimmed;
                self.ignore();
                if text.end > text.start {
                    return text;
                }
            }
            match self.left_delim() {
                Some(token) => return token,
                None => continue,
            }
        }
    }

    /// The opening delimiter; none where it opened a comment, which is passed.
    fn left_delim(&mut self) -> Option<Token> {
        self.at += LEFT.len();
        let marker = if has_left_trim(self.rest()) { TRIM } else { 0 };
        if self.rest().get(marker..).is_some_and(|rest| rest.starts_with(b"/*")) {
            self.at += marker;
            self.ignore();
            return self.comment();
        }
        let token = self.token(Kind::LeftDelim);
        self.inside = true;
        self.parens = 0;
        self.at += marker;
        self.ignore();
        Some(token)
    }

    fn comment(&mut self) -> Option<Token> {
        self.at += 2;
        let Some(distance) = find(self.rest(), b"*/") else {
            return Some(self.fail("unclosed comment"));
        };
        self.at += distance + 2;
        let Some(trims) = self.right_delim_here() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        self.at += RIGHT + if trims { TRIM } else { 0 };
        if trims {
            self.at += leading_space(self.rest());
        }
        self.ignore();
        None
    }

    /// Whether a closing delimiter stands here, and if so whether it trims.
    fn right_delim_here(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim(rest) && rest.get(TRIM..).is_some_and(closes) {
            return Some(true);
        }
        closes(rest).then_some(false)
    }

    fn right_delim(&mut self, trims: bool) -> Token {
        if trims {
            self.at += TRIM;
            self.ignore();
        }
        self.at += RIGHT;
        let token = self.token(Kind::RightDelim);
        if trims {
            self.at += leading_space(self.rest());
            self.ignore();
        }
        self.inside = false;
        token
    }

    fn inside_action(&mut self) -> Token {
        if let Some(trims) = self.right_delim_here() {
            return if self.parens == 0 { self.right_delim(trims) } else { self.fail("unclosed left paren") };
        }
        let rune = self.peek().0;
        if rune.is_space() {
            return self.space();
        }
        if rune.is_word() && !matches!(rune, Rune::Char('0'..='9')) {
            return self.identifier();
        }
        match self.next() {
            Rune::End => self.fail("unclosed action"),
            Rune::Char('=') => self.token(Kind::Assign),
            Rune::Char(':') if self.next() == Rune::Char('=') => self.token(Kind::Declare),
            Rune::Char(':') => self.fail("expected :="),
            Rune::Char('|') => self.token(Kind::Pipe),
            Rune::Char('"') => self.quoted('"', Kind::String, "unterminated quoted string"),
            Rune::Char('`') => self.raw_string(),
            Rune::Char('$') => self.field_or_variable(Kind::Variable, Kind::Variable),
            Rune::Char('\'') => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            Rune::Char('.') if self.rest().first().is_some_and(|byte| !byte.is_ascii_digit()) => {
                self.field_or_variable(Kind::Field, Kind::Dot)
            }
            Rune::Char('.' | '+' | '-' | '0'..='9') => {
                self.at -= 1;
                self.number()
            }
            Rune::Char('(') => {
                self.parens += 1;
                self.token(Kind::LeftParen)
            }
            Rune::Char(')') if self.parens == 0 => self.fail("unexpected right paren"),
            Rune::Char(')') => {
                self.parens -= 1;
                self.token(Kind::RightParen)
            }
            Rune::Char(' '..='~') => self.token(Kind::Char),
            other => self.fail(format!("unrecognized character in action: {}", other.describe())),
        }
    }

    /// Space; the last one may belong to a closing delimiter that trims.
    fn space(&mut self) -> Token {
        while self.peek().0.is_space() {
            let trims = has_right_trim(self.rest()) && self.rest().get(TRIM..).is_some_and(closes);
            if trims && self.at == self.start {
                return self.right_delim(true);
            }
            if trims {
                break;
            }
            self.next();
        }
        self.token(Kind::Space)
    }

    /// The rest of a name, which is ASCII but for a few.
    fn word(&mut self) {
        self.at += self.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        while self.peek().0.is_word() {
            self.next();
        }
    }

    fn identifier(&mut self) -> Token {
        self.word();
        if let Some(error) = self.check_terminator() {
            return error;
        }
        let word = self.text.get(self.start..self.at).unwrap_or_default();
        let kind = match word {
            b"true" | b"false" => Kind::Bool,
            _ => Kind::keyword(word).unwrap_or(Kind::Identifier),
        };
        self.token(kind)
    }

    /// What follows `.` or `$`: a name, or nothing, which makes it `alone`.
    fn field_or_variable(&mut self, kind: Kind, alone: Kind) -> Token {
        if self.at_terminator() {
            return self.token(alone);
        }
        self.word();
        if let Some(error) = self.check_terminator() {
            return error;
        }
        self.token(kind)
    }

    fn check_terminator(&mut self) -> Option<Token> {
        if self.at_terminator() {
            return None;
        }
        let message = format!("bad character {}", self.peek().0.describe());
        Some(self.fail(message))
    }

    fn at_terminator(&self) -> bool {
        let rune = self.peek().0;
        rune.is_space() || rune == Rune::End || matches!(rune, Rune::Char('.' | ',' | '|' | ':' | ')' | '(')) || closes(self.rest())
    }

    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) -> Token {
        loop {
            // Nothing of what is passed here ends the text, or begins a line.
            let plain = |byte: &u8| *byte != b'\\' && *byte != b'\n' && char::from(*byte) != quote;
            self.at += self.rest().iter().take_while(|byte| plain(byte)).count();
            match self.next() {
                Rune::Char('\\') if matches!(self.peek().0, Rune::End | Rune::Char('\n')) => return self.fail(unterminated),
                Rune::Char('\\') => {
                    self.next();
                }
                Rune::End | Rune::Char('\n') => return self.fail(unterminated),
                Rune::Char(c) if c == quote => return self.token(kind),
                Rune::Char(_) | Rune::Broken => {}
            }
        }
    }

    fn raw_string(&mut self) -> Token {
        let rest = self.rest();
        let Some(distance) = memchr::memchr(b'`', rest) else {
            self.at = self.text.len();
            return self.fail("unterminated raw quoted string");
        };
        self.line += rest.iter().take(distance).filter(|&&byte| byte == b'\n').count() as u32;
        self.at += distance + 1;
        self.token(Kind::RawString)
    }

    fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if !self.peek().0.is(b"+-") {
            return self.token(Kind::Number);
        }
        let imaginary = self.scan_number() && self.at.checked_sub(1).and_then(|last| self.text.get(last)) == Some(&b'i');
        if imaginary { self.token(Kind::Complex) } else { self.bad_number() }
    }

    fn bad_number(&mut self) -> Token {
        let text = format::quote(self.text.get(self.start..self.at).unwrap_or_default());
        self.fail(format!("bad number syntax: {}", String::from_utf8_lossy(&text)))
    }

    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        self.accept(b"+-");
        let (mut digits, mut exponent): (&[u8], &[u8]) = (DECIMAL, b"eE");
        if self.accept(b"0") {
            if self.accept(b"xX") {
                (digits, exponent) = (b"0123456789abcdefABCDEF_", b"pP");
            } else if self.accept(b"oO") {
                (digits, exponent) = (b"01234567_", b"");
            } else if self.accept(b"bB") {
                (digits, exponent) = (b"01_", b"");
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        if self.peek().0.is_word() {
            self.next();
            return false;
        }
        true
    }
}

/// Go trims only these four.
fn is_trimmed(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn has_left_trim(rest: &[u8]) -> bool {
    matches!(rest, [b'-', space, ..] if is_trimmed(*space))
}

fn has_right_trim(rest: &[u8]) -> bool {
    matches!(rest, [space, b'-', ..] if is_trimmed(*space))
}

fn leading_space(rest: &[u8]) -> usize {
    rest.iter().take_while(|&&byte| is_trimmed(byte)).count()
}

fn closes(rest: &[u8]) -> bool {
    matches!(rest, [b'}', b'}', ..])
}

/// Where the next action or comment opens.
fn find_left(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'{', text).find(|&at| text.get(at + 1) == Some(&b'{'))
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, needle)
}

fn trailing_space(text: &[u8]) -> usize {
    text.iter().rev().take_while(|&&byte| is_trimmed(byte)).count()
}
