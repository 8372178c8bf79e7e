//! Text to the attributes and blocks of a body.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{SourceFile, Span};

use super::{
    ast::{Attribute, Block, Body, Expr, Item, Kind},
    cursor::{Base, Cursor, Read, SyntaxError},
};
use crate::limits::{MAX_FILE_BYTES, MAX_FILE_PROBLEMS};

/// Reads a file in native syntax: as much as can be read, and what could not. After an error it goes on at the next line that begins a block.
#[must_use]
pub fn body(file: &SourceFile) -> (Body, Vec<SyntaxError>) {
    let fault = |message: String, hint| (Body::default(), vec![SyntaxError { message, hint, span: file.span() }]);
    if file.bytes().len() > MAX_FILE_BYTES {
        return fault(format!("file has more than MAX_FILE_BYTES = {MAX_FILE_BYTES} bytes"), "split it");
    }
    let text = match std::str::from_utf8(file.bytes()) {
        Ok(text) => text,
        Err(error) => {
            let start = error.valid_up_to() as u32;
            let span = Span { file: file.id(), start, end: start + 1 };
            return (Body::default(), vec![SyntaxError { message: "text is no UTF-8".to_owned(), hint: "save the file as UTF-8", span }]);
        }
    };
    let mut cursor = Cursor::new(text, Base::File(file.id(), 0));
    cursor.take("\u{feff}");
    whole(cursor)
}

/// Reads a text in native syntax in the same way, all of which is said to be at one place.
pub(crate) fn body_at(text: &str, span: Span) -> (Body, Vec<SyntaxError>) {
    whole(Cursor::new(text, Base::At(span)))
}

fn whole(mut cursor: Cursor<'_>) -> (Body, Vec<SyntaxError>) {
    let mut read = Body::default();
    let mut errors = Vec::new();
    while let Err(error) = cursor.items(&mut read, None) {
        errors.push(error);
        if errors.len() >= MAX_FILE_PROBLEMS || !cursor.skip_to_next() {
            break;
        }
    }
    (read, errors)
}

/// Reads a text that is one expression, all of which is said to be at one place.
pub(crate) fn expression_at(text: &str, span: Span) -> Result<Expr, SyntaxError> {
    let mut cursor = Cursor::new(text, Base::At(span));
    let read = cursor.expr()?;
    cursor.lines()?;
    if cursor.peek().is_some() {
        return cursor.error(format!("{} stands after the expression", cursor.found()), "take it away");
    }
    Ok(read)
}

impl Cursor<'_> {
    /// Goes on at the next line that begins with a name and no space; whether there is one.
    fn skip_to_next(&mut self) -> bool {
        self.flowing = false;
        self.reset_depth();
        while let Some(length) = self.rest().find('\n') {
            self.at += length + 1;
            if self.peek().is_some_and(|first| first == '_' || first.is_alphabetic()) {
                return true;
            }
        }
        false
    }

    /// Attributes and blocks up to the end of the file, or the brace that closes the block.
    fn items(&mut self, out: &mut Body, end: Option<char>) -> Read<()> {
        let mut known: BTreeSet<Arc<str>> = out.attributes().map(|attribute| Arc::clone(&attribute.name)).collect();
        loop {
            self.lines()?;
            if self.peek() == end {
                return Ok(());
            }
            let start = self.at;
            let Some(name) = self.name().map(Arc::<str>::from) else {
                return self.error(
                    format!("an argument or a block must begin here, not {}", self.found()),
                    "write NAME = VALUE, or TYPE \"LABEL\" { … }",
                );
            };
            let item = self.item(start, name, &mut known)?;
            out.items.push(item);
            self.space()?;
            if !(self.newline() || self.peek() == end) {
                return self.error(format!("a new line must follow, not {}", self.found()), "write one argument or block a line");
            }
        }
    }

    fn item(&mut self, start: usize, name: Arc<str>, known: &mut BTreeSet<Arc<str>>) -> Read<Item> {
        let name_span = self.span(start);
        self.space()?;
        if self.looks_at("=") {
            self.at += 1;
            if !known.insert(Arc::clone(&name)) {
                return self.error_from(start, format!("argument {name} is set twice"), "set it once");
            }
            let value = self.expr()?;
            return Ok(Item::Attribute(Attribute { name, name_span, value }));
        }
        self.block(start, name).map(Item::Block)
    }

    fn block(&mut self, start: usize, kind: Arc<str>) -> Read<Block> {
        let mut labels = Vec::new();
        let mut end = self.at;
        loop {
            self.space()?;
            let from = self.at;
            if self.take("{") {
                break;
            }
            if self.looks_at("\"") {
                let label = self.quoted()?;
                let Kind::String(text) = label.kind else {
                    return self.error_from(from, "a label has no interpolations", "write the text itself");
                };
                labels.push((text, label.span));
            } else if let Some(name) = self.name() {
                labels.push((Arc::from(name), self.span(from)));
            } else {
                let message = format!("`=`, a label or `{{` must follow {kind}, not {}", self.found());
                return self.error(message, "write NAME = VALUE, or TYPE \"LABEL\" { … }");
            }
            end = self.at;
        }
        let header = self.span_of(start, end);
        let body = self.deeper(|cursor| cursor.flow(false, Cursor::block_body))?;
        Ok(Block { kind, labels, header, body })
    }

    /// What stands between the braces; on one line there may be one argument.
    fn block_body(&mut self) -> Read<Body> {
        let mut body = Body::default();
        self.space()?;
        if self.newline() {
            self.items(&mut body, Some('}'))?;
            self.at += 1;
            return Ok(body);
        }
        if self.take("}") {
            return Ok(body);
        }
        let start = self.at;
        let Some(name) = self.name().map(Arc::<str>::from) else {
            return self.error(format!("an argument must stand here, not {}", self.found()), "write { NAME = VALUE }");
        };
        let name_span = self.span(start);
        self.space()?;
        if !self.take("=") {
            return self
                .error(format!("`=` must follow, not {}: a block on one line holds one argument", self.found()), "begin a new line");
        }
        let value = self.expr()?;
        body.items.push(Item::Attribute(Attribute { name, name_span, value }));
        self.space()?;
        if !self.take("}") {
            return self
                .error(format!("`}}` must follow, not {}: a block on one line holds one argument", self.found()), "begin a new line");
        }
        Ok(body)
    }
}
