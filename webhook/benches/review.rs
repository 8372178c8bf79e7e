//! What a review costs, from its bytes to the bytes of its answer, with the whole library.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up stops")]

use std::{collections::BTreeMap, hint::black_box};

use criterion::Criterion;
use portcullis_policies::{
    Budget, Library,
    admission::{Bundle, Circumstances, Gate, Origin, Review},
};
use serde_json::{Value, json};

const CONFIG: &str = include_str!("../tests/gate/portcullis.yaml");
const DEPLOYMENT: &str = include_str!("../tests/reviews/bases/deployment.json");

fn gate() -> Gate {
    let library = Library::embedded().unwrap();
    let mut files: BTreeMap<String, String> = library.prelude().iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    for rule in library.rules() {
        files.insert(format!("rules/{}/rule.rego", rule.id), rule.rego.to_string());
    }
    let config = Origin { path: "portcullis.yaml".to_owned(), text: CONFIG.to_owned() };
    Gate::new(&Bundle { files, config, ..Bundle::default() }.with_tests().unwrap()).unwrap()
}

fn review(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let object: Value = serde_json::from_str(DEPLOYMENT).unwrap();
    let mut review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "operation": "CREATE", "namespace": "shop", "name": "api",
        "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
        "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
        "userInfo": {"username": "alice", "groups": ["system:authenticated"]}, "object": object, "oldObject": null,
    }});
    change(&mut review);
    review.to_string().into_bytes()
}

fn main() {
    let gate = gate();
    let mut worker = gate.engine().worker();
    let at = Circumstances { seconds: 1_782_820_800, environment: Some("prod".into()), budget: Budget::WHOLE };
    let mut answer = |body: &[u8]| {
        let review = Review::parse(body).unwrap();
        gate.judge(&mut worker, &review, &at).response()
    };
    let clean = review(|_| {});
    let denied = review(|review| {
        if let Some(spec) = review.pointer_mut("/request/object/spec/template/spec").and_then(Value::as_object_mut) {
            spec.insert("hostPID".to_owned(), true.into());
        }
    });
    if let Some(rounds) = std::env::args().nth(1).and_then(|rounds| rounds.parse::<usize>().ok()) {
        // For callgrind: as many rounds as it is told, and nothing else.
        for _ in 0..rounds {
            black_box(answer(black_box(&clean)));
        }
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("parse", |bench| bench.iter(|| Review::parse(black_box(clean.as_slice())).unwrap()));
    criterion.bench_function("allow a Deployment", |bench| bench.iter(|| answer(black_box(&clean))));
    criterion.bench_function("deny a Deployment", |bench| bench.iter(|| answer(black_box(&denied))));
    criterion.final_summary();
}
