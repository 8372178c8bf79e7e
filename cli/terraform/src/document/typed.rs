//! Resources of the Kubernetes provider that describe an object attribute by attribute, to that object.

use std::sync::Arc;

use crate::{
    module::Resource,
    number::Number,
    value::{Data, Known, Members, Value},
};

/// The types, without the version that some end with: API version, kind, whether objects of it lie in namespaces.
const TYPES: &[(&str, &str, &str, bool)] = &[
    ("cluster_role", "rbac.authorization.k8s.io/v1", "ClusterRole", false),
    ("cluster_role_binding", "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", false),
    ("config_map", "v1", "ConfigMap", true),
    ("cron_job", "batch/v1", "CronJob", true),
    ("daemon_set", "apps/v1", "DaemonSet", true),
    ("daemonset", "apps/v1", "DaemonSet", true),
    ("deployment", "apps/v1", "Deployment", true),
    ("ingress", "networking.k8s.io/v1", "Ingress", true),
    ("job", "batch/v1", "Job", true),
    ("namespace", "v1", "Namespace", false),
    ("network_policy", "networking.k8s.io/v1", "NetworkPolicy", true),
    ("pod", "v1", "Pod", true),
    ("pod_disruption_budget", "policy/v1", "PodDisruptionBudget", true),
    ("role", "rbac.authorization.k8s.io/v1", "Role", true),
    ("role_binding", "rbac.authorization.k8s.io/v1", "RoleBinding", true),
    (SECRET, "v1", "Secret", true),
    ("service", "v1", "Service", true),
    ("service_account", "v1", "ServiceAccount", true),
    ("stateful_set", "apps/v1", "StatefulSet", true),
];

/// The type whose texts nobody looks into.
const SECRET: &str = "secret";

/// What a Secret holds by name, and what stands for each of its texts that a file says.
const HELD: [&str; 2] = ["data", "binary_data"];
pub(super) const HIDDEN: &str = "cG9ydGN1bGxpczpoaWRkZW4=";

/// What a Secret is given that stays in no state, and the numbers that say when it is given again.
const GIVEN: [&str; 4] = ["data_wo", "data_wo_revision", "binary_data_wo", "binary_data_wo_revision"];

/// Types that have another form without the version.
const VERSIONED: &[&str] = &["cron_job", "ingress", "pod_disruption_budget"];

/// What is about the resource, and no part of the object.
const ABOUT: &[&str] = &[
    "id",
    "timeouts",
    "wait_for_completion",
    "wait_for_default_service_account",
    "wait_for_load_balancer",
    "wait_for_rollout",
    "wait_for_service_account_token",
];

/// Blocks that may be there several times, and what lists of them are called.
const LISTS: &[(&str, &str)] = &[
    ("container", "containers"),
    ("egress", "egress"),
    ("env", "env"),
    ("env_from", "envFrom"),
    ("from", "from"),
    ("host_aliases", "hostAliases"),
    ("http_header", "httpHeaders"),
    ("image_pull_secret", "imagePullSecrets"),
    ("image_pull_secrets", "imagePullSecrets"),
    ("ingress", "ingress"),
    ("init_container", "initContainers"),
    ("items", "items"),
    ("match_expressions", "matchExpressions"),
    ("match_fields", "matchFields"),
    ("node_selector_term", "nodeSelectorTerms"),
    ("path", "paths"),
    ("port", "ports"),
    ("ports", "ports"),
    ("preferred_during_scheduling_ignored_during_execution", "preferredDuringSchedulingIgnoredDuringExecution"),
    ("readiness_gate", "readinessGates"),
    ("rule", "rules"),
    ("sources", "sources"),
    ("subject", "subjects"),
    ("sysctl", "sysctls"),
    ("tls", "tls"),
    ("to", "to"),
    ("toleration", "tolerations"),
    ("topology_spread_constraint", "topologySpreadConstraints"),
    ("volume", "volumes"),
    ("volume_claim_template", "volumeClaimTemplates"),
    ("volume_device", "volumeDevices"),
    ("volume_mount", "volumeMounts"),
];

/// Names whose parts are no words.
const NAMES: &[(&str, &str)] = &[
    ("cluster_ip", "clusterIP"),
    ("cluster_ips", "clusterIPs"),
    ("external_ips", "externalIPs"),
    ("host_ip", "hostIP"),
    ("host_ipc", "hostIPC"),
    ("host_pid", "hostPID"),
    ("load_balancer_ip", "loadBalancerIP"),
    ("non_resource_urls", "nonResourceURLs"),
];

/// Numbers that the provider takes as texts.
const NUMBERS: &[&str] =
    &["fs_group", "max_surge", "max_unavailable", "min_available", "port", "replicas", "run_as_group", "run_as_user", "target_port"];

