//! That the pinned version is what scores, that no other is, and that a new one takes over without anybody noticing.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::process::{Client, PATIENCE, fails, start, transaction};

/// Puts a version into a store, and gives its pin: the trained model, with another file and other thresholds.
fn put(store: &Path, version: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut file = include_bytes!("../../model/model.onnx").to_vec();
    // The field `doc_string` of ONNX: another file, the same trees.
    file.extend([0x32, u8::try_from(version.len()).unwrap()]);
    file.extend(version.bytes());
    let sha256: String = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut manifest: Value = serde_json::from_str(include_str!("../../model/manifest.json")).unwrap();
    manifest["version"] = version.into();
    manifest["sha256"] = sha256.clone().into();
    change(&mut manifest);
    fs::create_dir_all(store.join(version)).unwrap();
    fs::write(store.join(version).join("model.onnx"), file).unwrap();
    fs::write(store.join(version).join("manifest.json"), manifest.to_string()).unwrap();
    json!({"version": version, "sha256": sha256})
}

fn flags(store: &Path, pin: &Value) -> [String; 3] {
    let text = |key: &str| pin[key].as_str().unwrap().to_owned();
    let store = format!("--model-store={}", store.display());
    [store, format!("--model-version={}", text("version")), format!("--model-sha256={}", text("sha256"))]
}

#[test]
fn what_is_not_the_pinned_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let pin = put(&store, "one", |_| {});
    let refused = |pin: &Value, says: &str| {
        let flags = flags(&store, pin);
        let (status, log) = fails(folder.path(), &flags.each_ref().map(String::as_str));
        assert!(status.code() == Some(2) && log.contains(says), "{log}");
    };
    refused(&json!({"version": "one", "sha256": "00"}), "the pin of one does not fit");
    put(&store, "features", |manifest| manifest["features"][0]["name"] = "age_of_the_captain".into());
    let odd: Value = serde_json::from_slice(&fs::read(store.join("features/manifest.json")).unwrap()).unwrap();
    refused(&json!({"version": "features", "sha256": odd["sha256"]}), "its features are");
    put(&store, "thresholds", |manifest| manifest["thresholds"]["decline"] = 0.0.into());
    let odd: Value = serde_json::from_slice(&fs::read(store.join("thresholds/manifest.json")).unwrap()).unwrap();
    refused(&json!({"version": "thresholds", "sha256": odd["sha256"]}), "are not ordered");
    let mut file = fs::read(store.join("one/model.onnx")).unwrap();
    file[1_000] ^= 1;
    fs::write(store.join("one/model.onnx"), &file).unwrap();
    refused(&pin, "has the SHA-256");
    fs::write(store.join("one/model.onnx"), b"").unwrap();
    refused(&pin, "has the SHA-256");
}

#[tokio::test]
async fn readiness_waits_for_a_version_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    let (store, aside) = (folder.path().join("store"), folder.path().join("aside"));
    fs::create_dir(&store).unwrap();
    let pin = put(&aside, "one", |_| {});
    let flags = flags(&store, &pin);
    let late = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        fs::rename(aside.join("one"), store.join("one")).unwrap();
    });
    // This waits until it is ready, which it is not before.
    let service = start(folder.path(), &flags.each_ref().map(String::as_str));
    late.join().unwrap();
    assert!(service.log().contains("the model is waited for"), "{}", service.log());
    let client = Client::new();
    assert_eq!(client.score(&service, &transaction("t-1")).await.json()["model_version"], "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_takes_over_without_a_dropped_request() {
    let folder = tempfile::tempdir().unwrap();
    let (store, pinned) = (folder.path().join("store"), folder.path().join("pin.json"));
    let pin = |pin: &Value| {
        fs::write(folder.path().join("new"), pin.to_string()).unwrap();
        fs::rename(folder.path().join("new"), &pinned).unwrap();
    };
    pin(&put(&store, "one", |_| {}));
    let flags = [format!("--model-store={}", store.display()), format!("--model-pin={}", pinned.display()), "--model-poll=0.1".to_owned()];
    let flags: Vec<&str> = flags.iter().map(String::as_str).chain(["--shadow-transactions=50"]).collect();
    let service = Arc::new(start(folder.path(), &flags));
    let done = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn({
        let (service, done) = (Arc::clone(&service), Arc::clone(&done));
        async move {
            let (client, mut versions) = (Client::new(), Vec::new());
            while !done.load(Ordering::Relaxed) {
                // Each of another card, so that none is suspect.
                let mut body = transaction(&format!("t-{}", versions.len()));
                body["card_token"] = format!("tok_{:08}", versions.len()).into();
                let reply = client.score(&service, &body).await;
                assert_eq!(reply.status, 200, "{}", reply.text);
                versions.push(reply.json()["model_version"].as_str().unwrap().to_owned());
            }
            versions
        }
    });
    let client = Client::new();
    pin(&put(&store, "two", |_| {}));
    let begun = Instant::now();
    while service.metric(&client, "scoring_model_reloads_total{result=\"taken\"}").await < 1.0 {
        assert!(begun.elapsed() < PATIENCE && !load.is_finished(), "{}", service.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(service.metric(&client, "scoring_shadow_difference_count").await, 50.0, "it was compared first");
    // Who declines everything declines to be.
    pin(&put(&store, "three", |manifest| manifest["thresholds"] = json!({"review": 1e-9, "decline": 1e-9})));
    let refused = service.says("a version decides too differently and was refused").await;
    assert_eq!((&refused["version"], &refused["compared"]), (&json!("three"), &json!(50)));
    // What is broken is said, and changes nothing.
    pin(&json!({"version": "four", "sha256": "00"}));
    service.says("a version could not be loaded").await;
    done.store(true, Ordering::Relaxed);
    let mut versions = load.await.unwrap();
    versions.dedup();
    assert_eq!(versions, ["one", "two"]);
}
