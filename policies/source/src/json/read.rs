//! Text to a document.

use std::borrow::Cow;

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
    /// How many values that are kept there may be.
    pub max_values: usize,
    /// How many may lie within each other of what is not kept, those around it included.
    pub max_unread_depth: usize,
    /// Paths of keys, `*` for any, whose values must be JSON but are not kept: they read as null, and a key may stand twice within them.
    pub unread: &'static [&'static [&'static str]],
}

/// As Go's encoding/json reads.
const LENIENT: Manner = Manner { lenient: true, max_depth: MAX_DEPTH, max_values: MAX_NODES, max_unread_depth: MAX_DEPTH, unread: &[] };

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
    let whole = match std::str::from_utf8(bytes) {
        Ok(whole) => Some(whole),
        Err(_) if manner.lenient => None,
        Err(error) => {
            let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
            return Err(JsonError { message: "text is no UTF-8".to_owned(), range: Range { start, end: start.saturating_add(1) } });
        }
    };
    let scanner = Scanner::new(bytes, whole);
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

impl<'a> Reader<'a> {
    fn run(&mut self) -> Result<Node, JsonError> {
        loop {
            let mut done = self.begin()?;
            while let Some(node) = done {
                if self.frames.is_empty() {
                    return match self.scanner.next_byte() {
                        None => self.number.take().map_or(Ok(node), Err),
                        Some(_) => Err(self.scanner.error("after top-level value")),
                    };
                }
                done = self.deliver(node)?;
            }
        }
    }

    /// Begins a value; none where it is a collection that is not empty.
    fn begin(&mut self) -> Result<Option<Node>, JsonError> {
        let first = self.scanner.next_byte();
        let start = self.scanner.at();
        self.count(start)?;
        if self.is_unread() {
            self.pass(start)?;
            return Ok(Some(Node { data: Data::Null, range: self.range(start) }));
        }
        match first {
            Some(b'[') => return self.begin_list(start),
            Some(b'{') => return self.begin_map(start),
            Some(_) | None => {}
        }
        let data = self.scalar(start)?;
        Ok(Some(Node { data, range: self.range(start) }))
    }

    fn count(&mut self, start: u32) -> Result<(), JsonError> {
        self.nodes += 1;
        if self.nodes > self.manner.max_values {
            let message = format!("text has more than {} values", self.manner.max_values);
            return Err(JsonError { message, range: Range { start, end: start } });
        }
        Ok(())
    }

    /// A value that is no collection.
    fn scalar(&mut self, start: u32) -> Result<Data, JsonError> {
        match self.scanner.next_byte() {
            Some(b'"') => {
                let text = self.scanner.string()?;
                Ok(Data::String(self.shared.text(&text)))
            }
            Some(b'-' | b'0'..=b'9') => self.number(start),
            Some(b't') => self.scanner.word("true").map(|()| Data::Bool(true)),
            Some(b'f') => self.scanner.word("false").map(|()| Data::Bool(false)),
            Some(b'n') => self.scanner.word("null").map(|()| Data::Null),
            Some(_) | None => Err(self.scanner.error(VALUE)),
        }
    }

    /// Whether the value that begins here is at a path that nobody reads.
    fn is_unread(&self) -> bool {
        self.manner.unread.iter().any(|path| {
            fn key(frame: &Frame) -> Option<&str> {
                match frame {
                    Frame::Map { key, .. } => Some(&*key.text),
                    Frame::List { .. } => None,
                }
            }
            path.len() == self.frames.len()
                && self
                    .frames
                    .iter()
                    .rev()
                    .zip(path.iter().rev())
                    .all(|(frame, step)| key(frame).is_some_and(|key| key == *step || *step == "*"))
        })
    }

    /// Steps over a value, which must be JSON.
    fn pass(&mut self, start: u32) -> Result<(), JsonError> {
        let mut open: Vec<Closing> = Vec::new();
        let mut start = start;
        loop {
            let opened = match self.scanner.next_byte() {
                Some(b'[') => Some(Closing::List),
                Some(b'{') => Some(Closing::Map),
                Some(b'"') => self.scanner.string().map(|_| None)?,
                Some(_) | None => self.scalar(start).map(|_| None)?,
            };
            if let Some(closing) = opened {
                self.check_depth(start, open.len(), self.manner.max_unread_depth)?;
                self.scanner.skip();
                if self.scanner.next_byte() == Some(closing.byte()) {
                    self.scanner.skip();
                } else {
                    self.pass_key(closing)?;
                    open.push(closing);
                    start = self.next_start();
                    continue;
                }
            }
            loop {
                let Some(closing) = open.last().copied() else { return Ok(()) };
                match self.scanner.next_byte() {
                    Some(b',') => {
                        self.scanner.skip();
                        self.pass_key(closing)?;
                        break;
                    }
                    Some(byte) if byte == closing.byte() => {
                        self.scanner.skip();
                        open.pop();
                    }
                    Some(_) | None => return Err(self.scanner.error(closing.context())),
                }
            }
            start = self.next_start();
        }
    }

    fn next_start(&mut self) -> u32 {
        self.scanner.next_byte();
        self.scanner.at()
    }