/// The object of a resource; none for other types.
pub(super) fn object(resource: &Resource) -> Option<Value> {
    let named = resource.ty.strip_prefix("kubernetes_")?;
    let bare = named.strip_suffix("_v1").unwrap_or(named);
    let (_, version, kind, is_namespaced) = TYPES.iter().find(|(name, ..)| *name == bare)?;
    if bare == named && VERSIONED.contains(&bare) {
        return None;
    }
    let is_held = |name: &str| bare == SECRET && (HELD.contains(&name) || GIVEN.contains(&name));
    let set = resource.values.iter().filter(|(name, _)| !ABOUT.contains(&&***name) && !is_held(name));
    let mut members = converted(set, "");
    if bare == SECRET {
        let held: Members = HELD.iter().filter_map(|name| resource.values.get(*name)).flat_map(hidden).collect();
        members.insert(Arc::from("data"), Value::object(held));
    }
    // The names of a chart do not matter here: who sets no namespace gets the one that is called so.
    if let Some(metadata) = members.get("metadata").and_then(Value::members).filter(|metadata| *is_namespaced && is_unset(metadata)) {
        let mut metadata = Members::clone(metadata);
        let origin = members.get("metadata").map(|metadata| metadata.origin.clone()).unwrap_or_default();
        metadata.insert(Arc::from("namespace"), Value::string("default").with_origin(origin.clone()));
        members.insert(Arc::from("metadata"), Value::object(metadata).with_origin(origin));
    }
    members.insert(Arc::from("apiVersion"), Value::string(version));
    members.insert(Arc::from("kind"), Value::string(kind));
    Some(Value::object(members))
}

/// What a Secret holds, without the texts; what is empty is not known before it is applied.
fn hidden(held: &Value) -> Vec<(Arc<str>, Value)> {
    // Of what is sensitive as a whole the names are, too.
    let members = held.members().filter(|_| !held.marks.sensitive).map(|members| members.iter()).into_iter().flatten();
    let text = |value: &Value| if value.any_reason().is_some() { "" } else { HIDDEN };
    members.map(|(name, value)| (Arc::clone(name), Value::string(text(value)).with_origin(value.origin.clone()))).collect()
}

fn is_unset(metadata: &Members) -> bool {
    metadata.get("namespace").is_none_or(Value::is_null)
}

fn converted<'a>(members: impl Iterator<Item = (&'a Arc<str>, &'a Value)>, within: &str) -> Members {
    members.map(|(name, value)| part(name, value, within)).collect()
}

/// What an attribute or the blocks of a name are in an object, and what they are called there.
fn part(name: &str, value: &Value, within: &str) -> (Arc<str>, Value) {
    let Some(blocks) = value.items().filter(|items| !items.is_empty() && items.iter().all(is_block)) else {
        return (camel(name), attribute(name, value));
    };
    let listed = LISTS.iter().find(|(own, _)| *own == name).filter(|_| (within, name) != ("service", "port"));
    // Nodes are asked for by an object, other pods by a list.
    let is_required = name == "required_during_scheduling_ignored_during_execution" && within != "node_affinity";
    let mut blocks = blocks.iter().map(|one| block(one, name));
    match listed {
        Some((_, called)) => (Arc::from(*called), Value::tuple(blocks.collect()).with_origin(value.origin.clone())),
        None if is_required => (camel(name), Value::tuple(blocks.collect()).with_origin(value.origin.clone())),
        None => (camel(name), blocks.next().unwrap_or_else(|| value.clone())),
    }
}

fn is_block(value: &Value) -> bool {
    matches!(value.as_unknown().map(|unknown| &unknown.known), Some(Known::Members(_)))
}

/// A block as an object, which has what the configuration sets and no more.
fn block(value: &Value, name: &str) -> Value {
    let members = value.attributes().map(|members| converted(members.iter(), name)).unwrap_or_default();
    Value::object(members).marked(value.marks).with_origin(value.origin.clone())
}

fn attribute(name: &str, value: &Value) -> Value {
    let number = match &value.data {
        Data::String(text) if NUMBERS.contains(&name) => Number::parse(text),
        _ => None,
    };
    number.map_or_else(|| value.clone(), |number| Value::from(number).marked(value.marks).with_origin(value.origin.clone()))
}

/// `a_b_c` as `aBC`.
fn camel(name: &str) -> Arc<str> {
    if let Some((_, known)) = NAMES.iter().find(|(own, _)| *own == name) {
        return Arc::from(*known);
    }
    let mut words = name.split('_');
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut signs = word.chars();
        text.extend(signs.next().map(|sign| sign.to_ascii_uppercase()));
        text.push_str(signs.as_str());
    }
    Arc::from(text)
}
