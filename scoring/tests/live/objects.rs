//! That the pinned version comes from S3, that a start waits for a store that is away, and that what is corrupted comes from nowhere.

use std::{fs, path::Path as File};

use hyper::Method;
use object_store::{
    ObjectStoreExt as _,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use serde_json::{Value, json};

use crate::{
    process::{Client, fails_with, logs, start_with, transaction, until},
    servers::ObjectStore,
};

const BUCKET: &str = "models";
const KEY: &str = "test";

/// A bucket of a server.
struct Bucket {
    server: ObjectStore,
    client: AmazonS3,
}

impl Bucket {
    /// Is not there yet.
    fn new() -> Self {
        // The client takes the process's provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = ObjectStore::new();
        let client = AmazonS3Builder::new().with_bucket_name(BUCKET).with_endpoint(format!("http://{}", server.listens()));
        let client = client.with_region("eu-west-1").with_access_key_id(KEY).with_secret_access_key(KEY).with_allow_http(true);
        Self { client: client.build().unwrap(), server }
    }

    /// Begins with the trained model in it, under the name of a version, and gives its pin.
    async fn begin(&mut self, version: &str) -> Value {
        self.server.begin();
        let made = Client::new().send(self.server.listens(), Method::PUT, &format!("/{BUCKET}"), ("", b"")).await.unwrap();
        assert_eq!(made.status, 200, "{}", made.text);
        let mut manifest: Value = serde_json::from_str(include_str!("../../model/manifest.json")).unwrap();
        manifest["version"] = version.into();
        self.put(version, "manifest.json", manifest.to_string().as_bytes()).await;
        self.put(version, "model.onnx", include_bytes!("../../model/model.onnx")).await;
        json!({"version": version, "sha256": manifest["sha256"]})
    }

    async fn put(&self, version: &str, name: &str, bytes: &[u8]) {
        self.client.put(&Path::from(format!("tx-scoring/{version}/{name}")), bytes.to_vec().into()).await.unwrap();
    }

    /// What an instance is told of it.
    fn environment(&self) -> [(&'static str, String); 5] {
        let endpoint = format!("http://{}", self.server.listens());
        [
            ("AWS_ENDPOINT", endpoint),
            ("AWS_REGION", "eu-west-1".into()),
            ("AWS_ACCESS_KEY_ID", KEY.into()),
            ("AWS_SECRET_ACCESS_KEY", KEY.into()),
            ("AWS_ALLOW_HTTP", "true".into()),
        ]
    }
}

fn pin(folder: &File, pin: &Value) -> String {
    fs::write(folder.join("new"), pin.to_string()).unwrap();
    fs::rename(folder.join("new"), folder.join("pin.json")).unwrap();
    format!("--model-pin={}", folder.join("pin.json").display())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_loaded_from_s3_and_a_corrupted_one_is_refused() {
    let (folder, mut bucket) = (tempfile::tempdir().unwrap(), Bucket::new());
    let one = bucket.begin("one").await;
    let flags = ["--model-store=s3://models/tx-scoring", &pin(folder.path(), &one)];
    let environment = bucket.environment();
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    let service = start_with(folder.path(), &flags, &environment);
    assert_eq!(Client::new().score(&service, &transaction("t-1")).await.json()["model_version"], "one");
    let mut corrupted = include_bytes!("../../model/model.onnx").to_vec();
    corrupted[5_000] ^= 1;
    bucket.put("one", "model.onnx", &corrupted).await;
    let (status, log) = fails_with(folder.path(), &flags, &environment);
    assert!(status.code() == Some(2) && log.contains("has the SHA-256"), "{log}");
    pin(folder.path(), &json!({"version": "one", "sha256": "00"}));
    let (status, log) = fails_with(folder.path(), &flags, &environment);
    assert!(status.code() == Some(2) && log.contains("the pin of one does not fit"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_waited_for_at_the_start_and_missed_by_nobody_later() {
    let (folder, mut bucket) = (tempfile::tempdir().unwrap(), Bucket::new());
    let hash = serde_json::from_str::<Value>(include_str!("../../model/manifest.json")).unwrap()["sha256"].clone();
    let (path, pinned) = (folder.path().to_owned(), pin(folder.path(), &json!({"version": "one", "sha256": hash})));
    let environment = bucket.environment();
    let starting = std::thread::spawn(move || {
        let flags = ["--model-store=s3://models/tx-scoring", &pinned, "--model-poll=0.1", "--shadow-transactions=1"];
        start_with(&path, &flags, &environment.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    until(async || logs(folder.path()).contains("the model is waited for")).await;
    bucket.begin("one").await;
    let (service, client) = (starting.join().unwrap(), Client::new());
    assert_eq!(client.score(&service, &transaction("t-1")).await.json()["model_version"], "one");
    // A new version is meant while the store is away: the present one scores on, until the store is back.
    bucket.server.kill();
    pin(folder.path(), &json!({"version": "two", "sha256": hash}));
    service.says("a version could not be loaded").await;
    assert_eq!(client.score(&service, &transaction("t-2")).await.json()["model_version"], "one");
    bucket.begin("two").await;
    service.says("shadowing").await;
    assert_eq!(client.score(&service, &transaction("t-3")).await.json()["model_version"], "one");
    service.says("swapped").await;
    assert_eq!(client.score(&service, &transaction("t-4")).await.json()["model_version"], "two");
}
