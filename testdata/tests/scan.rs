//! The background scan on a real API server: needs `testdata/tools/build` and `cargo build --release` to have run.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and breaks a copy"
)]

mod guarded;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use guarded::{PATIENCE, good, pack, with};
use portcullis_testdata::cluster::control::{Cluster, Extent, Program};
use portcullis_testdata::cluster::definitions::{self, POLICY_REPORTS};
use portcullis_testdata::cluster::gate::{Gate, Mount, is_ready};
use portcullis_testdata::cluster::https;
use portcullis_testdata::cluster::process::{eventually, free_port};
use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::{Error, Tools};
use portcullis_testdata::truth::read;
use serde_json::{Value, json};

const WGPOLICY: &str = "/apis/wgpolicyk8s.io/v1alpha2";
const OPEN_REPORTS: &str = "/apis/openreports.io/v1alpha1";
const FOREIGN: &str = "docker.io/library/nginx:1.27.0";

/// A webhook that scans; nobody asks it.
struct Scanning {
    gate: Gate,
    bundle: Mount,
    tls: Mount,
}

impl Scanning {
    /// Starts one as a user, with the rules of a repository.
    fn start(cluster: &Cluster, platform: &Platform, kubeconfig: &Path, root: &Path) -> Self {
        let mut tls = Mount::new(&cluster.folder().join("tls")).expect("the folder is made");
        tls.put_pair(&cluster.authority().server(&[]).expect("a certificate is made"), cluster.authority()).expect("it is written");
        let mut bundle = Mount::new(&cluster.folder().join("bundle")).expect("the folder is made");
        bundle.put(&[("bundle.json", &pack(&platform.portcullis, root))]).expect("it is written");
        let gate = another(cluster, platform, kubeconfig, (&bundle, &tls), "first");
        Self { gate, bundle, tls }
    }
}

fn another(cluster: &Cluster, platform: &Platform, kubeconfig: &Path, mounts: (&Mount, &Mount), name: &str) -> Gate {
    let folder = cluster.folder().join(name);
    fs::create_dir_all(&folder).expect("the folder is made");
    let more = [
        "--scan".to_owned(),
        format!("--kubeconfig={}", kubeconfig.display()),
        format!("--identity={name}"),
        "--scan-interval=3600".to_owned(),
        "--log=debug".to_owned(),
    ];
    let port = free_port().expect("there is a port");
    Gate::start_with(&platform.webhook(), &folder, mounts, "prod", (port, &more)).expect("the webhook starts")
}

/// A repository of nothing but the platform's configuration and more of it.
fn root_with(platform: &Platform, more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let own = read(&platform.root.join(".portcullis.yaml")).expect("the configuration reads");
    // The last list of it is that of waivers, or there is none.
    fs::write(folder.path().join("portcullis.yaml"), format!("{own}\n{more}")).expect("it is written");
    folder
}

fn waivers(platform: &Platform, entries: &str) -> String {
    let own = read(&platform.root.join(".portcullis.yaml")).expect("the configuration reads");
    if own.contains("\nwaivers:") { entries.to_owned() } else { format!("waivers:\n{entries}") }
}

fn namespace(cluster: &Cluster, name: &str) {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    cluster.apply(&namespace.to_string()).expect("it is accepted");
}

fn foreign(name: &str, namespace: &str) -> Value {
    with(good(name, namespace), "/spec/template/spec/containers/0/image", FOREIGN.into())
}

/// `RULE KIND/NAME RESULT` of every result in the report of a namespace, but those of rules over a whole environment.
fn results(cluster: &Cluster, api: &str, namespace: &str) -> Result<Vec<String>, Error> {
    let plural = if api == WGPOLICY { "policyreports" } else { "reports" };
    let report = cluster.get(&format!("{api}/namespaces/{namespace}/{plural}/portcullis"))?;
    let mut found: Vec<String> = report["results"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|result| !result["rule"].as_str().is_some_and(|rule| rule.contains("disruption-budget")))
        .map(|result| {
            let text = |pointer: &str| result.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            format!("{} {}/{} {}", text("/rule"), text("/resources/0/kind"), text("/resources/0/name"), text("/result"))
        })
        .collect();
    found.sort();
    Ok(found)
}

fn expect(cluster: &Cluster, api: &str, namespace: &str, wanted: &[&str]) {
    let same = || {
        let found = results(cluster, api, namespace)?;
        if found == wanted { Ok(()) } else { Err(Error::Unexpected(format!("{namespace}: {found:?}"))) }
    };
    let log = || fs::read_to_string(cluster.folder().join("first/portcullis-webhook.log")).unwrap_or_default();
    eventually(PATIENCE, same).map_err(|error| format!("{wanted:?}: {error}\n{}", log())).expect("the report comes to say so");
}

