//! Which autoscalers and disruption budgets belong to which workloads.

use std::collections::BTreeMap;

use portcullis_source::{Data, Node};
use regorus::Value;

use crate::{Resource, input::pod_metadata};

/// The joins of a platform, by the places of its resources; what is written in a version that no cluster serves any more joins nothing.
#[derive(Debug, Default)]
pub(super) struct Joins {
    scalers: BTreeMap<usize, Vec<usize>>,
    budgets: BTreeMap<usize, Vec<usize>>,
    selects: BTreeMap<usize, Vec<usize>>,
}

impl Joins {
    pub(super) fn of(members: &[&Resource]) -> Self {
        let mut joins = Self::default();
        let mut by_reference: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut by_namespace: BTreeMap<&str, Vec<(usize, Option<&Node>)>> = BTreeMap::new();
        for (id, resource) in members.iter().enumerate() {
            let identity = &resource.identity;
            let namespace = identity.namespace.as_deref().unwrap_or_default();
            by_reference.entry((resource.group(), &*identity.kind, namespace, &*identity.name)).or_default().push(id);
            if let Some(metadata) = pod_metadata(resource) {
                joins.scalers.insert(id, Vec::new());
                joins.budgets.insert(id, Vec::new());
                by_namespace.entry(namespace).or_default().push((id, metadata.and_then(|metadata| metadata.get("labels"))));
            }
        }
        for (id, resource) in members.iter().enumerate() {
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
        joins
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
