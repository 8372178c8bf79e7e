//! The JSON form of configurations to the same tree.

use std::sync::Arc;

use portcullis_source::{Data, Document, Node, SourceFile, Span, Text, json};

use super::{
    ast::{Attribute, Block, Body, Expr, Item, Kind},
    cursor::{Base, SyntaxError},
    template,
};
use crate::{
    limits::{MAX_DEPTH, MAX_FILE_BYTES},
    number::Number,
};

/// The blocks of a configuration's top level, with how many labels each has.
const BLOCKS: &[(&str, usize)] = &[
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("module", 1),
    ("variable", 1),
    ("output", 1),
    ("provider", 1),
    ("check", 1),
    ("terraform", 0),
    ("locals", 0),
    ("moved", 0),
    ("removed", 0),
    ("import", 0),
];

/// The blocks that blocks of any kind may hold, with how many labels each has.
const INNER: &[(&str, usize)] = &[
    ("lifecycle", 0),
    ("precondition", 0),
    ("postcondition", 0),
    ("validation", 0),
    ("provisioner", 1),
    ("connection", 0),
    ("dynamic", 1),
    ("backend", 1),
    ("cloud", 0),
    ("required_providers", 0),
    ("content", 0),
];

/// Reads a file in JSON.
pub(crate) fn body(file: &SourceFile) -> (Body, Vec<SyntaxError>) {
    let error =
        |message: String, span| (Body::default(), vec![SyntaxError { message, hint: "see Terraform's JSON configuration syntax", span }]);
    if file.bytes().len() > MAX_FILE_BYTES {
        return error(format!("file has more than MAX_FILE_BYTES = {MAX_FILE_BYTES} bytes"), file.span());
    }
    let document = match json::parse(&Text::of_file(file)) {
        Ok(document) => document,
        Err(fault) => {
            let span = Span { file: file.id(), start: fault.range.start, end: fault.range.end };
            return error(fault.message, span);
        }
    };
    let mut reader = Reader { document: &document, file, errors: Vec::new(), templates: true };
    let mut body = Body::default();
    reader.items(&document.root, BLOCKS, &mut body, 0);
    (body, reader.errors)
}

/// Reads a file of values in JSON, whose texts are no templates.
pub(crate) fn values(file: &SourceFile) -> (Body, Vec<SyntaxError>) {
    let error =
        |message: String, span| (Body::default(), vec![SyntaxError { message, hint: "write one object with the variables' names", span }]);
    if file.bytes().len() > MAX_FILE_BYTES {
        return error(format!("file has more than MAX_FILE_BYTES = {MAX_FILE_BYTES} bytes"), file.span());
    }
    let document = match json::parse(&Text::of_file(file)) {
        Ok(document) => document,
        Err(fault) => {
            let span = Span { file: file.id(), start: fault.range.start, end: fault.range.end };
            return error(fault.message, span);
        }
    };
    let mut reader = Reader { document: &document, file, errors: Vec::new(), templates: false };
    let mut body = Body::default();
    match document.root.as_map() {
        Some(map) => {
            for entry in &map.entries {
                let span = Span { file: file.id(), start: entry.key_range.start, end: entry.key_range.end };
                let value = reader.expr(&entry.value, 0);
                body.items.push(Item::Attribute(Attribute { name: Arc::clone(&entry.key), name_span: span, value }));
            }
        }
        None => reader.fail("an object must stand here".to_owned(), reader.span(&document.root)),
    }
    (body, reader.errors)
}

struct Reader<'a> {
    document: &'a Document,
    file: &'a SourceFile,
    errors: Vec<SyntaxError>,
    /// Whether texts are templates.
    templates: bool,
}

