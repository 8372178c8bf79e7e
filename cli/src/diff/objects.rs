//! The objects of both sides to those that change, come or go, field by field, with the lines that did it.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_policies::{Context, Resource};
use portcullis_source::{Document, Origin, Sources, Span, Step};

use super::{
    fields::{Difference, Found, differences, same},
    hazard,
    lines::ChangedLines,
    show::Secrets,
};
use crate::{
    group,
    report::{ChangeKind, FieldChange, ObjectChange, ResourceName},
};

/// What tells the objects of an application apart: group, kind, namespace and name, and a count where several share them.
type Id<'a> = (&'a str, &'a str, Option<&'a str>, &'a str, usize);

/// How the changes are told.
pub(super) struct Telling<'a> {
    /// The table of the files of both sides.
    pub(super) sources: &'a Sources,
    /// The lines of the head that the change touches.
    pub(super) lines: &'a ChangedLines<'a>,
    /// What must not be shown.
    pub(super) secrets: &'a Secrets,
}

/// The objects of one side beside those of the other.
pub(super) fn pairs<'a>(base: &'a [Resource], head: &'a [Resource]) -> Vec<(Option<&'a Resource>, Option<&'a Resource>)> {
    let mut pairs: BTreeMap<Id<'a>, (Option<&Resource>, Option<&Resource>)> = BTreeMap::new();
    for (id, resource) in counted(base) {
        pairs.entry(id).or_default().0 = Some(resource);
    }
    for (id, resource) in counted(head) {
        pairs.entry(id).or_default().1 = Some(resource);
    }
    pairs.into_values().collect()
}

fn counted(resources: &[Resource]) -> impl Iterator<Item = (Id<'_>, &Resource)> {
    let mut seen: BTreeMap<Id<'_>, usize> = BTreeMap::new();
    resources.iter().map(move |resource| {
        let identity = &resource.identity;
        let (group, kind, namespace, name) = (resource.group(), &*identity.kind, identity.namespace.as_deref(), &*identity.name);
        let nth = seen.entry((group, kind, namespace, name, 0)).or_default();
        *nth += 1;
        ((group, kind, namespace, name, *nth), resource)
    })
}

/// Whether an object is the same on both sides.
pub(super) fn is_same((before, after): &(Option<&Resource>, Option<&Resource>)) -> bool {
    match (before.and_then(Resource::node), after.and_then(Resource::node)) {
        (Some(before), Some(after)) => same(before, after),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

impl Telling<'_> {
    /// What happens to an object; nothing where it stays the same.
    pub(super) fn object(&self, pair: (Option<&Resource>, Option<&Resource>)) -> Option<ObjectChange> {
        if is_same(&pair) {
            return None;
        }
        let (before, after) = pair;
        let (kind, subject) = match pair {
            (Some(_), Some(after)) => (ChangeKind::Changed, after),
            (None, Some(after)) => (ChangeKind::Added, after),
            (Some(before), None) => (ChangeKind::Removed, before),
            (None, None) => return None,
        };
        let found = match (before.and_then(Resource::node), after.and_then(Resource::node)) {
            (Some(old), Some(new)) => differences(old, new),
            (Some(_), None) | (None, Some(_)) | (None, None) => Vec::new(),
        };
        let whole = subject.document.origin(&subject.base);
        let text = |resource: &Resource| Arc::from(self.secrets.yaml(resource));
        Some(ObjectChange {
            object: name(subject),
            kind,
            hazards: hazard::of(before, after, &found),
            fields: found.iter().filter_map(|difference| self.field(before, after, difference)).collect(),
            before: before.map(text),
            after: after.map(text),
            place: self.place(kind, &whole),
        })
    }

    /// What happens to an Application itself; what it tells Helm shows in what it deploys.
    pub(super) fn application(&self, before: Option<&Arc<Document>>, after: Option<&Arc<Document>>) -> Option<ObjectChange> {
        let read = |document: Option<&Arc<Document>>| {
            document.and_then(|document| Resource::read(document, &Context::default()).value.into_iter().next())
        };
        let (before, after) = (read(before), read(after));
        let mut change = self.object((before.as_ref(), after.as_ref()))?;
        let is_told = |field: &FieldChange| !field.path.starts_with("/spec/source") || !field.path.contains("/helm");
        change.fields.retain(is_told);
        (change.kind != ChangeKind::Changed || !change.fields.is_empty()).then_some(change)
    }

    fn field(&self, before: Option<&Resource>, after: Option<&Resource>, difference: &Difference<'_>) -> Option<FieldChange> {
        let kind = match (&difference.before, &difference.after) {
            (Some(_), Some(_)) => ChangeKind::Changed,
            (None, Some(_)) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
            (None, None) => return None,
        };
        let value = |resource: Option<&Resource>, found: &Option<Found<'_>>| {
            let (resource, found) = resource.zip(found.as_ref())?;
            Some(self.secrets.field(resource, found.node))
        };
        // What goes was made by the base; where the change touches what it would have come from, that is the place.
        let missing = after.filter(|_| kind == ChangeKind::Removed).map(|after| after.document.origin(&whole(after, &difference.gone)));
        let missing = missing.filter(|origin| self.lines.is_touched(origin, self.sources));
        let (resource, found) = match &difference.after {
            Some(found) => (after?, found),
            None => (before?, difference.before.as_ref()?),
        };
        let (kind_of_place, origin) = match missing {
            Some(origin) => (ChangeKind::Changed, origin),
            None => (kind, resource.document.origin(&whole(resource, &found.path))),
        };
        Some(FieldChange {
            path: difference.shown.clone(),
            kind,
            before: value(before, &difference.before),
            after: value(after, &difference.after),
            place: self.place(kind_of_place, &origin),
            chain: group::chain(&origin, self.sources),
        })
    }

    /// Where the change shows; what goes stands in the base, where no line is added or edited.
    fn place(&self, kind: ChangeKind, origin: &Origin) -> Option<(Span, portcullis_source::Location)> {
        let span = match kind {
            ChangeKind::Removed => origin.edit(),
            ChangeKind::Added | ChangeKind::Changed => self.lines.place(origin, self.sources),
        };
        span.and_then(|span| Some((span, self.sources.locate(span)?)))
    }
}

fn whole(resource: &Resource, path: &[Step]) -> Vec<Step> {
    resource.base.iter().chain(path).cloned().collect()
}

/// The name of an object for reports.
pub(super) fn name(resource: &Resource) -> ResourceName {
    group::resource(&resource.identity)
}
