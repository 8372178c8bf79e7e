//! Manifests in the encodings that YAML may have: none is passed over. They are made here, so that no editor changes them.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "makes the repository and starts the command")]

use std::{fs, process::Command};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  hostNetwork: true\n";

/// The exit code and what is printed for a manifest of these bytes.
fn lint(bytes: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("portcullis.yaml"), "version: 1\n").unwrap();
    fs::write(folder.path().join("pod.yaml"), bytes).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).arg("lint").output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn wide(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn manifests_with_a_byte_order_mark_are_checked() {
    let marked = format!("\u{feff}{POD}");
    for bytes in [marked.clone().into_bytes(), wide(&marked, u16::to_le_bytes), wide(&marked, u16::to_be_bytes)] {
        let (code, text) = lint(&bytes);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("pod shares the host's network") && text.contains("1 object checked"), "{text}");
        assert!(!text.contains('\0'), "{text:?}");
    }
}

#[test]
fn utf_16_without_a_mark_is_a_problem() {
    let (code, text) = lint(&wide(POD, u16::to_le_bytes));
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("pod.yaml is no valid YAML"), "{text}");
}