impl Reader<'_> {
    fn span(&self, node: &Node) -> Span {
        Span { file: self.file.id(), start: node.range.start, end: node.range.end }
    }

    fn fail(&mut self, message: String, span: Span) {
        self.errors.push(SyntaxError { message, hint: "see Terraform's JSON configuration syntax", span });
    }

    fn items(&mut self, node: &Node, blocks: &[(&str, usize)], out: &mut Body, depth: usize) {
        if depth > MAX_DEPTH {
            return self.fail("configuration is nested too deep".to_owned(), self.span(node));
        }
        let map = match &node.data {
            Data::Map(map) => map,
            Data::List(items) => {
                for item in items {
                    self.items(item, blocks, out, depth + 1);
                }
                return;
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {
                return self.fail("an object must stand here".to_owned(), self.span(node));
            }
        };
        for entry in &map.entries {
            if &*entry.key == "//" {
                continue;
            }
            let span = Span { file: self.file.id(), start: entry.key_range.start, end: entry.key_range.end };
            match blocks.iter().find(|(name, _)| *name == &*entry.key) {
                Some((_, labels)) => self.blocks((&entry.key, span), &entry.value, *labels, &mut Vec::new(), out, depth + 1),
                None if depth == 0 => self.fail(format!("there is no block {:?} at the top of a configuration", entry.key), span),
                None => {
                    let value = self.expr(&entry.value, depth + 1);
                    out.items.push(Item::Attribute(Attribute { name: Arc::clone(&entry.key), name_span: span, value }));
                }
            }
        }
    }

    fn blocks(
        &mut self,
        name: (&Arc<str>, Span),
        node: &Node,
        labels: usize,
        given: &mut Vec<(Arc<str>, Span)>,
        out: &mut Body,
        depth: usize,
    ) {
        if let Data::List(items) = &node.data {
            for item in items {
                self.blocks(name, item, labels, given, out, depth);
            }
            return;
        }
        if labels == 0 {
            let mut body = Body::default();
            if !node.is_null() {
                self.items(node, INNER, &mut body, depth.max(1));
            }
            let end = given.last().map_or(name.1.end, |(_, span)| span.end);
            let header = Span { end, ..name.1 };
            out.items.push(Item::Block(Block { kind: Arc::clone(name.0), labels: given.clone(), header, body }));
            return;
        }
        let Some(map) = node.as_map() else {
            return self.fail(format!("an object with the labels of {} must stand here", name.0), self.span(node));
        };
        for entry in map.entries.iter().filter(|entry| &*entry.key != "//") {
            let span = Span { file: self.file.id(), start: entry.key_range.start, end: entry.key_range.end };
            given.push((Arc::clone(&entry.key), span));
            self.blocks(name, &entry.value, labels - 1, given, out, depth);
            given.pop();
        }
    }

    fn expr(&mut self, node: &Node, depth: usize) -> Expr {
        let span = self.span(node);
        if depth > MAX_DEPTH {
            self.fail("configuration is nested too deep".to_owned(), span);
            return Expr { span, kind: Kind::Null };
        }
        let kind = match &node.data {
            Data::Null => Kind::Null,
            Data::Bool(value) => Kind::Bool(*value),
            Data::Int(_) | Data::Uint(_) | Data::Float(_) => {
                let text = String::from_utf8_lossy(self.document.text.slice(node.range)).into_owned();
                Number::parse(&text).map_or(Kind::Null, Kind::Number)
            }
            Data::String(text) => return self.string(text, span),
            Data::List(items) => Kind::Tuple(items.iter().map(|item| self.expr(item, depth + 1)).collect()),
            Data::Map(map) => {
                let entries = map.entries.iter().filter(|entry| &*entry.key != "//");
                let pairs: Vec<_> = entries
                    .map(|entry| {
                        let place = Span { file: self.file.id(), start: entry.key_range.start, end: entry.key_range.end };
                        (self.string(&entry.key, place), self.expr(&entry.value, depth + 1))
                    })
                    .collect();
                Kind::Object(pairs)
            }
        };
        Expr { span, kind }
    }

    fn string(&mut self, text: &str, span: Span) -> Expr {
        if !self.templates {
            return Expr { span, kind: Kind::String(Arc::from(text)) };
        }
        match template::bare(text, Base::At(span)) {
            Ok(expr) => Expr { span, ..expr },
            Err(error) => {
                self.errors.push(error);
                Expr { span, kind: Kind::Null }
            }
        }
    }
}
