//! The joins of an environment, made once and looked up by the places of its resources.

use std::collections::BTreeMap;

use portcullis_source::Node;
use regorus::Value;

use super::{
    reference::{Reference, makes, references},
    selector::{Selected, Selector, label},
};
use crate::{
    Resource,
    engine::apart::in_one_cluster,
    input::{is_of_one, misshapen, object, of_path, pod_metadata, pod_spec, text},
};

/// The joins of a platform, by the places of its resources; what is written in a version that no cluster serves any more joins nothing.
#[derive(Debug, Default)]
pub(in crate::engine) struct Joins {
    scalers: BTreeMap<usize, Vec<usize>>,
    selects: BTreeMap<usize, Vec<usize>>,
    /// By what is selected, the kind of what selects it, and its places.
    selected: BTreeMap<usize, BTreeMap<&'static str, Vec<usize>>>,
    counts: BTreeMap<usize, Vec<(usize, usize)>>,
    references: BTreeMap<usize, Value>,
    /// What names a resource.
    referrers: BTreeMap<usize, Vec<usize>>,
}

/// Under which name a resource has those that select it, by their kind.
const SELECTED_BY: [(&str, &str); 5] = [
    ("NetworkPolicy", "policies"),
    ("PodDisruptionBudget", "budgets"),
    ("PodMonitor", "monitors"),
    ("Service", "services"),
    ("ServiceMonitor", "monitors"),
];

/// What is joined, sorted by how it is found.
struct Index<'a> {
    members: &'a [&'a Resource],
    /// What has the shape that rules expect; the rest has been told as a problem, and rules do not see it.
    shaped: Vec<(usize, &'a Resource)>,
    by_name: BTreeMap<(&'a str, &'a str, &'a str, &'a str), Vec<usize>>,
    /// What carries pods, with their labels, by namespace.
    pods: BTreeMap<&'a str, Vec<(usize, Option<&'a Node>)>>,
    services: BTreeMap<&'a str, Vec<(usize, Option<&'a Node>)>>,
}

impl<'a> Index<'a> {
    fn of(members: &'a [&'a Resource]) -> Self {
        let shaped = members.iter().copied().enumerate().filter(|(_, resource)| misshapen(resource).is_none()).collect();
        let mut index = Self { members, shaped, by_name: BTreeMap::new(), pods: BTreeMap::new(), services: BTreeMap::new() };
        for &(id, resource) in &index.shaped {
            let identity = &resource.identity;
            let namespace = namespace(resource);
            let own = (resource.group(), &*identity.kind, &*identity.name);
            for (group, kind, name) in std::iter::once(own).chain(makes(resource)) {
                index.by_name.entry((group, kind, namespace, name)).or_default().push(id);
            }
            if let Some(metadata) = pod_metadata(resource) {
                index.pods.entry(namespace).or_default().push((id, metadata.and_then(|metadata| metadata.get("labels"))));
            }
            if (&*identity.kind, &*identity.api_version) == ("Service", "v1") {
                let labels = resource.node().and_then(|node| node.at(&["metadata", "labels"]));
                index.services.entry(namespace).or_default().push((id, labels));
            }
        }
        index
    }

    /// Whether another resource may be in the same cluster.
    fn meets(&self, resource: &Resource, other: usize) -> bool {
        self.members.get(other).is_some_and(|other| in_one_cluster(resource, other))
    }

    /// What a resource selects.
    fn selected(&self, resource: &Resource) -> Option<Vec<usize>> {
        let (selector, what) = Selector::of(resource)?;
        let all = match what {
            Selected::Pods => &self.pods,
            Selected::Services => &self.services,
        };
        let here = all.get(namespace(resource)).into_iter().flatten();
        // Labels that controllers give to single pods are on none of the templates.
        let selects = |id: usize, labels: Option<&Node>| selector.matches(labels) || self.is_one_of(id, &selector);
        Some(here.filter(|(id, labels)| self.meets(resource, *id) && selects(*id, *labels)).map(|(id, _)| *id).collect())
    }

    /// Whether a plain map selects a single pod of a workload, or those of one revision, by a label that its controller gives them.
    fn is_one_of(&self, id: usize, selector: &Selector<'_>) -> bool {
        let (Selector::Map(map), Some(resource)) = (selector, self.members.get(id)) else { return false };
        let labels = pod_metadata(resource).flatten().and_then(|metadata| metadata.get("labels"));
        map.as_map().is_some_and(|map| {
            map.entries.iter().all(|entry| {
                is_of_one(&resource.identity.kind, &entry.key)
                    || entry.value.as_str().is_some_and(|value| label(labels, &entry.key) == Some(value))
            })
        })
    }

    /// What a reference means.
    fn named(&self, resource: &Resource, reference: &Reference<'_>) -> Vec<usize> {
        let (group, kind, name) = reference.to;
        let found = self.by_name.get(&(group, kind, namespace(resource), name)).into_iter().flatten();
        found.copied().filter(|other| self.meets(resource, *other)).collect()
    }
}

fn namespace(resource: &Resource) -> &str {
    resource.identity.namespace.as_deref().unwrap_or_default()
}

