//! Located YAML and JSON to values as Helm sees them: every number a `float64`, every map a `map[string]interface {}`.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data as Plain, Key, LayerId, Link, Node, OriginId, Piece, Range, Role, Source, Span, Text, Trace};

use crate::{Data, Str, Value};

/// The value of a node of a values layer; each part of it remembers its place, its key and the layer.
///
/// Where the layer itself was rendered, the place of a string is the line of the template that wrote it; what parameters filled in is
/// known by their own places.
#[must_use]
pub fn from_node(node: &Node, text: &Text, layer: LayerId, trace: &mut Trace) -> Value {
    let mut layered = Layered { text, layer, parameters: BTreeMap::new(), trace };
    layered.value(node, Key::Root, OriginId::NONE, node.range)
}

/// The value of a node whose text has no place, or whose places `origin` knows.
pub fn from_plain_node(node: &Node, origin: &mut dyn FnMut(&Node) -> OriginId) -> Value {
    let data = match &node.data {
        Plain::List(items) => {
            return Value::list(items.iter().map(|item| from_plain_node(item, origin).boxed()).collect()).from(origin(node));
        }
        Plain::Map(map) => {
            let entries = map.entries.iter().map(|entry| (Arc::clone(&entry.key), from_plain_node(&entry.value, origin).boxed()));
            return Value::map(entries.collect()).from(origin(node));
        }
        scalar => scalar_data(scalar),
    };
    Value::new(data).from(origin(node))
}

/// The infinity or not-a-number in a node, which JSON, and so Helm, has no form for.
#[must_use]
pub fn number_without_form(node: &Node) -> Option<f64> {
    match &node.data {
        Plain::Float(number) => Some(*number).filter(|number| !number.is_finite()),
        Plain::List(items) => items.iter().find_map(number_without_form),
        Plain::Map(map) => map.entries.iter().find_map(|entry| number_without_form(&entry.value)),
        Plain::Null | Plain::Bool(_) | Plain::Int(_) | Plain::Uint(_) | Plain::String(_) => None,
    }
}

struct Layered<'a> {
    text: &'a Text,
    layer: LayerId,
    /// The layers that the parameters of a rendered layer came from, by their names.
    parameters: BTreeMap<Arc<str>, LayerId>,
    trace: &'a mut Trace,
}

