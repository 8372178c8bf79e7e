//! Strings put together from pieces of different origin.

use portcullis_gotemplate::{Data, Str, Value};
use portcullis_source::{OriginId, Piece};

/// A string that grows piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

impl Pieces {
    /// A string that is going to have about as much.
    pub(crate) fn with_capacity(bytes: usize, pieces: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), pieces: Vec::with_capacity(pieces) }
    }

    /// Appends bytes of one origin.
    pub(crate) fn push(&mut self, bytes: &[u8], origin: OriginId) {
        if bytes.is_empty() {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        let end = self.bytes.len() as u32;
        match self.pieces.last_mut() {
            Some(last) if last.origin == origin => last.end = end,
            Some(_) | None => self.pieces.push(Piece { end, origin }),
        }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes and their pieces.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<Piece>) {
        (self.bytes, self.pieces)
    }

    /// The string as a value; `origin` is that of the whole, where there is nothing in it.
    pub(crate) fn into_value(self, origin: OriginId) -> Value {
        match self.pieces.as_slice() {
            [] => Value::string("").from(origin),
            [only] => Value::string(self.bytes).from(only.origin),
            _ => Value::new(Data::String(Str::pieced(self.bytes, self.pieces))).from(origin),
        }
    }
}

/// The runs of a string with one origin each: `(from, to, origin)`.
pub(crate) fn char_origins(text: &Str, whole: OriginId) -> Vec<(usize, usize, OriginId)> {
    let length = text.bytes.len();
    let mut runs = Vec::with_capacity(text.pieces.as_ref().map_or(1, |pieces| pieces.len() + 1));
    let mut from = 0;
    for piece in text.pieces.iter().flat_map(|pieces| pieces.iter()) {
        let to = (piece.end as usize).min(length);
        if to > from {
            runs.push((from, to, if piece.origin.is_none() { whole } else { piece.origin }));
            from = to;
        }
    }
    if from < length {
        runs.push((from, length, whole));
    }
    runs
}
