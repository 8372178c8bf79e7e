//! Puts the real webhook in front of a real API server: needs `testdata/tools/build` and `cargo build --release` to have run.
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

use guarded::{Guarded, PATIENCE, denial, good, with};
use portcullis_testdata::cluster::control::{Cluster, Extent};
use portcullis_testdata::cluster::process::eventually;
use portcullis_testdata::cluster::{definitions, deployment};
use portcullis_testdata::platform::{Expansion, Platform};
use portcullis_testdata::tools::{Error, Tools, repository};
use portcullis_testdata::truth::{read, walk};
use serde_json::{Value, json};

/// What the API server itself refuses before it asks any webhook: no such object can be made, so nobody need judge it.
const REFUSED_BEFORE: [(&str, &str); 6] = [
    ("malformed-quantity", "unable to parse quantity"),
    ("missing-readiness-probe", "must specify a handler type"),
    ("pre-stop-outlasts-grace", "must be non-negative and less than terminationGracePeriodSeconds"),
    ("privilege-escalation", "allowPrivilegeEscalation"),
    ("missing-memory-limit", "must be less than or equal to memory limit"),
    ("selector-mismatch", "selector"),
];

/// Where a refusal names another line than `lint` does, as the stamp of an object has one line for a field: the tag is a part of the image, what was
/// left out has the line of what it is left out of, and of two that contradict each other the first is named.
const COARSE: [&str; 6] =
    ["identical-probes", "missing-pre-stop", "missing-readiness-probe", "missing-zone-spread", "scoring-off-on-demand", "unpinned-image"];

#[test]
fn the_whole_platform_is_let_in() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    for (name, environment) in &deployment::render(&platform, &tools).expect("the platform renders") {
        let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
        definitions::install(&cluster, &tools).expect("the definitions are accepted");
        let guarded = Guarded::start(&cluster, &platform, name.trim_start_matches("fraud-"));
        // The configuration that the platform's own chart renders to, at the address of this webhook.
        assert_eq!(environment.registrations.len(), 1, "{name}");
        for registration in &environment.registrations {
            guarded.register_chart(registration);
        }
        let outcome = deployment::deploy(&cluster, &platform, environment).expect("kubectl runs");
        assert_eq!(outcome.refused, Vec::<String>::new(), "{name}");
        assert!(outcome.applied > 300, "{name}: {}", outcome.applied);
        let text = guarded.gate.metrics().expect("the webhook tells its metrics");
        let count = |word: &str| -> f64 {
            let lines = text.lines().filter(|line| line.starts_with("portcullis_reviews_total{") && line.contains(word));
            lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
        };
        assert!(count("decision=\"allowed\"") >= 33.0, "{name}: {text}");
        assert!(count("decision=\"denied\"") < 0.5, "{name}: {text}");
        if name == "fraud-prod" {
            each_broken_line_is_refused(&guarded, &tools);
        }
    }
}

