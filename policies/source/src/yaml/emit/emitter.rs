//! Events to text.

use std::borrow::Cow;

use super::{
    analysis::{Analysis, Quoting},
    output::{Output, Spacing},
    passage, scalar,
};
use crate::{OriginId, trace::Piece, yaml::limits::MAX_DEPTH};

/// Whose YAML is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// That of sigs.k8s.io/yaml, by way of JSON and go-yaml v2: Helm's `toYaml`.
    Yaml2,
    /// That of go-yaml v3 with an indentation of 2: Helm's `toYamlPretty`.
    Pretty,
}

/// A part of a value. A map has keys and values in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A map starts.
    MapStart,
    /// The innermost map ends.
    MapEnd,
    /// A list starts.
    ListStart,
    /// The innermost list ends.
    ListEnd,
    /// A string.
    String(&'a str),
    /// A number, boolean or null as it is to be written.
    Bare(&'a str),
}

/// Why a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// A character that no YAML text may have.
    #[error("character U+{:04X} cannot be written as YAML", u32::from(*.0))]
    Character(char),
    /// A key that cannot be read back.
    #[error("key {0:?}… is too long to be written as YAML")]
    Key(String),
    /// Lists and maps lie too deep within each other.
    #[error("value is nested more than {MAX_DEPTH} levels deep")]
    Depth,
    /// The events are no single value.
    #[error("events do not make one value")]
    Order,
}

/// The emitter.
#[derive(Debug)]
pub struct Emitter {
    style: Style,
    output: Output,
    /// The column of the collection around; none at the root.
    indent: Option<usize>,
    frames: Vec<Frame>,
    /// A collection of which nothing is known yet.
    pending: Option<Pending>,
    done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Map,
}

#[derive(Debug)]
struct Frame {
    kind: Kind,
    /// The indentation around it.
    outer: Option<usize>,
    /// The key that waits for its value.
    key: Option<Key>,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    origin: OriginId,
    simple: bool,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    kind: Kind,
    origin: OriginId,
    /// Whether it is a value of a map.
    in_map: bool,
}

