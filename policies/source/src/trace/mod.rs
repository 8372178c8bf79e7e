//! How rendered text came to be: an append-only record that one render fills and its documents share. [`chain`] follows it back to
//! the lines that a person wrote, [`absence`] explains what is missing.

mod absence;
mod chain;

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use crate::Span;

/// Names one recorded source of a [`Trace`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginId(u32);

impl OriginId {
    /// No known origin: a constant of the engine itself.
    pub const NONE: Self = Self(0);

    /// A constant of a template: nothing but the place that it is printed at matters, whatever holds it.
    pub const CONSTANT: Self = Self(u32::MAX);

    /// Whether nothing is known.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Names one frame of a [`Trace`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(u32);

impl FrameId {
    /// The template file's own level.
    pub const ROOT: Self = Self(0);
}

/// Names one values layer of a [`Trace`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(u32);

/// One part of a values path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The document's root.
    Root,
    /// An entry of a map.
    Name(Arc<str>),
    /// An item of a list.
    Index(u32),
}

/// Where one value or piece of text came from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A values layer set it.
    Value {
        /// The value in the layer's file.
        span: Span,
        /// Its key within `parent`.
        key: Key,
        /// The map or list around it, in the same layer.
        parent: OriginId,
        /// The layer.
        layer: LayerId,
        /// The value of a lower layer that it hides.
        shadowed: OriginId,
    },
    /// Text that stands in a template as it is.
    Template {
        /// The text in the template.
        span: Span,
        /// How it was reached.
        frame: FrameId,
    },
    /// An action of a template printed it.
    Action {
        /// The action in the template.
        span: Span,
        /// How it was reached.
        frame: FrameId,
        /// What it printed.
        input: OriginId,
    },
    /// Several sources together.
    Join(Arc<[OriginId]>),
    /// The branches that a call did not take: what decided about each has a part in what the call made.
    Skips {
        /// The first of them, in the order of the record.
        from: u32,
        /// The one after the last.
        to: u32,
    },
    /// A fact of the release or cluster, such as `.Release.Name`.
    Builtin(Arc<str>),
}

/// What a [`Frame`] is.
#[derive(Clone, Debug)]
pub enum FrameKind {
    /// A call of a named template by `template`, `include` or `block`.
    Include(Arc<str>),
    /// A text evaluated by `tpl`.
    Tpl,
    /// An `if`, `with` or `range` whose pipeline had this origin.
    Guard(OriginId),
}

/// A call or a guard on the way to a piece of text.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The frame around it.
    pub parent: FrameId,
    /// The action in the template.
    pub span: Span,
    /// What it is.
    pub kind: FrameKind,
}

/// A run of rendered bytes with one origin: from the end of the piece before to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The byte after the last one.
    pub end: u32,
    /// What the bytes came from.
    pub origin: OriginId,
}

/// A branch of a template that was not taken: what explains a field that is not there.
#[derive(Clone, Debug)]
pub struct Skip {
    /// How the branch was reached.
    pub frame: FrameId,
    /// The action that decided.
    pub span: Span,
    /// What its pipeline's value came from.
    pub input: OriginId,
    /// The branch.
    pub branch: Arc<dyn Branch>,
    /// Whether it is the part after `else` that was not taken.
    pub otherwise: bool,
}

impl Skip {
    /// The keys that the part would have written, as far as its text and the pipeline that decided name them.
    #[must_use]
    pub fn keys(&self) -> &[Arc<str>] {
        self.branch.keys(self.otherwise)
    }

    /// Whether the part begins an item of a list, so that its keys are those of another object.
    #[must_use]
    pub fn is_item(&self) -> bool {
        self.branch.is_item(self.otherwise)
    }
}

/// What a render may leave out. Its keys are asked for only where a field is missing.
pub trait Branch: Debug + Send + Sync {
    /// The keys that its first part, or the one after `else`, would write.
    fn keys(&self, otherwise: bool) -> &[Arc<str>];

    /// Whether the branch, or what stands after its `else`, begins an item of a list.
    fn is_item(&self, otherwise: bool) -> bool;
}

/// The record of one render.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    sources: Vec<Source>,
    frames: Vec<Frame>,
    layers: Vec<Arc<str>>,
    skips: Vec<Skip>,
    removed: BTreeMap<String, OriginId>,
    /// The same, by the layer and key of the value that was taken away.
    taken: BTreeMap<(LayerId, String), OriginId>,
}

impl Trace {
    /// Records a source.
    pub fn source(&mut self, source: Source) -> OriginId {
        self.sources.push(source);
        OriginId(self.sources.len() as u32)
    }

    /// The whole record, in no more memory than it needs.
    #[must_use]
    pub fn finish(mut self) -> Arc<Self> {
        self.sources.shrink_to_fit();
        self.frames.shrink_to_fit();
        self.skips.shrink_to_fit();
        Arc::new(self)
    }

