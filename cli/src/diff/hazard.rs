//! What a person should look at twice: objects with state that go, and fields that Kubernetes never lets change.
//!
//! The immutable fields are those that the API server of Kubernetes 1.36 refuses to change, each of them tried on it; see
//! `testdata/tests/immutable.rs`.

use portcullis_policies::Resource;
use portcullis_source::Node;

use super::fields::Difference;

/// Fields of a kind, by group and kind, that an update may not change. A path ends where everything below it counts.
const IMMUTABLE: [(&str, &str, &[&str]); 19] = [
    ("apps", "Deployment", &["/spec/selector"]),
    ("apps", "ReplicaSet", &["/spec/selector"]),
    ("apps", "DaemonSet", &["/spec/selector"]),
    ("apps", "StatefulSet", &["/spec/selector", "/spec/serviceName", "/spec/podManagementPolicy", "/spec/volumeClaimTemplates"]),
    ("batch", "Job", &["/spec/selector", "/spec/template", "/spec/completionMode", "/spec/podFailurePolicy", "/spec/backoffLimitPerIndex"]),
    ("", "Service", &["/spec/clusterIP", "/spec/clusterIPs"]),
    (
        "",
        "PersistentVolumeClaim",
        &["/spec/accessModes", "/spec/selector", "/spec/storageClassName", "/spec/volumeMode", "/spec/dataSource", "/spec/dataSourceRef"],
    ),
    ("", "PersistentVolume", &["/spec/csi", "/spec/nfs", "/spec/hostPath", "/spec/volumeMode"]),
    ("", "Secret", &["/type"]),
    ("rbac.authorization.k8s.io", "RoleBinding", &["/roleRef"]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &["/roleRef"]),
    ("storage.k8s.io", "StorageClass", &["/provisioner", "/parameters", "/reclaimPolicy", "/volumeBindingMode"]),
    ("networking.k8s.io", "IngressClass", &["/spec/controller"]),
    ("scheduling.k8s.io", "PriorityClass", &["/value", "/preemptionPolicy"]),
    ("node.k8s.io", "RuntimeClass", &["/handler"]),
    ("storage.k8s.io", "CSIDriver", &["/spec/attachRequired", "/spec/volumeLifecycleModes"]),
    ("apiextensions.k8s.io", "CustomResourceDefinition", &["/spec/group", "/spec/scope", "/spec/names/kind", "/spec/names/plural"]),
    ("certificates.k8s.io", "CertificateSigningRequest", &["/spec"]),
    ("discovery.k8s.io", "EndpointSlice", &["/addressType"]),
];

/// Kinds whose removal takes data or other objects away with it, by group and kind.
const STATEFUL: [(&str, &str, &str); 12] = [
    ("apps", "StatefulSet", "its pods go, and its claims where persistentVolumeClaimRetentionPolicy says so"),
    ("", "PersistentVolumeClaim", "its volume goes, unless the reclaim policy keeps it"),
    ("", "PersistentVolume", "what lies on it can no longer be reached"),
    ("", "Namespace", "everything in it goes"),
    ("apiextensions.k8s.io", "CustomResourceDefinition", "every object of this kind goes"),
    ("storage.k8s.io", "StorageClass", "new claims for it wait for ever"),
    ("karpenter.sh", "NodePool", "its nodes are drained and go"),
    ("karpenter.k8s.aws", "EC2NodeClass", "the nodes of its NodePools go"),
    ("argoproj.io", "Application", "what it deploys goes where it has the finalizer resources-finalizer.argocd.argoproj.io"),
    ("argoproj.io", "ApplicationSet", "its Applications go"),
    ("postgresql.cnpg.io", "Cluster", "the database goes"),
    ("kafka.strimzi.io", "Kafka", "the brokers go"),
];

/// What to look at twice in the change of an object.
pub(super) fn of(before: Option<&Resource>, after: Option<&Resource>, found: &[Difference<'_>]) -> Vec<String> {
    match (before, after) {
        (Some(before), None) => removed(before),
        (Some(before), Some(after)) => changed(before, after, found),
        (None, _) => Vec::new(),
    }
}

fn removed(before: &Resource) -> Vec<String> {
    let kind = &*before.identity.kind;
    let known = STATEFUL.iter().find(|(group, name, _)| *group == before.group() && *name == kind);
    let Some((_, _, what)) = known else { return Vec::new() };
    vec![match keeper(before) {
        Some(keeper) => format!("the {kind} is left behind in the cluster, as {keeper} says: nothing manages it any longer"),
        None => format!("pruning removes the {kind}: {what}"),
    }]
}

/// The annotation that keeps an object when it leaves the repository.
fn keeper(resource: &Resource) -> Option<&'static str> {
    let annotation = |key: &str| resource.node()?.at(&["metadata", "annotations", key]).and_then(Node::as_str);
    let has = |key: &str, word: &str| annotation(key).is_some_and(|text| text.split(',').any(|part| part.trim() == word));
    if has("argocd.argoproj.io/sync-options", "Prune=false") {
        return Some("Prune=false");
    }
    has("helm.sh/resource-policy", "keep").then_some("helm.sh/resource-policy: keep")
}

fn changed(before: &Resource, after: &Resource, found: &[Difference<'_>]) -> Vec<String> {
    let kind = &*after.identity.kind;
    let fields = IMMUTABLE.iter().find(|(group, name, _)| *group == after.group() && *name == kind).map(|(.., fields)| *fields);
    let frozen = before.node().and_then(|node| node.get("immutable")).is_some_and(|node| super::show::json(node) == "true");
    let frozen = frozen && after.group().is_empty() && matches!(kind, "ConfigMap" | "Secret");
    let is_below = |path: &str, field: &str| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let replaced = replaces(after);
    let mut named: Vec<String> = Vec::new();
    for difference in found {
        let by_kind = fields.unwrap_or_default().iter().find(|field| is_below(&difference.shown, field));
        let by_object =
            ["/data", "/binaryData", "/stringData", "/immutable"].iter().find(|field| frozen && is_below(&difference.shown, field));
        let Some(field) = by_kind.or(by_object).filter(|_| !is_first(difference)) else { continue };
        let field = field.trim_start_matches('/').replace('/', ".");
        let text = match replaced {
            Some(option) => format!("{field} of a {kind} can't change, so {option} deletes the object and makes it anew"),
            None => format!("{field} of a {kind} can't change: the API server refuses it until the object is deleted"),
        };
        if !named.contains(&text) {
            named.push(text);
        }
    }
    named
}

/// Whether a field gets its first value where the API server has filled one in, which may be the same.
fn is_first(difference: &Difference<'_>) -> bool {
    difference.before.is_none() && (difference.shown.starts_with("/spec/clusterIP") || difference.shown.starts_with("/spec/volumeMode"))
}

/// The option by which Argo CD replaces what it can't change.
fn replaces(resource: &Resource) -> Option<&'static str> {
    let options = resource.node()?.at(&["metadata", "annotations", "argocd.argoproj.io/sync-options"])?.as_str()?;
    let has = |option: &str| options.split(',').any(|part| part.trim() == option);
    if has("Force=true") {
        return Some("Force=true");
    }
    has("Replace=true").then_some("Replace=true")
}
