//! Text to a document.

use std::sync::Arc;

use super::scanner::Scanner;
use crate::{
    Data, Document, Node, Range, Text,
    yaml::{
        limits::{MAX_DEPTH, MAX_INPUT_BYTES, MAX_NODES},
        map::{Builder, Key},
        share::Shared,
    },
};

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// The message in the words of Go's encoding/json.
    pub message: String,
    /// Where it went wrong.
    pub range: Range,
}

/// What is made of a text that another program would read in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Whether a key may stand twice in an object, of which the last wins, and bytes that are no UTF-8 are replaced.
    pub lenient: bool,
    /// How many lists and objects may lie within each other.
    pub max_depth: usize,
    /// How many values there may be.
    pub max_values: usize,
}

/// As Go's encoding/json reads.
const LENIENT: Manner = Manner { lenient: true, max_depth: MAX_DEPTH, max_values: MAX_NODES };

/// Reads a text that is one JSON value; the last of a repeated key wins.
///
/// # Errors
/// Says what stands where it must not.
pub fn parse(text: &Text) -> Result<Document, JsonError> {
    parse_with(text, LENIENT)
}

/// Reads a text that is one JSON value, in a manner.
///
/// # Errors
/// Says what stands where it must not.
pub fn parse_with(text: &Text, manner: Manner) -> Result<Document, JsonError> {
    let bytes = text.bytes();
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(JsonError { message: format!("text has more than {MAX_INPUT_BYTES} bytes"), range: Range::default() });
    }
    if let (false, Err(error)) = (manner.lenient, std::str::from_utf8(bytes)) {
        let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
        return Err(JsonError { message: "text is no UTF-8".to_owned(), range: Range { start, end: start.saturating_add(1) } });
    }
    let scanner = Scanner::new(bytes);
    let mut reader = Reader { manner, scanner, shared: Shared::default(), frames: Vec::new(), nodes: 0, number: None };
    let root = reader.run()?;
    Ok(Document { text: text.clone(), root, range: Range { start: 0, end: bytes.len() as u32 }, comments: Vec::new() })
}

/// A collection in the making.
enum Frame {
    List { start: u32, items: Vec<Node> },
    Map { start: u32, builder: Builder, key: Key },
}

struct Reader<'a> {
    manner: Manner,
    scanner: Scanner<'a>,
    shared: Shared,
    frames: Vec<Frame>,
    nodes: usize,
    /// The first number that does not fit; only a text that is well formed fails for it.
    number: Option<JsonError>,
}

const VALUE: &str = "looking for beginning of value";