/// Breaks one line of the repository after the other, applies what an application then renders to, and wants it refused by the rule and the line.
fn each_broken_line_is_refused(guarded: &Guarded<'_>, tools: &Tools) {
    let copy = tempfile::tempdir().expect("there is a temporary folder");
    for part in ["platform-manifests", ".portcullis.yaml"] {
        for file in walk(&repository().join(part)).unwrap_or_else(|_| vec![repository().join(part)]) {
            let to = copy.path().join(file.strip_prefix(repository()).expect("it is in the repository"));
            fs::create_dir_all(to.parent().expect("it is in a folder")).expect("a folder is made");
            fs::copy(&file, to).expect("a file is copied");
        }
    }
    let own = Platform::own();
    let expansion = own.expansion(tools).expect("the oracle expands the platform");
    let broken = Platform { root: copy.path().to_owned(), portcullis: own.portcullis.clone() };
    let cases: Value = serde_json::from_str(&read(&repository().join("cli/tests/breaks.json")).expect("it reads")).expect("it is JSON");
    let (mut refused, mut faults) = (0, Vec::new());
    let cases: Vec<&Value> = cases.as_array().into_iter().flatten().filter(|case| is_of_single_objects(text(case, "/rule"))).collect();
    for case in &cases {
        let (rule, file) = (text(case, "/rule"), text(case, "/file"));
        let path = copy.path().join(file);
        let whole = read(&path).expect("the file reads");
        let changed = whole.replacen(text(case, "/find"), text(case, "/replace"), 1);
        let line = 1 + whole.lines().zip(changed.lines()).position(|(before, after)| before != after).expect("a line changes");
        fs::write(&path, changed).expect("the file is written");
        let rendered = stamped(&broken, &expansion, case);
        fs::write(&path, whole).expect("the file is written");
        let (namespace, manifests) = rendered;
        let run = guarded.cluster.kubectl_with(&["apply", "--server-side", "--namespace", &namespace, "--filename", "-"], &manifests);
        let run = run.expect("kubectl runs");
        if run.err.contains("portcullis.dev\" denied the request") {
            refused += 1;
            let line =
                if COARSE.contains(&rule) { "made from platform-manifests/".to_owned() } else { format!("made from {file}:{line})") };
            if !run.err.contains(&format!("- {rule}: ")) || !run.err.contains(&line) {
                faults.push(format!("{rule}, {line}: {}", run.err));
            }
        } else if !REFUSED_BEFORE.iter().any(|(own, word)| *own == rule && run.err.contains(word)) {
            faults.push(format!("{rule} at {file}:{line} is not refused by its rule ({:?}): {}", run.code, run.err));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(refused >= 20, "of {} broken lines the webhook refused {refused}", cases.len());
}

/// The namespace and the stamped objects of the application of a case that is in production, or of any.
fn stamped(platform: &Platform, expansion: &Expansion, case: &Value) -> (String, String) {
    let names: Vec<&str> = case["applications"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let name = names.iter().find(|name| name.ends_with("-prod")).or(names.first()).copied().unwrap_or("list-service-prod");
    let application = expansion.applications.get(name).expect("the application is one");
    let one = Expansion { applications: BTreeMap::from([(name.to_owned(), application.clone())]), ..expansion.clone() };
    let invocations = platform.invocations(&one).expect("the application can be told to helm");
    let mut arguments: Vec<&str> = invocations.iter().flat_map(|invocation| &invocation.arguments).map(String::as_str).collect();
    arguments.push("--stamp");
    let run = platform.run(&arguments).expect("portcullis runs");
    assert_eq!(run.code, Some(0), "{name}: {}", run.err);
    (text(application, "/spec/destination/namespace").to_owned(), run.out)
}

/// Whether the webhook asks a rule about single objects; what schemas say, an API server says itself.
fn is_of_single_objects(rule: &str) -> bool {
    let rego = read(&repository().join("policies/rules").join(rule).join("rule.rego"));
    rego.is_ok_and(|rego| rego.contains("scope: resource") && !rego.contains("facts: [schema]"))
}

/// Ways to break rules of each kind in an object that the API server itself takes; every rule has its fixtures, and these show that its refusal arrives.
fn variants() -> Vec<(&'static str, &'static str, Value)> {
    const POD: &str = "/spec/template/spec";
    const MAIN: &str = "/spec/template/spec/containers/0";
    let main = |field: &str| format!("{MAIN}/{field}");
    let pod = |field: &str| format!("{POD}/{field}");
    let probe = json!({"httpGet": {"path": "/readyz", "port": 8081}});
    let made = |rule, namespace, pointer: String, value| (rule, namespace, with(good("broken", namespace), &pointer, value));
    // What is granted to an account, no pod has without its token.
    let token = with(good("broken", "batch"), &pod("automountServiceAccountToken"), true.into());
    vec![
        made("missing-zone-spread", "batch", pod("topologySpreadConstraints"), json!([])),
        made("scoring-off-on-demand", "scoring", pod("nodeSelector"), json!({"karpenter.sh/nodepool": "spot"})),
        made("foreign-image-registry", "batch", main("image"), "docker.io/library/nginx:1.27.0".into()),
        made("unpinned-image", "batch", main("image"), "111122223333.dkr.ecr.eu-west-1.amazonaws.com/fraud/app:latest".into()),
        made("missing-pre-stop", "scoring", main("lifecycle"), json!({})),
        made("pre-stop-outlasts-grace", "batch", main("lifecycle/preStop"), json!({"exec": {"command": ["sleep", "40"]}})),
        made("missing-memory-limit", "batch", main("resources"), json!({})),
        made("missing-readiness-probe", "batch", main("readinessProbe"), Value::Null),
        made("identical-probes", "batch", main("livenessProbe"), probe),
        made("privileged-container", "scoring", main("securityContext"), json!({"privileged": true})),
        made("host-path-volume", "batch", pod("volumes"), json!([{"name": "host", "hostPath": {"path": "/var/run"}}])),
        made("host-network", "scoring", pod("hostNetwork"), true.into()),
        made("root-container", "batch", pod("securityContext"), json!({"runAsUser": 0})),
        made("root-user", "batch", pod("securityContext"), json!({"runAsUser": 0})),
        ("default-service-account", "batch", with(token, &pod("serviceAccountName"), "default".into())),
    ]
}

#[test]
fn one_violation_of_each_rule_is_refused_on_creation() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    definitions::install(&cluster, &tools).expect("the definitions are accepted");
    let guarded = Guarded::start(&cluster, &platform, "prod");
    guarded.register();
    guarded.namespaces(&["batch", "scoring"]);
    for namespace in ["batch", "scoring"] {
        cluster.must(&["create", "--filename", "-"], &good("right", namespace).to_string()).expect("what is right is let in");
    }
    let mut variants = variants();
    // Of Kubernetes' own kinds the API server checks it itself.
    let mut rollout = good("broken", "batch");
    rollout["apiVersion"] = "argoproj.io/v1alpha1".into();
    rollout["kind"] = "Rollout".into();
    rollout["spec"]["strategy"] = json!({"canary": {"steps": [{"setWeight": 20}]}});
    rollout["spec"]["selector"]["matchLabels"] = json!({"app": "other"});
    variants.push(("selector-mismatch", "batch", rollout));
    for (rule, namespace, object) in variants {
        let run = cluster.kubectl_with(&["apply", "--filename", "-"], &object.to_string()).expect("kubectl runs");
        let webhook = if namespace == "scoring" { "scoring.portcullis.dev" } else { "platform.portcullis.dev" };
        assert!(
            run.code == Some(1) && run.err.contains(&format!("admission webhook \"{webhook}\" denied the request")),
            "{rule}: {}",
            run.err
        );
        assert!(run.err.contains(rule), "{rule}: {}", run.err);
    }
}

#[test]
fn what_was_there_before_lives_on() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Full).expect("the cluster starts");
    let guarded = Guarded::start(&cluster, &platform, "prod");
    guarded.namespaces(&["batch"]);
    let old = with(good("old", "batch"), "/spec/template/spec/containers/0/image", "docker.io/library/nginx:1.27.0".into());
    let old = with(old, "/spec/template/spec/nodeSelector", json!({"eks.amazonaws.com/capacityType": "ON_DEMAND"}));
    cluster.must(&["create", "--filename", "-"], &old.to_string()).expect("nobody asks yet");
    let pods = eventually(PATIENCE, || running(&cluster, 2)).expect("the pods run");
    guarded.register();
    let again = with(old.clone(), "/metadata/name", "another".into());
    let refused = denial(&cluster, &again).expect("the API server answers");
    assert!(refused.is_some_and(|message| message.contains("foreign-image-registry")));

    let must = |arguments: &[&str]| cluster.must(arguments, "").expect("it is let in");
    must(&["label", "deployment", "old", "--namespace=batch", "team=batch"]);
    must(&["annotate", "deployment", "old", "--namespace=batch", "note=old"]);
    must(&["scale", "deployment", "old", "--namespace=batch", "--replicas=3"]);
    eventually(PATIENCE, || running(&cluster, 3)).expect("a third pod of an old owner comes");
    let patch = r#"{"spec": {"template": {"spec": {"hostNetwork": true}}}}"#;
    let run = cluster.kubectl(&["patch", "deployment", "old", "--namespace=batch", "--patch", patch]).expect("kubectl runs");
    assert!(run.code == Some(1) && run.err.contains("host-network"), "{}", run.err);
    let (warned, refused) = run.err.split_once("denied the request").expect("the webhook refuses");
    assert!(warned.contains("Warning: foreign-image-registry"), "{warned}");
    assert!(!refused.contains("foreign-image-registry"), "what was wrong before is held against nobody: {refused}");

    // Its zone is lost: the nodes there take no pods, and those that ran there are gone.
    let zone =
        pods.iter().find_map(|pod| text(pod, "/spec/nodeName").strip_prefix("system-")).expect("they run on the managed nodes").to_owned();
    for tier in ["system", "on-demand", "spot"] {
        must(&["delete", "node", &format!("{tier}-{zone}")]);
    }
    for pod in &pods {
        must(&["delete", "pod", text(pod, "/metadata/name"), "--namespace=batch", "--force", "--grace-period=0"]);
    }
    let back = eventually(PATIENCE, || running(&cluster, 3)).expect("the pods come back");
    assert!(back.iter().all(|pod| !text(pod, "/spec/nodeName").ends_with(&zone)), "{zone}");
    must(&["rollout", "restart", "deployment", "old", "--namespace=batch"]);
    must(&["rollout", "status", "deployment", "old", "--namespace=batch", "--timeout=120s"]);
    must(&["delete", "deployment", "old", "--namespace=batch"]);
    eventually(PATIENCE, || running(&cluster, 0)).expect("its pods go");
}

