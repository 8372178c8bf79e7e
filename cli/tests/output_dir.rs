//! `template --output-dir` over what an earlier run left: `output-dir/after` and `output-dir/stdout` are what helm 3.22.0 makes of
//! `output-dir/before`.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads fixtures and starts the command")]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/output-dir");

/// Every file below a folder, by its path.
fn files(root: &Path, below: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(root, &path, found),
            false => drop(found.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap())),
        }
    }
}

fn all_files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    files(root, root, &mut found);
    found
}

#[test]
fn files_are_written_as_helm_writes_them() {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in all_files(&Path::new(CASE).join("before")) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let arguments = ["template", "demo", "chart", "--output-dir", "out", "--release-name", "--include-crds"];
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).args(arguments).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), fs::read_to_string(Path::new(CASE).join("stdout")).unwrap());
    let text = |files: BTreeMap<String, Vec<u8>>| -> BTreeMap<String, String> {
        files.into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
    };
    assert_eq!(text(all_files(&folder.path().join("out"))), text(all_files(&Path::new(CASE).join("after/out"))));
}
