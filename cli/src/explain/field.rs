//! A rendered field, as a person names it, to its chain; of a field that is missing, to why it is.

use std::{fmt::Write as _, sync::Arc};

use portcullis_policies::Resource;
use portcullis_source::{Data, Node, Origin, Sources, Step as Exact};

use super::{Step, Wanted, near};
use crate::{
    diff::Secrets,
    group,
    report::{ChainLink, ResourceName},
};

/// How many objects a missing field is explained for.
const MAX_MISSING: usize = 3;

/// A rendered field, or one that is missing.
pub(crate) struct FieldAnswer {
    /// The object.
    pub(crate) object: ResourceName,
    /// The JSON pointer of the field.
    pub(crate) path: String,
    /// Its value as JSON, secrets as short keyed hashes; none where it is missing.
    pub(crate) value: Option<String>,
    /// How it came to be, or why it did not.
    pub(crate) chain: Vec<ChainLink>,
    /// Fields of nearly the same name beside one that is missing.
    pub(crate) near: Vec<String>,
}

/// The objects of an application, and how they are shown.
#[derive(Clone, Copy)]
pub(crate) struct Objects<'a> {
    /// The objects.
    pub(crate) resources: &'a [Resource],
    /// What is not shown of them.
    pub(crate) secrets: &'a Secrets,
    /// The files.
    pub(crate) sources: &'a Sources,
}

/// The fields that are meant; where there are none, those that are missing of the objects that are meant.
pub(crate) fn find(wanted: &Wanted, objects: Objects<'_>) -> Vec<FieldAnswer> {
    let meant: Vec<&Resource> = objects.resources.iter().filter(|resource| is_meant(wanted, resource)).collect();
    let mut found = Vec::new();
    for resource in &meant {
        let Some(node) = resource.node() else { continue };
        let mut paths = Vec::new();
        matches(node, &wanted.steps, &mut Vec::new(), &mut paths);
        paths.sort();
        paths.dedup();
        found.extend(paths.into_iter().filter_map(|path| objects.present(resource, &path)));
    }
    if found.is_empty() && wanted.is_exact() {
        found = objects.missing(wanted, &meant);
    }
    if found.is_empty() && meant.is_empty() {
        found.extend(wanted.kind.as_deref().and_then(|kind| objects.absent(kind, wanted)));
    }
    found
}

fn is_meant(wanted: &Wanted, resource: &Resource) -> bool {
    let identity = &resource.identity;
    wanted.kind.as_deref().is_none_or(|kind| *identity.kind == *kind) && wanted.name.as_deref().is_none_or(|name| *identity.name == *name)
}

impl Objects<'_> {
    fn present(&self, resource: &Resource, path: &[Exact]) -> Option<FieldAnswer> {
        let whole: Vec<Exact> = resource.base.iter().chain(path).cloned().collect();
        let node = resource.document.node_at(&whole)?;
        Some(FieldAnswer {
            value: Some(self.secrets.field(resource, node)),
            ..self.answer(resource, path, &resource.document.origin(&whole))
        })
    }

    fn answer(&self, resource: &Resource, path: &[Exact], origin: &Origin) -> FieldAnswer {
        let chain = group::chain(origin, self.sources);
        FieldAnswer { object: group::resource(&resource.identity), path: pointer(path), value: None, chain, near: Vec::new() }
    }

    /// The field in those objects that come nearest to having it.
    fn missing(&self, wanted: &Wanted, meant: &[&Resource]) -> Vec<FieldAnswer> {
        let steps = |resource: &Resource| resource.node().map(|node| exact(node, &wanted.steps)).unwrap_or_default();
        let depth = |resource: &Resource| {
            let steps = steps(resource);
            (0..=steps.len()).rev().find(|&length| at(resource, steps.get(..length).unwrap_or_default()).is_some()).unwrap_or(0)
        };
        let deepest = meant.iter().map(|resource| depth(resource)).max().unwrap_or(0);
        let nearest: Vec<&&Resource> = meant.iter().filter(|resource| depth(resource) == deepest).collect();
        // What hardly any object could have is a mistake rather than a question.
        if (wanted.kind.is_none() && deepest == 0) || nearest.len() > MAX_MISSING {
            return Vec::new();
        }
        let answer = |resource: &&&Resource| {
            let path = steps(resource);
            let whole: Vec<Exact> = resource.base.iter().chain(&path).cloned().collect();
            let mut answer = self.answer(resource, &path, &resource.document.origin(&whole));
            let there = path.get(..deepest).unwrap_or_default();
            if let (Some(Data::Map(map)), Some(Exact::Key(key))) = (at(resource, there).map(|node| &node.data), path.get(deepest)) {
                let close = near(key, map.entries.iter().map(|entry| &*entry.key));
                answer.near = close.into_iter().map(|key| format!("{}/{key}", pointer(there))).collect();
            }
            answer
        };
        nearest.iter().map(answer).collect()
    }

    /// Why there is no object of a kind, where a branch for it was not taken.
    fn absent(&self, kind: &str, wanted: &Wanted) -> Option<FieldAnswer> {
        let origin = self.resources.iter().find_map(|resource| resource.document.text.origin_of_absent(resource.document.range, kind))?;
        let name = wanted.name.clone().unwrap_or_default();
        let object = ResourceName { api_version: String::new(), kind: kind.to_owned(), namespace: None, name };
        Some(FieldAnswer { object, path: String::new(), value: None, chain: group::chain(&origin, self.sources), near: Vec::new() })
    }
}

