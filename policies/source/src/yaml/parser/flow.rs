//! Flow collections.

use super::state::{Context, Parser, State, fault};
use crate::yaml::{
    events::{Collection, Event},
    fault::{Mark, Result},
    token::Kind,
};

impl<'a> Parser<'a> {
    pub(super) fn flow_end(&mut self, end: Mark) -> Result<Event<'a>> {
        self.scanner.take();
        self.pop_state();
        Ok(Event::End(Some(end.at)))
    }

    pub(super) fn flow_sequence_entry(&mut self, first: bool) -> Result<Event<'a>> {
        let (mut kind, mut start, mut end) = self.scanner.peek()?;
        if !first && kind == Kind::FlowEntry {
            self.scanner.take();
            (kind, start, end) = self.scanner.peek()?;
        } else if !first && kind != Kind::FlowSequenceEnd {
            return fault("did not find expected ',' or ']'", start);
        }
        match kind {
            Kind::FlowSequenceEnd => self.flow_end(end),
            Kind::Key => {
                self.scanner.take();
                self.state = State::FlowSequenceEntryKey;
                Ok(Event::Start(Collection::Map, None, start.at))
            }
            _ => self.node_then(State::FlowSequenceEntry, Context::Flow),
        }
    }

    pub(super) fn flow_sequence_entry_key(&mut self) -> Result<Event<'a>> {
        let (kind, _, end) = self.scanner.peek()?;
        match kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                // The indicator is taken although it belongs to what follows: go-yaml does so, and refuses some texts for it.
                self.scanner.take();
                self.empty(State::FlowSequenceEntryValue, end)
            }
            _ => self.node_then(State::FlowSequenceEntryValue, Context::Flow),
        }
    }

    pub(super) fn flow_sequence_entry_value(&mut self) -> Result<Event<'a>> {
        let (kind, start, _) = self.scanner.peek()?;
        if kind == Kind::Value {
            self.scanner.take();
            let (kind, _, _) = self.scanner.peek()?;
            if kind != Kind::FlowEntry && kind != Kind::FlowSequenceEnd {
                return self.node_then(State::FlowSequenceEntryEnd, Context::Flow);
            }
        }
        self.empty(State::FlowSequenceEntryEnd, start)
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Result<Event<'a>> {
        let (mut kind, start, mut end) = self.scanner.peek()?;
        if !first && kind == Kind::FlowEntry {
            self.scanner.take();
            (kind, _, end) = self.scanner.peek()?;
        } else if !first && kind != Kind::FlowMappingEnd {
            return fault("did not find expected ',' or '}'", start);
        }
        match kind {
            Kind::FlowMappingEnd => self.flow_end(end),
            Kind::Key => {
                self.scanner.take();
                let (kind, start, _) = self.scanner.peek()?;
                match kind {
                    Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => self.empty(State::FlowMappingValue, start),
                    _ => self.node_then(State::FlowMappingValue, Context::Flow),
                }
            }
            _ => self.node_then(State::FlowMappingEmptyValue, Context::Flow),
        }
    }

    pub(super) fn flow_mapping_value(&mut self) -> Result<Event<'a>> {
        let (mut kind, mut start, _) = self.scanner.peek()?;
        if kind == Kind::Value {
            self.scanner.take();
            (kind, start, _) = self.scanner.peek()?;
            if kind != Kind::FlowEntry && kind != Kind::FlowMappingEnd {
                return self.node_then(State::FlowMappingKey, Context::Flow);
            }
        }
        self.empty(State::FlowMappingKey, start)
    }
}