#[test]
fn certificates_and_bundles_change_and_no_call_fails() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    let mut guarded = Guarded::start(&cluster, &platform, "prod");
    guarded.namespaces(&["batch", "scoring"]);
    guarded.register();
    let silent = with(good("silent", "scoring"), "/spec/template/spec/containers/0/lifecycle", json!({}));
    let is_refused = || denial(&cluster, &silent).map(|denial| denial.is_some_and(|message| message.contains("missing-pre-stop")));
    assert!(is_refused().expect("the API server answers"));

    let taken = |what: &str, result: &str| format!("portcullis_reloads_total{{what=\"{what}\",result=\"{result}\"}}");
    let bundles = guarded.bundle_of(&platform.root);
    let looser = looser(&platform.root);
    let looser = guarded.bundle_of(looser.path());
    let Guarded { gate, tls, bundle, .. } = &mut guarded;
    let calls = guarded::under_load(&cluster, || {
        for round in 1..=3 {
            let pair = cluster.authority().server(&[]).expect("a certificate is made");
            tls.put_pair(&pair, cluster.authority()).expect("it is written");
            eventually(PATIENCE, || at_least(gate.metric(&taken("certificate", "taken")), f64::from(round))).expect("it is taken");
        }
        tls.put(&[("tls.crt", "no certificate"), ("tls.key", "no key")]).expect("it is written");
        eventually(PATIENCE, || at_least(gate.metric(&taken("certificate", "refused")), 1.0)).expect("it is refused");
        bundle.put(&[("bundle.json", &looser)]).expect("it is written");
        eventually(PATIENCE, || at_least(gate.metric(&taken("bundle", "taken")), 1.0)).expect("it is taken");
        assert!(!is_refused().expect("the API server answers"), "the rule is off now");
        bundle.put(&[("bundle.json", &bundles)]).expect("it is written");
        eventually(PATIENCE, || at_least(gate.metric(&taken("bundle", "taken")), 2.0)).expect("it is taken");
        assert!(is_refused().expect("the API server answers"), "the rule is on again");
        bundle.put(&[("bundle.json", &bundles[..bundles.len() / 2])]).expect("it is written");
        eventually(PATIENCE, || at_least(gate.metric(&taken("bundle", "refused")), 1.0)).expect("it is refused");
        assert!(is_refused().expect("the API server answers"), "the last good one stays");
    });
    assert_eq!(calls.failed, Vec::<String>::new());
    assert!(calls.answered > 20, "{}", calls.answered);
}

