//! Label selectors of resources, as Kubernetes reads them.

use portcullis_source::{Data, Node};

use crate::Resource;

/// What the pods, or the Services, that a resource selects must have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Selector<'a> {
    /// A label selector with `matchLabels` and `matchExpressions`.
    Labels(Option<&'a Node>),
    /// A plain map of labels, as Services have it.
    Map(&'a Node),
}

/// What a resource selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selected {
    /// Pods, by the labels of what makes them.
    Pods,
    /// Services, by their own labels.
    Services,
}

impl<'a> Selector<'a> {
    /// The selector of a resource and what it selects in its own namespace; none for what selects nothing there, or is written in a version that
    /// no cluster serves any more.
    pub(super) fn of(resource: &'a Resource) -> Option<(Self, Selected)> {
        let spec = resource.node()?.get("spec")?;
        match (&*resource.identity.kind, &*resource.identity.api_version) {
            ("PodDisruptionBudget", "policy/v1") => Some((Self::Labels(spec.get("selector")), Selected::Pods)),
            ("NetworkPolicy", "networking.k8s.io/v1") => Some((Self::Labels(spec.get("podSelector")), Selected::Pods)),
            ("Service", "v1") if spec.get("type").and_then(Node::as_str) != Some("ExternalName") => {
                let selector = spec.get("selector").filter(|selector| selector.as_map().is_some_and(|map| !map.entries.is_empty()))?;
                Some((Self::Map(selector), Selected::Pods))
            }
            ("ServiceMonitor", "monitoring.coreos.com/v1") if stays_home(resource, spec) => {
                Some((Self::Labels(spec.get("selector")), Selected::Services))
            }
            ("PodMonitor", "monitoring.coreos.com/v1") if stays_home(resource, spec) => {
                Some((Self::Labels(spec.get("selector")), Selected::Pods))
            }
            _ => None,
        }
    }

    /// Whether it selects labels: a selector that is not there selects nothing, an empty one everything.
    pub(super) fn matches(&self, labels: Option<&Node>) -> bool {
        let has = |key: &str, value: &Node| {
            let label = label(labels, key);
            label.is_some() && label == value.as_str()
        };
        match self {
            Self::Map(map) => map.as_map().is_some_and(|map| map.entries.iter().all(|entry| has(&entry.key, &entry.value))),
            Self::Labels(selector) => {
                let Some(selector) = selector.filter(|selector| selector.as_map().is_some()) else { return false };
                let mut wanted = selector.get("matchLabels").and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
                let expressions = selector.get("matchExpressions").map(Node::items).unwrap_or_default();
                wanted.all(|entry| has(&entry.key, &entry.value)) && expressions.iter().all(|expression| meets(expression, labels))
            }
        }
    }
}

/// Whether a monitor looks only where it is: that is so where it says nothing, or names its own namespace.
fn stays_home(resource: &Resource, spec: &Node) -> bool {
    let Some(namespaces) = spec.get("namespaceSelector").and_then(Node::as_map) else { return true };
    let names = spec.at(&["namespaceSelector", "matchNames"]).map(Node::items).unwrap_or_default();
    let own = resource.identity.namespace.as_deref();
    namespaces.entries.is_empty()
        || (!matches!(spec.at(&["namespaceSelector", "any"]).map(|any| &any.data), Some(Data::Bool(true)))
            && names.iter().all(|name| name.as_str() == own))
}

pub(super) fn label<'a>(labels: Option<&'a Node>, key: &str) -> Option<&'a str> {
    labels.and_then(|labels| labels.get(key)).and_then(Node::as_str)
}

fn meets(expression: &Node, labels: Option<&Node>) -> bool {
    let Some(key) = expression.get("key").and_then(Node::as_str) else { return false };
    let values = expression.get("values").map(Node::items).unwrap_or_default();
    let is_among = || label(labels, key).is_some_and(|label| values.iter().any(|value| value.as_str() == Some(label)));
    match expression.get("operator").and_then(Node::as_str) {
        Some("In") => is_among(),
        Some("NotIn") => !is_among(),
        Some("Exists") => label(labels, key).is_some(),
        Some("DoesNotExist") => label(labels, key).is_none(),
        Some(_) | None => false,
    }
}