impl Reader<'_> {
    fn run(&mut self) -> Result<Node, JsonError> {
        loop {
            let mut done = self.begin()?;
            while let Some(node) = done {
                done = match self.frames.pop() {
                    Some(frame) => self.deliver(frame, node)?,
                    None => {
                        return match self.scanner.next_byte() {
                            None => self.number.take().map_or(Ok(node), Err),
                            Some(_) => Err(self.scanner.error("after top-level value")),
                        };
                    }
                };
            }
        }
    }

    /// Begins a value; none where it is a collection that is not empty.
    fn begin(&mut self) -> Result<Option<Node>, JsonError> {
        let first = self.scanner.next_byte();
        let start = self.scanner.at();
        self.nodes += 1;
        if self.nodes > self.manner.max_values {
            let message = format!("text has more than {} values", self.manner.max_values);
            return Err(JsonError { message, range: Range { start, end: start } });
        }
        let data = match first {
            Some(b'[') => return self.begin_list(start),
            Some(b'{') => return self.begin_map(start),
            Some(b'"') => {
                let text = self.scanner.string()?;
                Data::String(self.shared.text(&text))
            }
            Some(b'-' | b'0'..=b'9') => self.number(start)?,
            Some(b't') => self.scanner.word("true").map(|()| Data::Bool(true))?,
            Some(b'f') => self.scanner.word("false").map(|()| Data::Bool(false))?,
            Some(b'n') => self.scanner.word("null").map(|()| Data::Null)?,
            Some(_) | None => return Err(self.scanner.error(VALUE)),
        };
        Ok(Some(Node { data, range: self.range(start) }))
    }

    fn range(&self, start: u32) -> Range {
        Range { start, end: self.scanner.at() }
    }

    fn number(&mut self, start: u32) -> Result<Data, JsonError> {
        let text = self.scanner.number()?;
        // Zero has a sign as a float only.
        if let Some(value) = text.parse().ok().filter(|_| text != "-0") {
            return Ok(Data::Int(value));
        }
        if let Ok(value) = text.parse() {
            return Ok(Data::Uint(value));
        }
        let value = text.parse().unwrap_or(f64::INFINITY);
        if value.is_infinite() && self.number.is_none() {
            let message = format!("json: cannot unmarshal number {text} into Go value of type float64");
            self.number = Some(JsonError { message, range: self.range(start) });
        }
        Ok(Data::Float(value))
    }

    fn check_depth(&self, start: u32) -> Result<(), JsonError> {
        if self.frames.len() < self.manner.max_depth {
            return Ok(());
        }
        let message = format!("text is nested more than {} levels deep", self.manner.max_depth);
        Err(JsonError { message, range: Range { start, end: start } })
    }

    fn begin_list(&mut self, start: u32) -> Result<Option<Node>, JsonError> {
        self.check_depth(start)?;
        self.scanner.skip();
        if self.scanner.next_byte() == Some(b']') {
            self.scanner.skip();
            return Ok(Some(Node { data: Data::List(Vec::new()), range: self.range(start) }));
        }
        self.frames.push(Frame::List { start, items: Vec::new() });
        Ok(None)
    }

    fn begin_map(&mut self, start: u32) -> Result<Option<Node>, JsonError> {
        self.check_depth(start)?;
        self.scanner.skip();
        if self.scanner.next_byte() == Some(b'}') {
            self.scanner.skip();
            return Ok(Some(Node { data: Data::Map(Builder::default().finish()), range: self.range(start) }));
        }
        let key = self.key()?;
        self.frames.push(Frame::Map { start, builder: Builder::default(), key });
        Ok(None)
    }

    fn key(&mut self) -> Result<Key, JsonError> {
        if self.scanner.next_byte() != Some(b'"') {
            return Err(self.scanner.error("looking for beginning of object key string"));
        }
        let start = self.scanner.at();
        let text = self.scanner.string()?;
        let key = Key { text: self.shared.text(&text), range: self.range(start) };
        if self.scanner.next_byte() != Some(b':') {
            return Err(self.scanner.error("after object key"));
        }
        self.scanner.skip();
        Ok(key)
    }

    /// Gives a value to the collection around it, which is done if it ends then.
    fn deliver(&mut self, frame: Frame, node: Node) -> Result<Option<Node>, JsonError> {
        let next = self.scanner.next_byte();
        match frame {
            Frame::List { start, mut items } => {
                items.push(node);
                match next {
                    Some(b',') => {
                        self.scanner.skip();
                        self.frames.push(Frame::List { start, items });
                        Ok(None)
                    }
                    Some(b']') => {
                        self.scanner.skip();
                        Ok(Some(Node { data: Data::List(items), range: self.range(start) }))
                    }
                    Some(_) | None => Err(self.scanner.error("after array element")),
                }
            }
            Frame::Map { start, mut builder, key } => {
                let (name, place) = (Arc::clone(&key.text), key.range);
                if builder.insert(key, node) && !self.manner.lenient {
                    return Err(JsonError { message: format!("key {name:?} stands there twice"), range: place });
                }
                match next {
                    Some(b',') => {
                        self.scanner.skip();
                        let key = self.key()?;
                        self.frames.push(Frame::Map { start, builder, key });
                        Ok(None)
                    }
                    Some(b'}') => {
                        self.scanner.skip();
                        Ok(Some(Node { data: Data::Map(builder.finish()), range: self.range(start) }))
                    }
                    Some(_) | None => Err(self.scanner.error("after object key:value pair")),
                }
            }
        }
    }
}
