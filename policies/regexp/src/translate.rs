//! Go's regular expressions to those of the regex crate, with Go's words for what is none.

/// Go's largest repeat count.
const MAX_REPEAT: u32 = 1000;

/// The classes that may stand in brackets as `[:name:]`.
const CLASSES: &[&str] =
    &["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"];

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0C\r ";

/// Rewrites a pattern: `\d`, `\w`, `\s` and `\b` mean ASCII, `\Q…\E` is taken apart, and what only one of the two knows is escaped.
///
/// # Errors
/// Go's text for a pattern that it does not take.
pub(crate) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator {
        pattern,
        rest: pattern,
        out: String::with_capacity(pattern.len() + 16),
        depth: 0,
        repeats: Repeats::Nothing,
        names: Vec::new(),
    };
    while !translator.rest.is_empty() {
        translator.step()?;
    }
    if translator.depth > 0 {
        return Err(error("missing closing )", pattern));
    }
    Ok(translator.out)
}

fn error(what: &str, part: &str) -> String {
    format!("error parsing regexp: {what}: `{part}`")
}

/// What a repetition operator would repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeats {
    /// Nothing stands before it.
    Nothing,
    /// An expression.
    Term,
    /// An expression that is repeated already.
    Repeated,
}

struct Translator<'a> {
    pattern: &'a str,
    rest: &'a str,
    out: String,
    depth: usize,
    repeats: Repeats,
    names: Vec<&'a str>,
}

