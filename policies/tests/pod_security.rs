//! The Pod Security Standards: for each recorded pod the controls that our rules find broken are those that Kubernetes itself forbids it for.
//!
//! `pod-security.json` is written by `testdata/tools/pod-security`, a small program around the checks that an API server asks, in their newest
//! version: thousands of pods, each one of a few bases with some fields set, and all pods that the checks are tested with upstream. Its
//! `main.go` says how to write it anew. Pods of Windows have no fields there that the API server lets no pod of Windows have.
//! `POD_SECURITY` names another recording to hold the rules against, as one of pods at random.
#![expect(clippy::disallowed_methods, reason = "reads another recording where POD_SECURITY names one")]
#![expect(clippy::unwrap_used, reason = "a recording that cannot be read fails its test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::{Config, Context, Engine, Library, Resource, Rule};
use portcullis_source::{Sources, Text, yaml};
use serde_json::{Map, Value, json};

fn recording() -> Value {
    let text = std::env::var("POD_SECURITY").map(|path| std::fs::read_to_string(path).unwrap());
    serde_json::from_str(text.as_deref().unwrap_or(include_str!("pod-security.json"))).unwrap()
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Sets the field that a JSON pointer leads to, and the maps on the way that are not there.
fn set(pod: &mut Value, pointer: &str, value: &Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    if pod.pointer(parent).is_none_or(Value::is_null) {
        set(pod, parent, &json!({}));
    }
    pod.pointer_mut(parent).unwrap()[key] = value.clone();
}

/// The pod of a recording: a base with fields set in the order of their names, so that a parent comes before what is in it; or a whole one.
fn pod(bases: &Value, base: &str, recorded: &Value) -> Value {
    if base.is_empty() {
        return recorded.clone();
    }
    let mut pod = bases[base].clone();
    let fields: BTreeMap<&String, &Value> = recorded.as_object().into_iter().flat_map(Map::iter).collect();
    for (pointer, value) in fields {
        set(&mut pod, pointer, value);
    }
    pod
}

/// The controls that each rule answers to.
fn controls(library: &Library) -> BTreeMap<&str, BTreeSet<String>> {
    let of = |rule: &Rule| rule.aliases.iter().filter(|alias| &*alias.source == "pss").map(|alias| alias.id.to_string()).collect();
    library.rules().iter().map(|rule| (rule.id.as_str(), of(rule))).collect()
}

#[test]
fn kubernetes_agrees() {
    let recording = recording();
    let library = Library::embedded().unwrap();
    let controls = controls(&library);
    let answered: BTreeSet<String> = controls.values().flatten().cloned().collect();
    assert_eq!(answered, texts(&recording["checks"]), "the rules answer to the checks of {}", recording["by"]);

    let rules: Vec<&str> = controls.iter().filter(|(_, controls)| !controls.is_empty()).map(|(id, _)| *id).collect();
    let sources = Sources::default();
    let config = Config::parse(&sources.add("portcullis.yaml", b"version: 1\n".as_slice())).unwrap();
    let engine = Engine::new(&library.only(&rules).unwrap(), &config).unwrap();
    let (mut wrong, mut pods) = (Vec::new(), 0);
    for verdict in recording["verdicts"].as_array().unwrap() {
        let forbidden = texts(&verdict["forbidden"]);
        for recorded in verdict["pods"].as_array().unwrap() {
            pods += 1;
            let pod = pod(&recording["bases"], verdict["base"].as_str().unwrap(), recorded).to_string();
            let file = sources.add("pod.yaml", pod.as_bytes());
            let document = yaml::parse(&Text::of_file(&file)).documents.remove(0);
            let resource = Resource::read(&Arc::new(document), &Context::default());
            assert_eq!(resource.problems, [], "{pod}");
            let found = engine.evaluate(&resource.value);
            assert!(found.problems.is_empty(), "{pod}: {:?}", found.problems);
            let ours: BTreeSet<String> = found.value.iter().flat_map(|finding| controls[finding.rule.as_str()].iter().cloned()).collect();
            if ours != forbidden {
                wrong.push(format!("{}: {recorded}\n  Kubernetes forbids {forbidden:?}\n  the rules find {ours:?}", verdict["base"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {pods} pods:\n{}", wrong.len(), wrong.join("\n"));
    assert!(pods > 1000, "only {pods} pods are recorded");
}
