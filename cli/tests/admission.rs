//! Both gates give the same answers: `lint --as-admission` against the webhook's handler, over a bundle that the command made.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::unwrap_used, reason = "copies fixtures and starts the command")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use portcullis_policies::{
    Context, Date, Resource,
    admission::{chain::Chain, review_of},
};
use portcullis_source::{Sources, Text, yaml};
use portcullis_webhook::{Bounds, Clock, Decisions, Gates, Handler, Metrics, Parts};
use serde_json::Value;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn portcullis(folder: &Path, arguments: &[&str]) -> (i32, Vec<u8>) {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder).args(arguments).output().unwrap();
    (output.status.code().unwrap(), output.stdout)
}

/// What the command says that the webhook answers, in the order of the objects.
fn said(folder: &Path, day: &str) -> Vec<Value> {
    let (_, text) = portcullis(folder, &["lint", "--as-admission", "--today", day]);
    serde_json::from_slice::<Value>(&text).unwrap()["verdicts"].as_array().unwrap().clone()
}

fn handler(folder: &Path, day: &str) -> Handler {
    let (_, bundle) = portcullis(folder, &["bundle"]);
    let made = tempfile::tempdir().unwrap();
    fs::write(made.path().join("bundle.json"), bundle).unwrap();
    let seconds = u64::try_from(Date::parse(day).unwrap().days_after(Date::from_unix_seconds(0))).unwrap() * 86_400;
    let metrics = Arc::new(Metrics::default());
    let parts = Parts {
        gates: Arc::new(Gates::open(made.path()).unwrap()),
        certificates: None,
        decisions: Decisions::open(None, Arc::clone(&metrics)).unwrap(),
        metrics,
        clock: Clock::of(move || seconds),
        environment: None,
    };
    Handler::new(parts, &Bounds { in_flight: 8, store: 16 << 20, lanes: 1 })
}

/// What the webhook answers to the creation of an object.
fn answered(handler: &Handler, resource: &Resource, uid: &str) -> Value {
    let body = review_of(resource, uid).unwrap().to_string();
    let path = resource.context.environment.as_ref().map_or_else(|| "/validate".to_owned(), |name| format!("/validate/{name}"));
    let request = Request::post(path).header("content-type", "application/json").body(Full::new(Bytes::from(body))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = handler.handle(request).await;
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice::<Value>(&body).unwrap()["response"].take()
    })
}

/// Checks every object of plain manifests on a day, and tells how many were refused.
fn agree(folder: &Path, manifest: &str, day: &str) -> usize {
    let handler = handler(folder, day);
    let text = fs::read(folder.join(manifest)).unwrap();
    let file = Sources::default().add(manifest, text);
    let documents = yaml::parse(&Text::of_file(&file)).documents;
    let read = |document| Resource::read(&Arc::new(document), &Context::default()).value;
    let resources: Vec<Resource> = documents.into_iter().flat_map(read).collect();
    let said = said(folder, day);
    assert_eq!(said.len(), resources.len(), "{manifest}");
    for (index, (resource, said)) in resources.iter().zip(&said).enumerate() {
        assert_eq!(answered(&handler, resource, &format!("lint-{index}")), said["response"], "{manifest} {}", resource.identity.name);
    }
    said.iter().filter(|said| said["response"]["allowed"] == false).count()
}

#[test]
fn both_gates_agree_on_every_fixture() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(repository().join("policies/rules/platform.yaml"), folder.path().join("portcullis.yaml")).unwrap();
    let (mut text, mut fixtures) = (String::new(), 0);
    // Together they make one manifest: Services and NodePools of one fixture are facts for all of them, in both gates.
    for rule in fs::read_dir(repository().join("policies/rules")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for fixture in ["pass", "fail"].iter().flat_map(|kind| fs::read_dir(rule.join(kind)).unwrap()) {
            text.push_str("---\n");
            text.push_str(&fs::read_to_string(fixture.unwrap().path()).unwrap());
            text.push('\n');
            fixtures += 1;
        }
    }
    fs::write(folder.path().join("fixtures.yaml"), text).unwrap();
    let refused = agree(folder.path(), "fixtures.yaml", "2026-01-01");
    assert!(fixtures > 100 && refused > 100, "{fixtures} fixtures, {refused} refused");
}

/// What the command says that the webhook answers, it answers; the tests of policies ask about many more cases, without commands.
#[test]
fn both_gates_agree_on_policies_of_other_tools() {
    let policies = repository().join("policies/tests");
    let mut refused = 0;
    let cases = [("gatekeeper", "match"), ("gatekeeper", "operations"), ("gatekeeper", "review"), ("conftest", "v0")];
    for (tool, case) in cases {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("policies");
        fs::create_dir(&own).unwrap();
        fs::write(folder.path().join("portcullis.yaml"), "version: 1\nlibrary: [policies]\n").unwrap();
        let case = policies.join(tool).join(case);
        let sources = [case.join("policy"), case].into_iter().filter(|source| source.is_dir());
        let mut objects = String::new();
        for path in sources.flat_map(|source| fs::read_dir(source).unwrap()).map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.contains("objects") {
                objects.push_str(&format!("---\n{}\n", fs::read_to_string(&path).unwrap()));
            } else if path.is_file() {
                fs::copy(&path, own.join(name)).unwrap();
            }
        }
        fs::write(folder.path().join("objects.yaml"), objects).unwrap();
        refused += agree(folder.path(), "objects.yaml", "2026-01-01");
    }
    assert!(refused > 10, "{refused} refused");
}

