//! Nodes of documents to values of templates, each with the place that it stands at.

use std::sync::Arc;

use portcullis_gotemplate::{Data, List, Str, Value};
use portcullis_source::{self as source, Document, FrameId, Key, LayerId, Node, OriginId, Piece, Range, Source, Span, Trace};

/// Reads the nodes of one document.
pub(crate) struct Reader<'a> {
    /// The trace that remembers the places.
    pub(crate) trace: &'a mut Trace,
    /// The document.
    pub(crate) document: &'a Document,
    /// What the places are.
    pub(crate) layer: Layer,
}

/// What the places of a document are to what is made of it.
#[derive(Clone, Copy)]
pub(crate) enum Layer {
    /// Text of a template.
    Template,
    /// Values of a layer.
    Values(LayerId),
}

/// The span of a range of a document: in its own file, or where the rendered text was written.
pub(crate) fn place(document: &Document, range: Range) -> Option<Span> {
    document.text.span(range).or_else(|| document.text.origin(range).edit())
}

impl<'a> Reader<'a> {
    /// A reader of template text.
    pub(crate) fn template(trace: &'a mut Trace, document: &'a Document) -> Self {
        Self { trace, document, layer: Layer::Template }
    }

    /// A reader of values.
    pub(crate) fn values(trace: &'a mut Trace, document: &'a Document, name: impl Into<Arc<str>>) -> Self {
        let layer = Layer::Values(trace.layer(name));
        Self { trace, document, layer }
    }

    /// The value of a node and of all below it; numbers of values are floats, as in Go's maps.
    pub(crate) fn read(&mut self, node: &Node, key: Key, parent: OriginId) -> Value {
        let origin = self.origin(place(self.document, node.range), key, parent);
        let data = match &node.data {
            source::Data::Null => Data::Nil,
            source::Data::Bool(value) => Data::Bool(*value),
            source::Data::Int(value) => self.integer(*value),
            source::Data::Uint(value) => Data::Float(*value as f64),
            source::Data::Float(value) => Data::Float(*value),
            source::Data::String(text) => Data::String(self.string(node, text, parent)),
            source::Data::List(items) => {
                let items = items.iter().enumerate().map(|(index, item)| self.read(item, Key::Index(index as u32), origin).boxed());
                Data::List(List::Any(std::rc::Rc::new(items.collect())))
            }
            source::Data::Map(map) => {
                let entries = map.entries.iter();
                let entry = |entry: &source::Entry| {
                    (Arc::clone(&entry.key), self.read(&entry.value, Key::Name(Arc::clone(&entry.key)), origin).boxed())
                };
                return Value::map(entries.map(entry).collect()).from(origin);
            }
        };
        Value::new(data).from(origin)
    }

    fn integer(&self, value: i64) -> Data {
        match self.layer {
            Layer::Template => Data::Int(value),
            Layer::Values(_) => Data::Float(value as f64),
        }
    }

    fn origin(&mut self, span: Option<Span>, key: Key, parent: OriginId) -> OriginId {
        let Some(span) = span else { return parent };
        self.trace.source(match self.layer {
            Layer::Template => Source::Template { span, frame: FrameId::ROOT },
            Layer::Values(layer) => Source::Value { span, key, parent, layer, shadowed: OriginId::NONE },
        })
    }

    /// The text of a scalar; one of several lines knows the line of each.
    fn string(&mut self, node: &Node, text: &Arc<str>, parent: OriginId) -> Str {
        let Some(lines) = block_lines(self.document, node.range, text) else { return Str::from(Arc::clone(text)) };
        let mut pieces: Vec<Piece> = Vec::with_capacity(lines.len());
        for (end, range) in lines {
            let origin = self.origin(place(self.document, range), Key::Root, parent);
            pieces.push(Piece { end, origin });
        }
        Str::pieced(Arc::from(text.as_bytes()), pieces)
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
