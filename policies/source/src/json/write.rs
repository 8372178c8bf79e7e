//! Events to JSON.

use super::literal::{Html, string};
use crate::{
    OriginId, Piece,
    made::Made,
    yaml::{emit::Event, limits::MAX_DEPTH},
};

/// How a value is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Without any space, as `json.Marshal` does.
    Compact,
    /// One entry a line, indented by two spaces, as `json.MarshalIndent` does.
    Pretty,
}

/// Why a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Lists and maps lie too deep within each other.
    #[error("value is nested more than {MAX_DEPTH} levels deep")]
    Depth,
    /// The events are no single value.
    #[error("events do not make one value")]
    Order,
}

/// Writes one value; the keys of a map come in the order of their events.
#[derive(Debug)]
pub struct Writer {
    html: Html,
    layout: Layout,
    made: Made,
    frames: Vec<Frame>,
    done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Map,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    origin: OriginId,
    empty: bool,
    /// Whether a key waits for its value.
    keyed: bool,
}

impl Writer {
    /// A writer of one value.
    #[must_use]
    pub fn new(html: Html, layout: Layout) -> Self {
        Self { html, layout, made: Made::default(), frames: Vec::new(), done: false }
    }

    /// Writes the next part of the value.
    ///
    /// # Errors
    /// Says what cannot be written; the writer is of no use then.
    pub fn event(&mut self, event: Event<'_>, origin: OriginId) -> Result<(), WriteError> {
        match event {
            Event::MapStart => self.start(Kind::Map, origin),
            Event::ListStart => self.start(Kind::List, origin),
            Event::MapEnd => self.end(Kind::Map),
            Event::ListEnd => self.end(Kind::List),
            Event::String(text) => {
                let is_key = self.begin(origin)?;
                let mut quoted = Vec::with_capacity(text.len() + 2);
                string(text, self.html, &mut quoted);
                self.made.extend(&quoted);
                if is_key {
                    self.made.extend(if self.layout == Layout::Pretty { b": " } else { b":" });
                } else {
                    self.end_value();
                }
                Ok(())
            }
            Event::Bare(text) => {
                if self.begin(origin)? {
                    return Err(WriteError::Order);
                }
                self.made.extend(text.as_bytes());
                self.end_value();
                Ok(())
            }
        }
    }

    /// The text without a line break at its end, and the pieces that say what its bytes come from: commas and indentation belong to
    /// what follows them, colons to their keys.
    ///
    /// # Errors
    /// Says that the value is not complete.
    pub fn finish(self) -> Result<(Vec<u8>, Vec<Piece>), WriteError> {
        if !self.done || !self.frames.is_empty() {
            return Err(WriteError::Order);
        }
        Ok(self.made.finish())
    }

    /// Writes what stands before a key or a value; true for a key.
    fn begin(&mut self, origin: OriginId) -> Result<bool, WriteError> {
        if self.done {
            return Err(WriteError::Order);
        }
        self.made.set_origin(origin);
        let Some(frame) = self.frames.last_mut() else { return Ok(false) };
        if frame.keyed {
            frame.keyed = false;
            return Ok(false);
        }
        let (is_first, is_key) = (frame.empty, frame.kind == Kind::Map);
        frame.empty = false;
        frame.keyed = is_key;
        if !is_first {
            self.made.push(b',');
        }
        self.line();
        Ok(is_key)
    }

    fn line(&mut self) {
        if self.layout == Layout::Pretty {
            self.made.push(b'\n');
            for _ in 0..self.frames.len() {
                self.made.extend(b"  ");
            }
        }
    }

    fn end_value(&mut self) {
        self.done = self.frames.is_empty();
    }

    fn start(&mut self, kind: Kind, origin: OriginId) -> Result<(), WriteError> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(WriteError::Depth);
        }
        if self.begin(origin)? {
            return Err(WriteError::Order);
        }
        self.made.push(if kind == Kind::List { b'[' } else { b'{' });
        self.frames.push(Frame { kind, origin, empty: true, keyed: false });
        Ok(())
    }

    fn end(&mut self, kind: Kind) -> Result<(), WriteError> {
        let Some(frame) = self.frames.pop().filter(|frame| frame.kind == kind && !frame.keyed) else {
            return Err(WriteError::Order);
        };
        self.made.set_origin(frame.origin);
        if !frame.empty {
            self.line();
        }
        self.made.push(if kind == Kind::List { b']' } else { b'}' });
        self.end_value();
        Ok(())
    }
}