fn at_least(gate: &Gate, metric: &str, wanted: f64) {
    let reached = || {
        let value = gate.metric(metric)?;
        if value >= wanted { Ok(()) } else { Err(Error::Unexpected(format!("{metric} is {value}"))) }
    };
    eventually(PATIENCE, reached).expect(metric);
}

/// What Events say: of a violation once, of what is waived nothing, and of what rules over a whole environment see, too.
fn owners_are_told(cluster: &Cluster) {
    let events = cluster.get("/apis/events.k8s.io/v1/namespaces/batch/events").expect("there are events");
    let text = |event: &Value, pointer| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let told = |event: &Value| format!("{} {}", text(event, "/regarding/name"), text(event, "/note"));
    let told: Vec<String> = events["items"].as_array().into_iter().flatten().map(told).collect();
    let count = |start: &str| told.iter().filter(|note| note.starts_with(start)).count();
    assert_eq!(count("wrong foreign-image-registry: "), 1, "{told:?}");
    assert_eq!(count("excused foreign-image-registry"), 0, "{told:?}");
    assert_eq!(count("right missing-disruption-budget: "), 1, "{told:?}");
}

#[test]
fn what_is_there_is_reported_until_it_is_mended() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let mut cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    cluster.apply(POLICY_REPORTS).expect("the definitions are accepted");
    for name in ["batch", "scoring", "portcullis-system"] {
        namespace(&cluster, name);
    }
    for object in [good("right", "batch"), foreign("wrong", "batch"), foreign("excused", "batch"), foreign("hidden", "kube-system")] {
        cluster.must(&["create", "--filename", "-"], &object.to_string()).expect("nobody asks the webhook");
    }
    let entry = "  - {rule: foreign-image-registry, resources: [Deployment/batch/excused], reason: moves next month, owner: team-batch, \
                 ticket: T-1, expires: 2099-12-31}\n";
    let root = root_with(&platform, &waivers(&platform, entry));
    let kubeconfig = cluster.kubeconfig().to_owned();
    let mut scanning = Scanning::start(&cluster, &platform, &kubeconfig, root.path());
    expect(
        &cluster,
        WGPOLICY,
        "batch",
        &["foreign-image-registry Deployment/excused skip", "foreign-image-registry Deployment/wrong fail"],
    );
    let report = cluster.get(&format!("{WGPOLICY}/namespaces/batch/policyreports/portcullis")).expect("there is a report");
    assert_eq!(report["summary"]["skip"], 1, "{report:#}");
    let waived = report["results"].as_array().expect("there are results").iter().find(|result| result["result"] == "skip");
    assert_eq!(waived.expect("there is one")["properties"]["waiver-ticket"], "T-1");
    assert!(cluster.get(&format!("{WGPOLICY}/namespaces/kube-system/policyreports/portcullis")).is_err(), "nobody judges kube-system");
    owners_are_told(&cluster);

    // What is mended is gone from the report, which is not written where nothing changes.
    cluster.apply(&with(good("wrong", "batch"), "/metadata/labels", json!({"team": "batch"})).to_string()).expect_err("kubectl created it");
    let mended = cluster.must(&["apply", "--server-side", "--force-conflicts", "--filename", "-"], &good("wrong", "batch").to_string());
    mended.expect("it is mended");
    expect(&cluster, WGPOLICY, "batch", &["foreign-image-registry Deployment/excused skip"]);
    let version = || {
        let report = cluster.get(&format!("{WGPOLICY}/namespaces/batch/policyreports/portcullis")).expect("there is a report");
        report["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned()
    };
    let (before, scans) = (version(), scanning.gate.metric("portcullis_scan_seconds_count").expect("it tells"));
    cluster.must(&["label", "deployment", "right", "--namespace=batch", "team=batch"], "").expect("it is labelled");
    at_least(&scanning.gate, "portcullis_scan_seconds_count", scans + 1.0);
    assert_eq!(version(), before, "a report that says the same is not written");

    // A bundle without the waiver says something else.
    let stricter = root_with(&platform, "");
    scanning.bundle.put(&[("bundle.json", &pack(&platform.portcullis, stricter.path()))]).expect("it is written");
    expect(&cluster, WGPOLICY, "batch", &["foreign-image-registry Deployment/excused fail"]);

    a_server_goes_and_comes_back(&mut cluster, &scanning);
    expect(&cluster, WGPOLICY, "batch", &["foreign-image-registry Deployment/excused fail"]);

    // The last of a namespace takes its report along.
    cluster.must(&["delete", "deployment", "later", "--namespace=scoring"], "").expect("it is deleted");
    eventually(PATIENCE, || match results(&cluster, WGPOLICY, "scoring") {
        Err(_) => Ok(()),
        Ok(found) => Err(Error::Unexpected(format!("{found:?}"))),
    })
    .expect("the report goes");
    assert!(scanning.gate.metric("portcullis_panics_total").expect("it tells") < 0.5);
    drop(scanning.tls);
}

