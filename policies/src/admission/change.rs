//! What a change adds: violations that the old object had already are not its fault.

use portcullis_source::{Data, Node, Step};

use crate::{Fault, Finding, Resource, engine::stable_path};

/// Whether an object is the same but for its metadata and status: who only takes off a finalizer must never be stopped.
pub(super) fn is_bookkeeping(old: &Node, new: &Node) -> bool {
    let (Some(old), Some(new)) = (old.as_map(), new.as_map()) else { return false };
    let is_content = |key: &str| key != "metadata" && key != "status";
    let count = |map: &portcullis_source::Map| map.entries.iter().filter(|entry| is_content(&entry.key)).count();
    count(old) == count(new)
        && new
            .entries
            .iter()
            .filter(|entry| is_content(&entry.key))
            .all(|entry| old.get(&entry.key).is_some_and(|old| is_same(old, &entry.value)))
}

/// Whether two objects have the same labels and annotations, or the new one is only waited for to go.
pub(super) fn is_same_named(old: &Node, new: &Node) -> bool {
    let is_going = new.at(&["metadata", "deletionTimestamp"]).is_some_and(|time| !time.is_null());
    let same = |key: &str| match (old.at(&["metadata", key]), new.at(&["metadata", key])) {
        (Some(old), Some(new)) => is_same(old, new),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    is_going || (same("labels") && same("annotations"))
}

/// The findings that an old object has already.
pub(super) struct Before<'a> {
    pub(super) findings: Vec<(&'a Resource, Finding)>,
    pub(super) faults: Vec<Fault>,
}

impl Before<'_> {
    /// Whether the old object has a finding already: by the same rule, in the same field of the same item, in the same words, and with the
    /// same value there. Who writes another value that is wrong as well answers for it.
    pub(super) fn has(&self, resource: &Resource, finding: &Finding) -> bool {
        let path = stable_path(resource, &finding.path);
        let value = at(resource, &finding.path);
        self.findings.iter().any(|(old, known)| {
            known.rule == finding.rule
                && known.message == finding.message
                && stable_path(old, &known.path) == path
                && match (at(old, &known.path), value) {
                    (Some(old), Some(new)) => is_same(old, new),
                    (None, None) => true,
                    (Some(_), None) | (None, Some(_)) => false,
                }
        })
    }

    /// Whether the old object could not be checked either, for the same reason.
    pub(super) fn has_fault(&self, fault: &Fault) -> bool {
        self.faults.iter().any(|known| known.rule == fault.rule && known.reason == fault.reason)
    }
}

fn at<'a>(resource: &'a Resource, path: &[Step]) -> Option<&'a Node> {
    path.iter().try_fold(resource.node()?, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.items().get(*index),
    })
}

/// Whether two values are equal, wherever they stand.
fn is_same(left: &Node, right: &Node) -> bool {
    match (&left.data, &right.data) {
        (Data::Null, Data::Null) => true,
        (Data::Bool(left), Data::Bool(right)) => left == right,
        (Data::Int(left), Data::Int(right)) => left == right,
        (Data::Uint(left), Data::Uint(right)) => left == right,
        (Data::Float(left), Data::Float(right)) => left == right,
        (Data::String(left), Data::String(right)) => left == right,
        (Data::List(left), Data::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Data::Map(left), Data::Map(right)) => {
            left.entries.len() == right.entries.len()
                && left.entries.iter().all(|entry| right.get(&entry.key).is_some_and(|other| is_same(&entry.value, other)))
        }
        (
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) | Data::Map(_),
            _,
        ) => false,
    }
}
