//! A link out of the repository. It is made here, since Argo CD refuses every application of a repository that holds one.
#![expect(clippy::disallowed_methods, reason = "makes the repository and starts the command")]

use std::{fs, os::unix::fs::symlink, process::Command};

const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";

#[test]
fn a_link_out_of_the_repository_is_named_and_the_rest_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("portcullis.yaml"), "version: 1\n").unwrap();
    fs::write(folder.path().join("namespace.yaml"), NAMESPACE).unwrap();
    symlink("/etc/hostname", folder.path().join("values.yaml")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).arg("lint").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("values.yaml is a link out of the repository"), "{text}");
    assert!(text.contains("1 object checked"), "{text}");
}
