//! The lock, and files that are written into place.
#![expect(clippy::disallowed_methods, reason = "reads what was written")]

use std::fs;

use portcullis_source::Sources;
use portcullis_vendor::{Artifact, Lock, LockError, remove, store};

fn parse(text: &str) -> Result<Lock, LockError> {
    Lock::parse(&Sources::default().add("portcullis.lock", text.as_bytes()))
}

#[test]
fn what_is_printed_is_read_back() {
    let artifact = |name: &str| Artifact {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        repository: "https://x/y".to_owned(),
        sha256: "ab".repeat(32),
        span: None,
    };
    let mut lock = Lock::default();
    assert_eq!(parse(&lock.print()).unwrap(), lock);
    for name in ["a", "on", "1"] {
        lock.artifacts.insert(artifact(name).file(), artifact(name));
    }
    assert_eq!(parse(&lock.print()).unwrap().print(), lock.print());
}

#[test]
fn broken_locks_are_refused_at_their_place() {
    let digest = "ab".repeat(32);
    let entry = |sha: &str| format!("  - {{name: a, version: \"1\", repository: r, sha256: {sha}}}\n");
    let cases = [
        ("version: 2\nartifacts: []\n".to_owned(), "version is not 1"),
        ("version: 1\nother: 1\n".to_owned(), "unknown key other"),
        (format!("version: 1\nartifacts:\n{}", entry("abc")), "is no SHA-256"),
        (format!("version: 1\nartifacts:\n{0}{0}", entry(&digest)), "a-1.tgz is there twice"),
        ("version: 1\nartifacts:\n  - {name: a}\n".to_owned(), "an artifact has no text version"),
        ("- a\n".to_owned(), "is no map here"),
    ];
    for (text, message) in cases {
        let error = parse(&text).unwrap_err();
        assert!(error.message.contains(message) && error.span.is_some(), "{message}: {}", error.message);
    }
}

#[test]
fn files_are_replaced_whole_and_stay_within_the_root() {
    let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let charts = root.path().join("shop/charts");
    assert!(store(root.path(), &charts, "a-1.tgz", b"one").unwrap());
    assert!(!store(root.path(), &charts, "a-1.tgz", b"one").unwrap());
    assert!(store(root.path(), &charts, "a-1.tgz", b"two").unwrap());
    assert_eq!(fs::read(charts.join("a-1.tgz")).unwrap(), b"two");
    assert_eq!(fs::read_dir(&charts).unwrap().count(), 1);
    for name in ["", "..", "../x", "a/b", "a\\b"] {
        assert!(store(root.path(), &charts, name, b"x").is_err(), "{name}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(other.path(), root.path().join("linked")).unwrap();
        assert!(store(root.path(), &root.path().join("linked/charts"), "a-1.tgz", b"x").is_err());
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
    }
    remove(root.path(), &charts, "a-1.tgz").unwrap();
    assert_eq!(fs::read_dir(&charts).unwrap().count(), 0);
}
