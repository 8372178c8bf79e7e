//! The characters of a TOML text, and the strings made of them.

use crate::format::first_rune;

/// What is wrong with a text, and the line that the reader names.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

pub(super) type Read<T> = Result<T, Fault>;

/// A text that is read from its start to its end.
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    pub(super) line: usize,
    /// Whether the end was the last thing to be taken.
    ended: bool,
}

/// Which quotes a string stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quotes {
    /// `"` or `'`; nothing is escaped within the latter.
    pub(super) quote: char,
    pub(super) lines: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1, ended: false }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The text since a position.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.bytes.get(start..self.at).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The next character, none at the end; what no TOML may hold is an error wherever it is met.
    pub(super) fn peek(&self) -> Read<Option<char>> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((rune, _)) = first_rune(rest) else { return Ok(None) };
        let fault = |message| Err(Fault { line: self.line + usize::from(rest.starts_with(b"\n")), message });
        match rune {
            None => fault(format!("invalid UTF-8 byte: 0x{:02x}", rest.first().copied().unwrap_or_default())),
            Some('\t' | '\n') => Ok(rune),
            Some('\r') if rest.starts_with(b"\r\n") => Ok(rune),
            Some(control) if control.is_ascii_control() => {
                fault(format!("TOML files cannot contain control characters: '0x{:02x}'", control as u32))
            }
            Some(_) => Ok(rune),
        }
    }

    pub(super) fn next(&mut self) -> Read<Option<char>> {
        let found = self.peek()?;
        self.ended = found.is_none();
        if let Some(character) = found {
            self.at += character.len_utf8();
            self.line += usize::from(character == '\n');
        }
        Ok(found)
    }

    /// Takes a character if it is the one that is wanted.
    pub(super) fn accept(&mut self, wanted: char) -> Read<bool> {
        let fits = self.peek()? == Some(wanted);
        if fits {
            self.next()?;
        }
        Ok(fits)
    }

    pub(super) fn take_while(&mut self, fits: fn(char) -> bool) -> Read<()> {
        while self.peek()?.is_some_and(fits) {
            self.next()?;
        }
        Ok(())
    }

    pub(super) fn blanks(&mut self) -> Read<()> {
        self.take_while(|character| matches!(character, ' ' | '\t'))
    }

    pub(super) fn blanks_and_lines(&mut self) -> Read<()> {
        self.take_while(|character| matches!(character, ' ' | '\t' | '\n' | '\r'))
    }

    /// The rest of a line after `#`.
    pub(super) fn comment(&mut self) -> Read<()> {
        self.take_while(|character| !matches!(character, '\n' | '\r'))
    }

    /// An error about what was just taken; one about the end belongs to the last line.
    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        let after_line = self.ended && self.bytes.get(..self.at).is_some_and(|before| before.ends_with(b"\n"));
        Fault { line: self.line - usize::from(after_line), message: message.into() }
    }

    /// An error about the line before.
    pub(super) fn fault_before(&self, message: impl Into<String>) -> Fault {
        Fault { line: self.line - 1, message: message.into() }
    }

    /// What stands between quotes, of which the first was taken, without anything being replaced.
    pub(super) fn quoted(&mut self, quotes: Quotes) -> Read<&'a str> {
        let start = self.at;
        loop {
            let before = self.at;
            match self.next()? {
                None => {
                    let end = if quotes.lines { quotes.quote.to_string().repeat(3) } else { quotes.quote.to_string() };
                    let end = if quotes.quote == '"' { format!("'{end}'") } else { format!("\"{end}\"") };
                    return Err(self.fault(format!("unexpected EOF; expected {end}")));
                }
                Some('\n' | '\r') if !quotes.lines => return Err(self.fault_before("strings cannot contain newlines")),
                Some('\\') if quotes.quote == '"' => self.escape(start, quotes)?,
                Some(character) if character == quotes.quote => {
                    if !quotes.lines {
                        return Ok(self.text(start, before));
                    }
                    if self.closes(start, quotes.quote)? {
                        return Ok(self.text(start, self.at - 3));
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn text(&self, start: usize, end: usize) -> &'a str {
        self.bytes.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Whether one quote of a string over several lines is the first of the three that end it; up to two more may stand before them.
    fn closes(&mut self, start: usize, quote: char) -> Read<bool> {
        let after_first = (self.at, self.line);
        if !self.accept(quote)? || !self.accept(quote)? {
            if self.at > after_first.0 {
                (self.at, self.line) = after_first;
            }
            return Ok(false);
        }
        if self.peek()? == Some(quote) {
            let (five, escaped) = (quote.to_string().repeat(5), format!("\\{}", quote.to_string().repeat(5)));
            let so_far = self.since(start);
            if so_far.ends_with(&five) && !(quote == '"' && so_far.ends_with(&escaped)) {
                let six = quote.to_string().repeat(6);
                let shown = if quote == '"' { format!("'{six}'") } else { format!("\"{six}\"") };
                return Err(self.fault(format!("unexpected {shown}")));
            }
            (self.at, self.line) = after_first;
            return Ok(false);
        }
        Ok(true)
    }

    /// Checks what follows a backslash.
    fn escape(&mut self, start: usize, quotes: Quotes) -> Read<()> {
        let digits = match self.next()? {
            Some('\n' | '\r') if quotes.lines => return Ok(()),
            Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
            Some('x') => (2, "two", 'x'),
            Some('u') => (4, "four", 'u'),
            Some('U') => (8, "eight", 'U'),
            Some(other) => return Err(self.fault(format!("invalid escape in string '\\{other}'"))),
            None => return Err(self.fault_before("invalid escape in string '\\\0'")),
        };
        for _ in 0..digits.0 {
            if !self.next()?.is_some_and(|digit| digit.is_ascii_hexdigit()) {
                let so_far = crate::format::quote(self.since(start).as_bytes());
                let so_far = String::from_utf8_lossy(&so_far);
                return Err(
                    self.fault(format!("expected {} hexadecimal digits after '\\{}', but got {so_far} instead", digits.1, digits.2))
                );
            }
        }
        Ok(())
    }
}

/// A string over several lines without its first line end, and without the line ends that a backslash hides.
pub(super) fn joined_lines(text: &str) -> String {
    let text = text.strip_prefix('\n').or_else(|| text.strip_prefix("\r\n")).unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let tail = after.get(1..).unwrap_or_default();
        let next = tail.trim_start_matches([' ', '\t', '\r', '\n']);
        let skipped = tail.get(..tail.len() - next.len()).unwrap_or_default();
        if skipped.contains('\n') {
            rest = next;
        } else {
            let width = 1 + tail.chars().next().filter(|&character| character == '\\').map_or(0, char::len_utf8);
            out.push_str(after.get(..width).unwrap_or_default());
            rest = after.get(width..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// A string with its escapes replaced.
///
/// # Errors
/// An escape that the scanner let through stands for nothing.
pub(super) fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let code = after.chars().nth(1).unwrap_or_default();
        let mut width = 2;
        match code {
            'b' => out.push('\u{8}'),
            't' => out.push('\t'),
            'n' => out.push('\n'),
            'f' => out.push('\u{C}'),
            'r' => out.push('\r'),
            'e' => out.push('\u{1B}'),
            '"' | '\\' => out.push(code),
            'x' | 'u' | 'U' => {
                width += match code {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits = after.get(2..width).unwrap_or_default();
                let rune = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                out.push(rune.ok_or_else(|| format!("Escaped character '\\u{digits}' is not valid UTF-8."))?);
            }
            other => return Err(format!("invalid escape: '\\{other}'")),
        }
        rest = after.get(width..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}