    /// Records the union of two sources; nothing new where one of them says it all.
    pub fn join(&mut self, left: OriginId, right: OriginId) -> OriginId {
        match (left, right) {
            (OriginId::NONE | OriginId::CONSTANT, other) | (other, OriginId::NONE | OriginId::CONSTANT) => other,
            (left, right) if left == right => left,
            (left, right) => self.source(Source::Join(Arc::from([left, right]))),
        }
    }

    /// Records a frame.
    pub fn frame(&mut self, frame: Frame) -> FrameId {
        self.frames.push(frame);
        FrameId(self.frames.len() as u32)
    }

    /// Records a values layer by the name that people know it by.
    pub fn layer(&mut self, name: impl Into<Arc<str>>) -> LayerId {
        self.layers.push(name.into());
        LayerId(self.layers.len() as u32 - 1)
    }

    /// Records a branch that was not taken.
    pub fn skip(&mut self, skip: Skip) {
        self.skips.push(skip);
    }

    /// How many branches were not taken so far.
    #[must_use]
    pub fn skip_count(&self) -> u32 {
        self.skips.len() as u32
    }

    /// Whether a frame is another one, or lies within it.
    #[must_use]
    pub fn is_within(&self, frame: FrameId, outer: FrameId) -> bool {
        let mut at = frame;
        // A frame is recorded after the one around it.
        while at > outer {
            let Some(known) = self.get_frame(at) else { return false };
            at = known.parent;
        }
        at == outer
    }

    /// The place in a template where text stands as it is, however it was handed on; none for text that a value gave.
    #[must_use]
    pub fn written_at(&self, origin: OriginId) -> Option<Span> {
        let mut at = origin;
        loop {
            match self.get(at)? {
                Source::Template { span, .. } => return Some(*span),
                // A source is recorded after what it came from.
                Source::Action { input, .. } if *input < at => at = *input,
                Source::Action { .. } | Source::Value { .. } | Source::Join(_) | Source::Skips { .. } | Source::Builtin(_) => return None,
            }
        }
    }

    /// Records that a `null` of a values layer took the value at its key away; `null` is the origin of that `null`, `taken` of the value.
    pub fn remove(&mut self, null: OriginId, taken: OriginId) {
        let key = self.key(null);
        if !key.is_empty() {
            self.removed.insert(key, null);
        }
        // The chart that the value is of knows it by another key.
        if let Some(Source::Value { layer, .. }) = self.get(self.leading(taken)) {
            self.taken.insert((*layer, self.key(taken)), null);
        }
    }

    /// Records that `null` took the entry `name` away from the map of another layer at `holder`.
    pub fn remove_from(&mut self, holder: OriginId, name: &str, null: OriginId) {
        if let Some(&Source::Value { layer, .. }) = self.get(self.leading(holder)) {
            let above = self.key(holder);
            let key = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
            self.taken.entry((layer, key)).or_insert(null);
        }
    }

    /// The `null` that took the entry `name` of the map at `parent` away; no parent stands for all the values of a chart.
    #[must_use]
    pub fn removed(&self, parent: OriginId, name: &str) -> Option<OriginId> {
        if self.removed.is_empty() && self.taken.is_empty() {
            return None;
        }
        let above = self.key(parent);
        let key = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        let layer = match self.get(self.leading(parent)) {
            Some(Source::Value { layer, .. }) => Some(*layer),
            Some(_) | None => None,
        };
        let known = self.removed.get(&key).copied();
        known.or_else(|| self.taken.get(&(layer?, key)).copied())
    }

    /// The source of an id.
    #[must_use]
    pub fn get(&self, id: OriginId) -> Option<&Source> {
        self.sources.get((id.0 as usize).checked_sub(1)?)
    }

    /// The frame of an id.
    #[must_use]
    pub fn get_frame(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get((id.0 as usize).checked_sub(1)?)
    }

    /// The name of a layer.
    #[must_use]
    pub fn layer_name(&self, id: LayerId) -> Option<&Arc<str>> {
        self.layers.get(id.0 as usize)
    }

    /// The first of what an origin stands for: of a map that several layers give, the map of the strongest.
    #[must_use]
    pub fn leading(&self, id: OriginId) -> OriginId {
        let mut at = id;
        while let Some(Source::Join(inputs)) = self.get(at) {
            match inputs.first() {
                Some(first) if *first < at => at = *first,
                Some(_) | None => break,
            }
        }
        at
    }

    /// The dotted key of a value within its layer, such as `env[0].name`.
    #[must_use]
    pub fn key(&self, id: OriginId) -> String {
        let mut keys = Vec::new();
        let mut at = self.leading(id);
        while let Some(Source::Value { key, parent, .. }) = self.get(at) {
            keys.push(key);
            if *parent >= at {
                break;
            }
            at = *parent;
        }
        let mut dotted = String::new();
        for key in keys.into_iter().rev() {
            match key {
                Key::Root => {}
                Key::Index(index) => dotted.push_str(&format!("[{index}]")),
                Key::Name(name) => {
                    if !dotted.is_empty() {
                        dotted.push('.');
                    }
                    dotted.push_str(name);
                }
            }
        }
        dotted
    }
}