impl Emitter {
    /// An emitter of one value.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self { style, output: Output::new(), indent: None, frames: Vec::new(), pending: None, done: false }
    }

    /// Writes the next part of the value.
    ///
    /// # Errors
    /// Says what cannot be written; the emitter is of no use then.
    pub fn event(&mut self, event: Event<'_>, origin: OriginId) -> Result<(), EmitError> {
        if let Some(pending) = self.pending.take() {
            let ends = matches!((pending.kind, event), (Kind::List, Event::ListEnd) | (Kind::Map, Event::MapEnd));
            if ends {
                self.empty(pending);
                return Ok(());
            }
            self.open(pending)?;
        }
        match event {
            Event::ListEnd => self.close(Kind::List),
            Event::MapEnd => self.close(Kind::Map),
            Event::ListStart => self.start(Kind::List, origin),
            Event::MapStart => self.start(Kind::Map, origin),
            Event::String(text) => self.string(text, origin),
            Event::Bare(text) => self.scalar(event, text, origin),
        }
    }

    /// The text, and the pieces that say what its bytes come from: indentation and punctuation belong to the scalar or collection
    /// after them, a colon to its key.
    ///
    /// # Errors
    /// Says that the value is not complete.
    pub fn finish(mut self) -> Result<(Vec<u8>, Vec<Piece>), EmitError> {
        if !self.done || !self.frames.is_empty() || self.pending.is_some() {
            return Err(EmitError::Order);
        }
        self.output.indent_to(0);
        Ok(self.output.finish())
    }

    fn string(&mut self, text: &str, origin: OriginId) -> Result<(), EmitError> {
        let text = match self.style {
            Style::Yaml2 if self.expects_key() => passage::pass_key(text)?,
            Style::Yaml2 => passage::pass(text)?,
            Style::Pretty => Cow::Borrowed(text),
        };
        self.scalar(Event::String(&text), &text, origin)
    }

    fn expects_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.kind == Kind::Map && frame.key.is_none())
    }

    // Collections.

    fn start(&mut self, kind: Kind, origin: OriginId) -> Result<(), EmitError> {
        if self.expects_key() || self.frames.len() >= MAX_DEPTH {
            return Err(if self.expects_key() { EmitError::Order } else { EmitError::Depth });
        }
        let in_map = self.frames.last().is_some_and(|frame| frame.kind == Kind::Map);
        self.begin_node(origin)?;
        self.pending = Some(Pending { kind, origin, in_map });
        Ok(())
    }

    fn empty(&mut self, pending: Pending) {
        self.output.set_origin(pending.origin);
        let brackets = match pending.kind {
            Kind::List => b"[]",
            Kind::Map => b"{}",
        };
        self.output.indicator(brackets, Spacing::Before, false);
        self.end_node();
    }

    fn open(&mut self, pending: Pending) -> Result<(), EmitError> {
        let indentless = self.style == Style::Yaml2 && pending.kind == Kind::List && pending.in_map && !self.output.indention;
        self.frames.push(Frame { kind: pending.kind, outer: self.indent, key: None });
        self.indent = Some(match self.indent {
            None => 0,
            Some(indent) if indentless => indent,
            Some(indent) => indent + 2,
        });
        Ok(())
    }

    fn close(&mut self, kind: Kind) -> Result<(), EmitError> {
        match self.frames.pop() {
            Some(frame) if frame.kind == kind && frame.key.is_none() => {
                self.indent = frame.outer;
                self.end_node();
                Ok(())
            }
            Some(_) | None => Err(EmitError::Order),
        }
    }

    /// Writes what stands before an item or a value.
    fn begin_node(&mut self, origin: OriginId) -> Result<(), EmitError> {
        if self.done {
            return Err(EmitError::Order);
        }
        let indent = self.indent.unwrap_or(0);
        match self.frames.last() {
            Some(Frame { kind: Kind::List, .. }) => {
                self.output.set_origin(origin);
                self.output.indent_to(indent);
                self.output.indicator(b"-", Spacing::Before, true);
            }
            Some(Frame { kind: Kind::Map, key: Some(key), .. }) => {
                self.output.set_origin(key.origin);
                if key.simple {
                    self.output.indicator(b":", Spacing::None, false);
                } else {
                    self.output.indent_to(indent);
                    self.output.indicator(b":", Spacing::Before, true);
                }
            }
            Some(Frame { kind: Kind::Map, key: None, .. }) | None => {}
        }
        self.output.set_origin(origin);
        Ok(())
    }

    fn end_node(&mut self) {
        match self.frames.last_mut() {
            Some(frame) => frame.key = None,
            None => self.done = true,
        }
    }

    // Scalars.

    fn scalar(&mut self, event: Event<'_>, text: &str, origin: OriginId) -> Result<(), EmitError> {
        let analysis = Analysis::of(text, self.style);
        if !self.expects_key() {
            self.begin_node(origin)?;
            self.write(event, text, analysis, false);
            self.end_node();
            return Ok(());
        }
        self.output.set_origin(origin);
        self.output.indent_to(self.indent.unwrap_or(0));
        let simple = !analysis.multiline && scalar::is_short_key(text);
        if !simple {
            self.output.indicator(b"?", Spacing::Before, true);
        }
        self.write(event, text, analysis, simple);
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some(Key { origin, simple });
        }
        Ok(())
    }

    fn write(&mut self, event: Event<'_>, text: &str, analysis: Analysis, is_simple_key: bool) {
        let fold = match self.style {
            Style::Yaml2 => Some(80),
            Style::Pretty => None,
        };
        let fold = fold.filter(|_| !is_simple_key);
        let place = scalar::Place { indent: self.indent.map_or(2, |indent| indent + 2), fold };
        match analysis.quoting(event, text, self.style, is_simple_key) {
            Quoting::Plain => scalar::plain(&mut self.output, text, place),
            Quoting::Single => scalar::single(&mut self.output, text, place),
            Quoting::Double => scalar::double(&mut self.output, text, place),
            Quoting::Literal => scalar::literal(&mut self.output, text, place),
        }
    }
}
