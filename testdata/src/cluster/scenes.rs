//! Plays scenes on a cluster and keeps the AdmissionReview that each of them makes the API server send.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::control::{Cluster, Extent};
use super::definitions;
use super::hook::Hook;
use super::process::eventually;
use crate::tools::{Error, Tools, corpus};

/// How long a scene may take: some wait for controllers.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happens, and which review is wanted of it.
struct Scene {
    name: &'static str,
    operation: &'static str,
    /// With its subresource: `pods/exec`.
    resource: &'static str,
    /// Words for kubectl; none where controllers act by themselves.
    kubectl: &'static str,
    /// What kubectl reads.
    input: &'static str,
}

const fn scene(name: &'static str, operation: &'static str, resource: &'static str, kubectl: &'static str, input: &'static str) -> Scene {
    Scene { name, operation, resource, kubectl, input }
}

/// The scenes in their order; each may need what those before it left.
const SCENES: [Scene; 32] = [
    scene(
        "namespace-create",
        "CREATE",
        "namespaces",
        "create -f -",
        r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}}"#,
    ),
    scene("namespace-label", "UPDATE", "namespaces", "label namespace demo team=demo", ""),
    scene("deployment-dry-run", "CREATE", "deployments", "create -n demo -f - --dry-run=server", DEPLOYMENT),
    scene("deployment-create", "CREATE", "deployments", "apply --server-side -n demo -f -", DEPLOYMENT),
    scene("deployment-status", "UPDATE", "deployments/status", "", ""),
    scene("replicaset-by-controller", "CREATE", "replicasets", "", ""),
    scene("pod-by-controller", "CREATE", "pods", "", ""),
    scene("pod-binding", "CREATE", "pods/binding", "", ""),
    scene("pod-status", "UPDATE", "pods/status", "", ""),
    scene("deployment-image", "UPDATE", "deployments", "set image -n demo deployment/web web=docker.io/library/nginx:1.27.0", ""),
    scene("deployment-scale", "UPDATE", "deployments/scale", "scale -n demo deployment/web --replicas=3", ""),
    scene(
        "deployment-finalizer",
        "UPDATE",
        "deployments",
        r#"patch -n demo deployment/web -p {"metadata":{"finalizers":["example.com/wait"]}}"#,
        "",
    ),
    scene("deployment-delete-foreground", "DELETE", "deployments", "delete -n demo deployment/web --cascade=foreground --wait=false", ""),
    scene("deployment-finalizer-gone", "UPDATE", "deployments", r#"patch -n demo deployment/web -p {"metadata":{"finalizers":null}}"#, ""),
    scene("pod-create", "CREATE", "pods", "create -n demo -f -", POD),
    scene("pod-generate-name", "CREATE", "pods", "create -n demo -f -", GENERATED),
    scene("pod-exec", "CONNECT", "pods/exec", "exec -n demo bare -- true", ""),
    scene("pod-attach", "CONNECT", "pods/attach", "attach -n demo bare", ""),
    scene(
        "pod-ephemeral-container",
        "UPDATE",
        "pods/ephemeralcontainers",
        "debug -n demo bare --image=docker.io/library/busybox:1.36 --container=debug",
        "",
    ),
    scene(
        "pod-resize",
        "UPDATE",
        "pods/resize",
        r#"patch -n demo pod/bare --subresource=resize -p {"spec":{"containers":[{"name":"main","resources":{"requests":{"cpu":"20m"}}}]}}"#,
        "",
    ),
    scene("pod-eviction", "CREATE", "pods/eviction", "create --raw /api/v1/namespaces/demo/pods/bare/eviction -f -", EVICTION),
    scene("pod-delete-collection", "DELETE", "pods", "delete --raw /api/v1/namespaces/demo/pods?labelSelector=app%3Dgenerated", ""),
    scene("statefulset-create", "CREATE", "statefulsets", "create -n demo -f -", STATEFUL),
    scene("daemonset-create", "CREATE", "daemonsets", "create -n demo -f -", DAEMON),
    scene("job-create", "CREATE", "jobs", "create job -n demo once --image=111122223333.dkr.ecr.eu-west-1.amazonaws.com/once:1.0.0", ""),
    scene(
        "cronjob-create",
        "CREATE",
        "cronjobs",
        "create cronjob -n demo nightly --schedule=@daily --image=111122223333.dkr.ecr.eu-west-1.amazonaws.com/nightly:1.0.0",
        "",
    ),
    scene("rollout-create", "CREATE", "rollouts", "create -n demo -f -", ROLLOUT),
    scene("autoscaler-older-version", "CREATE", "horizontalpodautoscalers", "create -n demo -f -", AUTOSCALER),
    scene(
        "configmap-as-service-account",
        "CREATE",
        "configmaps",
        "create configmap -n demo settings --from-literal=a=b --as=system:serviceaccount:demo:default --as-group=system:masters",
        "",
    ),
    scene("secret-create", "CREATE", "secrets", "create secret generic -n demo token --from-literal=token=not-a-secret", ""),
    scene("statefulset-delete", "DELETE", "statefulsets", "delete -n demo statefulset/store --wait=false", ""),
    scene("namespace-delete", "DELETE", "namespaces", "delete namespace demo --wait=false", ""),
];

const DEPLOYMENT: &str = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
    "replicas": 2, "selector": {"matchLabels": {"app": "web"}},
    "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{
        "name": "web", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.0.0", "ports": [{"containerPort": 8080}]}]}}}}"#;

const POD: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": {
    "initContainers": [
        {"name": "prepare", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/prepare:1.0.0"},
        {"name": "proxy", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/proxy:1.0.0", "restartPolicy": "Always"}],
    "containers": [{"name": "main", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/main:1.0.0",
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "16Mi"}}}]}}"#;

