//! The way from a rendered text back to templates, values and guards.

use std::{collections::BTreeSet, sync::Arc};

use super::{FrameId, FrameKind, LayerId, OriginId, Source, Trace};
use crate::{Link, Origin, Role, Span};

impl Trace {
    /// The chain of a field whose rendered text, on `line`, came from `origins`.
    #[must_use]
    pub fn origin(&self, line: u32, origins: &[OriginId]) -> Origin {
        Chain::of(self, origins).into_origin(line)
    }

    /// The place that a person would edit of a text that came from `origins`, as [`Origin::edit`] of its chain has it, without the rest of the chain.
    #[must_use]
    pub fn edit(&self, origins: &[OriginId]) -> Option<Span> {
        let chain = Chain::of(self, origins);
        let value = chain.values.first().and_then(|&value| match self.get(value) {
            Some(Source::Value { span, .. }) => Some(*span),
            Some(_) | None => None,
        });
        value.or_else(|| chain.templates.first().copied())
    }

    /// The line of a template that a text which came from `origins` begins with.
    #[must_use]
    pub fn template(&self, origins: &[OriginId]) -> Option<Span> {
        Chain::of(self, origins).templates.first().copied()
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
}

/// A chain that is being followed; each source and frame is looked at once, however many ways lead to it.
pub(super) struct Chain<'a> {
    trace: &'a Trace,
    pub(super) values: Vec<OriginId>,
    pub(super) templates: Vec<Span>,
    pub(super) frames: Vec<FrameId>,
    guards: Vec<OriginId>,
    collected: BTreeSet<OriginId>,
    guarding: BTreeSet<OriginId>,
    framed: BTreeSet<FrameId>,
    written: BTreeSet<Span>,
    reached: BTreeSet<FrameId>,
}

impl<'a> Chain<'a> {
    pub(super) fn new(trace: &'a Trace) -> Self {
        Self {
            trace,
            values: Vec::new(),
            templates: Vec::new(),
            frames: Vec::new(),
            guards: Vec::new(),
            collected: BTreeSet::new(),
            guarding: BTreeSet::new(),
            framed: BTreeSet::new(),
            written: BTreeSet::new(),
            reached: BTreeSet::new(),
        }
    }

    pub(super) fn of(trace: &'a Trace, origins: &[OriginId]) -> Self {
        let mut chain = Self::new(trace);
        for &id in origins {
            chain.collect(id);
        }
        chain
    }

    /// Follows the origin of a text, each source before those behind it.
    pub(super) fn collect(&mut self, first: OriginId) {
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

    pub(super) fn template(&mut self, span: Span, frame: FrameId) {
        if self.written.insert(span) {
            self.templates.push(span);
        }
        if self.reached.insert(frame) {
            self.frames.push(frame);
        }
    }

    pub(super) fn into_origin(mut self, line: u32) -> Origin {
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
        let told: BTreeSet<Option<Span>> = links.iter().filter(|link| link.role == Role::Values).map(|link| link.span).collect();
        // A value is recorded again where it hides another one; each place counts once.
        let mut seen = BTreeSet::new();
        guards.retain(|guard| !told.contains(&guard.span) && seen.insert((guard.span, guard.key.clone(), guard.name.clone())));
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
                    guards.extend(self.value_link(id, Role::Guard));
                }
                Some(Source::Template { frame, .. }) => frames.push(*frame),
                Some(Source::Action { frame, input, .. }) => {
                    frames.push(*frame);
                    open.push(*input);
                }
                Some(Source::Join(inputs)) => open.extend(inputs.iter().rev()),
                Some(Source::Skips { from, to }) => {
                    for skip in self.trace.skips.get(*from as usize..*to as usize).unwrap_or_default() {
                        frames.push(skip.frame);
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