fn at<'a>(resource: &'a Resource, path: &[Exact]) -> Option<&'a Node> {
    let whole: Vec<Exact> = resource.base.iter().chain(path).cloned().collect();
    resource.document.node_at(&whole)
}

/// The steps of a pattern that stands for one place, as far as names of items can be looked up.
fn exact(node: &Node, steps: &[Step]) -> Vec<Exact> {
    let mut at = Some(node);
    let mut found = Vec::new();
    for step in steps {
        let next = match step {
            // A number may be a key too.
            Step::Index(index) if at.is_some_and(|node| node.as_map().is_some()) => Exact::Key(Arc::from(index.to_string())),
            Step::Index(index) => Exact::Index(*index),
            Step::Key(key) => Exact::Key(Arc::from(&**key)),
            Step::Named(field, value) => {
                let items = at.map(Node::items).unwrap_or_default();
                Exact::Index(items.iter().position(|item| is_named(item, field, value)).unwrap_or(items.len()))
            }
            Step::Any | Step::Deep => break,
        };
        at = at.and_then(|node| match &next {
            Exact::Key(key) => node.get(key),
            Exact::Index(index) => node.items().get(*index),
        });
        found.push(next);
    }
    found
}

fn is_named(item: &Node, field: &str, value: &str) -> bool {
    item.get(field).is_some_and(|node| match &node.data {
        Data::String(text) => **text == *value,
        Data::Map(_) | Data::List(_) => false,
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) => {
            let text = portcullis_policies::json(node).to_string();
            text == value
        }
    })
}

/// The paths below a node that a pattern leads to.
fn matches(node: &Node, steps: &[Step], path: &mut Vec<Exact>, found: &mut Vec<Vec<Exact>>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(path.clone());
        return;
    };
    if *step == Step::Deep {
        matches(node, rest, path, found);
    }
    let children: Vec<(Exact, &Node)> = match &node.data {
        Data::Map(map) => map.entries.iter().map(|entry| (Exact::Key(Arc::clone(&entry.key)), &entry.value)).collect(),
        Data::List(items) => items.iter().enumerate().map(|(index, item)| (Exact::Index(index), item)).collect(),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => return,
    };
    for (exact, child) in children {
        let fits = match (step, &exact) {
            (Step::Key(wanted), Exact::Key(key)) => **key == **wanted,
            (Step::Index(wanted), Exact::Index(index)) => index == wanted,
            (Step::Index(wanted), Exact::Key(key)) => **key == *wanted.to_string(),
            (Step::Named(field, value), Exact::Index(_)) => is_named(child, field, value),
            (Step::Any | Step::Deep, _) => true,
            (Step::Key(_), Exact::Index(_)) | (Step::Named(..), Exact::Key(_)) => false,
        };
        if fits {
            path.push(exact);
            matches(child, if *step == Step::Deep { steps } else { rest }, path, found);
            path.pop();
        }
    }
}

/// A path as a JSON pointer.
pub(super) fn pointer(path: &[Exact]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Exact::Key(key) => _ = write!(text, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Exact::Index(index) => _ = write!(text, "/{index}"),
        }
    }
    text
}
