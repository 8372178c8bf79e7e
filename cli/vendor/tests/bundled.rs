//! Bundles of rules from registries that answer well, badly and in bad faith; what they hold was recorded from real ones.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads recordings"
)]

mod server;

use std::{
    fs,
    path::{Path, PathBuf},
};

use portcullis_oci::{Digest, Layout, PublicKey, Trust, open};
use portcullis_vendor::{Client, Credentials, Proxy, VendorError, bundle};
use serde_json::{Value, json};
use server::{Answer, Server, chart, packed};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn recorded(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../oci/tests/recorded").join(path)
}

fn digest(name: &str) -> Digest {
    Digest::parse(fs::read_to_string(recorded(name).join("digest")).unwrap().trim()).unwrap()
}

fn key(name: &str) -> Trust {
    Trust::Key(PublicKey::parse(&fs::read(recorded(&format!("keys/{name}.pub"))).unwrap()).unwrap())
}

/// Where a registry keeps signatures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeps {
    /// Under the tag of older cosigns.
    Tag,
    /// In its list of referrers.
    List,
    /// Under the tag of registries that keep no list.
    Fallback,
}

/// A registry with a recording, its signatures where the registry keeps them.
fn registry(name: &str, keeps: Keeps) -> Server {
    let server = Server::start();
    let digest = digest(name);
    let layout = recorded(name).join("layout");
    let index: Value = serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let mut referrers = Vec::new();
    for descriptor in index["manifests"].as_array().unwrap() {
        let found = descriptor["digest"].as_str().unwrap();
        let bytes = fs::read(layout.join("blobs").join(found.replace(':', "/"))).unwrap();
        server.route(&format!("/v2/team/rules/manifests/{found}"), Answer::ok(bytes.clone()));
        if found == digest.to_string() {
            continue;
        }
        if keeps == Keeps::Tag {
            server.route(&format!("/v2/team/rules/manifests/sha256-{}.sig", digest.digits()), Answer::ok(bytes));
        } else {
            referrers.push(json!({"mediaType": MANIFEST, "digest": found, "size": bytes.len()}));
        }
    }
    let list = json!({"schemaVersion": 2, "manifests": referrers}).to_string();
    match keeps {
        Keeps::Tag => {}
        Keeps::List => server.route(&format!("/v2/team/rules/referrers/{digest}"), Answer::ok(list)),
        Keeps::Fallback => server.route(&format!("/v2/team/rules/manifests/sha256-{}", digest.digits()), Answer::ok(list)),
    }
    for blob in fs::read_dir(layout.join("blobs/sha256")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = blob.file_name().unwrap().to_string_lossy().into_owned();
        server.route(&format!("/v2/team/rules/blobs/sha256:{name}"), Answer::ok(fs::read(&blob).unwrap()));
    }
    server
}

fn fetch(server: &Server, digest: &Digest, trust: &Trust) -> Result<Layout, VendorError> {
    let name = format!("{}/team/rules", server.url.trim_start_matches("http://"));
    bundle(&Client::new(Proxy::Never, None), &Credentials::default(), &name, digest, trust)
}

#[test]
fn a_bundle_comes_with_the_signature_that_holds() {
    for (name, by, keeps) in [("conftest", "team", Keeps::Tag), ("opa", "team", Keeps::List), ("opa", "team", Keeps::Fallback)] {
        let layout = fetch(&registry(name, keeps), &digest(name), &key(by)).unwrap();
        let files = Layout::read(&layout.files()).and_then(|layout| open(&layout, &digest(name), &key(by))).unwrap();
        assert!(files.iter().any(|file| file.path.ends_with(".rego")));
        assert_eq!(layout.manifests().count(), 2, "{name}");
    }
    // Who believes it without one asks for none.
    let server = registry("opa", Keeps::List);
    let layout = fetch(&server, &digest("opa"), &Trust::Unsigned).unwrap();
    assert_eq!(layout.manifests().count(), 1);
    assert!(server.asked().iter().all(|(path, _)| !path.contains("referrers") && !path.contains(".sig")));
}

#[test]
fn a_bundle_that_nobody_signed_is_refused() {
    let refused = |name: &str, by: &str, keeps: Keeps| fetch(&registry(name, keeps), &digest(name), &key(by)).unwrap_err().message;
    assert!(refused("unsigned", "team", Keeps::Tag).ends_with("/team/rules has no signature"));
    assert!(refused("conftest", "other", Keeps::Tag).contains("another key made it"));
    assert!(refused("borrowed", "team", Keeps::Tag).contains("it is about another artifact"));
    // A statement of the right key under a tag that another form belongs to is still that statement.
    assert!(fetch(&registry("opa", Keeps::Tag), &digest("opa"), &key("team")).is_ok());
}

