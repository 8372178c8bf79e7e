//! What a person should look at twice: objects with state that go, and fields that Kubernetes never lets change.
//!
//! The immutable fields stand in `immutable.json`: `testdata/tests/immutable.rs` tries each of them on a real API server of the version that it
//! names, and that others can change.

use std::sync::LazyLock;

use portcullis_policies::Resource;
use portcullis_source::Node;
use serde_json::Value;

use super::{
    fields::{Difference, Found},
    show::json,
};

/// The fields that an update may not change, by group and kind.
static IMMUTABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let table: Value = serde_json::from_str(include_str!("immutable.json")).unwrap_or_default();
    table.get("kinds").and_then(Value::as_array).into_iter().flatten().map(Row::read).collect()
});

/// The fields of a kind that an update may not change; a path ends where everything below it counts.
struct Row {
    group: String,
    kind: String,
    /// The field that must be true on the base.
    when: Option<String>,
    fields: Vec<String>,
    /// What the API server fills in where a field is left out.
    defaults: Vec<(String, String)>,
    /// The fields that it fills in with something that nobody knows.
    filled: Vec<String>,
}

impl Row {
    fn read(row: &Value) -> Self {
        let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
        let texts =
            |key: &str| row.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let defaults = row.get("defaults").and_then(Value::as_object).into_iter().flatten();
        Self {
            group: text("group").unwrap_or_default(),
            kind: text("kind").unwrap_or_default(),
            when: text("when"),
            fields: texts("fields"),
            defaults: defaults.map(|(field, value)| (field.clone(), value.to_string())).collect(),
            filled: texts("filled"),
        }
    }

    fn is_for(&self, before: &Resource) -> bool {
        let is_true = |field: &String| {
            let keys: Vec<&str> = field.split('/').skip(1).collect();
            before.node().and_then(|node| node.at(&keys)).is_some_and(|node| json(node) == "true")
        };
        self.group == before.group() && *self.kind == *before.identity.kind && self.when.as_ref().is_none_or(is_true)
    }

    /// The field that a difference changes, if it can't.
    fn field(&self, difference: &Difference<'_>) -> Option<&str> {
        let field = self.fields.iter().find(|field| is_below(&difference.shown, field))?;
        let shown = |side: &Option<Found<'_>>| side.as_ref().map(|found| json(found.node));
        let has_default = |text: &String| self.defaults.iter().any(|(field, default)| *field == difference.shown && default == text);
        let is_filled = self.filled.iter().any(|filled| is_below(&difference.shown, filled));
        let stays = match (shown(&difference.before), shown(&difference.after)) {
            (None, Some(text)) | (Some(text), None) => is_filled || has_default(&text),
            (Some(_), Some(_)) | (None, None) => false,
        };
        (!stays).then_some(field)
    }
}

fn is_below(path: &str, field: &str) -> bool {
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

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
    let rows: Vec<&Row> = IMMUTABLE.iter().filter(|row| row.is_for(before)).collect();
    let replaced = replaces(after);
    let mut named: Vec<String> = Vec::new();
    for difference in found {
        let Some(field) = rows.iter().find_map(|row| row.field(difference)) else { continue };
        let field = field.trim_start_matches('/').trim_end_matches("/0").replace('/', ".");
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

/// The option by which Argo CD deletes what it can't change; with `Replace=true` alone it asks for the same update in another way.
fn replaces(resource: &Resource) -> Option<&'static str> {
    let options = resource.node()?.at(&["metadata", "annotations", "argocd.argoproj.io/sync-options"])?.as_str()?;
    options.split(',').any(|part| part.trim() == "Force=true").then_some("Force=true")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_policies::{Context, Resource};
    use portcullis_source::{Text, yaml};

    use super::{super::fields::differences, IMMUTABLE, of};

    fn resource(text: &str) -> Resource {
        let document = yaml::parse(&Text::nowhere(text.as_bytes())).documents.remove(0);
        Resource::read(&Arc::new(document), &Context::default()).value.remove(0)
    }

    fn hazards(before: &str, after: &str) -> Vec<String> {
        let (before, after) = (resource(before), resource(after));
        let found = differences(before.node().unwrap(), after.node().unwrap());
        of(Some(&before), Some(&after), &found)
    }

    #[test]
    fn the_table_reads() {
        assert!(IMMUTABLE.len() > 20);
        assert!(IMMUTABLE.iter().all(|row| !row.kind.is_empty() && !row.fields.is_empty()));
    }

    #[test]
    fn what_the_server_fills_in_is_no_change() {
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {}}}";
        let with = |more: &str| job.replace("template: {}", &format!("template: {{}}, {more}"));
        assert_eq!(hazards(job, &with("completionMode: NonIndexed")), [""; 0]);
        assert_eq!(hazards(&with("completions: 1"), job), [""; 0]);
        assert_eq!(hazards(job, &with("completionMode: Indexed")).len(), 1);
        let service = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: None, ipFamilies: [IPv4]}}";
        assert_eq!(hazards(&service.replace("clusterIP: None, ", ""), service), [""; 0]);
        assert_eq!(hazards(service, &service.replace("None", "10.0.0.7")).len(), 1);
        assert_eq!(hazards(service, &service.replace("[IPv4]", "[IPv4, IPv6]")), [""; 0]);
        let found = hazards(service, &service.replace("[IPv4]", "[IPv6]"));
        assert_eq!(found, ["spec.ipFamilies of a Service can't change: the API server refuses it until the object is deleted"]);
    }

    #[test]
    fn what_is_frozen_never_changes() {
        let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}, immutable: true}";
        assert_eq!(hazards(map, &map.replace("a: b", "a: c")).len(), 1);
        assert_eq!(hazards(map, &map.replace("true", "false")).len(), 1);
        let open = map.replace("true", "false");
        assert_eq!(hazards(&open, map), [""; 0]);
    }
}
