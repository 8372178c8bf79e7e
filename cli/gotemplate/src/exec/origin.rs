//! Where text and values come from, recorded once each.

use std::{collections::BTreeMap, rc::Rc};

use portcullis_source::{FrameId, OriginId, Source, Span, Trace};

use crate::{Data, Str, Value};

/// How many origins of one value are told apart; what a whole rendered text is fed into would name them all.
const MAX_JOINED: usize = 32;

/// What was recorded already.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    texts: BTreeMap<(Span, FrameId), OriginId>,
    actions: BTreeMap<(Span, FrameId, OriginId), OriginId>,
    joins: BTreeMap<Box<[OriginId]>, OriginId>,
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
        *self.texts.entry((span, frame)).or_insert_with(|| trace.source(Source::Template { span, frame }))
    }

    /// Text that an action printed.
    pub(crate) fn action(&mut self, trace: &mut Trace, span: Span, frame: FrameId, input: OriginId) -> OriginId {
        *self.actions.entry((span, frame, input)).or_insert_with(|| trace.source(Source::Action { span, frame, input }))
    }

    /// Several origins, in their order and each once.
    pub(crate) fn join(&mut self, trace: &mut Trace, origins: impl IntoIterator<Item = OriginId>) -> OriginId {
        let distinct = Self::distinct(origins);
        self.record(trace, distinct)
    }

    /// The origins that are known, in their order and each once, up to a limit.
    pub(crate) fn distinct(origins: impl IntoIterator<Item = OriginId>) -> Vec<OriginId> {
        let mut distinct: Vec<OriginId> = Vec::new();
        for origin in origins {
            if !origin.is_none() && !distinct.contains(&origin) {
                distinct.push(origin);
                if distinct.len() == MAX_JOINED {
                    break;
                }
            }
        }
        distinct
    }

    /// The one origin that stands for several distinct ones.
    pub(crate) fn record(&mut self, trace: &mut Trace, distinct: Vec<OriginId>) -> OriginId {
        match distinct.as_slice() {
            [] => OriginId::NONE,
            [only] => *only,
            [_, _, ..] => match self.joins.get(distinct.as_slice()) {
                Some(known) => *known,
                None => {
                    let joined = trace.source(Source::Join(distinct.as_slice().into()));
                    self.joins.insert(distinct.into_boxed_slice(), joined);
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