impl Joins {
    /// Joins the resources of an environment.
    pub(in crate::engine) fn of(members: &[&Resource]) -> Self {
        let index = Index::of(members);
        let mut joins = Self::default();
        for (id, _) in index.pods.values().flatten() {
            joins.scalers.insert(*id, Vec::new());
            joins.selected.insert(*id, SELECTED_BY.into_iter().map(|(_, name)| (name, Vec::new())).collect());
        }
        for &(id, resource) in &index.shaped {
            if let Some(selected) = index.selected(resource) {
                let name = SELECTED_BY.iter().find(|(kind, _)| *kind == &*resource.identity.kind).map(|(_, name)| *name);
                for one in &selected {
                    if let Some(name) = name {
                        joins.selected.entry(*one).or_default().entry(name).or_default().push(id);
                    }
                }
                joins.selects.insert(id, selected);
            }
            joins.refer(&index, id, resource);
        }
        joins.spreads(&index);
        joins
    }

    fn refer(&mut self, index: &Index<'_>, id: usize, resource: &Resource) {
        let found = references(resource);
        if found.is_empty() {
            return;
        }
        let is_scaler = is_scaler(resource);
        let mut told = Vec::with_capacity(found.len());
        for reference in &found {
            let ids = index.named(resource, reference);
            for other in &ids {
                self.referrers.entry(*other).or_default().push(id);
                if let (true, Some(scalers)) = (is_scaler, self.scalers.get_mut(other)) {
                    scalers.push(id);
                }
            }
            told.push(told_reference(reference, &ids));
        }
        self.references.insert(id, Value::from(told));
    }

    /// Finds whose pods the topology spread constraints of a workload count beside its own.
    fn spreads(&mut self, index: &Index<'_>) {
        for &(id, resource) in &index.shaped {
            let Some(spec) = pod_spec(resource) else { continue };
            let others = index.pods.get(namespace(resource)).map(Vec::as_slice).unwrap_or_default();
            let own = others.iter().find(|(other, _)| *other == id).and_then(|(_, labels)| *labels);
            let constraints = spec.get("topologySpreadConstraints").map(Node::items).unwrap_or_default();
            for (place, constraint) in constraints.iter().enumerate() {
                let keys = constraint.get("matchLabelKeys").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str);
                let keys: Vec<&str> = keys.collect();
                if keys.iter().any(|key| is_of_one(&resource.identity.kind, key)) {
                    continue;
                }
                // A key that the pod has no label for is passed over.
                let is_alike =
                    |labels: Option<&Node>| keys.iter().all(|key| label(own, key).is_none_or(|value| label(labels, key) == Some(value)));
                let selector = Selector::Labels(constraint.get("labelSelector"));
                let counted = others.iter().filter(|(other, labels)| {
                    // The same object from another place, such as a base and its overlay, is the workload itself.
                    let is_other = index.members.get(*other).is_some_and(|other| {
                        (&other.identity.kind, &other.identity.name) != (&resource.identity.kind, &resource.identity.name)
                            && in_one_cluster(resource, other)
                            && !is_owned(other)
                    });
                    is_other && selector.matches(*labels) && is_alike(*labels)
                });
                self.counts.entry(id).or_default().extend(counted.map(|(other, _)| (place, *other)));
            }
        }
    }

    /// The two ends of every join.
    pub(in crate::engine) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let listed = [&self.scalers, &self.selects, &self.referrers].into_iter().flatten();
        let listed = listed.flat_map(|(id, others)| others.iter().map(|other| (*id, *other)));
        listed.chain(self.counts.iter().flat_map(|(id, counts)| counts.iter().map(|(_, other)| (*id, *other))))
    }

    /// What a resource is joined with, by name.
    pub(in crate::engine) fn entries(&self, id: usize) -> impl Iterator<Item = (Value, Value)> {
        let ids = |ids: &BTreeMap<usize, Vec<usize>>| ids.get(&id).map(|ids| of_ids(ids));
        let counts = self.counts.get(&id).map(|counts| Value::from(counts.iter().map(count).collect::<Vec<_>>()));
        let own = [
            ("scalers", ids(&self.scalers)),
            ("selects", ids(&self.selects)),
            ("referrers", ids(&self.referrers)),
            ("references", self.references.get(&id).cloned()),
            ("counts", counts),
        ];
        let own = own.into_iter().filter_map(|(name, value)| Some((text(name), value?)));
        own.chain(self.selected.get(&id).into_iter().flatten().map(|(name, ids)| (text(name), of_ids(ids))))
    }
}

/// `{constraint, other}`: the place of a constraint and the id of a workload whose pods it counts too.
fn count((place, other): &(usize, usize)) -> Value {
    object([("constraint", Value::from(*place)), ("other", Value::from(*other))])
}

/// `{at, group, kind, name, optional, ids}`: a name and what has it; no ids where nothing in sight does.
fn told_reference(reference: &Reference<'_>, ids: &[usize]) -> Value {
    let (group, kind, name) = reference.to;
    object([
        ("at", of_path(&reference.at)),
        ("group", text(group)),
        ("kind", text(kind)),
        ("name", text(name)),
        ("optional", Value::Bool(reference.is_optional)),
        ("ids", of_ids(ids)),
    ])
}

/// Whether a resource scales another, in a version that clusters serve.
fn is_scaler(resource: &Resource) -> bool {
    matches!(
        (&*resource.identity.kind, &*resource.identity.api_version),
        ("HorizontalPodAutoscaler", "autoscaling/v1" | "autoscaling/v2") | ("ScaledObject", "keda.sh/v1alpha1")
    )
}

fn of_ids(ids: &[usize]) -> Value {
    Value::from(ids.iter().map(|id| Value::from(*id)).collect::<Vec<_>>())
}

/// What has an owner is a part of it.
fn is_owned(resource: &Resource) -> bool {
    let owners = resource.node().and_then(|node| node.at(&["metadata", "ownerReferences"]));
    owners.is_some_and(|owners| !owners.items().is_empty())
}
