//! What a revision reads, and what it refuses.
#![cfg(feature = "git")]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "builds the trees that are read")]

use std::{fs, os::unix::fs::symlink, path::Path, sync::Arc};

use portcullis_source::{EntryKind, ReadError, RepoPath, Revision, Sources};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// A work tree on the recorded repository, one commit old: a file changed, one new, one ignored.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repository.git"), &root.join(".git"));
    fs::create_dir_all(root.join("a/b")).unwrap();
    fs::write(root.join("a/b/values.yaml"), "replicas: 3\n").unwrap();
    fs::write(root.join("a-b"), "beside").unwrap();
    fs::write(root.join("tracked.log"), "tracked").unwrap();
    symlink("b/values.yaml", root.join("a/inside")).unwrap();
    symlink("../../etc/passwd", root.join("a/outside")).unwrap();
    symlink("/etc/passwd", root.join("a/absolute")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    fs::write(root.join(".gitignore"), "*.log\n").unwrap();
    fs::write(root.join("ignored.log"), "ignored").unwrap();
    fs::write(root.join("new.yaml"), "new").unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn read(revision: &Revision, at: &str) -> Result<String, ReadError> {
    revision.read(&path(at)).map(|file| String::from_utf8(file.bytes().to_vec()).unwrap())
}

fn refuses_what_leaves(revision: &Revision) {
    assert!(matches!(read(revision, "a/outside"), Err(ReadError::LinkOutside { .. })));
    assert!(matches!(read(revision, "a/absolute"), Err(ReadError::LinkOutside { .. })));
    assert!(matches!(read(revision, "loop"), Err(ReadError::LinkLoop(_))));
    assert!(matches!(read(revision, "a"), Err(ReadError::NotFile(_))));
    assert!(matches!(read(revision, "nothing"), Err(ReadError::Missing(_))));
    assert!(RepoPath::new("a/../../b").is_err());
    assert!(RepoPath::new("/etc/passwd").is_err());
}

#[test]
fn work_tree_has_tracked_and_new_files() {
    let folder = repository();
    let revision = Revision::work_tree(folder.path(), Arc::new(Sources::default())).unwrap();
    let names: Vec<_> = revision.entries().map(|(path, _)| path.as_str()).collect();
    let expected =
        [".gitignore", "a", "a-b", "a/absolute", "a/b", "a/b/values.yaml", "a/inside", "a/outside", "loop", "new.yaml", "tracked.log"];
    assert_eq!(names, expected);
    assert_eq!(read(&revision, "a/b/values.yaml").unwrap(), "replicas: 3\n");
    assert_eq!(read(&revision, "a/inside").unwrap(), "replicas: 3\n");
    refuses_what_leaves(&revision);
}

#[test]
fn commit_is_read_without_a_checkout() {
    let folder = repository();
    let revision = Revision::commit(folder.path(), "main", Arc::new(Sources::default())).unwrap();
    assert_eq!(read(&revision, "a/b/values.yaml").unwrap(), "replicas: 2\n");
    assert_eq!(read(&revision, "a/inside").unwrap(), "replicas: 2\n");
    assert_eq!(revision.entry(&path("a/b")), Some(&EntryKind::Folder));
    assert_eq!(revision.entry(&path("new.yaml")), None);
    let folder_a = path("a");
    let below: Vec<_> = revision.below(&folder_a).map(|(path, _)| path.as_str()).collect();
    assert_eq!(below, ["a/absolute", "a/b", "a/b/values.yaml", "a/inside", "a/outside"]);
    refuses_what_leaves(&revision);
    let unknown = Revision::commit(folder.path(), "no-such-branch", Arc::new(Sources::default()));
    assert!(matches!(unknown, Err(ReadError::UnknownRevision { .. })));
}
