//! Where text and values come from, recorded once each.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use portcullis_source::{FrameId, OriginId, Source, Span, Trace};

use super::recent::Recent;
use crate::{Data, Str, Value};

/// What was recorded already.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    texts: Recent<(Span, FrameId)>,
    actions: Recent<(Span, FrameId, OriginId)>,
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
        self.texts.get_or((span, frame), || trace.source(Source::Template { span, frame }))
    }

    /// Text that an action printed.
    pub(crate) fn action(&mut self, trace: &mut Trace, span: Span, frame: FrameId, input: OriginId) -> OriginId {
        self.actions.get_or((span, frame, input), || trace.source(Source::Action { span, frame, input }))
    }

    /// The one origin that stands for several, in their order and each once.
    pub(crate) fn join(&mut self, trace: &mut Trace, origins: impl IntoIterator<Item = OriginId>) -> OriginId {
        let mut known = origins.into_iter().filter(|&origin| !origin.is_none() && origin != OriginId::CONSTANT);
        // Most calls have one origin, over and over.
        let Some(first) = known.next() else { return OriginId::NONE };
        let Some(second) = known.find(|&origin| origin != first) else { return first };
        let mut seen = BTreeSet::from([first, second]);
        let distinct: Vec<OriginId> = [first, second].into_iter().chain(known.filter(|&origin| seen.insert(origin))).collect();
        if let Some(known) = self.joins.get(distinct.as_slice()) {
            return *known;
        }
        let joined = trace.source(Source::Join(distinct.as_slice().into()));
        self.joins.insert(distinct.into(), joined);
        joined
    }
}

/// What went into a call: looked at only if the result does not say itself what it came from, which most do.
pub(crate) struct Inputs(Vec<Value>);

impl Inputs {
    pub(crate) fn of(values: &[Value]) -> Self {
        Self(values.to_vec())
    }

    /// The values.
    pub(crate) fn values(&self) -> &[Value] {
        &self.0
    }

    /// The origins of the values as they are, whatever lists and maps among them hold.
    pub(crate) fn shallow(&self) -> impl Iterator<Item = OriginId> {
        self.0.iter().flat_map(all_of)
    }

    /// The origins of the structure that was made of the values: of a text that was read, what stands in templates and what was left out;
    /// the parts that values gave it are known to the elements.
    pub(crate) fn structure(&self, trace: &Trace) -> Vec<OriginId> {
        let is_structure =
            |&origin: &OriginId| trace.written_at(origin).is_some() || matches!(trace.get(origin), Some(Source::Skips { .. }));
        let of = |value: &Value| match &value.data {
            Data::String(Str { pieces: Some(pieces), .. }) => {
                let pieces = pieces.iter().map(|piece| piece.origin).filter(is_structure);
                std::iter::once(value.origin).chain(pieces).collect()
            }
            _ => vec![value.origin],
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The origins of the values and of all that lies in them.
    pub(crate) fn deep(&self) -> Vec<OriginId> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<Value> = self.0.iter().rev().cloned().collect();
        while let Some(value) = open.pop() {
            found.extend(all_of(&value));
            match &value.data {
                // A list may be held many times over, and a map may hold itself.
                Data::List(list) if seen.insert(Rc::as_ptr(list.shared()).addr()) => open.extend(list.items().iter().rev().cloned()),
                Data::Map(map) if seen.insert(Rc::as_ptr(&map.entries).addr()) => open.extend(map.entries.borrow().values().rev().cloned()),
                _ => {}
            }
        }
        found
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
