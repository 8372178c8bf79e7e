//! Nodes of documents to values of templates, each with the place that it stands at.

use std::{rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Str, Value};
use portcullis_source::{self as source, Document, FrameId, Key, LayerId, Node, OriginId, Piece, Range, Source, Span, Trace};

use crate::template::char_origins;

/// How deep the documents of Argo CD may be nested.
const MAX_DEPTH: usize = 128;

/// Whether something is nested too deeply to be walked.
pub(crate) fn too_deep(node: &Node) -> bool {
    fn within(node: &Node, left: usize) -> bool {
        let Some(left) = left.checked_sub(1) else { return false };
        match &node.data {
            source::Data::List(items) => items.iter().all(|item| within(item, left)),
            source::Data::Map(map) => map.entries.iter().all(|entry| within(&entry.value, left)),
            _ => true,
        }
    }
    !within(node, MAX_DEPTH)
}

/// The span of a range of a document: in its own file, or where the rendered text was written.
pub(crate) fn place(document: &Document, range: Range) -> Option<Span> {
    document.text.place(range)
}

/// Reads the nodes of one document.
pub(crate) struct Reader<'a> {
    trace: &'a mut Trace,
    document: &'a Document,
    places: Places<'a>,
}

/// What the places of a document are to what is made of it.
#[derive(Clone, Copy)]
enum Places<'a> {
    /// Text of a template.
    Template,
    /// Values of a layer.
    Values(LayerId),
    /// The document was read from a string that remembers its own pieces.
    Made(&'a Str, OriginId),
}

/// A document that was read from a rendered string.
pub(crate) struct Made<'a> {
    /// The document.
    pub(crate) document: &'a Document,
    /// The string.
    pub(crate) string: Str,
    /// The origin of the whole string.
    pub(crate) whole: OriginId,
}

/// The value of a document that was read from a rendered string; none where it is nested too deeply.
pub(crate) fn read_made(trace: &mut Trace, made: &Made<'_>) -> Option<Value> {
    if too_deep(&made.document.root) {
        return None;
    }
    let mut reader = Reader { trace, document: made.document, places: Places::Made(&made.string, made.whole) };
    Some(reader.read(&made.document.root, Key::Root, OriginId::NONE))
}

impl<'a> Reader<'a> {
    /// A reader of template text.
    pub(crate) fn template(trace: &'a mut Trace, document: &'a Document) -> Self {
        Self { trace, document, places: Places::Template }
    }

    /// A reader of values.
    pub(crate) fn values(trace: &'a mut Trace, document: &'a Document, name: impl Into<Arc<str>>) -> Self {
        let layer = trace.layer(name);
        Self { trace, document, places: Places::Values(layer) }
    }

    /// The value of a node and of all below it; numbers of values are floats, as in Go's maps.
    pub(crate) fn read(&mut self, node: &Node, key: Key, parent: OriginId) -> Value {
        let origin = self.origin(node.range, key, parent);
        let data = match &node.data {
            source::Data::Null => Data::Nil,
            source::Data::Bool(value) => Data::Bool(*value),
            source::Data::Int(value) if matches!(self.places, Places::Template) => Data::Int(*value),
            source::Data::Int(value) => Data::Float(*value as f64),
            source::Data::Uint(value) => Data::Float(*value as f64),
            source::Data::Float(value) => Data::Float(*value),
            source::Data::String(text) => Data::String(self.string(node, text, parent)),
            source::Data::List(items) => {
                let items = items.iter().enumerate().map(|(index, item)| self.read(item, Key::Index(index as u32), origin).boxed());
                Data::List(List::Any(Rc::new(items.collect())))
            }
            source::Data::Map(map) => {
                let entry = |entry: &source::Entry| {
                    let key = Key::Name(Arc::clone(&entry.key));
                    (Arc::clone(&entry.key), self.read(&entry.value, key, origin).boxed())
                };
                return Value::map(map.entries.iter().map(entry).collect()).from(origin);
            }
        };
        Value::new(data).from(origin)
    }

    /// Records a part of a path that leads to what is read, so that keys are whole.
    pub(crate) fn step(&mut self, node: &Node, key: Key, parent: OriginId) -> OriginId {
        self.origin(node.range, key, parent)
    }

    fn origin(&mut self, range: Range, key: Key, parent: OriginId) -> OriginId {
        let source = match self.places {
            Places::Template => place(self.document, range).map(|span| Source::Template { span, frame: FrameId::ROOT }),
            Places::Values(layer) => {
                place(self.document, range).map(|span| Source::Value { span, key, parent, layer, shadowed: OriginId::NONE })
            }
            Places::Made(string, whole) => {
                let (start, end) = (range.start as usize, (range.end as usize).max(range.start as usize + 1));
                let runs = char_origins(string, whole).into_iter().filter(|run| run.0 < end && run.1 > start);
                return runs.fold(OriginId::NONE, |joined, run| self.trace.join(joined, run.2));
            }
        };
        source.map_or(parent, |source| self.trace.source(source))
    }

    /// The text of a scalar; one of several lines knows the line of each.
    fn string(&mut self, node: &Node, text: &Arc<str>, parent: OriginId) -> Str {
        let Some(lines) = block_lines(self.document, node.range, text) else { return Str::from(Arc::clone(text)) };
        let mut pieces: Vec<Piece> = Vec::with_capacity(lines.len());
        for (end, range) in lines {
            let origin = self.origin(range, Key::Root, parent);
            pieces.push(Piece { end, origin });
        }
        Str::pieced(text.as_bytes(), pieces)
    }
}

/// For each line of a literal block scalar, its end in the text and its range in the document.
pub(crate) fn block_lines(document: &Document, range: Range, text: &str) -> Option<Vec<(u32, Range)>> {
    let raw = std::str::from_utf8(document.text.slice(range)).ok().filter(|raw| raw.starts_with('|'))?;
    let mut at = range.start;
    let mut source = raw.split_inclusive('\n');
    at += source.next()?.len() as u32;
    let (mut lines, mut end) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let (content, written) = (line.trim_end_matches('\n'), source.next()?);
        let bare = written.trim_end_matches(['\n', '\r']);
        if !bare.ends_with(content) {
            return None;
        }
        end += line.len() as u32;
        let stop = at + bare.len() as u32;
        lines.push((end, Range { start: stop - content.len() as u32, end: stop }));
        at += written.len() as u32;
    }
    (lines.len() > 1).then_some(lines)
}
