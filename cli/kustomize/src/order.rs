//! The order in which objects are printed.

use crate::{
    fault::Result,
    identity::{Gvk, Id},
    resource::Resources,
};

/// The kinds that come first, in this order.
pub(crate) const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// The kinds that come last.
pub(crate) const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// How objects are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// As they were read.
    Fifo,
    /// By kind: these first, those last.
    Legacy(Vec<String>, Vec<String>),
}

impl Default for Order {
    fn default() -> Self {
        let texts = |kinds: &[&str]| kinds.iter().map(|&kind| kind.to_owned()).collect();
        Self::Legacy(texts(&FIRST), texts(&LAST))
    }
}

fn of_kind(kind: &str, first: &[impl AsRef<str>], last: &[impl AsRef<str>]) -> i64 {
    let position = |kinds: &[&str]| kinds.iter().rposition(|&other| other == kind).map(|index| index as i64);
    let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
    let last: Vec<&str> = last.iter().map(AsRef::as_ref).collect();
    let early = || position(&first).map_or(0, |index| index - first.len() as i64);
    position(&last).map_or_else(early, |index| index + 1)
}

/// Where fields of a kind come in lists of fields.
pub(crate) fn rank(gvk: &Gvk) -> (i64, String) {
    (of_kind(&gvk.kind, &FIRST, &LAST), gvk.sort_text())
}

/// Sorts objects.
pub(crate) fn sort(resources: &mut Resources, order: &Order) -> Result<()> {
    let Order::Legacy(first, last) = order else { return Ok(()) };
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    let name = |id: &Id| format!("{}|{}|{}", id.gvk, or(&id.namespace, "~X"), or(&id.name, "~N"));
    let mut keyed: Vec<_> = std::mem::take(&mut resources.list)
        .into_iter()
        .map(|resource| {
            let id = resource.id();
            ((of_kind(&id.gvk.kind, first, last), printed(&id.gvk), name(&id)), resource)
        })
        .collect();
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    resources.add_all(keyed.into_iter().map(|(_, resource)| resource).collect())
}

/// What kinds of the same place are sorted by; the namespaces of the core come before other kinds of that name.
fn printed(gvk: &Gvk) -> String {
    if gvk.kind == "Namespace" && gvk.group.is_empty() { String::new() } else { gvk.sort_text() }
}
