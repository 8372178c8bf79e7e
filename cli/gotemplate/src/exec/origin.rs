//! Where text and values come from, recorded once each.

use std::{collections::BTreeMap, rc::Rc};

use portcullis_source::{FrameId, OriginId, Source, Span, Trace};

use super::recent::Recent;
use crate::{Data, Str, Value};

/// How many origins of one value are told apart; what a whole rendered text is fed into would name them all.
const MAX_JOINED: usize = 32;

/// What was recorded already.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    texts: Recent<(Span, FrameId)>,
    actions: Recent<(Span, FrameId, OriginId)>,
    joins: BTreeMap<Box<[OriginId]>, OriginId>,
}

/// Known origins, in their order and each once, up to a limit.
pub(crate) struct Distinct {
    origins: [OriginId; MAX_JOINED],
    count: usize,
}

impl Distinct {
    pub(crate) fn of(origins: impl IntoIterator<Item = OriginId>) -> Self {
        let mut distinct = Self { origins: [OriginId::NONE; MAX_JOINED], count: 0 };
        for origin in origins {
            if origin.is_none() || origin == OriginId::CONSTANT || distinct.as_slice().contains(&origin) {
                continue;
            }
            let Some(slot) = distinct.origins.get_mut(distinct.count) else { break };
            *slot = origin;
            distinct.count += 1;
        }
        distinct
    }

    pub(crate) fn as_slice(&self) -> &[OriginId] {
        self.origins.get(..self.count).unwrap_or_default()
    }
}

/// Where the text of a template came from.
#[derive(Clone, Debug)]
pub(crate) enum Texts {
    /// A file, or nowhere.
    File,
    /// A string that is evaluated by `tpl`.
    Made(Rc<Value>),
}

impl Origins {
    /// Text that stands in a template.
    pub(crate) fn text(&mut self, trace: &mut Trace, span: Span, frame: FrameId) -> OriginId {
        self.texts.get_or((span, frame), || trace.source(Source::Template { span, frame }))
    }

    /// Text that an action printed.
    pub(crate) fn action(&mut self, trace: &mut Trace, span: Span, frame: FrameId, input: OriginId) -> OriginId {
        self.actions.get_or((span, frame, input), || trace.source(Source::Action { span, frame, input }))
    }

    /// The one origin that stands for several.
    pub(crate) fn join(&mut self, trace: &mut Trace, origins: impl IntoIterator<Item = OriginId>) -> OriginId {
        self.record(trace, &Distinct::of(origins))
    }

    /// The one origin that stands for several distinct ones.
    pub(crate) fn record(&mut self, trace: &mut Trace, distinct: &Distinct) -> OriginId {
        match distinct.as_slice() {
            [] => OriginId::NONE,
            [only] => *only,
            several => match self.joins.get(several) {
                Some(known) => *known,
                None => {
                    let joined = trace.source(Source::Join(several.into()));
                    self.joins.insert(several.into(), joined);
                    joined
                }
            },
        }
    }
}

/// The origins of a value: its own, and those of the pieces of a string.
pub(crate) fn all_of(value: &Value) -> impl Iterator<Item = OriginId> {
    let pieces = match &value.data {
        Data::String(Str { pieces: Some(pieces), .. }) => &**pieces,
        _ => &[],
    };
    std::iter::once(value.origin).chain(pieces.iter().map(|piece| piece.origin))
}
