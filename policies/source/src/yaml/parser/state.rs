//! The parser's state, documents, and single nodes.

use crate::{
    Comment, Range,
    yaml::{
        events::{Collection, Event, Scalar},
        fault::{Fault, Mark, Part, Result},
        scan::Scanner,
        token::{Kind, Payload, Token},
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    StreamStart,
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowSequenceEntryKey,
    FlowSequenceEntryValue,
    FlowSequenceEntryEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Where a node may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// In a block collection's item, or as a document.
    Block,
    /// As the key or value of a block map, where a list needs no indentation.
    BlockOrIndentless,
    /// In a flow collection.
    Flow,
}

/// The parser.
#[derive(Debug)]
pub(in crate::yaml) struct Parser<'a> {
    pub(super) scanner: Scanner<'a>,
    pub(super) state: State,
    states: Vec<State>,
    /// Handles and prefixes of tags.
    handles: Vec<(String, String)>,
}

fn range(start: Mark, end: Mark) -> Range {
    Range { start: start.at, end: end.at }
}

pub(super) fn fault<T>(problem: &'static str, mark: Mark) -> Result<T> {
    Err(Fault::at(Part::Parser, problem, mark))
}

impl<'a> Parser<'a> {
    /// A parser of what a scanner finds.
    pub(in crate::yaml) fn new(scanner: Scanner<'a>) -> Self {
        Self { scanner, state: State::StreamStart, states: Vec::new(), handles: Vec::new() }
    }

    /// The comments that were met so far.
    pub(in crate::yaml) fn comments(&self) -> &[Comment] {
        self.scanner.comments()
    }

    /// The place of a fault in the input.
    pub(in crate::yaml) fn place(&self, range: Range) -> Range {
        self.scanner.input().place(range)
    }