impl<'a> Translator<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (head, tail) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = tail;
        head
    }

    fn step(&mut self) -> Result<(), String> {
        let Some(rune) = self.rest.chars().next() else { return Ok(()) };
        match rune {
            '\\' => return self.escape(),
            '[' => return self.class(),
            '(' => return self.group(),
            ')' if self.depth == 0 => return Err(error("unexpected )", self.pattern)),
            ')' => {
                self.depth -= 1;
                self.repeats = Repeats::Term;
            }
            '|' => self.repeats = Repeats::Nothing,
            '*' | '+' | '?' => return self.repeat(1),
            '{' => match self.counted()? {
                Some(length) => return self.repeat(length),
                None => {
                    self.out.push('\\');
                    self.repeats = Repeats::Term;
                }
            },
            _ => self.repeats = Repeats::Term,
        }
        let text = self.take(rune.len_utf8());
        self.out.push_str(text);
        Ok(())
    }

    fn repeat(&mut self, length: usize) -> Result<(), String> {
        let lazy = self.rest.as_bytes().get(length) == Some(&b'?');
        let operator = self.take(length + usize::from(lazy));
        match self.repeats {
            Repeats::Nothing => return Err(error("missing argument to repetition operator", operator.get(..length).unwrap_or(operator))),
            Repeats::Repeated => {
                let before = self.pattern.len() - self.rest.len() - operator.len();
                let start = self.pattern.get(..before).and_then(|text| text.rfind(['*', '+', '?', '{'])).unwrap_or(before);
                let start = if self.pattern.get(start..before) == Some("?")
                    && start > 0
                    && self.pattern.as_bytes().get(start - 1).is_some_and(|byte| b"*+?}".contains(byte))
                {
                    start - 1
                } else {
                    start
                };
                return Err(error(
                    "invalid nested repetition operator",
                    self.pattern.get(start..before + operator.len()).unwrap_or(operator),
                ));
            }
            Repeats::Term => self.repeats = Repeats::Repeated,
        }
        self.out.push_str(operator);
        Ok(())
    }

    /// The length of `{n}`, `{n,}` or `{n,m}`; anything else in braces is text.
    fn counted(&self) -> Result<Option<usize>, String> {
        let Some(body) = self.rest.get(1..).and_then(|rest| rest.split_once('}')).map(|(body, _)| body) else { return Ok(None) };
        let (least, most) = body.split_once(',').unwrap_or((body, body));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(least) || !(digits(most) || most.is_empty()) {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
        let (least, most) = (number(least), if most.is_empty() { MAX_REPEAT } else { number(most) });
        if least > MAX_REPEAT || most > MAX_REPEAT || least > most {
            return Err(error("invalid repeat count", self.rest.get(..body.len() + 2).unwrap_or(body)));
        }
        Ok(Some(body.len() + 2))
    }

    fn group(&mut self) -> Result<(), String> {
        self.depth += 1;
        self.repeats = Repeats::Nothing;
        if !self.rest.starts_with("(?") {
            let text = self.take(1);
            self.out.push_str(text);
            return Ok(());
        }
        if let Some(prefix) = ["(?P<", "(?<"].into_iter().find(|prefix| self.rest.starts_with(prefix)) {
            return self.named(prefix.len());
        }
        let flags = self.rest.bytes().skip(2).take_while(|byte| b"imsU-".contains(byte)).count();
        match self.rest.as_bytes().get(flags + 2) {
            Some(b':') => {}
            Some(b')') if flags > 0 => self.depth -= 1,
            Some(_) | None => {
                let next = self.rest.get(flags + 2..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                let part = self.rest.get(..flags + 2 + next).unwrap_or(self.rest);
                return Err(if next == 0 {
                    error("missing closing )", self.pattern)
                } else {
                    error("invalid or unsupported Perl syntax", part)
                });
            }
        }
        let text = self.take(flags + 3);
        self.out.push_str(text);
        Ok(())
    }

    /// A group with a name; the regex crate knows no second one of the same name, so that becomes a group without.
    fn named(&mut self, prefix: usize) -> Result<(), String> {
        let Some(end) = self.rest.find('>') else { return Err(error("invalid named capture", self.rest)) };
        let capture = self.take(end + 1);
        let name = capture.get(prefix..end).unwrap_or_default();
        if name.is_empty() || !name.chars().all(|rune| rune.is_alphanumeric() || rune == '_') {
            return Err(error("invalid named capture", capture));
        }
        if self.names.contains(&name) {
            self.out.push('(');
        } else {
            self.names.push(name);
            self.out.push_str(capture);
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        if let Some(quoted) = self.rest.strip_prefix("\\Q") {
            let (text, after) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            self.out.push_str(&regex::escape(text));
            self.rest = after;
            self.repeats = if text.is_empty() { self.repeats } else { Repeats::Term };
            return Ok(());
        }
        self.repeats = Repeats::Term;
        match self.rest.chars().nth(1) {
            Some('d') => self.out.push_str(&format!("[{DIGIT}]")),
            Some('D') => self.out.push_str(&format!("[^{DIGIT}]")),
            Some('w') => self.out.push_str(&format!("[{WORD}]")),
            Some('W') => self.out.push_str(&format!("[^{WORD}]")),
            Some('s') => self.out.push_str(&format!("[{SPACE}]")),
            Some('S') => self.out.push_str(&format!("[^{SPACE}]")),
            Some('b') => self.out.push_str(r"(?-u:\b)"),
            Some('B') => self.out.push_str(r"(?-u:\B)"),
            Some('A') => self.out.push_str(r"\A"),
            Some('z') => self.out.push_str(r"\z"),
            _ => return self.character(),
        }
        self.take(2);
        Ok(())
    }

    /// An escape that stands for one character or a Unicode class.
    fn character(&mut self) -> Result<(), String> {
        let bytes = self.rest.as_bytes();
        let length = match bytes.get(1) {
            None => return Err("error parsing regexp: trailing backslash at end of expression: ``".to_owned()),
            Some(b'p' | b'P' | b'x') if bytes.get(2) == Some(&b'{') => self.rest.find('}').map(|end| end + 1),
            Some(b'p' | b'P') => self.rest.get(2..).and_then(|rest| rest.chars().next()).map(|rune| 2 + rune.len_utf8()),
            Some(b'x') => Some(4).filter(|_| bytes.get(2..4).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))),
            Some(first @ b'0'..=b'7') => {
                let digits = bytes.iter().skip(1).take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                if *first != b'0' && digits < 2 {
                    return Err(error("invalid escape sequence", self.rest.get(..2).unwrap_or(self.rest)));
                }
                let code = self.rest.get(1..=digits).and_then(|digits| u32::from_str_radix(digits, 8).ok()).unwrap_or(0);
                self.take(digits + 1);
                self.out.push_str(&format!("\\x{{{code:X}}}"));
                return Ok(());
            }
            Some(b'a' | b'f' | b't' | b'n' | b'r' | b'v') => Some(2),
            Some(byte) if byte.is_ascii() && !byte.is_ascii_alphanumeric() => {
                let text = self.take(2);
                self.out.push_str(&regex::escape(text.get(1..).unwrap_or_default()));
                return Ok(());
            }
            Some(_) => None,
        };
        let Some(length) = length else {
            let shown = self.rest.chars().take(2).map(char::len_utf8).sum();
            return Err(error("invalid escape sequence", self.rest.get(..shown).unwrap_or(self.rest)));
        };
        let text = self.take(length);
        if text.starts_with(r"\p") || text.starts_with(r"\P") {
            regex::bytes::Regex::new(text).map_err(|_| error("invalid character class range", text))?;
        }
        self.out.push_str(text);
        Ok(())
    }

    fn class(&mut self) -> Result<(), String> {
        let whole = self.rest;
        self.repeats = Repeats::Term;
        let open = if self.rest.starts_with("[^") { 2 } else { 1 };
        let text = self.take(open);
        self.out.push_str(text);
        let mut first = true;
        let mut low: Option<(char, &str)> = None;
        loop {
            if let Some((start, from)) = low.take() {
                let after = self.rest.strip_prefix('-').filter(|after| !after.starts_with([']', '\\', '[']));
                if let Some(end) = after.and_then(|after| after.chars().next()).filter(|end| *end < start) {
                    let length = from.len() - self.rest.len() + 1 + end.len_utf8();
                    return Err(error("invalid character class range", from.get(..length).unwrap_or(from)));
                }
            }
            let before = self.rest;
            let Some(rune) = self.rest.chars().next() else { return Err(error("missing closing ]", whole)) };
            match rune {
                ']' if !first => {
                    self.take(1);
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.rest.starts_with("[:") => match self.rest.find(":]") {
                    Some(end) => {
                        let name = self.take(end + 2);
                        if !CLASSES.contains(&name.trim_matches(['[', ':', '^', ']'])) {
                            return Err(error("invalid character class range", name));
                        }
                        self.out.push_str(name);
                    }
                    None => self.literal(rune),
                },
                '\\' => self.class_escape()?,
                '-' => {
                    let ranged = !first && self.rest.get(1..).is_some_and(|rest| !rest.starts_with(']'));
                    if !ranged {
                        self.out.push('\\');
                    }
                    self.take(1);
                    self.out.push('-');
                }
                _ => {
                    self.literal(rune);
                    low = Some((rune, before));
                }
            }
            first = false;
        }
    }

    /// A character of a class, escaped where the regex crate would see more in it.
    fn literal(&mut self, rune: char) {
        self.take(rune.len_utf8());
        if matches!(rune, '[' | ']' | '&' | '~' | '^') {
            self.out.push('\\');
        }
        self.out.push(rune);
    }

    fn class_escape(&mut self) -> Result<(), String> {
        match self.rest.chars().nth(1) {
            Some('d') => self.out.push_str(DIGIT),
            Some('w') => self.out.push_str(WORD),
            Some('s') => self.out.push_str(SPACE),
            Some('D') => self.out.push_str(&format!("[^{DIGIT}]")),
            Some('W') => self.out.push_str(&format!("[^{WORD}]")),
            Some('S') => self.out.push_str(&format!("[^{SPACE}]")),
            Some('-') => self.out.push_str(r"\-"),
            _ => return self.character(),
        }
        self.take(2);
        Ok(())
    }
}
