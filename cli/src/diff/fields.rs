//! Two values of one object to the fields that differ.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_source::{Data, Node, Step};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A field that differs: its value and path on each side where it is there.
#[derive(Clone, Debug)]
pub(super) struct Difference<'a> {
    /// The path for people, in which items with names count by them.
    pub(super) shown: String,
    /// Before.
    pub(super) before: Option<Found<'a>>,
    /// Afterwards.
    pub(super) after: Option<Found<'a>>,
    /// The path afterwards of what is no longer there, as far as it can be named.
    pub(super) gone: Vec<Step>,
}

/// A value and where it is in its object.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    /// The value.
    pub(super) node: &'a Node,
    /// The path.
    pub(super) path: Vec<Step>,
}

/// The keys that tell the items of a list apart, by what Kubernetes merges lists by; the first that all items have and no two share.
const KEYS: [&str; 9] = ["name", "key", "containerPort", "port", "mountPath", "devicePath", "topologyKey", "ip", "uid"];

/// The fields in which two values differ, in the order of their paths.
pub(super) fn differences<'a>(before: &'a Node, after: &'a Node) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    let pair = Pair { before: (before, Vec::new()), after: (after, Vec::new()), shown: String::new() };
    pair.compare(&mut found);
    found
}

/// Whether two values are the same, whatever their texts look like.
pub(super) fn same(left: &Node, right: &Node) -> bool {
    match (&left.data, &right.data) {
        (Data::Null, Data::Null) => true,
        (Data::Bool(left), Data::Bool(right)) => left == right,
        (Data::Int(left), Data::Int(right)) => left == right,
        (Data::Uint(left), Data::Uint(right)) => left == right,
        (Data::Float(left), Data::Float(right)) => left.to_bits() == right.to_bits(),
        (Data::String(left), Data::String(right)) => left == right,
        (Data::List(left), Data::List(right)) => left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right)),
        (Data::Map(left), Data::Map(right)) => {
            left.entries.len() == right.entries.len()
                && left.entries.iter().all(|entry| right.get(&entry.key).is_some_and(|other| same(&entry.value, other)))
        }
        (
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) | Data::Map(_),
            _,
        ) => false,
    }
}

/// Two values at the same place.
struct Pair<'a> {
    before: (&'a Node, Vec<Step>),
    after: (&'a Node, Vec<Step>),
    shown: String,
}

fn found<'a>((node, path): &(&'a Node, Vec<Step>)) -> Found<'a> {
    Found { node, path: path.clone() }
}

fn below<'a>((_, path): &(&'a Node, Vec<Step>), step: Step, node: &'a Node) -> (&'a Node, Vec<Step>) {
    let mut path = path.clone();
    path.push(step);
    (node, path)
}

