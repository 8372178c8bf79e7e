//! Why a render lacks something: the null that took a value away, or the branch that was not taken.

use std::{collections::BTreeSet, sync::Arc};

use super::{Frame, FrameId, FrameKind, LayerId, OriginId, Skip, Source, Trace, chain::Chain};
use crate::{Origin, Span};

impl Trace {
    /// The chain of a field that is missing from an object whose text, on `line`, came from `origins`.
    ///
    /// `keys` are the keys from the object to the field. Where a branch that would have written the first of them was not taken,
    /// the chain leads to the values that decided so; else to the template that wrote the object.
    #[must_use]
    pub fn missing(&self, line: u32, origins: &[OriginId], keys: &[Arc<str>]) -> Origin {
        let mut chain = Chain::of(self, origins);
        if let Some(null) = self.decisive_null(&chain, keys) {
            chain.values = self.values_of(null);
            return chain.into_origin(line);
        }
        match self.decisive_skip(&chain, keys) {
            Some(skip) => self.decided(line, skip),
            None => {
                // An object that values made whole lacks what the values lack; else the template does.
                let made = origins.iter().all(|&id| self.written_at(id).is_none());
                let holder = chain.values.iter().filter_map(|&value| self.holder(value)).max_by_key(|(layer, _)| *layer);
                chain.values = holder.filter(|_| made).map(|(_, holder)| holder).into_iter().collect();
                chain.templates.truncate(1);
                chain.frames.truncate(1);
                chain.into_origin(line)
            }
        }
    }

    /// The values that an origin stands for.
    fn values_of(&self, origin: OriginId) -> Vec<OriginId> {
        let mut chain = Chain::new(self);
        chain.collect(origin);
        chain.values
    }

    /// The map or list that holds a value in its layer, and the layer.
    fn holder(&self, value: OriginId) -> Option<(LayerId, OriginId)> {
        match self.get(value)? {
            Source::Value { parent, layer, .. } => Some((*layer, if parent.is_none() { value } else { *parent })),
            Source::Template { .. } | Source::Action { .. } | Source::Join(_) | Source::Skips { .. } | Source::Builtin(_) => None,
        }
    }

    /// The chain to the branch that would have written a key, or an object of that kind, but was not taken: the first in the file that is nearest to
    /// those that `origins` name. Files are numbered as they are read, one folder after the other.
    #[must_use]
    pub fn absent(&self, line: u32, origins: &[OriginId], key: &str) -> Option<Origin> {
        let beside: BTreeSet<u32> = Chain::of(self, origins).templates.iter().map(|span| span.file.number()).collect();
        let writes = self.skips.iter().filter(|skip| skip.keys().iter().any(|written| &**written == key));
        let distance = |skip: &&Skip| beside.iter().map(|file| file.abs_diff(skip.span.file.number())).min();
        Some(self.decided(line, writes.min_by_key(distance)?))
    }

    /// The branches that were not taken for what values at some of these places said, with the keys that they would have written.
    #[must_use]
    pub fn kept_away(&self, places: &BTreeSet<Span>) -> Vec<(Span, Vec<Arc<str>>)> {
        let decides = |skip: &&Skip| {
            let mut chain = Chain::new(self);
            chain.collect(skip.input);
            chain.values.iter().any(|&value| matches!(self.get(value), Some(Source::Value { span, .. }) if places.contains(span)))
        };
        self.skips.iter().filter(decides).map(|skip| (skip.span, skip.keys().to_vec())).collect()
    }

    fn decided(&self, line: u32, skip: &Skip) -> Origin {
        let mut chain = Chain::new(self);
        chain.template(skip.span, skip.frame);
        chain.collect(skip.input);
        chain.into_origin(line)
    }

    /// The `null` that took the first key away from the map of values that an object was printed from.
    fn decisive_null(&self, object: &Chain<'_>, keys: &[Arc<str>]) -> Option<OriginId> {
        let key = keys.first()?;
        let parents = object.values.iter().filter_map(|&value| match self.get(value) {
            Some(Source::Value { parent, .. }) if !parent.is_none() => Some(*parent),
            Some(_) | None => None,
        });
        parents.filter_map(|parent| self.removed(parent, key)).next()
    }

    /// The branch within the calls that wrote an object, the nearest to its text, that would have written the first key it can.
    fn decisive_skip(&self, object: &Chain<'_>, keys: &[Arc<str>]) -> Option<&Skip> {
        let calls: Vec<FrameId> = object.frames.iter().map(|&frame| self.call_of(frame)).collect();
        let distance = |skip: &Skip| {
            let beside = object.templates.iter().filter(|span| span.file == skip.span.file);
            beside.map(|span| span.start.abs_diff(skip.span.start)).min()
        };
        let within = |skip: &&Skip| {
            let mut at = self.call_of(skip.frame);
            loop {
                // Every template file has the same root, so there only the file tells them apart.
                if calls.contains(&at) && (at != FrameId::ROOT || distance(skip).is_some()) {
                    return true;
                }
                let Some(frame) = self.get_frame(at) else { return false };
                at = self.call_of(frame.parent);
            }
        };
        keys.iter().find_map(|key| {
            let writes = self.skips.iter().filter(|skip| !skip.is_item() && skip.keys().contains(key)).filter(within);
            writes.min_by_key(|skip| distance(skip).unwrap_or(u32::MAX))
        })
    }

    /// The innermost call around a frame.
    fn call_of(&self, frame: FrameId) -> FrameId {
        let mut at = frame;
        while let Some(Frame { parent, kind: FrameKind::Guard(_), .. }) = self.get_frame(at) {
            at = *parent;
        }
        at
    }
}