/// Reviews do not notice, and the scan goes on where it was.
fn a_server_goes_and_comes_back(cluster: &mut Cluster, scanning: &Scanning) {
    cluster.kill(Program::ApiServer);
    at_least(&scanning.gate, "portcullis_scan_kinds{state=\"failing\"}", 1.0);
    let client = https::client(cluster.authority().certificate(), None).expect("the client is made");
    assert!(is_ready(&client, scanning.gate.port), "a server that is away is no reason not to be ready");
    cluster.begin(Program::ApiServer).expect("the API server comes back");
    cluster.must(&["create", "--filename", "-"], &foreign("later", "scoring").to_string()).expect("it is created");
    expect(cluster, WGPOLICY, "scoring", &["foreign-image-registry Deployment/later fail"]);
}

#[test]
fn five_hundred_pods_are_one_result_and_one_replica_writes() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    definitions::install_of(&cluster, &tools, &definitions::OPEN_REPORTS).expect("the definitions are accepted");
    for name in ["batch", "portcullis-system"] {
        namespace(&cluster, name);
    }
    let made = |object: &Value| -> Value {
        let text = cluster.must(&["create", "--output=json", "--filename", "-"], &object.to_string()).expect("it is created");
        serde_json::from_str(&text).expect("kubectl prints JSON")
    };
    let owner = |object: &Value| {
        let field = |pointer: &str| object.pointer(pointer).cloned().unwrap_or_default();
        json!([{"apiVersion": field("/apiVersion"), "kind": field("/kind"), "name": field("/metadata/name"), "uid": field("/metadata/uid"),
            "controller": true}])
    };
    // The Deployment itself is right: its pods were changed on the way, as a mutating webhook would.
    let deployment = made(&good("api", "batch"));
    let mut set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "api-1", "namespace": "batch"}, "spec": {
        "replicas": 500, "selector": deployment["spec"]["selector"], "template": deployment["spec"]["template"]}});
    set["metadata"]["ownerReferences"] = owner(&deployment);
    let set = made(&set);
    let template = foreign("api", "batch")["spec"]["template"].clone();
    let pods: Vec<Value> = (0..500)
        .map(|number| {
            let metadata =
                json!({"name": format!("api-1-{number}"), "namespace": "batch", "labels": {"app": "api"}, "ownerReferences": owner(&set)});
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
        })
        .collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": pods});
    cluster.must(&["create", "--filename", "-"], &list.to_string()).expect("they are created");

    let kubeconfig = cluster.kubeconfig().to_owned();
    let scanning = Scanning::start(&cluster, &platform, &kubeconfig, root_with(&platform, "").path());
    expect(&cluster, OPEN_REPORTS, "batch", &["foreign-image-registry Deployment/api fail"]);
    let report = cluster.get(&format!("{OPEN_REPORTS}/namespaces/batch/reports/portcullis")).expect("there is a report");
    let result = report["results"].as_array().expect("there are results").iter().find(|result| result["rule"] == "foreign-image-registry");
    assert_eq!(result.expect("there is one")["properties"]["objects"], "100 or more", "{report:#}");
    assert!(report.to_string().len() < 8 << 10, "{report:#}");
    assert!(scanning.gate.metric("portcullis_scan_objects{kind=\"Pod\"}").expect("it tells") > 499.5);

    // A second replica waits until the first one ends, which gives the lease back.
    let mounts = (&scanning.bundle, &scanning.tls);
    let second = another(&cluster, &platform, &kubeconfig, mounts, "second");
    std::thread::sleep(Duration::from_secs(3));
    let leads = |gate: &Gate| gate.metric("portcullis_scan_leader").expect("it tells") > 0.5;
    assert!(leads(&scanning.gate) && !leads(&second));
    scanning.gate.process.terminate().expect("it is told to end");
    eventually(Duration::from_secs(14), || if leads(&second) { Ok(()) } else { Err(Error::Unexpected("it waits".to_owned())) })
        .expect("the lease is given back, not waited for");
    at_least(&second, "portcullis_scan_seconds_count", 1.0);
    let unchanged = "portcullis_scan_writes_total{what=\"report\",result=\"unchanged\"}";
    at_least(&second, unchanged, 1.0);
    let again = cluster.get(&format!("{OPEN_REPORTS}/namespaces/batch/reports/portcullis")).expect("there is a report");
    assert_eq!(again["metadata"]["resourceVersion"], report["metadata"]["resourceVersion"], "the next leader says the same");
}

