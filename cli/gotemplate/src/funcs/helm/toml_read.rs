//! TOML text to values, with the errors of BurntSushi's reader.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use portcullis_source::OriginId;

use super::{
    toml_number,
    toml_scan::{Fault, Quotes, Read, Scan, joined_lines, unescaped},
    toml_text::key_text,
};
use crate::{Data, List, Value, format::quote_rune as shown, funcs::argument::list};

/// How deep lists and tables may be nested.
const MAX_DEPTH: usize = 100;

/// The entries of a text's root table.
///
/// # Errors
/// What the reader says, with the line and the last key.
pub(super) fn read_toml(bytes: &[u8], origin: OriginId) -> Result<BTreeMap<Arc<str>, Value>, String> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] | [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
        text => text,
    };
    if text.iter().take(6).any(|&byte| byte == 0) {
        return Err("toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8".to_owned());
    }
    let mut reader = Reader {
        scan: Scan::new(text),
        root: Table::default(),
        implicit: BTreeSet::new(),
        lists: BTreeSet::new(),
        context: Vec::new(),
        key: String::new(),
        key_line: 0,
        depth: 0,
        origin,
    };
    match reader.document() {
        Ok(()) => Ok(finished(&reader.root, origin)),
        Err(Fault { line, message }) => Err(match reader.last_key() {
            key if key.is_empty() => format!("toml: line {line}: {message}"),
            key => format!("toml: line {line} (last key \"{key}\"): {message}"),
        }),
    }
}

type Table = Rc<RefCell<BTreeMap<Arc<str>, Item>>>;

/// What stands under a key.
#[derive(Clone, Debug)]
enum Item {
    Table(Table),
    /// `[[name]]`, once for each.
    Tables(Vec<Table>),
    Value(Value),
}

fn finished(table: &Table, origin: OriginId) -> BTreeMap<Arc<str>, Value> {
    let value = |item: &Item| match item {
        Item::Table(table) => Value::map(finished(table, origin)).from(origin),
        Item::Tables(tables) => {
            let tables = tables.iter().map(|table| Value::map(finished(table, origin)).from(origin)).collect();
            Value::new(Data::List(List::Maps(Rc::new(tables)))).from(origin)
        }
        Item::Value(value) => value.clone(),
    };
    table.borrow().iter().map(|(key, item)| (Arc::clone(key), value(item).boxed())).collect()
}

struct Reader<'a> {
    scan: Scan<'a>,
    root: Table,
    /// The tables that were only named on the way to others.
    implicit: BTreeSet<String>,
    /// The keys whose values are lists.
    lists: BTreeSet<String>,
    /// The table at hand.
    context: Vec<String>,
    /// The key at hand, empty between entries.
    key: String,
    /// The line of the first part of the latest key.
    key_line: usize,
    depth: usize,
    origin: OriginId,
}

fn or_end(character: Option<char>) -> String {
    character.map_or_else(|| "end of file".to_owned(), |character| format!("'{character}'"))
}

fn dotted(key: &[String]) -> String {
    let parts: Vec<String> = key.iter().map(|part| key_text(part)).collect();
    parts.join(".")
}