/// What the webhook knows less of than a repository is said by name, and the digest is that of the report all the same.
#[test]
fn a_bundle_tells_what_it_cannot_ask() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("policies");
    fs::create_dir(&own).unwrap();
    fs::write(folder.path().join("portcullis.yaml"), "version: 1\nlibrary: [policies]\nrules: {gatekeeper/Unique/a: {level: warn}}\n")
        .unwrap();
    for (kind, body, matching) in [
        ("Unique", "data.inventory.cluster[_][_][_]", "{}"),
        ("Sealed", "input.review.object.data", "{kinds: [{apiGroups: [\"\"], kinds: [Secret]}]}"),
        ("Tiered", "input.review.object", "{namespaceSelector: {matchLabels: {tier: gold}}}"),
    ] {
        let name = kind.to_lowercase();
        let text = format!(
            "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: {name}}}\nspec:\n  crd: {{spec: {{names: {{kind: {kind}}}}}}}\n  \
             targets:\n    - target: admission.k8s.gatekeeper.sh\n      rego: |\n        package {name}\n        violation[{{\"msg\": \"no\"}}] {{ {body} }}\n---\n\
             apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{match: {matching}}}\n"
        );
        fs::write(own.join(format!("{name}.yaml")), text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).arg("bundle").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    for note in [
        "gatekeeper/Unique/a reads data.inventory, which the webhook does not have",
        "gatekeeper/Sealed/a is about Secret.core, which the webhook is never asked about",
        "gatekeeper/Tiered/a reads namespaces",
    ] {
        assert!(told.contains(note), "{told}");
    }
    let bundle: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (_, report) = portcullis(folder.path(), &["lint", "--format", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&report).unwrap()["bundle"], bundle["digest"]);
}

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec:
  hostPID: true
  hostIPC: true # portcullis: allow host-process-namespace: it talks to its neighbour
  serviceAccountName: agent
  securityContext: {runAsUser: 1}
  restartPolicy: Never
  containers: []
";

#[test]
fn both_gates_agree_on_waivers_around_their_expiry() {
    let folder = tempfile::tempdir().unwrap();
    let config = "version: 1
waivers:
  - rule: host-process-namespace
    resources: [Pod/shop/agent]
    reason: agent
    owner: team-a
    ticket: T-1
    expires: 2026-06-30
";
    fs::write(folder.path().join("portcullis.yaml"), config).unwrap();
    fs::write(folder.path().join("pod.yaml"), POD).unwrap();
    for (day, refused) in [("2026-06-29", 0), ("2026-06-30", 0), ("2026-07-01", 1), ("2027-06-30", 1)] {
        assert_eq!(agree(folder.path(), "pod.yaml", day), refused, "{day}");
    }
    // The comment waives its own field in the webhook too, and nothing else.
    let said = said(folder.path(), "2026-07-01");
    let message = said[0]["response"]["status"]["message"].as_str().unwrap();
    assert!(message.contains("/spec/hostPID") && !message.contains("/spec/hostIPC"), "{message}");
}

#[test]
fn the_same_repository_gives_the_same_bundle_with_the_digest_of_the_report() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(repository().join("policies/rules/platform.yaml"), folder.path().join("portcullis.yaml")).unwrap();
    fs::write(folder.path().join("pod.yaml"), POD).unwrap();
    let (first, second) = (portcullis(folder.path(), &["bundle"]), portcullis(folder.path(), &["bundle"]));
    assert_eq!(first, second);
    let bundle: Value = serde_json::from_slice(&first.1).unwrap();
    let (_, report) = portcullis(folder.path(), &["lint", "--format", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&report).unwrap()["bundle"], bundle["digest"]);
    assert_eq!(bundle["waived"][0]["reason"], "it talks to its neighbour");
    // A folder and a ConfigMap hold the same text.
    assert_eq!(portcullis(folder.path(), &["bundle", "--output", "."]).0, 0);
    assert_eq!(fs::read(folder.path().join("bundle.json")).unwrap(), first.1);
    let (_, map) = portcullis(folder.path(), &["bundle", "--config-map", "system/bundle"]);
    let map: Value = serde_json::from_slice(&map).unwrap();
    assert_eq!(map["data"]["bundle.json"].as_str().unwrap().as_bytes(), first.1);
}

/// A log that goes on from another file must say from which line.
#[test]
fn a_log_whose_beginning_was_cut_off_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut chain, mut lines, mut hashes) = (Chain::default(), Vec::new(), Vec::new());
    for number in 0..3 {
        let (line, next) = chain.line([("uid".to_owned(), number.into())].into_iter().collect());
        hashes.push(next.hash.clone());
        lines.push(line);
        chain = next;
    }
    let verify = |text: &str, more: &[&str]| {
        fs::write(folder.path().join("log"), text).unwrap();
        let (code, told) = portcullis(folder.path(), &[&["audit", "verify", "log"], more].concat());
        (code, String::from_utf8(told).unwrap())
    };
    assert_eq!(verify(&lines.concat(), &["--end", &hashes[2]]).0, 0);
    let (code, told) = verify(&lines[1..].concat(), &[]);
    assert!(code == 1 && told.contains("log:1: ") && told.contains("--start"), "{told}");
    assert_eq!(verify(&lines[1..].concat(), &["--start", &hashes[0]]).0, 0);
    assert_eq!(verify(&lines[1..].concat(), &["--start", &hashes[1]]).0, 1);
    assert_eq!(verify(&lines.concat(), &["--start", &hashes[1]]).0, 1);
    let (code, told) = verify(&lines.concat().replace("\"uid\":1", "\"uid\":7,\"uid\":1"), &[]);
    assert!(code == 1 && told.contains("log:2: "), "{told}");
}
