//! Text to a script, by recursive descent with a bound on its depth.

use std::sync::Arc;

use super::ast::{Command, Item, List, Operator, Piece, Pipeline, What, Word, bare, plain};

/// The longest script that is read.
const MAX_SCRIPT: usize = 16 * 1024;
/// How deep commands may be nested.
const MAX_DEPTH: usize = 24;

/// Words that end a list where a command would begin.
const CLOSERS: [&str; 8] = ["then", "do", "done", "elif", "else", "fi", "esac", "}"];

/// The commands of a script; none where it is too large, too deep, or not of the grammar.
pub(super) fn read(text: &str) -> Option<List> {
    if text.len() > MAX_SCRIPT {
        return None;
    }
    let mut reader = Reader { text, at: 0, depth: 0 };
    let list = reader.list()?;
    reader.blank();
    reader.rest().is_empty().then_some(list)
}

/// A place in a script.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn expect(&mut self, text: &str) -> Option<()> {
        self.eat(text).then_some(())
    }

    /// Passes spaces, continued lines and comments.
    fn space(&mut self) {
        loop {
            if self.eat(" ") || self.eat("\t") || self.eat("\r") || self.eat("\\\n") {
                continue;
            }
            if !self.rest().starts_with('#') {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    /// Passes empty lines too.
    fn blank(&mut self) {
        self.space();
        while self.eat("\n") {
            self.space();
        }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn list(&mut self) -> Option<List> {
        self.deeper(Self::items)
    }

    fn items(&mut self) -> Option<List> {
        let mut items = List::new();
        loop {
            self.blank();
            if self.ends_list() {
                return Some(items);
            }
            let first = self.pipeline()?;
            let mut rest = Vec::new();
            loop {
                self.space();
                let operator = if self.eat("&&") {
                    Operator::And
                } else if self.eat("||") {
                    Operator::Or
                } else {
                    break;
                };
                self.blank();
                rest.push((operator, self.pipeline()?));
            }
            let background = !self.rest().starts_with("&&") && self.eat("&");
            let is_over = !background && !self.separator();
            items.push(Item { first, rest, background });
            if is_over {
                return Some(items);
            }
        }
    }

    fn separator(&mut self) -> bool {
        !self.rest().starts_with(";;") && (self.eat(";") || self.eat("\n"))
    }

    fn ends_list(&mut self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(')') || rest.starts_with(";;") || CLOSERS.contains(&self.keyword().unwrap_or_default())
    }

    /// The bare word ahead.
    fn keyword(&self) -> Option<&'a str> {
        let rest = self.rest();
        let is_end = |letter: char| letter.is_whitespace() || ";&|()<>".contains(letter);
        rest.get(..rest.find(is_end).unwrap_or(rest.len()))
    }

    fn eat_keyword(&mut self, word: &str) -> bool {
        self.blank();
        self.keyword() == Some(word) && self.eat(word)
    }

    fn expect_keyword(&mut self, word: &str) -> Option<()> {
        self.eat_keyword(word).then_some(())
    }

    fn pipeline(&mut self) -> Option<Pipeline> {
        let mut negated = false;
        while self.keyword() == Some("!") && self.eat("!") {
            negated = !negated;
            self.space();
        }
        let mut commands = vec![self.command()?];
        self.space();
        while !self.rest().starts_with("||") && self.eat("|") {
            self.eat("&");
            self.blank();
            commands.push(self.command()?);
            self.space();
        }
        Some(Pipeline { negated, commands })
    }

    fn command(&mut self) -> Option<Command> {
        let Some(what) = self.compound()? else { return self.simple() };
        let mut writes = Vec::new();
        loop {
            self.space();
            if !self.redirect(&mut writes)? {
                return Some(Command { what, writes });
            }
        }
    }

    /// A compound command, or none where a simple one begins.
    fn compound(&mut self) -> Option<Option<What>> {
        if let Some(content) = self.doubled("((") {
            return Some(Some(What::Arithmetic(content)));
        }
        if self.eat("(") {
            let list = self.list()?;
            self.blank();
            self.expect(")")?;
            return Some(Some(What::Subshell(list)));
        }
        let what = match self.keyword()? {
            "{" => {
                self.at += 1;
                let list = self.list()?;
                self.expect_keyword("}")?;
                What::Group(list)
            }
            "if" => self.conditional()?,
            word @ ("while" | "until") => {
                self.at += word.len();
                let condition = self.list()?;
                What::Loop { until: word == "until", condition, body: self.body()? }
            }
            "for" => self.repetition()?,
            "case" => self.choice()?,
            word => {
                let is_keyword = word == "function";
                return if is_keyword || self.defines(word) { self.function(is_keyword).map(Some) } else { Some(None) };
            }
        };
        Some(Some(what))
    }

    /// `((…))` or `$((…))` at once, where its parentheses match.
    fn doubled(&mut self, opening: &str) -> Option<String> {
        let content = self.rest().strip_prefix(opening)?;
        let mut open = 0_usize;
        for (at, letter) in content.char_indices() {
            match letter {
                '(' => open += 1,
                ')' if open > 0 => open -= 1,
                ')' => {
                    let inside = content.get(..at)?;
                    content.get(at..)?.strip_prefix("))")?;
                    self.at += opening.len() + at + 2;
                    return Some(inside.to_owned());
                }
                _ => {}
            }
        }
        None
    }

    fn body(&mut self) -> Option<List> {
        self.expect_keyword("do")?;
        let body = self.list()?;
        self.expect_keyword("done")?;
        Some(body)
    }

    fn conditional(&mut self) -> Option<What> {
        let mut branches = Vec::new();
        let mut word = "if";
        loop {
            self.at += word.len();
            let condition = self.list()?;
            self.expect_keyword("then")?;
            branches.push((condition, self.list()?));
            self.blank();
            match self.keyword()? {
                "elif" => word = "elif",
                "else" => {
                    self.at += "else".len();
                    let otherwise = self.list()?;
                    self.expect_keyword("fi")?;
                    return Some(What::If { branches, otherwise });
                }
                "fi" => {
                    self.at += "fi".len();
                    return Some(What::If { branches, otherwise: List::new() });
                }
                _ => return None,
            }
        }
    }

    fn repetition(&mut self) -> Option<What> {
        self.at += "for".len();
        self.space();
        if let Some(content) = self.doubled("((") {
            let mut parts = content.splitn(3, ';').map(str::to_owned);
            let (first, test, step) = (parts.next()?, parts.next()?, parts.next()?);
            self.space();
            self.separator();
            return Some(What::Count { first, test, step, body: self.body()? });
        }
        let name = bare(&self.word()?)?.to_owned();
        let words = if self.eat_keyword("in") { Some(self.words()?) } else { None };
        self.space();
        self.separator();
        Some(What::For { name, words, body: self.body()? })
    }

    /// The words up to the end of a line.
    fn words(&mut self) -> Option<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.space();
            if self.rest().is_empty() || self.rest().starts_with(['\n', ';', ')']) {
                return Some(words);
            }
            words.push(self.word()?);
        }
    }

    fn choice(&mut self) -> Option<What> {
        self.at += "case".len();
        self.space();
        let word = self.word()?;
        self.expect_keyword("in")?;
        let mut bodies = Vec::new();
        while !self.eat_keyword("esac") {
            self.eat("(");
            loop {
                self.space();
                self.word()?;
                self.space();
                if !self.eat("|") {
                    break;
                }
            }
            self.expect(")")?;
            bodies.push(self.list()?);
            self.blank();
            let _ = self.eat(";;&") || self.eat(";;") || self.eat(";&");
        }
        Some(What::Case { word, bodies })
    }

    /// Whether `name()` is ahead.
    fn defines(&self, name: &str) -> bool {
        let after = self.rest().get(name.len()..).unwrap_or_default().trim_start_matches([' ', '\t']);
        let is_empty_pair = after.strip_prefix('(').is_some_and(|after| after.trim_start_matches([' ', '\t']).starts_with(')'));
        !name.is_empty() && is_empty_pair
    }

    fn function(&mut self, is_keyword: bool) -> Option<What> {
        if is_keyword {
            self.at += "function".len();
            self.space();
        }
        let name = self.keyword()?.to_owned();
        self.at += name.len();
        self.space();
        if self.eat("(") {
            self.space();
            self.expect(")")?;
        }
        self.blank();
        let command = self.deeper(Self::command)?;
        let pipeline = Pipeline { negated: false, commands: vec![command] };
        Some(What::Function { name, body: Arc::new(vec![Item { first: pipeline, rest: Vec::new(), background: false }]) })
    }

    fn simple(&mut self) -> Option<Command> {
        let (mut assignments, mut words, mut writes) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.space();
            if self.rest().is_empty()
                || self.rest().starts_with(['\n', ';', '|', ')'])
                || (self.rest().starts_with('&') && !self.rest().starts_with("&>"))
            {
                break;
            }
            if self.redirect(&mut writes)? {
                continue;
            }
            let word = self.word()?;
            match assignment(&word) {
                Some((name, value)) if words.is_empty() => assignments.push((name, value)),
                _ => words.push(word),
            }
        }
        let is_something = !assignments.is_empty() || !words.is_empty() || !writes.is_empty();
        is_something.then_some(Command { what: What::Simple { assignments, words }, writes })
    }

    /// Reads a redirection, where one is ahead; here-documents are not understood.
    fn redirect(&mut self, writes: &mut Vec<Word>) -> Option<bool> {
        let start = self.at;
        if !self.rest().starts_with("&>") {
            let digits = self.rest().len() - self.rest().trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
            self.at += digits;
        }
        let operators = ["&>>", "&>", ">>", ">|", ">&", "<>", "<&", "<<<", ">", "<"];
        let Some(operator) = operators.into_iter().find(|operator| self.rest().starts_with(operator)) else {
            self.at = start;
            return Some(false);
        };
        if operator == "<" && self.rest().starts_with("<<") || self.rest().starts_with("<(") || self.rest().starts_with(">(") {
            return None;
        }
        self.at += operator.len();
        self.space();
        let word = self.word()?;
        if operator.contains('>')
            && !(operator == ">&"
                && plain(&word).is_some_and(|word| word.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-')))
        {
            writes.push(word);
        }
        Some(true)
    }

    fn word(&mut self) -> Option<Word> {
        let mut word = Word::new();
        let start = self.at;
        while let Some(letter) = self.peek() {
            match letter {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '`' => {
                    self.at += 1;
                    word.push(self.backquoted(false)?);
                }
                '\'' => {
                    self.at += 1;
                    let end = self.rest().find('\'')?;
                    word.push(Piece::Text(self.rest().get(..end)?.to_owned(), true));
                    self.at += end + 1;
                }
                '"' => {
                    self.at += 1;
                    self.quoted(&mut word)?;
                }
                '$' => word.push(self.dollar(false)?),
                '\\' => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(letter) => word.push(Piece::Text(letter.to_string(), true)),
                        None => return None,
                    }
                }
                _ => {
                    self.at += letter.len_utf8();
                    match word.last_mut() {
                        Some(Piece::Text(text, false)) => text.push(letter),
                        _ => word.push(Piece::Text(letter.to_string(), false)),
                    }
                }
            }
        }
        (self.at > start).then_some(word)
    }

    fn quoted(&mut self, word: &mut Word) -> Option<()> {
        // An empty pair of quotes is a word too.
        word.push(Piece::Text(String::new(), true));
        loop {
            match self.peek()? {
                '"' => {
                    self.at += 1;
                    return Some(());
                }
                '$' => word.push(self.dollar(true)?),
                '`' => {
                    self.at += 1;
                    word.push(self.backquoted(true)?);
                }
                letter => {
                    self.at += letter.len_utf8();
                    let letter = match (letter, self.peek()) {
                        ('\\', Some(escaped @ ('$' | '`' | '"' | '\\'))) => self.next().unwrap_or(escaped),
                        ('\\', Some('\n')) => {
                            self.at += 1;
                            continue;
                        }
                        _ => letter,
                    };
                    match word.last_mut() {
                        Some(Piece::Text(text, true)) => text.push(letter),
                        _ => word.push(Piece::Text(letter.to_string(), true)),
                    }
                }
            }
        }
    }

    fn dollar(&mut self, quoted: bool) -> Option<Piece> {
        if let Some(content) = self.doubled("$((") {
            return Some(Piece::Arithmetic(content));
        }
        if self.eat("$(") {
            let list = self.list()?;
            self.blank();
            self.expect(")")?;
            return Some(Piece::Output(list, quoted));
        }
        if self.eat("${") {
            let end = self.rest().find('}')?;
            let content = self.rest().get(..end)?;
            self.at += end + 1;
            return Some(parameter(content, quoted));
        }
        self.at += 1;
        let rest = self.rest();
        if rest.starts_with(['\'', '"']) && !quoted {
            // `$'…'` has escapes of its own, `$"…"` a translation.
            return None;
        }
        let length = name_length(rest);
        if length > 0 {
            self.at += length;
            return Some(Piece::Variable(rest.get(..length)?.to_owned(), None, quoted));
        }
        match self.peek() {
            Some(digit) if digit.is_ascii_digit() => {
                self.at += 1;
                Some(Piece::Variable(digit.to_string(), None, quoted))
            }
            Some('!' | '?' | '$' | '@' | '*' | '#' | '-') => {
                self.at += 1;
                Some(Piece::Unknown)
            }
            _ => Some(Piece::Text("$".to_owned(), true)),
        }
    }

    fn backquoted(&mut self, quoted: bool) -> Option<Piece> {
        let mut script = String::new();
        loop {
            match self.next()? {
                '`' => break,
                '\\' => match self.next()? {
                    letter @ ('`' | '\\' | '$') => script.push(letter),
                    letter => script.extend(['\\', letter]),
                },
                letter => script.push(letter),
            }
        }
        let mut inner = Reader { text: &script, at: 0, depth: self.depth };
        let list = inner.list()?;
        inner.blank();
        inner.rest().is_empty().then_some(Piece::Output(list, quoted))
    }
}

