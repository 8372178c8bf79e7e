//! How deep a text of Rego nests: regorus' parser takes twice the time for each bracket within a bracket, and whatever looks through what it
//! makes of a long chain goes as deep as the chain is long.

/// How many brackets and braces may be open at a time.
const MAX_NESTING: usize = 12;

/// How many parentheses may be open at a time.
const MAX_PARENTHESES: usize = 64;

/// How many operators and dots one expression may have.
const MAX_CHAIN: usize = 200;

/// Whether a text nests no deeper than it may; the line where it does. It takes one look at each byte, a hundredth of what parsing takes.
pub(crate) fn check(text: &str) -> Result<(), (usize, String)> {
    let mut seen = Seen { line: 1, ..Seen::default() };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'#' => at += bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')).unwrap_or(bytes.len()),
            b'"' | b'`' => {
                let end = closed(bytes.get(at..).unwrap_or_default(), *byte);
                seen.line += bytes.get(at..).into_iter().flatten().take(end).filter(|byte| **byte == b'\n').count();
                seen.goes_on(b'"');
                at += end;
            }
            byte => seen.take(*byte)?,
        }
    }
    Ok(())
}

/// How many bytes a text in quotes has, the closing one included.
fn closed(bytes: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' if quote == b'"' => at += 1,
            byte if *byte == quote => break,
            _ => {}
        }
    }
    at.min(bytes.len())
}

#[derive(Default)]
struct Seen {
    line: usize,
    open: usize,
    parentheses: usize,
    /// How many operators and dots there were since an expression last ended.
    chain: usize,
    /// Whether the last thing was an operator, so that the expression goes on in the next line.
    is_open: bool,
    /// Whether a line has begun of which nothing was seen yet.
    is_new: bool,
}

impl Seen {
    fn take(&mut self, byte: u8) -> Result<(), (usize, String)> {
        match byte {
            b'[' | b'{' => self.open += 1,
            b']' | b'}' => self.open = self.open.saturating_sub(1),
            b'(' => self.parentheses += 1,
            b')' => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        match byte {
            b'\n' => (self.line, self.is_new) = (self.line + 1, true),
            b';' | b',' => self.chain = 0,
            _ if byte.is_ascii_whitespace() => {}
            _ => self.goes_on(byte),
        }
        let over = [(self.open, MAX_NESTING), (self.parentheses, MAX_PARENTHESES)].into_iter().find(|(count, most)| count > most);
        if let Some((_, most)) = over {
            return Err((self.line, format!("nests more than {most} deep")));
        }
        if self.chain > MAX_CHAIN {
            return Err((self.line, format!("has an expression of more than {MAX_CHAIN} parts")));
        }
        Ok(())
    }

    /// An expression ends with its line, unless an operator stands there or begins the next one.
    fn goes_on(&mut self, byte: u8) {
        let is_operator = matches!(byte, b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'[');
        if self.is_new && !self.is_open && (!is_operator || byte == b'[') {
            self.chain = 0;
        }
        self.is_new = false;
        self.is_open = is_operator;
        self.chain += usize::from(is_operator);
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_stands_in_quotes_and_comments_counts_for_nothing() {
        let text = format!("x := \"{0}\\\"{0}\" # {0}\ny := `{0}\n{0}`\n", "[".repeat(40));
        assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn the_line_is_told() {
        let deep = |open: &str, count: usize| check(&format!("package a # [[[\n\nx := \"`\"\n{}", open.repeat(count)));
        assert_eq!(deep("[", 13).unwrap_err().0, 4);
        assert_eq!(deep("(", 64), Ok(()));
        assert_eq!(deep("(", 65).unwrap_err().0, 4);
    }

    #[test]
    fn a_chain_over_many_lines_is_one() {
        assert_eq!(check(&"x := y.z.w\n".repeat(1000)), Ok(()));
        assert!(check(&format!("x := {}1\n", "1 +\n".repeat(1000))).unwrap_err().1.contains("more than 200 parts"));
        assert!(check(&format!("x := 1\n{}", "+ 1 # and more\n".repeat(1000))).is_err());
        assert!(check(&format!("x := y{}\n", ".y".repeat(400))).is_err());
    }
}