#[test]
fn what_is_not_what_was_asked_for_is_refused() {
    let name = "opa";
    let path = |rest: &str| format!("/v2/team/rules/{rest}");
    let manifest = path(&format!("manifests/{}", digest(name)));
    let server = registry(name, Keeps::List);
    let text = fs::read(recorded(name).join("layout/blobs/sha256").join(digest(name).digits())).unwrap();
    let layer: Value = serde_json::from_slice(&text).unwrap();
    let blob = path(&format!("blobs/{}", layer["layers"][0]["digest"].as_str().unwrap()));
    let refused = |route: &str, answer: Answer| {
        let server = registry(name, Keeps::List);
        server.route(route, answer);
        fetch(&server, &digest(name), &key("team")).unwrap_err().message
    };
    assert!(refused(&manifest, Answer::ok("{}")).contains(" where sha256:"));
    assert!(refused(&blob, Answer::ok("x")).contains(" where sha256:"));
    assert!(refused(&blob, Answer { status: "404 Not Found", ..Answer::ok("") }).contains("does not exist"));
    assert!(refused(&manifest, Answer { status: "404 Not Found", ..Answer::ok("") }).contains("does not exist"));
    assert!(refused(&blob, Answer::ok(vec![0; (16 << 20) + 1])).contains("is larger than 16777216 bytes"));
    let referrers = path(&format!("referrers/{}", digest(name)));
    assert!(refused(&referrers, Answer { status: "500 Broken", ..Answer::ok("") }).contains("answers with status 500"));
    assert!(refused(&referrers, Answer::ok("[")).contains("is no JSON"));
    let listed = |digest: &str| json!({"manifests": [{"digest": digest, "size": 1}]}).to_string();
    assert!(refused(&referrers, Answer::ok(listed("sha256:../../x"))).contains("which is no SHA-256"));
    // What a list names and nobody has is no signature.
    assert!(refused(&referrers, Answer::ok(listed(&format!("sha256:{}", "0".repeat(64))))).contains("has no signature"));
    assert!(fetch(&server, &digest(name), &key("team")).is_ok());
}

#[test]
fn what_announces_too_much_is_not_fetched() {
    let (server, gzip) = (Server::start(), "application/vnd.oci.image.layer.v1.tar+gzip");
    let layer = |size: u64| json!({"mediaType": gzip, "digest": format!("sha256:{}", "0".repeat(64)), "size": size});
    let refused = |manifest: Value| {
        let bytes = manifest.to_string().into_bytes();
        server.route(&format!("/v2/team/rules/manifests/{}", Digest::of(&bytes)), Answer::ok(bytes.clone()));
        fetch(&server, &Digest::of(&bytes), &Trust::Unsigned).unwrap_err().message
    };
    assert!(refused(json!({"layers": [layer(17 << 20)]})).contains("has a blob of 17825792 bytes, more than 16777216"));
    assert!(refused(json!({"layers": vec![layer(15 << 20); 5]})).contains("more than MAX_LAYERS_TOGETHER"));
    assert!(refused(json!({"layers": [layer(u64::MAX), layer(u64::MAX)]})).contains("more than MAX_LAYERS_TOGETHER"));
    assert!(refused(json!({"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []})).contains("is a list of manifests"));
    assert!(refused(json!({"layers": []})).contains("has no layers"));
    assert!(server.asked().iter().all(|(path, _)| !path.contains("/blobs/")));
}

/// Registries keep blobs elsewhere, and say where.
#[test]
fn blobs_may_lie_elsewhere() {
    let (server, other) = (registry("opa", Keeps::List), Server::start());
    for blob in fs::read_dir(recorded("opa").join("layout/blobs/sha256")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = blob.file_name().unwrap().to_string_lossy().into_owned();
        other.route(&format!("/{name}"), Answer::ok(fs::read(&blob).unwrap()));
        server.route(&format!("/v2/team/rules/blobs/sha256:{name}"), Answer::redirect(&format!("{}/{name}", other.url)));
    }
    assert!(fetch(&server, &digest("opa"), &key("team")).is_ok());
    assert!(!other.asked().is_empty());
}

/// The refusal of an artifact with one layer.
fn refused(media_type: &str, bytes: Vec<u8>) -> String {
    let server = Server::start();
    let layer = json!({"mediaType": media_type, "digest": Digest::of(&bytes).to_string(), "size": bytes.len()});
    let manifest = json!({"layers": [layer]}).to_string().into_bytes();
    server.route(&format!("/v2/team/rules/manifests/{}", Digest::of(&manifest)), Answer::ok(manifest.clone()));
    server.route(&format!("/v2/team/rules/blobs/{}", Digest::of(&bytes)), Answer::ok(bytes));
    fetch(&server, &Digest::of(&manifest), &Trust::Unsigned).unwrap_err().message
}

#[test]
fn what_is_no_bundle_of_rules_is_not_kept() {
    let escaping = refused("application/vnd.oci.image.layer.v1.tar+gzip", packed(&[("../../x.rego", "package x")]));
    assert!(escaping.contains("the path \"../../x.rego\" leads out of the bundle"), "{escaping}");
    let helm = refused("application/vnd.cncf.helm.chart.content.v1.tar+gzip", chart("redis", "1.0.0"));
    assert!(helm.contains("which is a Helm chart"), "{helm}");
}