#[test]
fn replicas_are_replaced_one_after_the_other_and_no_call_fails() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    let guarded = Guarded::start(&cluster, &platform, "prod");
    guarded.namespaces(&["scoring"]);
    let (balancer, mut others) = guarded.balanced(1);
    guarded.register_at(balancer.port());
    let calls = guarded::under_load(&cluster, || {
        for round in 0..3 {
            let mut old = others.pop().expect("there is one");
            others.push(guarded.another(&balancer, &format!("replacement-{round}")));
            old.process.terminate().expect("it is told to end");
            assert_eq!(old.process.ended(PATIENCE).expect("it ends by itself"), 0);
        }
    });
    assert_eq!(calls.failed, Vec::<String>::new());
    assert!(calls.answered > 20, "{}", calls.answered);
}

#[test]
fn a_dead_webhook_stops_scoring_and_nothing_else() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let cluster = Cluster::start(&tools, Extent::Api).expect("the cluster starts");
    let mut guarded = Guarded::start(&cluster, &platform, "prod");
    guarded.namespaces(&["batch", "scoring"]);
    guarded.register();
    let foreign =
        |namespace| with(good("foreign", namespace), "/spec/template/spec/containers/0/image", "docker.io/library/nginx:1.27.0".into());
    for namespace in ["batch", "scoring"] {
        assert!(
            denial(&cluster, &foreign(namespace))
                .expect("the API server answers")
                .is_some_and(|text| text.contains("foreign-image-registry"))
        );
        cluster.must(&["create", "--filename", "-"], &good("kept", namespace).to_string()).expect("it is let in");
    }
    guarded = guarded.killed();
    assert_eq!(denial(&cluster, &foreign("batch")).expect("the API server answers"), None, "what is not of scoring goes on");
    let refused = denial(&cluster, &good("new", "scoring")).expect("the API server answers").unwrap_or_default();
    assert!(refused.contains("failed calling webhook \"scoring.portcullis.dev\""), "{refused}");
    for (arguments, what) in [
        (["delete", "deployment", "kept", "--namespace=scoring"], "what is there can be deleted"),
        (["delete", "deployment", "kept", "--namespace=batch"], "what is there can be deleted"),
        (["create", "configmap", "settings", "--namespace=scoring"], "what no rule reads is not asked about"),
        (["label", "namespace", "scoring", "team=scoring"], "what no rule reads is not asked about"),
    ] {
        cluster.must(&arguments, "").expect(what);
    }
    guarded.revive(&platform);
    for namespace in ["batch", "scoring"] {
        let message = eventually(PATIENCE, || {
            let message = denial(&cluster, &foreign(namespace))?.unwrap_or_default();
            if message.contains("foreign-image-registry") { Ok(()) } else { Err(Error::Unexpected(format!("{namespace}: {message}"))) }
        });
        message.expect("it judges again");
        assert_eq!(denial(&cluster, &good("new", namespace)).expect("the API server answers"), None);
    }
}

