//! What becomes of a scan that never reaches an API server: nothing, and reviews do not notice.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what cannot be set up fails its test")]

mod gate;
mod process;

use process::Place;
use serde_json::{Value, json};

fn judges(webhook: &process::Webhook) {
    let object: Value = serde_json::from_str(include_str!("reviews/bases/pod.json")).unwrap();
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "uid-1", "operation": "CREATE", "namespace": "shop", "name": "api",
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": {"group": "", "version": "v1", "resource": "pods"},
        "userInfo": {"username": "alice", "groups": []}, "object": object, "oldObject": null,
    }});
    assert_eq!(webhook.ask(&review.to_string())["allowed"], true);
}

#[test]
fn a_scan_without_an_api_server_harms_nobody() {
    let place = Place::new();
    // This is no pod, so there is no account to ask with.
    let webhook = place.start(&["--scan"]);
    webhook.comes_to("portcullis_scan_failures_total", 1.0);
    judges(&webhook);
    drop(webhook);
    let nobody = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "a", "user": {"token": "none"}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
    });
    place.put("kubeconfig", &nobody.to_string());
    let mut webhook = place.start(&["--scan", &format!("--kubeconfig={}", place.path("kubeconfig"))]);
    std::thread::sleep(std::time::Duration::from_secs(1));
    judges(&webhook);
    assert!(webhook.process.try_wait().unwrap().is_none());
    webhook.comes_to("portcullis_scan_leader", 0.0);
}

#[test]
fn a_lease_without_a_name_is_a_wrong_argument() {
    let (status, text) = Place::new().fails(&["--scan", "--scan-lease=portcullis"]);
    assert_eq!((status.code(), text.contains("NAMESPACE/NAME")), (Some(2), true), "{text}");
}
