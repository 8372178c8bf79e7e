//! The text of an object, every byte of which knows where it came from, and the nodes that point into it.

use std::sync::Arc;

use portcullis_gotemplate::{Data, Str, Value};
use portcullis_source::{self as source, Document, Entry, Map, Node, OriginId, Range, Text, Trace};

use crate::{
    parameters::{escape, json_float, print, stands_for_itself},
    template::{Pieces, char_origins},
};

/// What most objects take.
const USUAL_BYTES: usize = 1 << 10;
const USUAL_PIECES: usize = 1 << 6;

/// Writes a value as indented JSON.
pub(crate) fn emit(value: &Value, trace: &Arc<Trace>) -> Document {
    let mut emitter = Emitter { pieces: Pieces::with_capacity(USUAL_BYTES, USUAL_PIECES) };
    let root = emitter.node(value, 0);
    emitter.pieces.push(b"\n", value.origin);
    let (bytes, pieces) = emitter.pieces.into_parts();
    let range = root.range;
    Document { text: Text::traced(Arc::from(bytes), Arc::clone(trace), Arc::from(pieces)), root, range, comments: Vec::new() }
}

struct Emitter {
    pieces: Pieces,
}

impl Emitter {
    fn node(&mut self, value: &Value, depth: usize) -> Node {
        let start = self.at();
        let data = match &value.data {
            Data::List(list) => self.list(list.items(), value.origin, depth),
            Data::Map(map) => self.map(&map.entries.borrow(), value.origin, depth),
            Data::String(text) => self.string(text, value.origin),
            scalar => {
                let text = if let Data::Float(number) = scalar { json_float(*number) } else { print(value) };
                let text = if matches!(scalar, Data::Nil) { "null".to_owned() } else { text };
                self.pieces.push(text.as_bytes(), value.origin);
                plain(scalar, text)
            }
        };
        Node { data, range: Range { start, end: self.at() } }
    }

    fn at(&self) -> u32 {
        self.pieces.len() as u32
    }

    fn line(&mut self, depth: usize, origin: OriginId) {
        self.pieces.push(b"\n", origin);
        for _ in 0..depth {
            self.pieces.push(b"  ", origin);
        }
    }

    fn list(&mut self, items: &[Value], origin: OriginId, depth: usize) -> source::Data {
        self.pieces.push(b"[", origin);
        let mut nodes = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.pieces.push(if index == 0 { b"" } else { b"," }, origin);
            self.line(depth + 1, origin);
            nodes.push(self.node(item, depth + 1));
        }
        if !items.is_empty() {
            self.line(depth, origin);
        }
        self.pieces.push(b"]", origin);
        source::Data::List(nodes)
    }

    fn map(&mut self, map: &std::collections::BTreeMap<Arc<str>, Value>, origin: OriginId, depth: usize) -> source::Data {
        self.pieces.push(b"{", origin);
        let mut entries = Vec::with_capacity(map.len());
        for (index, (key, value)) in map.iter().enumerate() {
            self.pieces.push(if index == 0 { b"" } else { b"," }, origin);
            self.line(depth + 1, origin);
            let start = self.at();
            self.quoted(key, value.origin);
            let key_range = Range { start, end: self.at() };
            self.pieces.push(b": ", value.origin);
            entries.push(Entry { key: Arc::clone(key), key_range, value: self.node(value, depth + 1) });
        }
        if !map.is_empty() {
            self.line(depth, origin);
        }
        self.pieces.push(b"}", origin);
        source::Data::Map(Map { entries })
    }

    fn string(&mut self, text: &Str, origin: OriginId) -> source::Data {
        let runs = char_origins(text, origin);
        let (first, last) = (runs.first().map_or(origin, |run| run.2), runs.last().map_or(origin, |run| run.2));
        self.pieces.push(b"\"", first);
        for (from, to, origin) in runs {
            self.escaped(&String::from_utf8_lossy(text.bytes.get(from..to).unwrap_or_default()), origin);
        }
        self.pieces.push(b"\"", last);
        source::Data::String(Arc::from(text.lossy().as_ref()))
    }

    fn quoted(&mut self, text: &str, origin: OriginId) {
        self.pieces.push(b"\"", origin);
        self.escaped(text, origin);
        self.pieces.push(b"\"", origin);
    }

    fn escaped(&mut self, text: &str, origin: OriginId) {
        if text.bytes().all(stands_for_itself) {
            self.pieces.push(text.as_bytes(), origin);
            return;
        }
        let mut escaped = String::with_capacity(text.len() + 8);
        text.chars().for_each(|character| escape(character, &mut escaped));
        self.pieces.push(escaped.as_bytes(), origin);
    }
}

fn plain(data: &Data, text: String) -> source::Data {
    match data {
        Data::Nil => source::Data::Null,
        Data::Bool(value) => source::Data::Bool(*value),
        Data::Int(value) | Data::Int64(value) => source::Data::Int(*value),
        Data::Uint8(value) => source::Data::Int(i64::from(*value)),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => source::Data::Int(*number as i64),
        Data::Float(number) => source::Data::Float(*number),
        Data::String(_) | Data::Bytes(_) | Data::List(_) | Data::Map(_) | Data::Object(_) => source::Data::String(Arc::from(text)),
    }
}
