//! A handler over the whole library and the platform of the fixtures.
#![allow(dead_code, clippy::allow_attributes, clippy::disallowed_methods, clippy::unwrap_used, reason = "each test file uses a part of it")]

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, StatusCode};
use portcullis_policies::{
    Library,
    admission::{Bundle, Gate, Origin},
};
use portcullis_webhook::{Bounds, Clock, Decisions, Gates, Handler, Metrics, Parts};
use serde_json::{Value, json};

/// The noon of 2026-06-30, by which waivers are judged.
pub(crate) const NOON: u64 = 1_782_820_800;

/// The configuration of the tests.
pub(crate) const CONFIG: &str = include_str!("portcullis.yaml");

/// A bundle of the whole library.
pub(crate) fn bundle(config: &str) -> Bundle {
    let library = Library::embedded().unwrap();
    let mut files: std::collections::BTreeMap<String, String> =
        library.prelude().iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    for rule in library.rules() {
        files.insert(format!("rules/{}/rule.rego", rule.id), rule.rego.to_string());
        files.insert(format!("rules/{}/README.md", rule.id), rule.readme.to_string());
    }
    with_files(files, config)
}

/// A bundle of some rules.
pub(crate) fn with_files(files: std::collections::BTreeMap<String, String>, config: &str) -> Bundle {
    let config = Origin { path: "portcullis.yaml".to_owned(), text: config.to_owned() };
    Bundle { files, config, ..Bundle::default() }.with_tests().unwrap()
}

pub(crate) fn gate(config: &str) -> Gate {
    Gate::new(&bundle(config)).unwrap()
}

/// A handler, the folder of its bundle, and what it counts.
pub(crate) struct Server {
    pub(crate) handler: Handler,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) gates: Arc<Gates>,
}

pub(crate) fn bounds() -> Bounds {
    Bounds { in_flight: 64, store: 16 << 20, lanes: 2 }
}

pub(crate) fn server_of(bundle: &Bundle, bounds: &Bounds, clock: Clock) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.json");
    std::fs::write(&path, bundle.text()).unwrap();
    let metrics = Arc::new(Metrics::default());
    let gates = Arc::new(Gates::open(folder.path()).unwrap());
    let log: PathBuf = folder.path().join("decisions.jsonl");
    let decisions = Decisions::open(Some(&log), Arc::clone(&metrics)).unwrap();
    let parts = Parts {
        gates: Arc::clone(&gates),
        certificates: None,
        decisions,
        metrics: Arc::clone(&metrics),
        clock,
        environment: Some("prod".into()),
    };
    Server { handler: Handler::new(parts, bounds), folder, metrics, gates }
}

pub(crate) fn server() -> Server {
    server_of(&bundle(CONFIG), &bounds(), Clock::of(|| NOON))
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A review of a pod that is made, with something changed.
pub(crate) fn pod(changes: impl FnOnce(&mut Value)) -> Value {
    let object: Value = serde_json::from_str(include_str!("../reviews/bases/pod.json")).unwrap();
    let mut review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "uid-1", "operation": "CREATE", "namespace": "shop", "name": "api",
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": {"group": "", "version": "v1", "resource": "pods"},
        "userInfo": {"username": "alice", "groups": []}, "object": object, "oldObject": null,
    }});
    changes(&mut review);
    review
}

/// A review as API servers send it.
pub(crate) fn post(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post("/validate?timeout=10s").header("content-type", "application/json").body(Full::new(body.into())).unwrap()
}

pub(crate) fn send(server: &Server, request: Request<Full<Bytes>>) -> (StatusCode, Bytes) {
    runtime().block_on(async {
        let response: Response<Full<Bytes>> = server.handler.handle(request).await;
        let status = response.status();
        (status, response.into_body().collect().await.unwrap().to_bytes())
    })
}

/// The `response` of a review.
pub(crate) fn ask(server: &Server, review: &Value) -> Value {
    let (status, body) = send(server, post(review.to_string()));
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice::<Value>(&body).unwrap()["response"].take()
}
