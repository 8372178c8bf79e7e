//! What real registries hold after `conftest push`, `opa build` and `cosign sign`: the files that the tools read, and the keys that cosign takes.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads recordings")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_oci::{Digest, Layout, Manifest, Proof, PublicKey, Trust, open, signature};

/// Cosign 3.1 signs with such a key a hash of the message, and verifies the message itself, so that it refuses what it has signed.
const ONLY_HERE: (&str, &str) = ("rules", "edwards");

const KEYS: [&str; 3] = ["team", "other", "edwards"];

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded")
}

fn key(name: &str) -> PublicKey {
    PublicKey::parse(&fs::read(recorded().join(format!("keys/{name}.pub"))).unwrap()).unwrap()
}

fn files(folder: &Path, below: &str, found: &mut BTreeMap<String, Arc<[u8]>>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, Arc::from(fs::read(entry.path()).unwrap()));
        }
    }
}

/// The recordings: their names, layouts and digests.
fn bundles() -> Vec<(String, Layout, Digest)> {
    let folders = fs::read_dir(recorded()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.join("digest").is_file());
    let read = |folder: PathBuf| {
        let mut found = BTreeMap::new();
        files(&folder.join("layout"), "", &mut found);
        let digest = Digest::parse(fs::read_to_string(folder.join("digest")).unwrap().trim()).unwrap();
        (folder.file_name().unwrap().to_string_lossy().into_owned(), Layout::read(&found).unwrap(), digest)
    };
    let mut bundles: Vec<_> = folders.map(read).collect();
    bundles.sort_by(|left, right| left.0.cmp(&right.0));
    assert_eq!(bundles.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["borrowed", "conftest", "opa", "rules", "unsigned"]);
    bundles
}

#[test]
fn bundles_hold_the_files_that_the_tools_read() {
    for (name, layout, digest) in bundles() {
        let found = open(&layout, &digest, &Trust::Unsigned).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut lines: Vec<String> = found.iter().map(|file| format!("{}  {}", Digest::of(&file.bytes).digits(), file.path)).collect();
        let wanted = fs::read_to_string(recorded().join(&name).join("files.txt")).unwrap();
        let mut wanted: Vec<&str> = wanted.lines().collect();
        lines.sort();
        wanted.sort_unstable();
        assert_eq!(lines, wanted, "{name}");
    }
}

#[test]
fn signatures_hold_where_cosign_says_so() {
    for (name, layout, digest) in bundles() {
        let verdicts = fs::read_to_string(recorded().join(&name).join("cosign.txt")).unwrap();
        let found: Vec<String> = KEYS
            .iter()
            .map(|known| {
                let verified = open(&layout, &digest, &Trust::Key(key(known))).is_ok();
                assert_eq!(verified, signature::verify(&layout, &digest, &key(known)).is_ok(), "{name}");
                let verified = if (name.as_str(), *known) == ONLY_HERE {
                    assert!(verified);
                    false
                } else {
                    verified
                };
                format!("{known} {}", if verified { "verifies" } else { "refuses" })
            })
            .collect();
        assert_eq!(found, verdicts.lines().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn what_does_not_hold_is_told() {
    let told = |name: &str, known: &str| {
        let (_, layout, digest) = bundles().into_iter().find(|(found, ..)| found == name).unwrap();
        open(&layout, &digest, &Trust::Key(key(known))).unwrap_err().message
    };
    assert_eq!(told("unsigned", "team"), "has no signature");
    assert_eq!(told("conftest", "other"), "has a signature that does not hold: another key made it, or what it is about was changed");
    assert_eq!(told("opa", "other"), "has a signature that does not hold: another key made it, or what it is about was changed");
    assert_eq!(told("borrowed", "team"), "has a signature that does not hold: it is about another artifact");
}

/// The blobs that are signatures of the bundle of a name, with which of them holds.
fn proof(name: &str, known: &str) -> (Layout, Digest, Digest, Proof) {
    let (_, layout, digest) = bundles().into_iter().find(|(found, ..)| found == name).unwrap();
    let (manifest, proof) = signature::verify(&layout, &digest, &key(known)).unwrap();
    (layout, digest, manifest, proof)
}

#[test]
fn both_forms_are_read() {
    assert_eq!(proof("conftest", "team").3, Proof::Payload);
    assert_eq!(proof("opa", "team").3, Proof::Statement);
    assert!(matches!(key("edwards"), PublicKey::Ed25519(_)));
    proof("rules", "edwards");
}

/// Each character of what is signed, and of the signature, counts: what is around them does not.
#[test]
fn changes_are_noticed() {
    for name in ["conftest", "opa"] {
        let (layout, digest, signature, _) = proof(name, "team");
        let manifest = Manifest::parse(layout.blob(&signature).unwrap()).unwrap();
        let layer = manifest.layers.first().unwrap();
        let blob = layout.blob(&layer.digest).unwrap();
        let text = String::from_utf8(layout.blob(&signature).unwrap().to_vec()).unwrap();
        let mut noticed = 0;
        for place in 0..blob.len() {
            let mut bytes = blob.to_vec();
            bytes[place] ^= 1;
            let mut changed = Layout::default();
            changed.add_manifest(Arc::clone(layout.blob(&digest).unwrap()));
            let forged = changed.add(Arc::from(bytes));
            changed.add_manifest(Arc::from(text.replace(layer.digest.digits(), forged.digits()).into_bytes()));
            match signature::verify(&changed, &digest, &key("team")) {
                Err(error) => {
                    assert!(error.message.contains("does not hold"), "{}", error.message);
                    noticed += 1;
                }
                // Of the newer form: what neither is signed nor the signature, such as the version of the format.
                Ok((_, proof)) => assert_eq!(proof, Proof::Statement, "{name}: byte {place}"),
            }
        }
        assert!(noticed * 2 > blob.len(), "{name}: {noticed} of {}", blob.len());
    }
}

#[test]
fn keys_that_are_none_are_refused_by_name() {
    let pem = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let text = fs::read_to_string(recorded().join("keys/team.pub")).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    let cases = [
        (String::new(), "there is no -----BEGIN PUBLIC KEY-----"),
        (pem("ENCRYPTED SIGSTORE PRIVATE KEY", "AAAA"), "is a private key, which nobody else may have"),
        (pem("EC PRIVATE KEY", "AAAA"), "is a private key"),
        (pem("CERTIFICATE", "AAAA"), "it is a certificate; signatures without a key pair (keyless) are not verified here"),
        (pem("PUBLIC KEY", "A A"), "is no public key"),
        (pem("PUBLIC KEY", "AAAA"), "is no public key"),
        (text.replace("-----END PUBLIC KEY-----", ""), "there is no -----END PUBLIC KEY-----"),
        (pem("PUBLIC KEY", &body[..body.len() - 8]), "is no public key"),
        // The name of the curve P-384, and RSA's of the algorithm.
        (pem("PUBLIC KEY", "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEl1oBNIJ3bNxkHPEfZUVSrMW7jnGKVO3Vb4o8AGZmpTMR"), "is no public key"),
        ("x".repeat(70_000), "it is larger than MAX_KEY = 65536 bytes"),
    ];
    for (text, message) in cases {
        let found = PublicKey::parse(text.as_bytes()).unwrap_err().message;
        assert!(found.contains(message), "{message}: {found}");
    }
    // With whatever people write around it.
    assert_eq!(PublicKey::parse(format!("# ours\r\n{}", text.replace('\n', "\r\n")).as_bytes()).unwrap(), key("team"));
}
