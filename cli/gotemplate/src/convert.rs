//! Located YAML and JSON to values as Helm sees them: every number a `float64`, every map a `map[string]interface {}`.

use std::sync::Arc;

use portcullis_source::{Data as Plain, Key, LayerId, Node, OriginId, Range, Source, Text, Trace};

use crate::{Data, Str, Value};

/// The value of a node of a values layer; each part of it remembers its place, its key and the layer.
#[must_use]
pub fn from_node(node: &Node, text: &Text, layer: LayerId, trace: &mut Trace) -> Value {
    let mut layered = Layered { text, layer, trace };
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
    trace: &'a mut Trace,
}

impl Layered<'_> {
    /// The value of a node; a map or list lies where its key does, and so does what stands for nothing.
    fn value(&mut self, node: &Node, key: Key, parent: OriginId, key_range: Range) -> Value {
        let scalar = !matches!(node.data, Plain::List(_) | Plain::Map(_)) && node.range.start < node.range.end;
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
