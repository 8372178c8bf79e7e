//! How rendered text came to be: an append-only record that one render fills and its documents share.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{Link, Origin, Role, Span};

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
    /// The keys that the branch would have written, as far as its text and its pipeline name them.
    pub keys: Arc<[Arc<str>]>,
}

/// The record of one render.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    sources: Vec<Source>,
    frames: Vec<Frame>,
    layers: Vec<Arc<str>>,
    skips: Vec<Skip>,
    removed: BTreeMap<String, OriginId>,
}

impl Trace {
    /// Records a source.
    pub fn source(&mut self, source: Source) -> OriginId {
        self.sources.push(source);
        OriginId(self.sources.len() as u32)
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

    /// Records that a `null` of a values layer took the value at its key away; `null` is the origin of that `null`.
    pub fn remove(&mut self, null: OriginId) {
        let key = self.key(null);
        if !key.is_empty() {
            self.removed.insert(key, null);
        }
    }

    /// The `null` that took the entry `name` of the map at `parent` away; no parent stands for all the values of a chart.
    #[must_use]
    pub fn removed(&self, parent: OriginId, name: &str) -> Option<OriginId> {
        if self.removed.is_empty() {
            return None;
        }
        let above = self.key(parent);
        let key = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        self.removed.get(&key).copied()
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

    /// The dotted key of a value within its layer, such as `env[0].name`.
    #[must_use]
    pub fn key(&self, id: OriginId) -> String {
        let mut keys = Vec::new();
        let mut at = id;
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

    /// The chain of a field whose rendered text, on `line`, came from `origins`.
    #[must_use]
    pub fn origin(&self, line: u32, origins: &[OriginId]) -> Origin {
        Chain::of(self, origins).into_origin(line)
    }
}

impl Trace {
    /// The chain of a field that is missing from an object whose text, on `line`, came from `origins`.
    ///
    /// `keys` are the keys from the object to the field. Where a branch that would have written the first of them was not taken,
    /// the chain leads to the values that decided so; else to the template that wrote the object.
    #[must_use]
    pub fn missing(&self, line: u32, origins: &[OriginId], keys: &[Arc<str>]) -> Origin {
        let mut chain = Chain::of(self, origins);
        if let Some(null) = self.decisive_null(&chain, keys) {
            chain.values = vec![null];
            return chain.into_origin(line);
        }
        match self.decisive_skip(&chain, keys) {
            Some(skip) => self.decided(line, skip),
            None => {
                // An object that values made whole lacks what the values lack; else the template does.
                let made = origins.iter().all(|&id| !matches!(self.get(id), Some(Source::Template { .. })));
                chain.values.truncate(usize::from(made));
                chain.templates.truncate(1);
                chain.frames.truncate(1);
                chain.into_origin(line)
            }
        }
    }

    /// The strongest layer that any of the origins leads to; layers are recorded from the weakest to the strongest.
    #[must_use]
    pub fn strongest(&self, origins: &[OriginId]) -> Option<LayerId> {
        let chain = Chain::of(self, origins);
        let layers = chain.values.iter().filter_map(|&value| match self.get(value) {
            Some(Source::Value { layer, .. }) => Some(*layer),
            Some(_) | None => None,
        });
        layers.max()
    }

    /// The chain to the first branch anywhere in the render that would have written a key, or an object of that kind, but was not taken.
    #[must_use]
    pub fn absent(&self, line: u32, key: &str) -> Option<Origin> {
        let skip = self.skips.iter().find(|skip| skip.keys.iter().any(|written| &**written == key))?;
        Some(self.decided(line, skip))
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
            let writes = self.skips.iter().filter(|skip| skip.keys.contains(key)).filter(within);
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

/// A chain that is being followed; each source and frame is looked at once, however many ways lead to it.
struct Chain<'a> {
    trace: &'a Trace,
    values: Vec<OriginId>,
    templates: Vec<Span>,
    frames: Vec<FrameId>,
    guards: Vec<OriginId>,
    collected: BTreeSet<OriginId>,
    guarding: BTreeSet<OriginId>,
    framed: BTreeSet<FrameId>,
}

impl<'a> Chain<'a> {
    fn new(trace: &'a Trace) -> Self {
        Self {
            trace,
            values: Vec::new(),
            templates: Vec::new(),
            frames: Vec::new(),
            guards: Vec::new(),
            collected: BTreeSet::new(),
            guarding: BTreeSet::new(),
            framed: BTreeSet::new(),
        }
    }

    fn of(trace: &'a Trace, origins: &[OriginId]) -> Self {
        let mut chain = Self::new(trace);
        for &id in origins {
            chain.collect(id);
        }
        chain
    }

    /// Follows the origin of a text, each source before those behind it.
    fn collect(&mut self, first: OriginId) {
        let mut open = vec![first];
        while let Some(id) = open.pop() {
            if !self.collected.insert(id) {
                continue;
            }
            match self.trace.get(id) {
                Some(Source::Value { .. }) => self.values.push(id),
                Some(Source::Template { span, frame }) => self.template(*span, *frame),
                Some(Source::Action { span, frame, input }) => {
                    self.template(*span, *frame);
                    open.push(*input);
                }
                Some(Source::Join(inputs)) => open.extend(inputs.iter().rev()),
                Some(Source::Skips { .. }) => self.guards.push(id),
                Some(Source::Builtin(_)) | None => {}
            }
        }
    }

    fn template(&mut self, span: Span, frame: FrameId) {
        push_new(&mut self.templates, span);
        push_new(&mut self.frames, frame);
    }

    fn into_origin(mut self, line: u32) -> Origin {
        let mut links = vec![Link { role: Role::Rendered, span: None, line: Some(line), key: None, name: None }];
        links.extend(self.templates.iter().map(|&span| Link::at(Role::Template, span)));
        let mut includes = Vec::new();
        let mut guards = Vec::new();
        for frame in std::mem::take(&mut self.frames) {
            self.follow_frames(frame, Some(&mut includes), &mut guards);
        }
        for guard in std::mem::take(&mut self.guards) {
            self.follow_guard(guard, &mut guards);
        }
        includes.reverse();
        links.extend(includes);
        for &value in &self.values {
            links.extend(self.value_link(value, Role::Values));
            let mut hidden = value;
            while let Some(Source::Value { shadowed, .. }) = self.trace.get(hidden) {
                links.extend(self.value_link(*shadowed, Role::Shadowed));
                if *shadowed >= hidden {
                    break;
                }
                hidden = *shadowed;
            }
        }
        // What gave a field its value need not be told again as what it is there for.
        guards.retain(|guard| !links.iter().any(|link| link.role == Role::Values && link.span == guard.span));
        links.extend(guards);
        Origin { links }
    }

    /// The calls and guards around a frame, the innermost first.
    fn follow_frames(&mut self, first: FrameId, mut includes: Option<&mut Vec<Link>>, guards: &mut Vec<Link>) {
        let mut at = first;
        while let Some(frame) = self.trace.get_frame(at) {
            if !self.framed.insert(at) {
                return;
            }
            let name = match &frame.kind {
                FrameKind::Include(name) => Some(Arc::clone(name)),
                FrameKind::Tpl => None,
                FrameKind::Guard(origin) => {
                    self.follow_guard(*origin, guards);
                    at = frame.parent;
                    continue;
                }
            };
            if let Some(includes) = includes.as_deref_mut() {
                push_new(includes, Link { name, ..Link::at(Role::Include, frame.span) });
            }
            at = frame.parent;
        }
    }

    /// The values that a guard looked at, and those that guarded what it looked at.
    fn follow_guard(&mut self, first: OriginId, guards: &mut Vec<Link>) {
        let mut open = vec![first];
        let mut frames = Vec::new();
        while let Some(id) = open.pop() {
            if !self.guarding.insert(id) {
                continue;
            }
            match self.trace.get(id) {
                Some(Source::Value { .. }) => {
                    if let Some(link) = self.value_link(id, Role::Guard) {
                        push_new(guards, link);
                    }
                }
                Some(Source::Template { frame, .. }) => push_new(&mut frames, *frame),
                Some(Source::Action { frame, input, .. }) => {
                    push_new(&mut frames, *frame);
                    open.push(*input);
                }
                Some(Source::Join(inputs)) => open.extend(inputs.iter().rev()),
                Some(Source::Skips { from, to }) => {
                    for skip in self.trace.skips.get(*from as usize..*to as usize).unwrap_or_default() {
                        push_new(&mut frames, skip.frame);
                        open.push(skip.input);
                    }
                }
                Some(Source::Builtin(_)) | None => {}
            }
        }
        for frame in frames {
            self.follow_frames(frame, None, guards);
        }
    }

    fn value_link(&self, id: OriginId, role: Role) -> Option<Link> {
        let Some(Source::Value { span, layer, .. }) = self.trace.get(id) else { return None };
        let name = self.trace.layer_name(*layer).cloned();
        Some(Link { role, span: Some(*span), line: None, key: Some(self.trace.key(id)), name })
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