impl Reader<'_> {
    fn last_key(&self) -> String {
        match (self.context.is_empty(), self.key.is_empty()) {
            (_, true) => dotted(&self.context),
            (true, false) => self.key.clone(),
            (false, false) => format!("{}.{}", dotted(&self.context), self.key),
        }
    }

    fn document(&mut self) -> Read<()> {
        loop {
            self.scan.blanks_and_lines()?;
            match self.scan.peek()? {
                None => return Ok(()),
                Some('#') => {
                    self.scan.comment()?;
                    continue;
                }
                Some('[') => self.header()?,
                Some(_) => {
                    let outer = self.context.clone();
                    self.entry(&outer)?;
                    self.key.clear();
                }
            }
            self.scan.blanks()?;
            match self.scan.next()? {
                None => return Ok(()),
                Some('#') => self.scan.comment()?,
                Some('\n' | '\r') => {}
                Some(other) => {
                    let message =
                        format!("expected a top-level item to end with a newline, comment, or EOF, but got {} instead", shown(other));
                    return Err(self.scan.fault(message));
                }
            }
        }
    }

    fn header(&mut self) -> Read<()> {
        self.scan.next()?;
        let is_list = self.scan.accept('[')?;
        let mut key = Vec::new();
        loop {
            self.scan.blanks()?;
            match self.scan.peek()? {
                Some(']') | None => return Err(self.scan.fault("unexpected end of table name (table names cannot be empty)")),
                Some('.') => return Err(self.scan.fault("unexpected table separator (table names cannot be empty)")),
                Some(_) => {}
            }
            let part = self.name()?;
            if key.is_empty() {
                self.key_line = self.scan.line;
            }
            key.push(part);
            self.scan.blanks()?;
            match self.scan.next()? {
                Some('.') => {}
                Some(']') => break,
                other => {
                    let message = format!("expected '.' or ']' to end table name, but got {} instead", shown(other.unwrap_or('\0')));
                    return Err(self.scan.fault(message));
                }
            }
        }
        if is_list {
            let end = self.scan.next()?;
            if end != Some(']') {
                let message = format!("expected end of table array name delimiter ']', but got {} instead", shown(end.unwrap_or('\0')));
                return Err(self.scan.fault(message));
            }
        }
        self.enter(&key, is_list)?;
        self.lists.remove(&dotted(&self.context));
        Ok(())
    }

    /// One part of a key.
    fn name(&mut self) -> Read<String> {
        match self.scan.peek()? {
            Some('"') => {
                self.scan.next()?;
                self.text(Quotes { quote: '"', lines: false })
            }
            Some('\'') => {
                self.scan.next()?;
                self.text(Quotes { quote: '\'', lines: false })
            }
            _ => {
                let start = self.scan.position();
                self.scan.take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))?;
                Ok(self.scan.since(start).to_owned())
            }
        }
    }

    fn text(&mut self, quotes: Quotes) -> Read<String> {
        let raw = self.scan.quoted(quotes)?;
        let line = self.scan.line;
        match (quotes.quote, quotes.lines) {
            ('"', true) => unescaped(&joined_lines(raw)).map_err(|message| Fault { line, message }),
            ('"', false) => unescaped(raw).map_err(|message| Fault { line, message }),
            (_, true) => Ok(raw.strip_prefix('\n').or_else(|| raw.strip_prefix("\r\n")).unwrap_or(raw).to_owned()),
            (_, false) => Ok(raw.to_owned()),
        }
    }

    /// `key = value`; what it gives is only of use to an inline table. The context is that of the key's parents while the value is read.
    fn entry(&mut self, outer: &[String]) -> Read<(Vec<String>, Value)> {
        let key = self.dotted_key()?;
        let Some((last, parents)) = key.split_last() else { return Ok((key, Value::invalid())) };
        self.key.clone_from(last);
        for part in parents {
            let mut context = self.context.clone();
            context.push(part.clone());
            self.implicit.insert(dotted(&context));
            self.enter(&context, false)?;
        }
        let (value, is_list) = self.value(false)?;
        let last = last.clone();
        self.set(&last, Item::Value(value.clone()))?;
        self.mark(&last, is_list);
        self.context = outer.to_vec();
        Ok((key, value))
    }

    fn mark(&mut self, key: &str, is_list: bool) {
        let mut whole = self.context.clone();
        if !key.is_empty() {
            whole.push(key.to_owned());
        }
        let whole = dotted(&whole);
        if is_list {
            self.lists.insert(whole);
        } else {
            self.lists.remove(&whole);
        }
    }

    fn dotted_key(&mut self) -> Read<Vec<String>> {
        self.scan.blanks()?;
        match self.scan.peek()? {
            Some('=') | None => return Err(self.scan.fault("unexpected '=': key name appears blank")),
            Some('.') => return Err(self.scan.fault("unexpected '.': keys cannot start with a '.'")),
            Some(_) => {}
        }
        let mut key = Vec::new();
        loop {
            self.scan.blanks()?;
            match self.scan.peek()? {
                Some('=') | None => return Err(self.scan.fault("unexpected '='")),
                Some('.') => return Err(self.scan.fault("unexpected '.'")),
                Some(_) => {}
            }
            let part = self.name()?;
            if key.is_empty() {
                self.key_line = self.scan.line;
            }
            key.push(part);
            self.scan.blanks()?;
            match self.scan.next()? {
                Some('.') => {}
                Some('=') => return Ok(key),
                None => return Err(self.scan.fault("unexpected EOF; expected key separator '='")),
                Some('\n') => return Err(self.scan.fault_before("expected '.' or '=', but got '\\n' instead")),
                Some(other) => return Err(self.scan.fault(format!("expected '.' or '=', but got {} instead", shown(other)))),
            }
        }
    }

    /// A value, and whether it is a list.
    fn value(&mut self, in_list: bool) -> Read<(Value, bool)> {
        self.scan.blanks()?;
        let start = self.scan.position();
        let first = self.scan.peek()?;
        if first.is_some_and(|character| character.is_ascii_digit()) {
            let kind = toml_number::scan(&mut self.scan)?;
            return self.number(start, kind);
        }
        match self.scan.next()? {
            Some('[') => Ok((self.list()?, true)),
            Some('{') => Ok((self.inline_table(in_list)?, false)),
            Some(quote @ ('"' | '\'')) => {
                let text = self.string(quote)?;
                Ok((Value::string(text).from(self.origin), false))
            }
            Some('.') => Err(self.scan.fault("floats must start with a digit, not '.'")),
            Some('-' | '+') => {
                let kind = toml_number::scan_signed(&mut self.scan, start)?;
                self.number(start, kind)
            }
            Some(letter) if letter.is_alphabetic() => self.word(letter, start),
            None => Err(self.scan.fault("unexpected EOF; expected value")),
            Some('\n') => Err(self.scan.fault_before("expected value but found '\\n' instead")),
            Some(other) => Err(self.scan.fault(format!("expected value but found {} instead", shown(other)))),
        }
    }

    fn number(&self, start: usize, kind: toml_number::Kind) -> Read<(Value, bool)> {
        let value = toml_number::value(self.scan.since(start), kind);
        let value = value.map_err(|message| Fault { line: self.scan.line, message })?;
        Ok((value.from(self.origin), false))
    }

    /// A string after its first quote, or the first of three.
    fn string(&mut self, quote: char) -> Read<String> {
        if self.scan.accept(quote)? {
            if self.scan.accept(quote)? {
                return self.text(Quotes { quote, lines: true });
            }
            return Ok(String::new());
        }
        self.text(Quotes { quote, lines: false })
    }

    /// `true`, `false`, `inf` or `nan`.
    fn word(&mut self, first: char, start: usize) -> Read<(Value, bool)> {
        let mut shown_from = start;
        if matches!(first, 'i' | 'n') {
            for [second, third] in [['n', 'f'], ['a', 'n']] {
                let before = self.scan.position();
                if self.scan.accept(second)? {
                    if self.scan.accept(third)? {
                        return self.number(start, toml_number::Kind::Float);
                    }
                    // The reader goes back one character only.
                    shown_from = before;
                    break;
                }
            }
        }
        self.scan.take_while(char::is_alphabetic)?;
        let truth = match self.scan.since(shown_from) {
            "true" => true,
            "false" => false,
            word => {
                let word = crate::format::quote(word.as_bytes());
                return Err(self.scan.fault(format!("expected value but found {} instead", String::from_utf8_lossy(&word))));
            }
        };
        Ok((Value::new(Data::Bool(truth)).from(self.origin), false))
    }

    fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.scan.fault(format!("values are nested more than {MAX_DEPTH} deep")));
        }
        Ok(())
    }

    fn list(&mut self) -> Read<Value> {
        self.deeper()?;
        let key = self.key.clone();
        self.mark(&key, true);
        let mut items = Vec::new();
        loop {
            self.scan.blanks_and_lines()?;
            match self.scan.peek()? {
                Some('#') => {
                    self.scan.comment()?;
                    continue;
                }
                Some(',') => {
                    self.scan.next()?;
                    return Err(self.scan.fault("unexpected comma"));
                }
                Some(']') => {
                    self.scan.next()?;
                    break;
                }
                Some(_) | None => items.push(self.value(true)?.0),
            }
            if self.list_goes_on()? {
                continue;
            }
            break;
        }
        self.depth -= 1;
        Ok(list(items).from(self.origin))
    }

    fn list_goes_on(&mut self) -> Read<bool> {
        loop {
            self.scan.blanks_and_lines()?;
            match self.scan.next()? {
                Some('#') => self.scan.comment()?,
                Some(',') => return Ok(true),
                Some(']') => return Ok(false),
                other => {
                    let message = format!("expected a comma (',') or array terminator (']'), but got {}", or_end(other));
                    return Err(self.scan.fault(message));
                }
            }
        }
    }

    fn inline_table(&mut self, in_list: bool) -> Read<Value> {
        self.deeper()?;
        let (outer, outer_key) = (self.context.clone(), std::mem::take(&mut self.key));
        self.context.push(outer_key.clone());
        let own = self.context.clone();
        self.implicit.insert(dotted(&own));
        self.enter(&own, in_list)?;
        let own = self.context.clone();
        let table = Table::default();
        loop {
            self.scan.blanks_and_lines()?;
            match self.scan.peek()? {
                Some('#') => {
                    self.scan.comment()?;
                    continue;
                }
                Some(',') => {
                    self.scan.next()?;
                    return Err(self.scan.fault("unexpected comma"));
                }
                Some('}') => {
                    self.scan.next()?;
                    break;
                }
                Some(_) | None => {}
            }
            let (key, value) = self.entry(&own)?;
            self.place(&table, &key, value)?;
            if !self.table_goes_on()? {
                break;
            }
        }
        self.context = outer;
        self.key = outer_key;
        self.depth -= 1;
        Ok(Value::map(finished(&table, self.origin)).from(self.origin))
    }

    fn table_goes_on(&mut self) -> Read<bool> {
        loop {
            self.scan.blanks_and_lines()?;
            match self.scan.next()? {
                Some('#') => self.scan.comment()?,
                Some(',') => {
                    self.scan.blanks()?;
                    if self.scan.peek()? != Some('}') {
                        return Ok(true);
                    }
                }
                Some('}') => return Ok(false),
                other => {
                    let message = format!("expected a comma or an inline table terminator '}}', but got {} instead", or_end(other));
                    return Err(self.scan.fault(message));
                }
            }
        }
    }

    /// Puts an entry into an inline table.
    fn place(&self, table: &Table, key: &[String], value: Value) -> Read<()> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        let mut at = Rc::clone(table);
        for part in parents {
            let next = at.borrow_mut().entry(Arc::from(part.as_str())).or_insert_with(|| Item::Table(Table::default())).clone();
            let Item::Table(next) = next else { return Err(self.defined(&format!("{} is not a table", dotted(&self.context)))) };
            at = next;
        }
        at.borrow_mut().insert(Arc::from(last.as_str()), Item::Value(value));
        Ok(())
    }

    fn defined(&self, message: &str) -> Fault {
        Fault { line: self.key_line, message: message.to_owned() }
    }

    /// Makes a table the one at hand, and those on the way to it.
    fn enter(&mut self, key: &[String], is_list: bool) -> Read<()> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        if key.len() > MAX_DEPTH {
            return Err(self.scan.fault(format!("tables are nested more than {MAX_DEPTH} deep")));
        }
        let mut at = Rc::clone(&self.root);
        let mut way = Vec::new();
        for part in parents {
            way.push(part.clone());
            let known = at.borrow().get(part.as_str()).cloned();
            let next = match known {
                None => {
                    self.implicit.insert(dotted(&way));
                    let table = Table::default();
                    at.borrow_mut().insert(Arc::from(part.as_str()), Item::Table(Rc::clone(&table)));
                    Some(table)
                }
                Some(Item::Table(table)) => Some(table),
                Some(Item::Tables(tables)) => tables.last().cloned(),
                Some(Item::Value(_)) => None,
            };
            at = next.ok_or_else(|| self.defined(&format!("Key '{}' was already created as a hash.", dotted(&way))))?;
        }
        self.context = way;
        if is_list {
            let mut entries = at.borrow_mut();
            match entries.entry(Arc::from(last.as_str())).or_insert_with(|| Item::Tables(Vec::new())) {
                Item::Tables(tables) => tables.push(Table::default()),
                Item::Table(_) | Item::Value(_) => {
                    return Err(self.defined(&format!("Key '{}' was already created and cannot be used as an array.", dotted(key))));
                }
            }
        } else {
            self.set(last, Item::Table(Table::default()))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Sets a key of the table at hand, which must not have it yet unless it was only named on the way to another.
    fn set(&mut self, key: &str, item: Item) -> Read<()> {
        let mut at = Rc::clone(&self.root);
        let mut way = Vec::new();
        for part in &self.context {
            way.push(part.clone());
            let known = at.borrow().get(part.as_str()).cloned();
            let next = match known {
                Some(Item::Table(table)) => Some(table),
                Some(Item::Tables(tables)) => tables.last().cloned(),
                Some(Item::Value(_)) | None => None,
            };
            at = next.ok_or_else(|| self.defined(&format!("Key '{}' has already been defined.", dotted(&way))))?;
        }
        way.push(key.to_owned());
        let whole = dotted(&way);
        if at.borrow().contains_key(key) {
            if !self.implicit.remove(&whole) {
                return Err(self.defined(&format!("Key '{whole}' has already been defined.")));
            }
            if !self.lists.contains(&whole) {
                return Ok(());
            }
        }
        at.borrow_mut().insert(Arc::from(key), item);
        Ok(())
    }
}
