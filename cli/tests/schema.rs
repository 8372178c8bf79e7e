//! The JSON report is what its schema says.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "starts the command")]

use std::{path::Path, process::Command};

use serde_json::Value;

fn portcullis(folder: &str, arguments: &[&str]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder).args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn reports_match_their_schema() {
    let schema = jsonschema::validator_for(&portcullis(".", &["schema", "report"])).unwrap();
    for case in ["clean", "broken-values", "broken-manifest", "template-error", "findings"] {
        let report = portcullis(&format!("tests/cmd/{case}.in"), &["lint", "--format", "json", "--today", "2026-01-01"]);
        let errors: Vec<String> = schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{case}");
    }
}

#[test]
fn answers_match_their_schemas() {
    let cases: [(&str, &[&str]); 7] = [
        ("why", &["why", "shop-dev", "probe.path"]),
        ("why", &["why", "shop-prod", "store"]),
        ("why", &["why", "shop-dev", "Deployment:/spec/template/spec/containers/0/livenessProbe"]),
        ("values", &["values", "shop-dev"]),
        ("drift", &["drift", "shop"]),
        ("spot", &["spot"]),
        ("report", &["lint", "--partition", "1/2"]),
    ];
    for (name, arguments) in cases {
        let schema = jsonschema::validator_for(&portcullis(".", &["schema", name])).unwrap();
        let answer = portcullis("tests/cmd/layers.in", &[arguments, &["--format", "json"]].concat());
        let errors: Vec<String> = schema.iter_errors(&answer).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{arguments:?}");
    }
}

#[test]
fn evaluated_roots_match_their_schemas() {
    for (name, arguments) in [("tf", ["tf", "--format"]), ("report", ["lint", "--format"])] {
        let schema = jsonschema::validator_for(&portcullis(".", &["schema", name])).unwrap();
        for folder in ["terraform", "tf-broken"] {
            let answer = portcullis(&format!("tests/cmd/{folder}.in"), &[&arguments[..], &["json"]].concat());
            let errors: Vec<String> = schema.iter_errors(&answer).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new(), "{folder} {name}");
        }
    }
}

#[test]
fn locks_match_their_schema() {
    let schema = jsonschema::validator_for(&portcullis(".", &["schema", "lock"])).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/dependency-in-mirror.in/portcullis.lock");
    let text = portcullis_source::Text::nowhere(std::fs::read(path).unwrap());
    let document = portcullis_source::yaml::parse(&text).documents.remove(0);
    let lock = portcullis_policies::json(&document.root);
    let errors: Vec<String> = schema.iter_errors(&lock).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}
