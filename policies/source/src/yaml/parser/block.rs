//! Block collections.

use super::state::{Context, Parser, State, fault};
use crate::yaml::{
    events::Event,
    fault::{Mark, Result},
    token::Kind,
};

impl<'a> Parser<'a> {
    pub(super) fn block_sequence_entry(&mut self) -> Result<Event<'a>> {
        let (kind, start, end) = self.scanner.peek()?;
        match kind {
            Kind::BlockEntry => {
                self.scanner.take();
                match self.scanner.peek()?.0 {
                    Kind::BlockEntry | Kind::BlockEnd => self.empty(State::BlockSequenceEntry, end),
                    _ => self.node_then(State::BlockSequenceEntry, Context::Block),
                }
            }
            Kind::BlockEnd => {
                self.scanner.take();
                self.pop_state();
                Ok(Event::End(None))
            }
            _ => fault("did not find expected '-' indicator", start),
        }
    }

    pub(super) fn indentless_sequence_entry(&mut self) -> Result<Event<'a>> {
        let (kind, _, end) = self.scanner.peek()?;
        if kind != Kind::BlockEntry {
            self.pop_state();
            return Ok(Event::End(None));
        }
        self.scanner.take();
        match self.scanner.peek()?.0 {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => self.empty(State::IndentlessSequenceEntry, end),
            _ => self.node_then(State::IndentlessSequenceEntry, Context::Block),
        }
    }

    pub(super) fn block_mapping_key(&mut self) -> Result<Event<'a>> {
        let (kind, start, end) = self.scanner.peek()?;
        match kind {
            Kind::Key => self.block_mapping_part(State::BlockMappingValue, end),
            Kind::BlockEnd => {
                self.scanner.take();
                self.pop_state();
                Ok(Event::End(None))
            }
            _ => fault("did not find expected key", start),
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Result<Event<'a>> {
        let (kind, start, end) = self.scanner.peek()?;
        if kind == Kind::Value { self.block_mapping_part(State::BlockMappingKey, end) } else { self.empty(State::BlockMappingKey, start) }
    }

    /// What follows the indicator of a key or a value.
    pub(super) fn block_mapping_part(&mut self, next: State, end: Mark) -> Result<Event<'a>> {
        self.scanner.take();
        match self.scanner.peek()?.0 {
            Kind::Key | Kind::Value | Kind::BlockEnd => self.empty(next, end),
            _ => self.node_then(next, Context::BlockOrIndentless),
        }
    }
}