    fn pass_key(&mut self, closing: Closing) -> Result<(), JsonError> {
        match closing {
            Closing::List => Ok(()),
            Closing::Map => self.key_text().map(|_| ()),
        }
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

    fn check_depth(&self, start: u32, more: usize, most: usize) -> Result<(), JsonError> {
        if self.frames.len() + more < most {
            return Ok(());
        }
        let message = format!("text is nested more than {most} levels deep");
        Err(JsonError { message, range: Range { start, end: start } })
    }

    fn begin_list(&mut self, start: u32) -> Result<Option<Node>, JsonError> {
        self.check_depth(start, 0, self.manner.max_depth)?;
        self.scanner.skip();
        if self.scanner.next_byte() == Some(b']') {
            self.scanner.skip();
            return Ok(Some(Node { data: Data::List(Vec::new()), range: self.range(start) }));
        }
        self.frames.push(Frame::List { start, items: Vec::new() });
        Ok(None)
    }

    fn begin_map(&mut self, start: u32) -> Result<Option<Node>, JsonError> {
        self.check_depth(start, 0, self.manner.max_depth)?;
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
        let (text, range) = self.key_text()?;
        Ok(Key { text: self.shared.text(&text), range })
    }

    /// A key and the colon after it.
    fn key_text(&mut self) -> Result<(Cow<'a, str>, Range), JsonError> {
        if self.scanner.next_byte() != Some(b'"') {
            return Err(self.scanner.error("looking for beginning of object key string"));
        }
        let start = self.scanner.at();
        let text = self.scanner.string()?;
        let range = self.range(start);
        if self.scanner.next_byte() != Some(b':') {
            return Err(self.scanner.error("after object key"));
        }
        self.scanner.skip();
        Ok((text, range))
    }

    /// Gives a value to the collection around it, which is done if it ends then.
    fn deliver(&mut self, node: Node) -> Result<Option<Node>, JsonError> {
        let next = self.scanner.next_byte();
        let closing = match self.frames.last_mut() {
            Some(Frame::List { items, .. }) => {
                items.push(node);
                Closing::List
            }
            Some(Frame::Map { builder, key, .. }) => {
                let place = key.range;
                if let (Some(earlier), false) = (builder.insert(std::mem::take(key), node), self.manner.lenient) {
                    return Err(JsonError { message: format!("key {:?} stands there twice", earlier.key), range: place });
                }
                Closing::Map
            }
            None => return Ok(Some(node)),
        };
        match next {
            Some(b',') => {
                self.scanner.skip();
                if closing == Closing::Map {
                    let next = self.key()?;
                    if let Some(Frame::Map { key, .. }) = self.frames.last_mut() {
                        *key = next;
                    }
                }
                Ok(None)
            }
            Some(byte) if byte == closing.byte() => {
                self.scanner.skip();
                Ok(self.frames.pop().map(|frame| match frame {
                    Frame::List { start, mut items } => {
                        items.shrink_to_fit();
                        Node { data: Data::List(items), range: self.range(start) }
                    }
                    Frame::Map { start, builder, .. } => Node { data: Data::Map(builder.finish()), range: self.range(start) },
                }))
            }
            Some(_) | None => Err(self.scanner.error(closing.context())),
        }
    }
}

/// What an open collection ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    List,
    Map,
}

impl Closing {
    fn byte(self) -> u8 {
        match self {
            Self::List => b']',
            Self::Map => b'}',
        }
    }

    /// Where something else is wrong, in Go's words.
    fn context(self) -> &'static str {
        match self {
            Self::List => "after array element",
            Self::Map => "after object key:value pair",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LENIENT, Manner, parse_with};
    use crate::{Data, Text};

    #[test]
    fn what_is_not_kept_must_be_json_all_the_same() {
        let kept = Manner { lenient: false, max_depth: 6, max_values: 20, max_unread_depth: 6, unread: &[] };
        let passed = Manner { unread: &[&["a", "b"]], ..kept };
        let inner = [
            "",
            "1",
            "-",
            "01",
            "nul",
            "null",
            "\"x",
            "\"\\x\"",
            "[",
            "[]",
            "[1,]",
            "[1 2]",
            "[1,[2,{\"c\":[]}]]",
            "[[[[[1]]]]]",
            "{",
            "{}",
            "{1}",
            "{\"c\"}",
            "{\"c\":}",
            "{\"c\":1,}",
            "{\"c\":1 \"d\":2}",
            "{\"c\":{\"d\":[true,false]}}",
            "]",
            "}",
            "1e999",
        ];
        for inner in inner {
            let text = Text::nowhere(format!("{{\"a\":{{\"b\":{inner},\"e\":[7]}},\"b\":1}}").into_bytes());
            let (kept, passed) = (parse_with(&text, kept), parse_with(&text, passed));
            assert_eq!(kept.as_ref().err(), passed.as_ref().err(), "{inner}");
            let Ok(passed) = passed else { continue };
            assert!(matches!(passed.root.at(&["a", "b"]).unwrap().data, Data::Null), "{inner}");
            assert_eq!(passed.root.at(&["a", "b"]).unwrap().range, kept.as_ref().unwrap().root.at(&["a", "b"]).unwrap().range);
            assert!(matches!(passed.root.at(&["b"]).unwrap().data, Data::Int(1)) && passed.root.at(&["a", "e"]).is_some());
        }
        // What is not kept takes no memory, so it does not count.
        let many = Text::nowhere(format!("{{\"a\":{{\"b\":[{}]}}}}", ["1"; 30].join(",")).into_bytes());
        assert!(parse_with(&many, kept).is_err() && parse_with(&many, passed).is_ok());
        let any = Manner { unread: &[&["a", "*"]], ..kept };
        assert!(parse_with(&many, any).is_ok());
        let twice = Text::nowhere(b"{\"a\":{\"b\":{\"c\":1,\"c\":2}}}".to_vec());
        assert!(parse_with(&twice, kept).is_err() && parse_with(&twice, passed).is_ok() && parse_with(&twice, LENIENT).is_ok());
    }
}