/// `NAME`, or `NAME:-DEFAULT` and its like.
fn parameter(content: &str, quoted: bool) -> Piece {
    let digits = content.len() - content.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (name, rest) = content.split_at_checked(name_length(content).max(digits)).unwrap_or_default();
    let default = [":-", ":=", "-", "="].into_iter().find_map(|operator| rest.strip_prefix(operator));
    match default {
        _ if name.is_empty() => Piece::Unknown,
        None if rest.is_empty() => Piece::Variable(name.to_owned(), None, quoted),
        Some(default) if !default.contains(['$', '`', '\'', '"', '\\']) => {
            Piece::Variable(name.to_owned(), Some(default.to_owned()), quoted)
        }
        _ => Piece::Unknown,
    }
}

/// `NAME=` at the start of a word, and what follows.
fn assignment(word: &[Piece]) -> Option<(String, Word)> {
    let (Piece::Text(text, false), rest) = word.split_first()? else { return None };
    let (name, value) = text.split_once('=')?;
    if name.is_empty() || name_length(name) != name.len() {
        return None;
    }
    let mut word = vec![Piece::Text(value.to_owned(), true)];
    word.extend_from_slice(rest);
    Some((name.to_owned(), word))
}

/// How many bytes at the start are the name of a variable.
pub(super) fn name_length(text: &str) -> usize {
    if text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return 0;
    }
    text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len())
}
