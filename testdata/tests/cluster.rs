//! Starts a real cluster and uses it: needs `testdata/tools/build` and `cargo build --release` to have run.

use std::collections::BTreeSet;
use std::time::Duration;

use portcullis_testdata::cluster::control::{Cluster, Extent, Program};
use portcullis_testdata::cluster::hook::Hook;
use portcullis_testdata::cluster::process::eventually;
use portcullis_testdata::cluster::{definitions, deployment, nodes, scenes};
use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::{Error, Tools};
use portcullis_testdata::truth::{read, walk};
use serde_json::{Value, json};

/// How long pods may take to run.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the API server says about the platform: a finalizer of Argo CD's own making, and a word that the clusters' older version has no other for.
const EXPECTED_WARNINGS: [&str; 2] = ["resources-finalizer.argocd.argoproj.io", "spec.trafficDistribution: \"PreferClose\" is deprecated"];

const DEPLOYMENT: &str = r"
apiVersion: v1
kind: Namespace
metadata: {name: demo}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: demo}
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
      containers: [{name: web, image: web}]
";

#[test]
fn pods_run_in_every_zone_and_a_webhook_is_asked_about_them() {
    let tools = Tools::locate();
    let cluster = Cluster::start(&tools, Extent::Full).expect("the cluster starts");
    let hook = Hook::start(cluster.authority(), |request| {
        let is_forbidden = request.pointer("/object/metadata/name").is_some_and(|name| name == "forbidden");
        json!({"allowed": !is_forbidden, "status": {"code": 403, "message": "no such name here"}, "warnings": ["asked"]})
    });
    let hook = hook.expect("the webhook listens");
    let rules = json!([{"operations": ["CREATE"], "apiGroups": ["", "apps"], "apiVersions": ["v1"], "resources": ["pods", "deployments", "configmaps"]}]);
    cluster.apply(&hook.configuration("demo", &rules).to_string()).expect("the webhook is registered");

    // The API server learns of webhooks in its own time.
    let refused = eventually(PATIENCE, || {
        let run = cluster.kubectl(&["create", "configmap", "forbidden"])?;
        cluster.kubectl(&["delete", "configmap", "forbidden"])?;
        if run.code == Some(0) { Err(Error::Unexpected(run.out)) } else { Ok(run) }
    });
    let refused = refused.expect("the webhook refuses");
    assert!(refused.err.contains("admission webhook \"demo.example.com\" denied the request: no such name here"), "{}", refused.err);
    assert!(refused.err.contains("Warning: asked"), "{}", refused.err);

    cluster.apply(DEPLOYMENT).expect("the deployment is accepted");
    let pods = eventually(PATIENCE, || running_pods(&cluster, "demo", 6)).expect("the pods run");
    let zones: BTreeSet<_> = pods.iter().filter_map(zone_of).collect();
    assert_eq!(zones, nodes::ZONES.map(str::to_owned).into());
    let asked: Vec<String> = hook.take().iter().map(|review| text(review, "/request/kind/kind").to_owned()).collect();
    assert_eq!(asked.iter().filter(|kind| *kind == "Pod").count(), 6, "{asked:?}");
    assert!(asked.contains(&"Deployment".to_owned()), "{asked:?}");
}

#[test]
fn the_platform_is_accepted_and_every_pod_of_it_runs() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let environments = deployment::render(&platform, &tools).expect("the platform renders");
    assert_eq!(environments.values().map(|environment| environment.applications.len()).sum::<usize>(), 102);
    for (name, environment) in &environments {
        let cluster = Cluster::start(&tools, Extent::Full).expect("the cluster starts");
        definitions::install(&cluster, &tools).expect("the definitions are accepted");
        let outcome = deployment::deploy(&cluster, &platform, environment).expect("kubectl runs");
        assert_eq!(outcome.refused, Vec::<String>::new(), "{name}");
        let expected = |warning: &&String| EXPECTED_WARNINGS.iter().any(|known| warning.contains(known));
        assert_eq!(outcome.warnings.iter().filter(|warning| !expected(warning)).count(), 0, "{name}: {:?}", outcome.warnings);
        assert!(outcome.applied > 300, "{name}: {}", outcome.applied);
        eventually(PATIENCE, || all_available(&cluster)).expect("every workload is available");
    }
}

#[test]
fn a_killed_api_server_comes_back_with_what_it_knew() {
    let mut cluster = Cluster::start(&Tools::locate(), Extent::Api).expect("the cluster starts");
    cluster.kubectl(&["create", "namespace", "kept"]).expect("kubectl runs");
    cluster.kill(Program::ApiServer);
    assert!(cluster.get("/api/v1/namespaces/kept").is_err());
    cluster.begin(Program::ApiServer).expect("the API server starts again");
    cluster.get("/api/v1/namespaces/kept").expect("the namespace is there");
}

#[test]
fn an_api_server_still_asks_what_is_recorded() {
    let asked = scenes::play(&Tools::locate()).expect("the scenes play");
    let recorded = walk(&scenes::folder()).expect("the folder of the reviews reads");
    assert_eq!(recorded.len(), asked.len());
    for path in recorded {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let recorded = read(&path).expect("the review reads");
        assert_eq!(asked.get(&name).map(|text| shape(text)), Some(shape(&recorded)), "{name}");
    }
}

/// What does not depend on the names that controllers make up.
fn shape(review: &str) -> Vec<Option<Value>> {
    let review: Value = serde_json::from_str(review).unwrap_or_default();
    let fields = [
        "kind",
        "requestKind",
        "resource",
        "requestResource",
        "subResource",
        "operation",
        "namespace",
        "dryRun",
        "options",
        "userInfo/username",
    ];
    fields.iter().map(|field| review.pointer(&format!("/request/{field}")).cloned()).collect()
}

fn running_pods(cluster: &Cluster, namespace: &str, count: usize) -> Result<Vec<Value>, Error> {
    let pods = cluster.get(&format!("/api/v1/namespaces/{namespace}/pods"))?;
    let is_running = |pod: &&Value| text(pod, "/status/phase") == "Running";
    let running: Vec<Value> = items(&pods).iter().filter(is_running).cloned().collect();
    if running.len() == count { Ok(running) } else { Err(Error::Unexpected(format!("{} of {count} pods run: {pods}", running.len()))) }
}

fn all_available(cluster: &Cluster) -> Result<(), Error> {
    let deployments = cluster.get("/apis/apps/v1/deployments")?;
    let sets = cluster.get("/apis/apps/v1/statefulsets")?;
    for workload in items(&deployments).iter().chain(items(&sets)) {
        let (wanted, ready) = (workload.pointer("/spec/replicas"), workload.pointer("/status/readyReplicas"));
        if wanted != ready {
            return Err(Error::Unexpected(format!("{}: {ready:?} of {wanted:?} replicas are ready", text(workload, "/metadata/name"))));
        }
    }
    Ok(())
}

/// A node's name ends in its zone.
fn zone_of(pod: &Value) -> Option<String> {
    let node = text(pod, "/spec/nodeName");
    nodes::ZONES.iter().find(|zone| node.ends_with(**zone)).map(|zone| (*zone).to_owned())
}

fn items(list: &Value) -> &[Value] {
    list.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
