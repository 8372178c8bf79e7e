//! The places of a value to the rendered fields that it gives their values or guards, and to the branches that it keeps away.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_policies::Resource;
use portcullis_source::{Data, Location, Node, Role, Span, Step, Trace};

use crate::{group, report::ResourceName};

/// What a value is to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The field has its value from it.
    Gives,
    /// The field is there because of it.
    Guards,
}

impl Part {
    /// The word for it in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gives => "gives",
            Self::Guards => "guards",
        }
    }
}

/// A field that a value reaches, with all that lies below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Effect {
    /// The object.
    pub(crate) object: ResourceName,
    /// What the value is to it.
    pub(crate) part: Part,
    /// The JSON pointer of the field, empty for the whole object.
    pub(crate) path: String,
    /// The line of the rendered text.
    pub(crate) line: u32,
}

/// A branch that a template did not take because of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Withheld {
    /// Where it stands.
    pub(crate) location: Location,
    /// The keys that it would have written.
    pub(crate) keys: Vec<Arc<str>>,
}

/// What values reach.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// The fields.
    pub(crate) fields: Vec<Effect>,
    /// The branches.
    pub(crate) withheld: Vec<Withheld>,
}

impl Effects {
    /// Looks through all objects of an application.
    pub(crate) fn of(places: &[Span], resources: &[Resource], sources: &portcullis_source::Sources) -> Self {
        let places: BTreeSet<Span> = places.iter().copied().collect();
        let mut found = Self::default();
        let mut traces: Vec<&Arc<Trace>> = Vec::new();
        for resource in resources {
            let Some(node) = resource.node() else { continue };
            let mut fields = Vec::new();
            let mut walk = Walk { resource, places: &places, fields: &mut fields };
            let mut path = resource.base.clone();
            if let Some(part) = walk.node(node, &mut path) {
                fields = vec![walk.effect(part, node, &path)];
            }
            found.fields.extend(fields);
            if let Some(trace) = resource.document.text.trace().filter(|trace| !traces.iter().any(|known| Arc::ptr_eq(known, trace))) {
                traces.push(trace);
            }
        }
        for trace in traces {
            found.withheld.extend(
                trace.kept_away(&places).into_iter().map(|(span, keys)| Withheld { location: group::location(Some(span), sources), keys }),
            );
        }
        found.withheld.sort();
        found.withheld.dedup();
        found
    }
}

struct Walk<'a> {
    resource: &'a Resource,
    places: &'a BTreeSet<Span>,
    fields: &'a mut Vec<Effect>,
}

impl Walk<'_> {
    /// What the value is to everything in a node; where that differs, the parts are noted one by one.
    fn node(&mut self, node: &Node, path: &mut Vec<Step>) -> Option<Part> {
        let children: Vec<(Step, &Node)> = match &node.data {
            Data::Map(map) => map.entries.iter().map(|entry| (Step::Key(Arc::clone(&entry.key)), &entry.value)).collect(),
            Data::List(items) => items.iter().enumerate().map(|(index, item)| (Step::Index(index), item)).collect(),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => Vec::new(),
        };
        if children.is_empty() {
            return self.leaf(path);
        }
        let before = self.fields.len();
        let mut parts = Vec::new();
        for (step, child) in children {
            path.push(step);
            let part = self.node(child, path);
            if let Some(part) = part {
                let effect = self.effect(part, child, path);
                self.fields.push(effect);
            }
            parts.push(part);
            path.pop();
        }
        let whole = parts.first().copied().flatten().filter(|first| parts.iter().all(|part| *part == Some(*first)));
        if whole.is_some() {
            self.fields.truncate(before);
        }
        whole
    }

    fn leaf(&self, path: &[Step]) -> Option<Part> {
        let links = self.resource.document.origin(path).links;
        let has = |role| links.iter().any(|link| link.role == role && link.span.is_some_and(|span| self.places.contains(&span)));
        if has(Role::Values) { Some(Part::Gives) } else { has(Role::Guard).then_some(Part::Guards) }
    }

    fn effect(&self, part: Part, node: &Node, path: &[Step]) -> Effect {
        let below = path.get(self.resource.base.len()..).unwrap_or_default();
        let line = self.resource.document.text.line(node.range.start);
        Effect { object: group::resource(&self.resource.identity), part, path: super::field::pointer(below), line }
    }
}