impl Layered<'_> {
    /// The value of a node; a map or list lies where its key does, and so does what stands for nothing.
    fn value(&mut self, node: &Node, key: Key, parent: OriginId, key_range: Range) -> Value {
        let scalar = !matches!(node.data, Plain::List(_) | Plain::Map(_)) && node.range.start < node.range.end;
        if scalar && self.text.trace().is_some() {
            return self.rendered(node, key, parent);
        }
        let range = if scalar { node.range } else { key_range };
        let span = self.text.span(range).or_else(|| self.text.origin(range).edit());
        let origin = span.map_or(OriginId::NONE, |span| {
            self.trace.source(Source::Value { span, key, parent, layer: self.layer, shadowed: OriginId::NONE })
        });
        match &node.data {
            Plain::List(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.value(item, Key::Index(index as u32), origin, item.range).boxed());
                Value::list(items.collect()).from(origin)
            }
            Plain::Map(map) => {
                let entries = map.entries.iter().map(|entry| {
                    let value = self.value(&entry.value, Key::Name(Arc::clone(&entry.key)), origin, entry.key_range);
                    (Arc::clone(&entry.key), value.boxed())
                });
                Value::map(entries.collect()).from(origin)
            }
            scalar => Value::new(scalar_data(scalar)).from(origin),
        }
    }

    /// The value of a scalar of a layer that was rendered.
    fn rendered(&mut self, node: &Node, key: Key, parent: OriginId) -> Value {
        let chain = self.text.origin(node.range);
        let template = chain.first(Role::Template).and_then(|link| link.span).or_else(|| chain.edit());
        let content = content(self.text, node);
        let runs = self.text.runs(content.unwrap_or(node.range));
        let given: Vec<Vec<Link>> = runs.iter().map(|(range, _)| self.given(*range)).collect();
        let is_given = !given.is_empty() && given.iter().all(|links| !links.is_empty());
        let pieced = content.is_some() && given.iter().any(|links| !links.is_empty());
        // What is not a string has one place only.
        let span = if is_given && !pieced { chain.edit() } else { template };
        let own = span.map_or(OriginId::NONE, |span| self.source(span, key, parent, self.layer));
        let Some(content) = content.filter(|_| pieced) else { return Value::new(scalar_data(&node.data)).from(own) };
        let mut pieces = Vec::with_capacity(runs.len());
        for ((range, _), links) in runs.iter().zip(&given) {
            let alone = is_given || is_part(self.text.slice(content), range.start - content.start, range.end - content.start);
            pieces.push(Piece { end: range.end - content.start, origin: self.filled(own, links, alone) });
        }
        Value::new(Data::String(Str::pieced(self.text.slice(content), pieces))).from(own)
    }

    /// The parameters that a run came from.
    fn given(&self, range: Range) -> Vec<Link> {
        self.text.origin(range).links.into_iter().filter(|link| link.role == Role::Values && link.span.is_some()).collect()
    }

    /// The origin of a run: what parameters alone say leads to them first, what they say a part of to the template.
    fn filled(&mut self, own: OriginId, links: &[Link], alone: bool) -> OriginId {
        if links.is_empty() {
            // The string's own origin, which other layers may come to lie under.
            return OriginId::NONE;
        }
        let mut origins: Vec<OriginId> = links.iter().filter_map(|link| self.parameter(link)).collect();
        origins.insert(if alone { origins.len() } else { 0 }, own);
        self.trace.source(Source::Join(Arc::from(origins)))
    }

    fn parameter(&mut self, link: &Link) -> Option<OriginId> {
        let name = link.name.clone().unwrap_or_else(|| Arc::from("parameters"));
        let layer = *self.parameters.entry(name).or_insert_with_key(|name| self.trace.layer(Arc::clone(name)));
        let key = Key::Name(Arc::from(link.key.as_deref().unwrap_or_default()));
        Some(self.source(link.span?, key, OriginId::NONE, layer))
    }

    fn source(&mut self, span: Span, key: Key, parent: OriginId, layer: LayerId) -> OriginId {
        self.trace.source(Source::Value { span, key, parent, layer, shadowed: OriginId::NONE })
    }
}

/// Where a string stands as it is within its quotes; nothing where escapes or folded lines changed it.
fn content(text: &Text, node: &Node) -> Option<Range> {
    let Plain::String(string) = &node.data else { return None };
    let written = std::str::from_utf8(text.slice(node.range)).ok()?;
    let start = node.range.start + u32::try_from(written.find(&**string)?).ok()?;
    Some(Range { start, end: start + u32::try_from(string.len()).ok()? })
}

/// Whether a run is a whole part of a reference or path, so that the text around it says nothing of it.
fn is_part(text: &[u8], start: u32, end: u32) -> bool {
    let ends = |at: Option<&u8>| at.is_none_or(|byte| matches!(byte, b'/' | b':' | b'@'));
    ends((start as usize).checked_sub(1).and_then(|at| text.get(at))) && ends(text.get(end as usize))
}

fn scalar_data(data: &Plain) -> Data {
    match data {
        Plain::Bool(truth) => Data::Bool(*truth),
        Plain::Int(number) => Data::Float(*number as f64),
        Plain::Uint(number) => Data::Float(*number as f64),
        Plain::Float(number) => Data::Float(*number),
        Plain::String(text) => Data::String(Str::from(Arc::clone(text))),
        Plain::Null | Plain::List(_) | Plain::Map(_) => Data::Nil,
    }
}