impl<'a> Pair<'a> {
    fn compare(&self, into: &mut Vec<Difference<'a>>) {
        if same(self.before.0, self.after.0) {
            return;
        }
        match (&self.before.0.data, &self.after.0.data) {
            (Data::Map(_), Data::Map(_)) => self.maps(into),
            (Data::List(before), Data::List(after)) => match key_of(before, after) {
                Some(key) => self.keyed(key, into),
                None => self.lists(before, after, into),
            },
            (
                Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) | Data::Map(_),
                _,
            ) => {
                into.push(Difference {
                    shown: self.shown.clone(),
                    before: Some(found(&self.before)),
                    after: Some(found(&self.after)),
                    gone: Vec::new(),
                });
            }
        }
    }

    /// What stands at one place of both values, as far as it is there.
    fn entry(&self, shown: String, before: Option<(&'a Node, Step)>, after: Option<(&'a Node, Step)>, into: &mut Vec<Difference<'a>>) {
        let mut gone = self.after.1.clone();
        gone.extend(before.as_ref().filter(|_| after.is_none()).and_then(|(_, step)| step.key()).map(|key| Step::Key(key.clone())));
        let before = before.map(|(node, step)| below(&self.before, step, node));
        let after = after.map(|(node, step)| below(&self.after, step, node));
        match (before, after) {
            (Some(before), Some(after)) => Pair { before, after, shown }.compare(into),
            (before, after) => {
                into.push(Difference { shown, before: before.as_ref().map(found), after: after.as_ref().map(found), gone });
            }
        }
    }

    fn maps(&self, into: &mut Vec<Difference<'a>>) {
        let keys = |node: &'a Node| node.as_map().into_iter().flat_map(|map| &map.entries).map(|entry| &entry.key);
        let all: BTreeSet<_> = keys(self.before.0).chain(keys(self.after.0)).collect();
        for key in all {
            let at = |node: &'a Node| node.get(key).map(|value| (value, Step::Key(key.clone())));
            let shown = format!("{}/{}", self.shown, key.replace('~', "~0").replace('/', "~1"));
            self.entry(shown, at(self.before.0), at(self.after.0), into);
        }
    }

    /// Lists whose items have names.
    fn keyed(&self, key: &str, into: &mut Vec<Difference<'a>>) {
        let by_name = |node: &'a Node| {
            let items = node.items().iter().enumerate();
            items.filter_map(|(index, item)| Some((scalar(item.get(key)?)?, (item, Step::Index(index))))).collect::<BTreeMap<_, _>>()
        };
        let (mut before, mut after) = (by_name(self.before.0), by_name(self.after.0));
        let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        for name in names {
            let shown = format!("{}/[{key}={name}]", self.shown);
            self.entry(shown, before.remove(&name), after.remove(&name), into);
        }
    }

    /// Other lists: what is left out and put in, in their order; what is put in the place of something is compared with it.
    fn lists(&self, before: &'a [Node], after: &'a [Node], into: &mut Vec<Difference<'a>>) {
        let texts = |items: &[Node]| items.iter().map(super::show::json).collect::<Vec<_>>();
        let edits = if before.len() + after.len() > MAX_ITEMS {
            vec![DiffOp::Replace { old_index: 0, old_len: before.len(), new_index: 0, new_len: after.len() }]
        } else {
            capture_diff_slices(Algorithm::Myers, &texts(before), &texts(after))
        };
        for edit in edits {
            let (old, new) = match edit {
                DiffOp::Equal { .. } => continue,
                DiffOp::Delete { old_index, old_len, new_index } => (old_index..old_index + old_len, new_index..new_index),
                DiffOp::Insert { old_index, new_index, new_len } => (old_index..old_index, new_index..new_index + new_len),
                DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                    (old_index..old_index + old_len, new_index..new_index + new_len)
                }
            };
            for offset in 0..old.len().max(new.len()) {
                let at = |items: &'a [Node], range: &std::ops::Range<usize>| {
                    let index = range.start + offset;
                    items.get(index).filter(|_| range.contains(&index)).map(|item| (item, Step::Index(index)))
                };
                let shown = format!("{}/{}", self.shown, if new.contains(&(new.start + offset)) { new.start } else { old.start } + offset);
                self.entry(shown, at(before, &old), at(after, &new), into);
            }
        }
    }
}

/// The most items of two lists that are compared one by one.
const MAX_ITEMS: usize = 5_000;

/// The key by which the items of both lists are told apart.
fn key_of(before: &[Node], after: &[Node]) -> Option<&'static str> {
    let is_unique = |key: &str, items: &[Node]| {
        let names: Option<BTreeSet<String>> = items.iter().map(|item| scalar(item.get(key)?)).collect();
        names.is_some_and(|names| names.len() == items.len())
    };
    KEYS.into_iter().find(|key| is_unique(key, before) && is_unique(key, after))
}

/// The text of a value that can be a name.
fn scalar(node: &Node) -> Option<String> {
    match &node.data {
        Data::String(text) => Some(text.to_string()),
        Data::Int(number) => Some(number.to_string()),
        Data::Null | Data::Bool(_) | Data::Uint(_) | Data::Float(_) | Data::List(_) | Data::Map(_) => None,
    }
}