    /// The next event.
    pub(in crate::yaml) fn next(&mut self) -> Result<Event<'a>> {
        match self.state {
            State::StreamStart => {
                self.scanner.peek()?;
                self.scanner.take();
                self.state = State::ImplicitDocumentStart;
                self.next()
            }
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(Context::Block),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirstEntry => self.flow_sequence_entry(true),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowSequenceEntryKey => self.flow_sequence_entry_key(),
            State::FlowSequenceEntryValue => self.flow_sequence_entry_value(),
            State::FlowSequenceEntryEnd => {
                self.scanner.peek()?;
                self.state = State::FlowSequenceEntry;
                Ok(Event::End(None))
            }
            State::FlowMappingFirstKey => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingEmptyValue => {
                let (_, start, _) = self.scanner.peek()?;
                self.empty(State::FlowMappingKey, start)
            }
            State::End => Ok(Event::StreamEnd),
        }
    }

    pub(super) fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    pub(super) fn empty(&mut self, next: State, mark: Mark) -> Result<Event<'a>> {
        self.state = next;
        Ok(Event::Scalar(Scalar { implicit: true, range: range(mark, mark), ..Scalar::default() }))
    }

    pub(super) fn node_then(&mut self, next: State, context: Context) -> Result<Event<'a>> {
        self.states.push(next);
        self.node(context)
    }

    // Documents.

    fn document_start(&mut self, implicit: bool) -> Result<Event<'a>> {
        let (mut kind, mut start, _) = self.scanner.peek()?;
        while !implicit && kind == Kind::DocumentEnd {
            self.scanner.take();
            (kind, start, _) = self.scanner.peek()?;
        }
        if kind == Kind::StreamEnd {
            self.scanner.take();
            self.state = State::End;
            return Ok(Event::StreamEnd);
        }
        let explicit = matches!(kind, Kind::VersionDirective | Kind::TagDirective | Kind::DocumentStart);
        self.directives()?;
        self.states.push(State::DocumentEnd);
        self.state = State::BlockNode;
        if !implicit || explicit {
            let (kind, mark, _) = self.scanner.peek()?;
            if kind != Kind::DocumentStart {
                return fault("did not find expected <document start>", mark);
            }
            self.scanner.take();
            self.state = State::DocumentContent;
        }
        Ok(Event::DocumentStart(start.at))
    }

    fn directives(&mut self) -> Result<()> {
        let mut has_version = false;
        loop {
            let (kind, mark, _) = self.scanner.peek()?;
            if kind != Kind::VersionDirective && kind != Kind::TagDirective {
                break;
            }
            match self.scanner.take().map(|token| token.payload) {
                Some(Payload::Version(_, _)) if has_version => return fault("found duplicate %YAML directive", mark),
                Some(Payload::Version(1, 1)) => has_version = true,
                Some(Payload::Version(_, _)) => return fault("found incompatible YAML document", mark),
                Some(Payload::Tag(names)) => {
                    if self.handles.iter().any(|(handle, _)| *handle == names.0) {
                        return fault("found duplicate %TAG directive", mark);
                    }
                    self.handles.push(*names);
                }
                Some(Payload::None | Payload::Name(_) | Payload::Plain(_) | Payload::Quoted(_)) | None => {}
            }
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.handles.iter().any(|(known, _)| known == handle) {
                self.handles.push((handle.to_owned(), prefix.to_owned()));
            }
        }
        Ok(())
    }

    fn document_content(&mut self) -> Result<Event<'a>> {
        let (kind, start, _) = self.scanner.peek()?;
        match kind {
            Kind::VersionDirective | Kind::TagDirective | Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd => {
                self.pop_state();
                self.empty(self.state, start)
            }
            _ => self.node(Context::Block),
        }
    }

    fn document_end(&mut self) -> Result<Event<'a>> {
        if self.scanner.peek()?.0 == Kind::DocumentEnd {
            self.scanner.take();
        }
        self.handles.clear();
        self.state = State::DocumentStart;
        Ok(Event::DocumentEnd)
    }

    // Nodes.

    fn node(&mut self, context: Context) -> Result<Event<'a>> {
        let (mut kind, start, mut end) = self.scanner.peek()?;
        if kind == Kind::Alias {
            self.pop_state();
            let name = name(self.scanner.take());
            return Ok(Event::Alias(name, range(start, end)));
        }
        let mut anchor = None;
        let mut tag = None;
        // One anchor and one tag, in either order; a second of a kind belongs to no node.
        while kind == Kind::Anchor && anchor.is_none() || kind == Kind::Tag && tag.is_none() {
            let token = self.scanner.take();
            if kind == Kind::Anchor {
                anchor = Some(name(token));
            } else if let Some(Token { payload: Payload::Tag(names), start, .. }) = token {
                tag = Some((*names, start));
            }
            (kind, _, end) = self.scanner.peek()?;
        }
        let tag = tag.map(|(names, mark)| self.full_tag(names, mark)).transpose()?;
        let tag = tag.filter(|tag| !tag.is_empty());
        self.node_content(context, Properties { anchor, tag, start, end })
    }

    fn full_tag(&self, (handle, suffix): (String, String), mark: Mark) -> Result<Box<str>> {
        if handle.is_empty() {
            return Ok(suffix.into());
        }
        let prefix = self.handles.iter().find(|(known, _)| *known == handle).map(|(_, prefix)| prefix.as_str());
        let tag = prefix.map(|prefix| format!("{prefix}{suffix}")).filter(|tag| !tag.is_empty());
        tag.map_or_else(|| fault("found undefined tag handle", mark), |tag| Ok(tag.into()))
    }

    fn node_content(&mut self, context: Context, properties: Properties<'a>) -> Result<Event<'a>> {
        let (kind, mark, _) = self.scanner.peek()?;
        let Properties { anchor, tag, start, end } = properties;
        let (collection, next) = match kind {
            Kind::BlockEntry if context == Context::BlockOrIndentless => (Collection::List, State::IndentlessSequenceEntry),
            Kind::Scalar => {
                self.pop_state();
                return Ok(Event::Scalar(scalar(self.scanner.take(), tag, anchor, range(mark, end))));
            }
            Kind::FlowSequenceStart => (Collection::List, State::FlowSequenceFirstEntry),
            Kind::FlowMappingStart => (Collection::Map, State::FlowMappingFirstKey),
            Kind::BlockSequenceStart if context != Context::Flow => (Collection::List, State::BlockSequenceEntry),
            Kind::BlockMappingStart if context != Context::Flow => (Collection::Map, State::BlockMappingKey),
            _ if anchor.is_some() || tag.is_some() => {
                self.pop_state();
                let implicit = tag.is_none();
                return Ok(Event::Scalar(Scalar { tag, implicit, anchor, range: range(start, start), ..Scalar::default() }));
            }
            _ => return fault("did not find expected node content", mark),
        };
        if collection == Collection::List && next == State::IndentlessSequenceEntry {
            self.state = next;
        } else {
            self.scanner.take();
            self.state = next;
        }
        Ok(Event::Start(collection, anchor, mark.at))
    }
}

/// What stands before the content of a node, and its marks.
struct Properties<'a> {
    anchor: Option<&'a str>,
    tag: Option<Box<str>>,
    start: Mark,
    end: Mark,
}

fn name<'a>(token: Option<Token<'a>>) -> &'a str {
    match token.map(|token| token.payload) {
        Some(Payload::Name(name)) => name,
        _ => "",
    }
}

fn scalar<'a>(token: Option<Token<'a>>, tag: Option<Box<str>>, anchor: Option<&'a str>, range: Range) -> Scalar<'a> {
    let bang = tag.as_deref() == Some("!");
    match token.map(|token| token.payload) {
        Some(Payload::Plain(text)) => Scalar { text, implicit: tag.is_none() || bang, tag, anchor, range },
        Some(Payload::Quoted(text)) => Scalar { text, implicit: bang, tag, anchor, range },
        _ => Scalar { tag, anchor, range, ..Scalar::default() },
    }
}
