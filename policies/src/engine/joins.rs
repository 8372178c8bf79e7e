//! Which autoscalers and disruption budgets belong to which workloads, and whose pods their spreads count.

use std::collections::BTreeMap;

use portcullis_source::{Data, Node};
use regorus::Value;

use crate::{
    Resource,
    input::{is_of_one, misshapen, object, pod_metadata, pod_spec},
};

/// The joins of a platform, by the places of its resources; what is written in a version that no cluster serves any more joins nothing.
#[derive(Debug, Default)]
pub(super) struct Joins {
    scalers: BTreeMap<usize, Vec<usize>>,
    budgets: BTreeMap<usize, Vec<usize>>,
    selects: BTreeMap<usize, Vec<usize>>,
    counts: BTreeMap<usize, Vec<(usize, usize)>>,
}

impl Joins {
    /// Joins what has the shape that rules expect; the rest has been told as a problem, and rules do not see it.
    pub(super) fn of(members: &[&Resource]) -> Self {
        let mut joins = Self::default();
        let shaped: Vec<(usize, &Resource)> =
            members.iter().copied().enumerate().filter(|(_, resource)| misshapen(resource).is_none()).collect();
        let mut by_reference: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut by_namespace: BTreeMap<&str, Vec<(usize, Option<&Node>)>> = BTreeMap::new();
        for &(id, resource) in &shaped {
            let identity = &resource.identity;
            let namespace = identity.namespace.as_deref().unwrap_or_default();
            by_reference.entry((resource.group(), &*identity.kind, namespace, &*identity.name)).or_default().push(id);
            if let Some(metadata) = pod_metadata(resource) {
                joins.scalers.insert(id, Vec::new());
                joins.budgets.insert(id, Vec::new());
                by_namespace.entry(namespace).or_default().push((id, metadata.and_then(|metadata| metadata.get("labels"))));
            }
        }
        for &(id, resource) in &shaped {
            let namespace = resource.identity.namespace.as_deref().unwrap_or_default();
            let meets = |other: usize| members.get(other).is_some_and(|other| in_one_cluster(resource, other));
            match (&*resource.identity.kind, &*resource.identity.api_version) {
                ("HorizontalPodAutoscaler", "autoscaling/v1" | "autoscaling/v2") | ("ScaledObject", "keda.sh/v1alpha1") => {
                    let named = target(resource).and_then(|(group, kind, name)| by_reference.get(&(group, kind, namespace, name)));
                    for scaled in named.into_iter().flatten().filter(|scaled| meets(**scaled)) {
                        if let Some(scalers) = joins.scalers.get_mut(scaled) {
                            scalers.push(id);
                        }
                    }
                }
                ("PodDisruptionBudget", "policy/v1") => {
                    let selector = resource.node().and_then(|node| node.at(&["spec", "selector"]));
                    let pods = by_namespace.get(namespace).into_iter().flatten();
                    let selected: Vec<usize> =
                        pods.filter(|(pod, labels)| meets(*pod) && matches(selector, *labels)).map(|(pod, _)| *pod).collect();
                    for pod in &selected {
                        joins.budgets.entry(*pod).or_default().push(id);
                    }
                    joins.selects.insert(id, selected);
                }
                _ => {}
            }
        }
        joins.spreads(members, &shaped, &by_namespace);
        joins
    }

