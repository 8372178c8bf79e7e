//! The scanner's state and its choice of the next token.

use super::queue::{Queue, SimpleKey};
use crate::{
    Comment,
    yaml::{
        fault::{Fault, Mark, Part, Result},
        input::Input,
        limits::{MAX_SCANNER_DEPTH, MAX_SIMPLE_KEY},
        token::{Kind, Payload, Token},
    },
};

/// The scanner.
#[derive(Debug)]
pub(in crate::yaml) struct Scanner<'a> {
    pub(super) input: Input<'a>,
    queue: Queue<'a>,
    /// What may start a key, for the block context and each open flow collection.
    keys: Vec<SimpleKey>,
    /// Whether a key may start here.
    pub(super) key_allowed: bool,
    /// The column of the block collection around; -1 outside of all.
    pub(super) indent: i64,
    indents: Vec<i64>,
    started: bool,
    available: bool,
    pub(super) comments: Vec<Comment>,
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of an input.
    pub(in crate::yaml) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            queue: Queue::default(),
            keys: vec![SimpleKey::default()],
            key_allowed: true,
            indent: -1,
            indents: Vec::new(),
            started: false,
            available: false,
            comments: Vec::new(),
        }
    }

    /// The kind of the next token and its marks, without taking it.
    #[inline]
    pub(in crate::yaml) fn peek(&mut self) -> Result<(Kind, Mark, Mark)> {
        if !self.available {
            self.fetch_enough()?;
        }
        let end = self.input.mark();
        Ok(self.queue.front().map_or((Kind::StreamEnd, end, end), |token| (token.kind, token.start, token.end)))
    }

    /// Takes the token that was peeked at.
    pub(in crate::yaml) fn take(&mut self) -> Option<Token<'a>> {
        self.available = false;
        self.queue.pop()
    }

    /// The comments that were met so far.
    pub(in crate::yaml) fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The input.
    pub(in crate::yaml) fn input(&self) -> &Input<'a> {
        &self.input
    }

    pub(super) fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    pub(super) fn column(&self) -> i64 {
        i64::from(self.input.mark().column)
    }

    pub(super) fn fault<T>(&self, problem: &'static str) -> Result<T> {
        Err(Fault::at(Part::Scanner, problem, self.input.mark()))
    }

    #[inline(never)]
    /// Scans until the next token can be taken: a key that starts with it would have been found.
    fn fetch_enough(&mut self) -> Result<()> {
        loop {
            if self.queue.front().is_some() {
                let Some(level) = self.queue.front_level() else { break };
                if !self.check_key(level)? {
                    break;
                }
            }
            self.fetch()?;
        }
        self.available = true;
        Ok(())
    }

    fn fetch(&mut self) -> Result<()> {
        self.input.need(1)?;
        if !self.started {
            self.started = true;
            self.push_empty(Kind::StreamStart);
            return Ok(());
        }
        self.skip_to_token()?;
        self.unroll_indent(self.column());
        self.input.need(4)?;
        if self.input.is_end() {
            return self.fetch_stream_end();
        }
        if self.column() == 0 && self.input.peek(0) == b'%' {
            return self.fetch_directive();
        }
        if self.input.is_document_marker() {
            let kind = if self.input.peek(0) == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
            return self.fetch_document_marker(kind);
        }
        self.fetch_content()
    }

    fn fetch_content(&mut self) -> Result<()> {
        let spaced = |scanner: &Self| scanner.input.is_space_or_end(1);
        match self.input.peek(0) {
            b'[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Kind::FlowMappingStart),
            b']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if spaced(self) => self.fetch_block_entry(),
            b'?' if self.in_flow() || spaced(self) => self.fetch_key(),
            b':' if self.in_flow() || spaced(self) => self.fetch_value(),
            b'*' => self.fetch_leaf(|scanner| scanner.scan_anchor(Kind::Alias)),
            b'&' => self.fetch_leaf(|scanner| scanner.scan_anchor(Kind::Anchor)),
            b'!' => self.fetch_leaf(Self::scan_tag),
            b'|' if !self.in_flow() => self.fetch_block_scalar(Style::Literal),
            b'>' if !self.in_flow() => self.fetch_block_scalar(Style::Folded),
            quote @ (b'\'' | b'"') => self.fetch_leaf(|scanner| scanner.scan_quoted(quote)),
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => self.fault("found character that cannot start any token"),
            _ => self.fetch_leaf(Self::scan_plain),
        }
    }

    pub(super) fn token(&self, kind: Kind, start: Mark, payload: Payload<'a>) -> Token<'a> {
        Token { kind, start, end: self.input.mark(), payload }
    }

    fn push_empty(&mut self, kind: Kind) {
        let token = self.token(kind, self.input.mark(), Payload::None);
        self.queue.push(token);
    }

    /// Appends a token for so many characters.
    fn push_indicator(&mut self, kind: Kind, length: usize) {
        let start = self.input.mark();
        for _ in 0..length {
            self.input.skip();
        }
        let token = self.token(kind, start, Payload::None);
        self.queue.push(token);
    }

    // Keys without `?` are noticed at their colon only.

    /// Whether the key that may have started at a flow level still may; a fault where it must be one and cannot.
    fn check_key(&mut self, level: usize) -> Result<bool> {
        let here = self.input.mark();
        let Some(key) = self.keys.get_mut(level).filter(|key| key.possible) else { return Ok(false) };
        if key.mark.line >= here.line && key.mark.index + MAX_SIMPLE_KEY >= here.index {
            return Ok(true);
        }
        key.possible = false;
        if key.required { self.fault("could not find expected ':'") } else { Ok(false) }
    }

    fn save_key(&mut self) -> Result<()> {
        if !self.key_allowed {
            return Ok(());
        }
        let required = !self.in_flow() && self.indent == self.column();
        let key = SimpleKey { possible: true, required, number: self.queue.next_number(), mark: self.input.mark() };
        self.drop_key()?;
        let level = self.keys.len() - 1;
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        self.queue.set_level(key.number, level);
        Ok(())
    }

    fn drop_key(&mut self) -> Result<()> {
        let Some(key) = self.keys.last_mut().filter(|key| key.possible) else { return Ok(()) };
        if key.required {
            return self.fault("could not find expected ':'");
        }
        key.possible = false;
        let number = key.number;
        self.queue.clear_level(number);
        Ok(())
    }

    // Indentation opens and closes block collections.

    fn roll_indent(&mut self, number: Option<usize>, kind: Kind, mark: Mark) -> Result<()> {
        let column = i64::from(mark.column);
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_SCANNER_DEPTH {
            return Err(Fault::at(Part::Scanner, format!("exceeded max depth of {MAX_SCANNER_DEPTH}"), self.input.mark()));
        }
        self.queue.insert(number.unwrap_or_else(|| self.queue.next_number()), kind, mark);
        Ok(())
    }

    fn unroll_indent(&mut self, column: i64) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.push_empty(Kind::BlockEnd);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    // One function for each kind of token.

    fn fetch_stream_end(&mut self) -> Result<()> {
        self.input.end_line();
        self.unroll_indent(-1);
        self.drop_key()?;
        self.key_allowed = false;
        self.push_empty(Kind::StreamEnd);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<()> {
        self.unroll_indent(-1);
        self.drop_key()?;
        self.key_allowed = false;
        let token = self.scan_directive()?;
        self.queue.push(token);
        Ok(())
    }

    fn fetch_document_marker(&mut self, kind: Kind) -> Result<()> {
        self.unroll_indent(-1);
        self.drop_key()?;
        self.key_allowed = false;
        self.push_indicator(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: Kind) -> Result<()> {
        self.save_key()?;
        self.keys.push(SimpleKey { number: self.queue.next_number(), mark: self.input.mark(), ..SimpleKey::default() });
        if self.keys.len() - 1 > MAX_SCANNER_DEPTH {
            return Err(Fault::at(Part::Scanner, format!("exceeded max depth of {MAX_SCANNER_DEPTH}"), self.input.mark()));
        }
        self.key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: Kind) -> Result<()> {
        self.drop_key()?;
        if self.in_flow()
            && let Some(key) = self.keys.pop()
        {
            // This number may be that of the collection itself: go-yaml then forgets that a key may start there, and so do we.
            self.queue.clear_level(key.number);
        }
        self.key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<()> {
        self.drop_key()?;
        self.key_allowed = true;
        self.push_indicator(Kind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<()> {
        if !self.in_flow() {
            if !self.key_allowed {
                return self.fault("block sequence entries are not allowed in this context");
            }
            self.roll_indent(None, Kind::BlockSequenceStart, self.input.mark())?;
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.push_indicator(Kind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<()> {
        if !self.in_flow() {
            if !self.key_allowed {
                return self.fault("mapping keys are not allowed in this context");
            }
            self.roll_indent(None, Kind::BlockMappingStart, self.input.mark())?;
        }
        self.drop_key()?;
        self.key_allowed = !self.in_flow();
        self.push_indicator(Kind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<()> {
        let level = self.keys.len() - 1;
        if self.check_key(level)? {
            let key = self.keys.last().copied().unwrap_or_default();
            self.queue.insert(key.number, Kind::Key, key.mark);
            self.roll_indent(Some(key.number), Kind::BlockMappingStart, key.mark)?;
            if let Some(last) = self.keys.last_mut() {
                last.possible = false;
            }
            self.queue.clear_level(key.number);
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return self.fault("mapping values are not allowed in this context");
                }
                self.roll_indent(None, Kind::BlockMappingStart, self.input.mark())?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.push_indicator(Kind::Value, 1);
        Ok(())
    }

    /// Appends a token that a key may start with and after which none may.
    fn fetch_leaf(&mut self, scan: impl FnOnce(&mut Self) -> Result<Token<'a>>) -> Result<()> {
        self.save_key()?;
        self.key_allowed = false;
        let token = scan(self)?;
        self.queue.push(token);
        Ok(())
    }

    fn fetch_block_scalar(&mut self, style: Style) -> Result<()> {
        self.drop_key()?;
        self.key_allowed = true;
        let token = self.scan_block(style)?;
        self.queue.push(token);
        Ok(())
    }
}

/// The two kinds of block scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `|`: line breaks are kept.
    Literal,
    /// `>`: single line breaks become spaces.
    Folded,
}