const GENERATED: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "generated-", "labels": {"app": "generated"}}, "spec": {
    "containers": [{"name": "main", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/main:1.0.0"}]}}"#;

const EVICTION: &str = r#"{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "bare", "namespace": "demo"}}"#;

const STATEFUL: &str = r#"{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "store"}, "spec": {
    "serviceName": "store", "replicas": 1, "selector": {"matchLabels": {"app": "store"}},
    "template": {"metadata": {"labels": {"app": "store"}}, "spec": {"containers": [{
        "name": "store", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/store:1.0.0"}]}}}}"#;

const DAEMON: &str = r#"{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"}, "spec": {
    "selector": {"matchLabels": {"app": "agent"}},
    "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"hostNetwork": true, "containers": [{
        "name": "agent", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:1.0.0", "securityContext": {"privileged": true}}]}}}}"#;

const ROLLOUT: &str = r#"{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "canary"}, "spec": {
    "replicas": 2, "selector": {"matchLabels": {"app": "canary"}}, "strategy": {"canary": {"steps": [{"setWeight": 20}]}},
    "template": {"metadata": {"labels": {"app": "canary"}}, "spec": {"containers": [{
        "name": "web", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.0.0"}]}}}}"#;

/// The webhook asks for the newer version only.
const AUTOSCALER: &str = r#"{"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}, "spec": {
    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 4, "targetCPUUtilizationPercentage": 70}}"#;

/// Plays all of them on a new cluster; gives the files of `testdata/reviews`.
///
/// # Errors
/// If a scene makes no such review.
pub fn play(tools: &Tools) -> Result<BTreeMap<String, String>, Error> {
    let cluster = Cluster::start(tools, Extent::Full)?;
    definitions::install(&cluster, tools)?;
    let hook = Hook::start(cluster.authority(), |_| json!({"allowed": true}))?;
    cluster.apply(&hook.configuration("recorder", &rules()).to_string())?;
    eventually(PATIENCE, || {
        cluster.kubectl(&["create", "namespace", "probe", "--dry-run=server"])?;
        if hook.take().is_empty() { Err(Error::Unexpected("the API server does not ask the webhook".to_owned())) } else { Ok(()) }
    })?;
    let mut files = BTreeMap::new();
    let (mut seen, mut said) = (Vec::new(), String::new());
    for scene in &SCENES {
        if !scene.kubectl.is_empty() {
            seen.clear();
            drop(hook.take());
            // What a node would have to answer (exec, attach) fails after the API server has asked.
            said = cluster.kubectl_with(&scene.kubectl.split(' ').collect::<Vec<_>>(), scene.input)?.err;
        }
        let review = eventually(PATIENCE, || {
            seen.extend(hook.take());
            let found = seen.iter().find(|review| scene.is_wanted(review)).cloned();
            found.ok_or_else(|| Error::Unexpected(format!("{}: the API server asks nothing of the kind: {said}", scene.name)))
        })?;
        files.insert(format!("{}.json", scene.name), format!("{:#}\n", Normal::default().of(&review)));
    }
    Ok(files)
}

/// The folder of the reviews.
#[must_use]
pub fn folder() -> std::path::PathBuf {
    corpus("reviews")
}

impl Scene {
    fn is_wanted(&self, review: &Value) -> bool {
        let part = |pointer: &str| review.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (resource, subresource) = self.resource.split_once('/').unwrap_or((self.resource, ""));
        let place = if resource == "namespaces" { part("/request/name") } else { part("/request/namespace") };
        part("/request/operation") == self.operation
            && part("/request/resource/resource") == resource
            && part("/request/subResource") == subresource
            && place == "demo"
            // What kubectl changes, controllers and KWOK change once more.
            && (self.kubectl.is_empty() || !is_controller(part("/request/userInfo/username")))
    }
}

fn is_controller(user: &str) -> bool {
    user == "kwok" || ["system:serviceaccount:kube-system:", "system:kube-"].iter().any(|prefix| user.starts_with(prefix))
}

fn rules() -> Value {
    let every = |groups: Value, versions: Value| json!({"operations": ["*"], "apiGroups": groups, "apiVersions": versions, "resources": ["*/*"], "scope": "*"});
    json!([every(json!(["", "apps", "batch", "argoproj.io"]), json!(["*"])), every(json!(["autoscaling"]), json!(["v2"]))])
}

/// Makes what changes from run to run the same, and keeps apart what is not the same.
#[derive(Default)]
struct Normal {
    uids: Vec<String>,
}

impl Normal {
    fn of(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(fields.iter().map(|(key, value)| (key.clone(), self.field(key, value))).collect()),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.of(item)).collect()),
            Value::String(text) if is_time(text) => "2026-01-01T00:00:00Z".into(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    fn field(&mut self, key: &str, value: &Value) -> Value {
        match (key, value) {
            ("uid" | "controller-uid" | "batch.kubernetes.io/controller-uid", Value::String(uid)) => self.uid(uid).into(),
            ("resourceVersion", Value::String(_)) => "1".into(),
            ("authentication.kubernetes.io/credential-id", Value::Array(_)) => json!(["X509SHA256=0"]),
            _ => self.of(value),
        }
    }

    fn uid(&mut self, uid: &str) -> String {
        let place = self.uids.iter().position(|known| known == uid).unwrap_or_else(|| {
            self.uids.push(uid.to_owned());
            self.uids.len() - 1
        });
        format!("00000000-0000-4000-8000-{place:012}")
    }
}

fn is_time(text: &str) -> bool {
    let shape = text.bytes().take(19).map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    text.ends_with('Z') && shape.eq("0000-00-00T00:00:00".bytes())
}