    /// Finds whose pods the topology spread constraints of a workload count beside its own.
    fn spreads(
        &mut self,
        members: &[&Resource],
        shaped: &[(usize, &Resource)],
        by_namespace: &BTreeMap<&str, Vec<(usize, Option<&Node>)>>,
    ) {
        for &(id, resource) in shaped {
            let Some(spec) = pod_spec(resource) else { continue };
            let namespace = resource.identity.namespace.as_deref().unwrap_or_default();
            let others = by_namespace.get(namespace).map(Vec::as_slice).unwrap_or_default();
            let own = others.iter().find(|(other, _)| *other == id).and_then(|(_, labels)| *labels);
            let constraints = spec.get("topologySpreadConstraints").map(Node::items).unwrap_or_default();
            for (place, constraint) in constraints.iter().enumerate() {
                let keys = constraint.get("matchLabelKeys").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str);
                let keys: Vec<&str> = keys.collect();
                if keys.iter().any(|key| is_of_one(&resource.identity.kind, key)) {
                    continue;
                }
                let label = |labels: Option<&Node>, key: &str| labels?.get(key)?.as_str().map(str::to_owned);
                // A key that the pod has no label for is passed over.
                let is_alike =
                    |labels: Option<&Node>| keys.iter().all(|key| label(own, key).is_none_or(|value| label(labels, key) == Some(value)));
                let selector = constraint.get("labelSelector");
                let counted = others.iter().filter(|(other, labels)| {
                    // The same object from another place, such as a base and its overlay, is the workload itself.
                    let is_other = members.get(*other).is_some_and(|other| {
                        (&other.identity.kind, &other.identity.name) != (&resource.identity.kind, &resource.identity.name)
                            && in_one_cluster(resource, other)
                            && !is_owned(other)
                    });
                    is_other && matches(selector, *labels) && is_alike(*labels)
                });
                self.counts.entry(id).or_default().extend(counted.map(|(other, _)| (place, *other)));
            }
        }
    }

    /// The two ends of every join.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let listed = [&self.scalers, &self.budgets].into_iter().flatten();
        let listed = listed.flat_map(|(id, others)| others.iter().map(|other| (*id, *other)));
        listed.chain(self.counts.iter().flat_map(|(id, counts)| counts.iter().map(|(_, other)| (*id, *other))))
    }

    /// `[{constraint, other}]`: the places of constraints and the ids of the workloads whose pods they count too.
    pub(super) fn counts(&self, id: usize) -> Option<Value> {
        let count = |(place, other): &(usize, usize)| object([("constraint", Value::from(*place)), ("other", Value::from(*other))]);
        self.counts.get(&id).map(|counts| Value::from(counts.iter().map(count).collect::<Vec<_>>()))
    }

    pub(super) fn scalers(&self, id: usize) -> Option<Value> {
        self.scalers.get(&id).map(|ids| of_ids(ids))
    }

    pub(super) fn budgets(&self, id: usize) -> Option<Value> {
        self.budgets.get(&id).map(|ids| of_ids(ids))
    }

    pub(super) fn selects(&self, id: usize) -> Option<Value> {
        self.selects.get(&id).map(|ids| of_ids(ids))
    }
}

fn of_ids(ids: &[usize]) -> Value {
    Value::from(ids.iter().map(|id| Value::from(*id)).collect::<Vec<_>>())
}

/// What has an owner is a part of it.
fn is_owned(resource: &Resource) -> bool {
    let owners = resource.node().and_then(|node| node.at(&["metadata", "ownerReferences"]));
    owners.is_some_and(|owners| !owners.items().is_empty())
}

/// What is in no cluster in particular is in all of them.
fn in_one_cluster(left: &Resource, right: &Resource) -> bool {
    let (left, right) = (&left.context.cluster, &right.context.cluster);
    left.is_none() || right.is_none() || left == right
}

/// Group, kind and name of what an autoscaler scales; KEDA means a Deployment where it says nothing.
fn target(scaler: &Resource) -> Option<(&str, &str, &str)> {
    let reference = scaler.node()?.at(&["spec", "scaleTargetRef"])?;
    let field = |key| reference.get(key).and_then(Node::as_str);
    let group = field("apiVersion").map_or("apps", |version| version.rsplit_once('/').map_or("", |(group, _)| group));
    Some((group, field("kind").unwrap_or("Deployment"), field("name")?))
}

/// Whether a label selector selects labels: one that is not there selects nothing, an empty one everything.
fn matches(selector: Option<&Node>, labels: Option<&Node>) -> bool {
    let Some(selector) = selector.filter(|selector| selector.as_map().is_some()) else { return false };
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Node::as_str);
    let wanted = selector.get("matchLabels").and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
    let expressions = selector.get("matchExpressions").map(Node::items).unwrap_or_default();
    wanted.into_iter().all(|entry| label(&entry.key).is_some() && label(&entry.key) == entry.value.as_str())
        && expressions.iter().all(|expression| {
            let Some(key) = expression.get("key").and_then(Node::as_str) else { return false };
            let values = expression.get("values").map(Node::items).unwrap_or_default();
            let is_among = || label(key).is_some_and(|label| values.iter().any(|value| value.as_str() == Some(label)));
            match expression.get("operator").map(|operator| &operator.data) {
                Some(Data::String(operator)) => match &**operator {
                    "In" => is_among(),
                    "NotIn" => !is_among(),
                    "Exists" => label(key).is_some(),
                    "DoesNotExist" => label(key).is_none(),
                    _ => false,
                },
                _ => false,
            }
        })
}
