//! Requests and what they come to, as data: each case is an object of `reviews/bases`, what is changed in it, and what is expected.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "reads cases; one that is wrong fails its test"
)]

mod gate;

use std::{fs, path::Path};

use serde_json::{Value, json};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reviews")
}

/// A base by its name, or the object itself, with its changes; null takes a field away.
fn object(base: &Value, patch: &Value) -> Value {
    let mut object = match base {
        Value::String(name) => serde_json::from_slice(&fs::read(folder().join(format!("bases/{name}.json"))).unwrap()).unwrap(),
        other => other.clone(),
    };
    for (pointer, value) in patch.as_object().into_iter().flatten() {
        put(&mut object, pointer, value.clone());
    }
    object
}

fn put(object: &mut Value, pointer: &str, value: Value) {
    // Labels and annotations have slashes in their keys; what follows them is one key.
    let marker = ["/metadata/labels/", "/metadata/annotations/"].into_iter().find(|marker| pointer.starts_with(marker));
    let (parent, key) = match marker {
        Some(marker) => (marker.trim_end_matches('/'), &pointer[marker.len()..]),
        None => pointer.rsplit_once('/').unwrap(),
    };
    match object.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Object(map) if value.is_null() => drop(map.remove(key)),
        Value::Object(map) => drop(map.insert(key.to_owned(), value)),
        Value::Array(items) if key.parse::<usize>().unwrap() == items.len() => items.push(value),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("no {parent}"),
    }
}

fn review(case: &Value) -> Value {
    let new = object(&case["base"], &case["patch"]);
    let old = object(&case["old"], &case["oldPatch"]);
    let about = if new.is_null() { &old } else { &new };
    let version = about["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let kind = about["kind"].as_str().unwrap_or_default();
    let mut request = json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": format!("{}s", kind.to_lowercase())},
        "name": about["metadata"]["name"].as_str().unwrap_or_default(),
        "namespace": about["metadata"]["namespace"].as_str().unwrap_or("shop"),
        "operation": "CREATE",
        "userInfo": {"username": "alice", "groups": ["system:authenticated"]},
        "object": new,
        "oldObject": old,
        "dryRun": false,
        "options": {},
    });
    for (key, value) in case["request"].as_object().into_iter().flatten() {
        request[key] = value.clone();
    }
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
}

/// What is wrong with the answer to a case.
fn fault(case: &Value, response: &Value) -> Option<String> {
    let expect = case["expect"].as_object().unwrap();
    let annotations = &response["auditAnnotations"];
    let message = response["status"]["message"].as_str().unwrap_or_default();
    let outcomes = ["denied", "warned", "waived", "inherited", "owned", "overridden"];
    for outcome in outcomes.into_iter().filter(|outcome| expect.contains_key(*outcome) || expect.len() == 1 && case["old"].is_null()) {
        let wanted = expect.get(outcome).unwrap_or(&Value::Null);
        if annotations[outcome] != *wanted {
            return Some(format!("{outcome} is {}, not {wanted}", annotations[outcome]));
        }
    }
    for (key, value) in expect.get("annotation").and_then(Value::as_object).into_iter().flatten() {
        if annotations[key] != *value {
            return Some(format!("annotation {key} is {}", annotations[key]));
        }
    }
    let warned = response["warnings"].as_array().is_some_and(|all| {
        expect.get("warning").is_some_and(|part| all.iter().any(|warning| warning.as_str().unwrap().contains(part.as_str().unwrap())))
    });
    let checks = [
        (response["allowed"] == expect["allowed"], "the decision"),
        (response["uid"] == "705ab4f5-6393-11e8-b7cc-42010a800002", "the uid"),
        (expect.get("message").is_none_or(|part| message.contains(part.as_str().unwrap())), "the message"),
        (expect.get("warning").is_none() || warned, "the warnings"),
        (response["allowed"] == true || response["status"]["code"] == 403, "the code"),
        (response["allowed"] == true || message.contains("bundle sha256:"), "the digest"),
    ];
    checks.into_iter().find(|(holds, _)| !holds).map(|(_, what)| format!("{what} is wrong"))
}

fn check(name: &str) {
    let server = gate::server();
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(folder().join(format!("{name}.json"))).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let path = case["path"].as_str().unwrap_or("/validate");
        let mut request = gate::post(review(case).to_string());
        *request.uri_mut() = path.parse().unwrap();
        let (status, body) = gate::send(&server, request);
        let mut answer: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if let Some(fault) = (status != 200).then(|| format!("status {status}")).or_else(|| fault(case, &answer["response"])) {
            wrong.push(format!("{}: {fault}\n{:#}", case["name"], answer["response"].take()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn semantics() {
    check("semantics");
}

#[test]
fn bypass() {
    check("bypass");
}

#[test]
fn images() {
    check("images");
}
