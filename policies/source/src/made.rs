//! Bytes in the making, with the origin of each.

use crate::{OriginId, Piece};

/// The bytes.
#[derive(Debug, Default)]
pub(crate) struct Made {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    origin: OriginId,
}

impl Made {
    /// Sets what the next bytes come from.
    pub(crate) fn set_origin(&mut self, origin: OriginId) {
        if origin != self.origin {
            self.settle();
            self.origin = origin;
        }
    }

    /// Adds a byte.
    pub(crate) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Adds bytes.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The bytes, and the pieces that cover them.
    pub(crate) fn finish(mut self) -> (Vec<u8>, Vec<Piece>) {
        self.settle();
        (self.bytes, self.pieces)
    }

    /// Ends the piece of the origin that is set.
    fn settle(&mut self) {
        let end = self.bytes.len() as u32;
        let start = self.pieces.last().map_or(0, |piece| piece.end);
        match self.pieces.last_mut() {
            _ if start == end => {}
            Some(last) if last.origin == self.origin => last.end = end,
            Some(_) | None => self.pieces.push(Piece { end, origin: self.origin }),
        }
    }
}
