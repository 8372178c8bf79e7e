//! The webhook makes its own certificate before a real API server: needs `testdata/tools/build` and `cargo build --release` to have run.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "a test fails by panicking")]

mod guarded;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use guarded::{PATIENCE, denial, good, with};
use portcullis_testdata::cluster::control::{Cluster, Extent, Program};
use portcullis_testdata::cluster::gate::Gate;
use portcullis_testdata::cluster::process::eventually;
use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::{Error, Tools};
use serde_json::{Value, json};

const CONFIGURATION: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/portcullis";
const SECRET: &str = "/api/v1/namespaces/portcullis-system/secrets/portcullis-webhook-self-signed";
const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/portcullis-system/leases/portcullis-webhook-certificates";

#[test]
fn a_certificate_of_its_own_is_made_renewed_and_vouched_for() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let mut cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    for name in ["portcullis-system", "scoring"] {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        cluster.apply(&namespace.to_string()).expect("it is accepted");
    }
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "app", "namespace": "scoring"}});
    cluster.apply(&account.to_string()).expect("it is accepted");
    cluster.apply(&roles(&platform)).expect("the chart's roles are accepted");
    let bundle = cluster.folder().join("bundle.json").to_string_lossy().into_owned();
    assert_eq!(platform.run(&["bundle", "--output", &bundle]).expect("portcullis runs").code, Some(0));
    let kubeconfig = kubeconfig(&cluster);
    let start = |name: &str| replica(&platform, &cluster.folder().join(name), &bundle, &kubeconfig, name);
    let first = start("first");
    let second = start("second");
    let live = |gate: &Gate, which: &str| {
        gate.metric(&format!("portcullis_certificate_not_after_timestamp_seconds{{certificate=\"{which}\"}}")).expect("it tells")
    };
    assert!((live(&first, "ca") - live(&second, "ca")).abs() < 0.5, "there is one CA");
    assert_eq!(holder(&cluster), "first");

    register(&platform, &cluster, &bundle, second.port);
    eventually(PATIENCE, || judges(&cluster)).expect("the caBundle is filled in");
    let calls = guarded::under_load(&cluster, || {
        let (ca, leaf) = (live(&second, "ca"), live(&second, "leaf"));
        later(|| live(&second, "leaf"), leaf);
        later(|| live(&second, "live-ca"), ca);
        // Until the new CA alone vouches, and the old one is gone.
        eventually(PATIENCE, || judge(authorities(&cluster) == 2, "two CAs")).expect("both are known for a while");
        eventually(PATIENCE, || judge(authorities(&cluster) == 1, "one CA")).expect("the old one goes");
    });
    assert_eq!(calls.failed, Vec::<String>::new());
    assert!(calls.answered > 20, "{}", calls.answered);

    // As `helm upgrade` and Argo CD do it that know of no caBundle.
    register(&platform, &cluster, &bundle, second.port);
    eventually(PATIENCE, || judges(&cluster)).expect("it is put back");
    // The one that leads is lost, and somebody blanks the field again.
    drop(first);
    eventually(PATIENCE, || judge(holder(&cluster) == "second", "the second leads")).expect("the other one takes over");
    register(&platform, &cluster, &bundle, second.port);
    eventually(PATIENCE, || judges(&cluster)).expect("it is put back");
    let bundle_of = |index: usize| cluster.get(CONFIGURATION).expect("it is there")["webhooks"][index]["clientConfig"]["caBundle"].clone();
    assert!(bundle_of(0) == bundle_of(1) && bundle_of(0) == cluster.get(SECRET).expect("it is there")["data"]["ca.crt"]);

    cluster.kill(Program::ApiServer);
    assert_eq!(second.readiness().map(|(status, _)| status), Some(200), "what is there is shown while the API server is away");
    cluster.begin(Program::ApiServer).expect("it comes back");
    eventually(PATIENCE, || judges(&cluster)).expect("everything goes on");
    second.process.terminate().expect("it is told to end");
    eventually(PATIENCE, || judge(holder(&cluster).is_empty(), "nobody leads")).expect("it gives the lease back");
}

#[test]
fn a_foreign_ca_bundle_is_told() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "portcullis-system"}});
    cluster.apply(&namespace.to_string()).expect("it is accepted");
    cluster.apply(&roles(&platform)).expect("the chart's roles are accepted");
    let bundle = cluster.folder().join("bundle.json").to_string_lossy().into_owned();
    assert_eq!(platform.run(&["bundle", "--output", &bundle]).expect("portcullis runs").code, Some(0));
    let gate = replica(&platform, &cluster.folder().join("only"), &bundle, &kubeconfig(&cluster), "only");
    // Nobody may put it right any more.
    cluster.must(&["delete", "clusterrole", "portcullis-webhook-certificates"], "").expect("it is gone");
    let reads = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "portcullis-webhook-certificates"},
        "rules": [{"apiGroups": ["admissionregistration.k8s.io"], "resources": ["validatingwebhookconfigurations"], "verbs": ["get"]}]});
    cluster.apply(&reads.to_string()).expect("it is accepted");
    register(&platform, &cluster, &bundle, gate.port);
    eventually(PATIENCE, || {
        let told = gate.readiness();
        judge(told.as_ref().is_some_and(|(status, why)| *status == 503 && why.contains("not of the caBundle")), &format!("{told:?}"))
    })
    .expect("readiness goes off");
}

