//! An object of the server to as much of it as rules read.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::core::DynamicObject;
use portcullis_policies::admission::stored::{Read, carries_pods};
use serde_json::{Map, Value};

/// What kubectl remembers of an object that it applied: the object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The largest object that is kept; an API server takes none above 1.5 MiB.
const MAX_BYTES: usize = 3 << 20;

/// Namespace, empty without, and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
}

/// The controller of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) api_version: Arc<str>,
    pub(crate) kind: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) uid: Arc<str>,
}

/// What is kept of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) key: Key,
    pub(crate) uid: Arc<str>,
    pub(crate) owner: Option<Owner>,
    /// The object as JSON, without its status and what the server notes of it; none where its owner answers for it.
    pub(crate) body: Option<Box<str>>,
}

impl Key {
    /// The key of an object.
    pub(crate) fn of(object: &DynamicObject) -> Option<Self> {
        let name = object.metadata.name.as_deref()?;
        Some(Self { namespace: object.metadata.namespace.as_deref().unwrap_or_default().into(), name: name.into() })
    }
}

impl Owner {
    /// Its API group, empty for the core group.
    pub(crate) fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    fn of(reference: &OwnerReference) -> Self {
        Self {
            api_version: reference.api_version.as_str().into(),
            kind: reference.kind.as_str().into(),
            name: reference.name.as_str().into(),
            uid: reference.uid.as_str().into(),
        }
    }
}

impl Kept {
    /// Cuts an object down.
    pub(crate) fn of(object: DynamicObject, read: &Read, version: &str) -> Option<Self> {
        let key = Key::of(&object)?;
        let owners = object.metadata.owner_references.as_deref().unwrap_or_default();
        let owner = owners.iter().find(|owner| owner.controller == Some(true)).map(Owner::of);
        let uid = object.metadata.uid.as_deref().unwrap_or_default().into();
        // A ReplicaSet or Job that is made out of a template runs nothing itself: the template and the pods are judged.
        let is_between = read.kind != "Pod" && owner.as_ref().is_some_and(|owner| carries_pods(&owner.kind));
        let body = (!is_between).then(|| body(object, read, version)).filter(|body| body.len() <= MAX_BYTES);
        Some(Self { key, uid, owner, body: body.map(String::into_boxed_str) })
    }
}

fn body(object: DynamicObject, read: &Read, version: &str) -> String {
    let DynamicObject { mut metadata, data, .. } = object;
    metadata.managed_fields = None;
    metadata.resource_version = None;
    metadata.generation = None;
    metadata.creation_timestamp = None;
    metadata.uid = None;
    metadata.self_link = None;
    if let Some(annotations) = &mut metadata.annotations {
        annotations.remove(LAST_APPLIED);
    }
    let mut whole = match data {
        Value::Object(data) => data,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    whole.remove("status");
    let api_version = if read.group.is_empty() { version.to_owned() } else { format!("{}/{version}", read.group) };
    whole.insert("apiVersion".to_owned(), api_version.into());
    whole.insert("kind".to_owned(), read.kind.into());
    whole.insert("metadata".to_owned(), serde_json::to_value(metadata).unwrap_or_default());
    Value::Object(whole).to_string()
}

#[cfg(test)]
mod tests {
    use portcullis_policies::admission::stored::Read;
    use serde_json::json;

    use super::Kept;

    const REPLICA_SET: Read = Read { group: "apps", resource: "replicasets", kind: "ReplicaSet", is_joined: true };

    fn keep(owner: Option<&str>) -> Kept {
        let owners = owner.map(|kind| json!([{"apiVersion": "x/v1", "kind": kind, "name": "o", "uid": "1", "controller": true}]));
        let object = json!({
            "metadata": {
                "name": "a", "namespace": "b", "uid": "2", "resourceVersion": "7", "generation": 3, "labels": {"x": "y"},
                "creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [{"manager": "kubectl"}], "ownerReferences": owners,
                "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"},
            },
            "spec": {"replicas": 1}, "status": {"replicas": 1},
        });
        Kept::of(serde_json::from_value(object).unwrap(), &REPLICA_SET, "v1").unwrap()
    }

    #[test]
    fn only_what_rules_read_is_kept() {
        let body: serde_json::Value = serde_json::from_str(keep(None).body.as_deref().unwrap()).unwrap();
        let metadata = json!({"name": "a", "namespace": "b", "labels": {"x": "y"}, "annotations": {"kept": "yes"}});
        assert_eq!(body, json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": {"replicas": 1}}));
        assert!(keep(Some("Kafka")).body.is_some(), "nobody judges the template of an unknown owner");
        assert_eq!(keep(Some("Deployment")).body, None);
        assert_eq!(&*keep(Some("Deployment")).owner.unwrap().kind, "Deployment");
    }
}
