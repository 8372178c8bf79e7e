//! Text under construction, with the origin of every run of its bytes.

use std::{ops::Range, rc::Rc};

use portcullis_source::{OriginId, Piece};

use crate::{Data, Str, Value};

/// How many bytes of one origin follow each other, for the room that pieces need at first.
const BYTES_PER_PIECE: usize = 16;

/// Bytes that are appended to, and what each run of them came from.
#[derive(Clone, Debug, Default)]
pub struct Rope {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

/// A string to take parts of: its bytes, its pieces, and the origin that holds where a piece says nothing.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    bytes: &'a [u8],
    pieces: &'a [Piece],
    origin: OriginId,
}

impl Rope {
    /// A rope with room for some bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), pieces: Vec::with_capacity(bytes / BYTES_PER_PIECE) }
    }

    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the bytes so far came from.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Appends bytes of one origin.
    pub fn push(&mut self, bytes: &[u8], origin: OriginId) {
        if bytes.is_empty() {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        self.end_piece(origin);
    }

    /// Appends what `write` appends, all of it of one origin.
    pub(super) fn push_written(&mut self, origin: OriginId, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.bytes.len();
        write(&mut self.bytes);
        if self.bytes.len() > before {
            self.end_piece(origin);
        }
    }

    fn end_piece(&mut self, origin: OriginId) {
        let end = self.bytes.len() as u32;
        match self.pieces.last_mut() {
            Some(last) if last.origin == origin => last.end = end,
            Some(_) | None => self.pieces.push(Piece { end, origin }),
        }
    }

    /// Appends a whole string.
    pub fn push_view(&mut self, view: View<'_>) {
        self.push_part(view, 0..view.bytes.len());
    }

    /// Appends a part of a string; a range that does not lie within it is cut.
    pub fn push_part(&mut self, view: View<'_>, range: Range<usize>) {
        let end = range.end.min(view.bytes.len());
        let mut at = range.start.min(end);
        if view.pieces.is_empty() {
            self.push(view.bytes.get(at..end).unwrap_or_default(), view.origin);
            return;
        }
        let first = view.pieces.partition_point(|piece| piece.end as usize <= at);
        for piece in view.pieces.iter().skip(first) {
            if at >= end {
                return;
            }
            let stop = (piece.end as usize).min(end);
            self.push(view.bytes.get(at..stop).unwrap_or_default(), view.known(piece.origin));
            at = stop;
        }
        self.push(view.bytes.get(at..end).unwrap_or_default(), view.origin);
    }

    /// The string value; `chosen` is what made a string of several origins be the value.
    #[must_use]
    pub fn into_value(self, chosen: OriginId) -> Value {
        match self.pieces.as_slice() {
            [] => Value::string(self.bytes).from(chosen),
            [only] => {
                let origin = only.origin;
                Value::string(self.bytes).from(origin)
            }
            [_, _, ..] => Value::new(Data::String(Str { bytes: self.bytes.into(), pieces: Some(Rc::from(self.pieces)) })).from(chosen),
        }
    }

    /// The string with all its pieces, even a single one.
    #[must_use]
    pub fn into_str(self) -> Str {
        let known = self.pieces.iter().any(|piece| !piece.origin.is_none());
        Str { bytes: self.bytes.into(), pieces: known.then(|| Rc::from(self.pieces)) }
    }
}

impl<'a> View<'a> {
    /// A view of a string value of some origin.
    #[must_use]
    pub fn new(text: &'a Str, origin: OriginId) -> Self {
        Self { bytes: &text.bytes, pieces: text.pieces.as_deref().unwrap_or_default(), origin }
    }

    /// A view of bytes of one origin.
    #[must_use]
    pub const fn plain(bytes: &'a [u8], origin: OriginId) -> Self {
        Self { bytes, pieces: &[], origin }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What the byte at a place came from; at the end, the last byte.
    #[must_use]
    pub fn origin_at(&self, offset: usize) -> OriginId {
        let offset = offset.min(self.bytes.len().saturating_sub(1));
        let index = self.pieces.partition_point(|piece| piece.end as usize <= offset);
        self.pieces.get(index).map_or(self.origin, |piece| self.known(piece.origin))
    }

    /// What the bytes of a range came from, each origin once and in the order of the text.
    #[must_use]
    pub fn origins(&self, range: Range<usize>) -> Vec<OriginId> {
        let mut found = Vec::new();
        if self.pieces.is_empty() {
            found.push(self.origin);
            return found;
        }
        let first = self.pieces.partition_point(|piece| piece.end as usize <= range.start);
        let mut start = range.start;
        for piece in self.pieces.iter().skip(first) {
            if start >= range.end.max(range.start + 1) {
                break;
            }
            let origin = self.known(piece.origin);
            if !found.contains(&origin) {
                found.push(origin);
            }
            start = piece.end as usize;
        }
        found
    }

    fn known(&self, origin: OriginId) -> OriginId {
        if origin.is_none() { self.origin } else { origin }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_source::{Source, Trace};

    use super::*;

    fn ids(count: usize) -> Vec<OriginId> {
        let mut trace = Trace::default();
        (0..count).map(|at| trace.source(Source::Builtin(format!("{at}").into()))).collect()
    }

    #[test]
    fn parts_keep_their_pieces() {
        let ids = ids(3);
        let mut rope = Rope::default();
        rope.push(b"abc", ids[0]);
        rope.push(b"", ids[2]);
        rope.push(b"de", ids[1]);
        rope.push(b"f", ids[1]);
        let whole = rope.into_value(ids[2]);
        let Data::String(text) = &whole.data else { panic!("a string") };
        assert_eq!(text.pieces.as_deref().unwrap().len(), 2);
        let view = View::new(text, whole.origin);
        let mut part = Rope::default();
        part.push_part(view, 1..4);
        let part = part.into_value(OriginId::NONE);
        let Data::String(cut) = &part.data else { panic!("a string") };
        assert_eq!(&*cut.bytes, b"bcd");
        assert_eq!(cut.pieces.as_deref().unwrap(), [Piece { end: 2, origin: ids[0] }, Piece { end: 3, origin: ids[1] }]);
        assert_eq!((view.origin_at(0), view.origin_at(3), view.origin_at(99)), (ids[0], ids[1], ids[1]));
    }

    #[test]
    fn bytes_of_one_origin_need_no_pieces() {
        let ids = ids(1);
        let mut rope = Rope::default();
        rope.push(b"a", ids[0]);
        rope.push(b"b", ids[0]);
        let value = rope.into_value(OriginId::NONE);
        assert_eq!(value.origin, ids[0]);
        assert!(matches!(value.data, Data::String(Str { pieces: None, .. })));
    }
}