/// The roles of the chart, as they are rendered.
fn roles(platform: &Platform) -> String {
    let mut arguments = vec!["template", "portcullis-webhook", "platform-manifests/charts/admission", "--namespace", "portcullis-system"];
    let values = ["base", "environments/prod", "services/portcullis-webhook", "overrides/prod/portcullis-webhook"];
    let values = values.map(|layer| format!("platform-manifests/values/{layer}.yaml"));
    for layer in &values {
        arguments.extend(["--values", layer]);
    }
    arguments.extend(["--set", "certificate.selfSigned=true", "--show-only", "templates/signing.yaml"]);
    let run = platform.run(&arguments).expect("portcullis runs");
    assert_eq!(run.code, Some(0), "{}", run.err);
    run.out
}

/// A kubeconfig by which one is the account of the chart.
fn kubeconfig(cluster: &Cluster) -> PathBuf {
    let text = fs::read_to_string(cluster.kubeconfig()).expect("it reads");
    let mut config: Value = serde_json::from_str(&text).expect("it is JSON");
    for user in config["users"].as_array_mut().expect("there are users") {
        user["user"]["as"] = "system:serviceaccount:portcullis-system:portcullis-webhook".into();
    }
    let path = cluster.folder().join("account.kubeconfig");
    fs::write(&path, config.to_string()).expect("it is written");
    path
}

fn replica(platform: &Platform, folder: &Path, bundle: &str, kubeconfig: &Path, name: &str) -> Gate {
    let day = 86_400.0;
    let flags = [
        ("--bundle", bundle.to_owned()),
        ("--environment", "prod".to_owned()),
        ("--self-signed", "portcullis-webhook.portcullis-system.svc".to_owned()),
        ("--server-name", "localhost".to_owned()),
        ("--webhook-configuration", "portcullis".to_owned()),
        ("--kubeconfig", kubeconfig.to_string_lossy().into_owned()),
        ("--identity", name.to_owned()),
        ("--ca-days", (90.0 / day).to_string()),
        ("--certificate-days", (30.0 / day).to_string()),
        ("--poll-interval", "0.2".to_owned()),
        ("--drain-delay", "1".to_owned()),
    ];
    Gate::by_flags(&platform.webhook(), folder, &flags).expect("the webhook starts")
}

/// Has the API server ask a port, without a word of any CA.
fn register(platform: &Platform, cluster: &Cluster, bundle: &str, port: u16) {
    let url = format!("https://localhost:{port}");
    let printed =
        Command::new(platform.webhook()).args(["configuration", "--environment", "prod", "--url", &url, "--bundle", bundle]).output();
    let mut configuration: Value = serde_json::from_slice(&printed.expect("the webhook runs").stdout).expect("it prints JSON");
    for webhook in configuration["webhooks"].as_array_mut().expect("there are webhooks") {
        webhook["clientConfig"]["caBundle"] = "".into();
    }
    let run = cluster.must(&["apply", "--server-side", "--force-conflicts", "--filename", "-"], &configuration.to_string());
    run.expect("the configuration is accepted");
}

fn judges(cluster: &Cluster) -> Result<(), Error> {
    let foreign = with(good("probe", "scoring"), "/spec/template/spec/containers/0/image", "docker.io/library/nginx:1.27.0".into());
    let message = denial(cluster, &foreign)?.unwrap_or_default();
    judge(message.contains("foreign-image-registry"), &message)
}

fn judge(holds: bool, what: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Unexpected(format!("not yet: {what}"))) }
}

fn later(look: impl Fn() -> f64, than: f64) {
    eventually(PATIENCE, || judge(look() > than, "a later end")).expect("it is renewed");
}

fn holder(cluster: &Cluster) -> String {
    let lease = cluster.get(LEASE).unwrap_or_default();
    lease["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
}

/// How many CAs an API server is told.
fn authorities(cluster: &Cluster) -> usize {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let configuration = cluster.get(CONFIGURATION).unwrap_or_default();
    let bundle = configuration["webhooks"][0]["clientConfig"]["caBundle"].as_str().unwrap_or_default();
    let pem = STANDARD.decode(bundle).unwrap_or_default();
    String::from_utf8_lossy(&pem).matches("BEGIN CERTIFICATE").count()
}