/// Kinds by how it is with them.
fn kinds(gate: &Gate) -> BTreeMap<&'static str, u32> {
    let of = |state: &'static str| {
        let value = gate.metric(&format!("portcullis_scan_kinds{{state=\"{state}\"}}")).expect("it tells");
        (state, format!("{value}").parse().unwrap_or_default())
    };
    ["watched", "coming", "unknown", "forbidden", "failing"].into_iter().map(of).collect()
}

#[test]
fn the_rights_of_the_chart_are_enough_and_missing_ones_are_told() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    definitions::install_of(&cluster, &tools, &definitions::OPEN_REPORTS).expect("the definitions are accepted");
    for name in ["batch", "portcullis-system"] {
        namespace(&cluster, name);
    }
    cluster.must(&["create", "--filename", "-"], &foreign("wrong", "batch").to_string()).expect("it is created");
    let chart = platform.root.join("platform-manifests/charts/admission").to_string_lossy().into_owned();
    let mut arguments = vec!["template", "portcullis-webhook", &chart, "--namespace=portcullis-system", "--show-only=templates/scan.yaml"];
    arguments.extend(["--set=scan.enabled=true,service.name=portcullis-webhook,environment=prod,image.tag=1"]);
    let rights = platform.run(&arguments).expect("portcullis runs");
    assert_eq!(rights.code, Some(0), "{}", rights.err);
    cluster.apply(&rights.out).expect("the rights are given");
    let account = "system:serviceaccount:portcullis-system:portcullis-webhook";
    let kubeconfig = cluster.write_identity("scan", account, Some("system:authenticated")).expect("it is written");
    let scanning = Scanning::start(&cluster, &platform, &kubeconfig, root_with(&platform, "").path());
    expect(&cluster, OPEN_REPORTS, "batch", &["foreign-image-registry Deployment/wrong fail"]);
    let before = kinds(&scanning.gate);
    assert!(before["forbidden"] == 0 && before["failing"] == 0 && before["unknown"] > 0, "{before:?}");
    assert!(scanning.gate.metric("portcullis_scan_writes_total{what=\"event\",result=\"written\"}").expect("it tells") > 0.5);
    assert!(scanning.gate.metric("portcullis_scan_failures_total").expect("it tells") < 0.5);

    // A kind that comes later is found, and judged.
    definitions::install_of(&cluster, &tools, &[("argoproj.io", "Rollout")]).expect("the definition is accepted");
    let mut rollout = foreign("canary", "batch");
    rollout["apiVersion"] = "argoproj.io/v1alpha1".into();
    rollout["kind"] = "Rollout".into();
    rollout["spec"]["progressDeadlineAbort"] = true.into();
    rollout["spec"]["strategy"] =
        json!({"canary": {"steps": [{"setWeight": 20}, {"analysis": {"templates": [{"templateName": "errors"}]}}]}});
    let create = || cluster.must(&["create", "--filename", "-"], &rollout.to_string());
    eventually(PATIENCE, create).expect("it is created");
    let both = ["foreign-image-registry Deployment/wrong fail", "foreign-image-registry Rollout/canary fail"];
    expect(&cluster, OPEN_REPORTS, "batch", &both);

    // Another one may not read Deployments any more: it says so and goes on with the rest.
    drop(scanning);
    let role = cluster.must(&["get", "clusterrole", "portcullis-webhook-scan", "--output=json"], "").expect("there is a role");
    let mut role: Value = serde_json::from_str(&role).expect("it is JSON");
    for rule in role["rules"].as_array_mut().expect("it has rules") {
        if let Some(resources) = rule["resources"].as_array_mut() {
            resources.retain(|resource| resource != "deployments");
        }
    }
    cluster.must(&["replace", "--filename", "-"], &role.to_string()).expect("it is replaced");
    let poorer = Scanning::start(&cluster, &platform, &kubeconfig, root_with(&platform, "").path());
    at_least(&poorer.gate, "portcullis_scan_kinds{state=\"forbidden\"}", 1.0);
    expect(&cluster, OPEN_REPORTS, "batch", &["foreign-image-registry Rollout/canary fail"]);
}
