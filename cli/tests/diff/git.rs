//! Repositories for tests, made without git itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gix::{ObjectId, objs::tree};

/// A repository in a folder of its own.
pub(crate) struct Repository {
    folder: tempfile::TempDir,
    git: gix::Repository,
}

/// The file that stands for a submodule: its text is the commit.
pub(crate) const SUBMODULE: &str = ".submodule";

impl Repository {
    /// A repository with the files of a folder and no commit.
    pub(crate) fn of(files: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(files, folder.path());
        let git = gix::init(folder.path()).unwrap();
        Self { folder, git }
    }

    /// The small shop that most tests work on, committed.
    pub(crate) fn shop() -> Self {
        let repository = Self::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/repository"));
        repository.commit("HEAD", &[]);
        repository
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A file in it.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root().join(file)
    }

    /// The text of a file.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Writes a file.
    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a part of a file that must be there.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no {from:?}");
        self.write(file, text.replace(from, to));
    }

    /// Commits the work tree to a reference.
    pub(crate) fn commit(&self, reference: &str, parents: &[ObjectId]) -> ObjectId {
        self.commit_saying("a commit", reference, parents)
    }

    /// The same with a message.
    pub(crate) fn commit_saying(&self, message: &str, reference: &str, parents: &[ObjectId]) -> ObjectId {
        let tree = self.tree(self.root());
        let who = gix::actor::SignatureRef { name: "test".into(), email: "test@example.com".into(), time: "1767225600 +0000" };
        self.git.commit_as(who, who, reference, message, tree, parents.iter().copied()).unwrap().detach()
    }

    /// Stages the work tree.
    pub(crate) fn stage(&self) {
        let tree = self.tree(self.root());
        let mut index = self.git.index_from_tree(&tree).unwrap();
        index.write(gix::index::write::Options::default()).unwrap();
    }

    fn tree(&self, folder: &Path) -> ObjectId {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_name() == ".git" {
                continue;
            }
            let name = gix::path::os_string_into_bstring(entry.file_name()).unwrap();
            let kind = entry.file_type().unwrap();
            let submodule = fs::read_to_string(entry.path().join(SUBMODULE)).ok();
            let (mode, oid) = if let Some(commit) = submodule {
                (tree::EntryKind::Commit, ObjectId::from_hex(commit.trim().as_bytes()).unwrap())
            } else if kind.is_dir() {
                (tree::EntryKind::Tree, self.tree(&entry.path()))
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path()).unwrap();
                (tree::EntryKind::Link, self.git.write_blob(target.to_str().unwrap()).unwrap().detach())
            } else {
                (tree::EntryKind::Blob, self.git.write_blob(fs::read(entry.path()).unwrap()).unwrap().detach())
            };
            entries.push(tree::Entry { mode: mode.into(), filename: name, oid });
        }
        entries.sort();
        self.git.write_object(gix::objs::Tree { entries }).unwrap().detach()
    }
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
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
