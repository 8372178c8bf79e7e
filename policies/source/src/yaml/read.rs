//! Text to documents.

use super::{
    decode::decode,
    fault::Result,
    input::Input,
    limits::MAX_INPUT_BYTES,
    parser::Parser,
    scan::Scanner,
    share::Shared,
    tree::{self, Tree},
    values,
};
use crate::{Comment, Data, Document, Node, Range, Text};

/// Why a text is no YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// The message in go-yaml's words, such as `yaml: line 3: mapping values are not allowed in this context`.
    pub message: String,
    /// Where it went wrong.
    pub range: Range,
}

/// The documents of a text, up to the first error.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// The whole documents before the error.
    pub documents: Vec<Document>,
    /// What ended the reading early.
    pub error: Option<YamlError>,
    /// The keys that their map has before; the last one counts.
    pub repeated: Vec<Range>,
}

/// Reads all documents of a text.
///
/// Their ranges cover the text without gaps: a document begins at its marker (`---` or a directive), the first one with the text.
/// Helm reads the first document alone, and then errors after it do not count.
#[must_use]
pub fn parse(text: &Text) -> Stream {
    if text.bytes().len() > MAX_INPUT_BYTES {
        let message = format!("yaml: text has more than {MAX_INPUT_BYTES} bytes");
        return Stream { error: Some(YamlError { message, range: Range::default() }), ..Stream::default() };
    }
    let decoded = decode(text.bytes());
    let mut parser = Parser::new(Scanner::new(Input::new(&decoded)));
    let mut shared = Shared::default();
    let mut nodes = 0;
    let mut repeated = Vec::new();
    let mut tree = Tree::default();
    let mut documents: Vec<Document> = Vec::new();
    let fault = loop {
        match read_document(&mut parser, &mut tree, &mut shared, (&mut nodes, &mut repeated)) {
            Ok(Some((root, start))) => documents.push(document(text, root, start)),
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        }
    };
    settle(&mut documents, parser.comments(), fault.as_ref().map_or(decoded.text.len() as u32, |fault| fault.start()));
    if decoded.places.is_some() {
        for document in &mut documents {
            replace(document, &|range| parser.place(range));
        }
    }
    if let Some(first) = documents.first_mut() {
        first.range.start = 0;
    }
    let error = fault.map(|fault| fault.into_error(|range| parser.place(range)));
    let repeated = repeated.into_iter().map(|range| parser.place(range)).collect();
    Stream { documents, error, repeated }
}

fn read_document<'a>(
    parser: &mut Parser<'a>,
    tree: &mut Tree<'a>,
    shared: &mut Shared,
    (nodes, repeated): (&mut usize, &mut Vec<Range>),
) -> Result<Option<(Node, u32)>> {
    let Some(read) = tree::read(parser, std::mem::take(tree))? else { return Ok(None) };
    let root = values::decode(&read, shared, nodes, repeated)?;
    let start = read.start;
    *tree = read;
    Ok(Some((root, start)))
}

fn document(text: &Text, root: Node, start: u32) -> Document {
    Document { text: text.clone(), root, range: Range { start, end: start }, comments: Vec::new() }
}

/// Divides the text and its comments among the documents.
fn settle(documents: &mut [Document], comments: &[Comment], end: u32) {
    let mut end = end;
    let mut rest = comments;
    if let Some(first) = documents.first_mut() {
        first.range.start = 0;
    }
    for document in documents.iter_mut().rev() {
        document.range.end = end.max(document.root.range.end);
        end = document.range.start;
        let (before, own) = rest.split_at(rest.partition_point(|comment| comment.range.start < end));
        document.comments = own.to_vec();
        rest = before;
    }
}

/// Turns all ranges of a document into those of an input in another encoding.
fn replace(document: &mut Document, place: &impl Fn(Range) -> Range) {
    document.range = place(document.range);
    for comment in &mut document.comments {
        comment.range = place(comment.range);
    }
    let mut nodes = vec![&mut document.root];
    while let Some(node) = nodes.pop() {
        node.range = place(node.range);
        match &mut node.data {
            Data::List(items) => nodes.extend(items),
            Data::Map(map) => {
                for entry in &mut map.entries {
                    entry.key_range = place(entry.key_range);
                    nodes.push(&mut entry.value);
                }
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {}
        }
    }
}