/// A repository of nothing but a configuration in which one rule is off.
fn looser(root: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let own = read(&root.join(".portcullis.yaml")).expect("the configuration reads");
    let looser = own.replacen("\nrules:\n", "\nrules:\n  missing-pre-stop: {level: \"off\"}\n", 1);
    assert_ne!(own, looser, "the configuration has no settings of rules");
    fs::write(folder.path().join("portcullis.yaml"), looser).expect("it is written");
    folder
}

fn at_least(value: Result<f64, Error>, wanted: f64) -> Result<(), Error> {
    let value = value?;
    if value >= wanted { Ok(()) } else { Err(Error::Unexpected(format!("{value} of {wanted} times"))) }
}

fn running(cluster: &Cluster, count: usize) -> Result<Vec<Value>, Error> {
    let pods = cluster.get("/api/v1/namespaces/batch/pods")?;
    let pods: Vec<Value> = pods["items"].as_array().cloned().unwrap_or_default();
    let is_running = |pod: &Value| text(pod, "/status/phase") == "Running" && pod.pointer("/metadata/deletionTimestamp").is_none();
    let alive = pods.iter().filter(|pod| is_running(pod)).count();
    if alive == count && pods.len() == count { Ok(pods) } else { Err(Error::Unexpected(format!("{alive} of {count} pods run: {pods:?}"))) }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
