//! The metadata that every object has.

use portcullis_source::Node;

use super::{Found, name, text};
use crate::kubernetes::Scope;

/// Kinds whose names are DNS labels.
const LABELS: [&str; 2] = ["Namespace", "Endpoints"];

/// The group whose names may be anything that fits into a path.
const RBAC: &str = "rbac.authorization.k8s.io";

/// The kinds whose names are DNS subdomains, which is what most names are.
const SUBDOMAINS: [&str; 20] = [
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "CronJob",
    "ReplicationController",
    "Ingress",
    "IngressClass",
    "NetworkPolicy",
    "HorizontalPodAutoscaler",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "StorageClass",
    "PriorityClass",
    "ResourceQuota",
];

/// The kind that API servers take without a name, however little that helps.
const NAMELESS: &str = "LimitRange";

/// How many bytes the annotations of an object may have together.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// The longest name of a CronJob, whose Jobs have longer ones.
const MAX_CRON_JOB: usize = 52;

/// Says what is wrong with the metadata of an object.
pub(super) fn check(node: &Node, (version, kind): (&str, &str), scope: Option<Scope>, found: &mut Found) {
    if kind == NAMELESS {
        return;
    }
    if node.get("metadata").is_none_or(|metadata| metadata.as_map().is_none()) {
        return found.say("metadata", "is missing");
    }
    found.within(node, "metadata", |metadata, found| {
        own_name(metadata, (version, kind), found);
        if let Some(reason) = text(metadata, "namespace").filter(|_| scope == Some(Scope::Namespaced)).and_then(name::label) {
            found.say("namespace", reason);
        }
        labels(metadata, found);
        annotations(metadata, found);
    });
}

fn own_name(metadata: &Node, (version, kind): (&str, &str), found: &mut Found) {
    let Some(own) = text(metadata, "name") else {
        if text(metadata, "generateName").is_none() {
            found.say("name", "is missing");
        }
        return;
    };
    let reason = match kind {
        _ if version.starts_with(RBAC) => name::segment(own),
        "Service" if version == "v1" => name::label(own),
        "CronJob" if own.len() > MAX_CRON_JOB => {
            Some(format!("is {} characters long, more than the {MAX_CRON_JOB} of a CronJob", own.len()))
        }
        _ if LABELS.contains(&kind) => name::label(own),
        _ if SUBDOMAINS.contains(&kind) => name::subdomain(own),
        _ => None,
    };
    if let Some(reason) = reason {
        found.say("name", reason);
    }
}

/// Says what is wrong with the labels of an object or a template.
pub(super) fn labels(metadata: &Node, found: &mut Found) {
    found.within(metadata, "labels", label_map);
}

/// Says what is wrong with a map of labels.
pub(super) fn label_map(labels: &Node, found: &mut Found) {
    for entry in labels.as_map().into_iter().flat_map(|map| &map.entries) {
        if let Some(reason) = name::key(&entry.key).or_else(|| entry.value.as_str().and_then(name::value)) {
            found.say(&entry.key, reason);
        }
    }
}

/// Says what is wrong with the annotations of an object or a template.
pub(super) fn annotations(metadata: &Node, found: &mut Found) {
    found.within(metadata, "annotations", |annotations, found| {
        let mut size = 0;
        for entry in annotations.as_map().into_iter().flat_map(|map| &map.entries) {
            size += entry.key.len() + entry.value.as_str().map_or(0, str::len);
            // The prefix may have capital letters here.
            if let Some(reason) = name::key(&entry.key.to_lowercase()) {
                found.say(&entry.key, reason);
            }
        }
        if size > MAX_ANNOTATIONS {
            found.say("", format!("are {size} bytes together, more than the {MAX_ANNOTATIONS} that they may be"));
        }
    });
}
