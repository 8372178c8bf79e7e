//! Lists and reads a commit, and the index of a work tree, without a checkout.

use std::{collections::BTreeMap, fmt::Display, path::Path, sync::Arc};

use gix::{ObjectId, ThreadSafeRepository, objs::tree::EntryKind as Mode};

use super::{EntryKind, MAX_ENTRIES, MAX_FILE_BYTES, ReadError, add_with_parents};
use crate::RepoPath;

/// The objects of a commit's files.
pub(super) struct Commit {
    repository: ThreadSafeRepository,
    id: ObjectId,
    files: BTreeMap<RepoPath, ObjectId>,
}

impl std::fmt::Debug for Commit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Commit").field("id", &self.id).finish_non_exhaustive()
    }
}

fn failed(path: &RepoPath) -> impl Fn(&dyn Display) -> ReadError + '_ {
    move |reason| ReadError::Failed { path: path.clone(), reason: reason.to_string() }
}

/// Opens the repository at a folder, never above it, with the configuration of the repository alone.
fn open(root: &Path) -> Result<gix::Repository, ReadError> {
    let options = gix::open::Options::isolated();
    gix::open_opts(root, options).map_err(|error| failed(&RepoPath::root())(&error))
}

impl Commit {
    /// Finds a commit by any name that git knows it by, and lists its tree.
    pub(super) fn open(root: &Path, name: &str) -> Result<(Self, BTreeMap<RepoPath, EntryKind>), ReadError> {
        let repository = open(root)?;
        let id = find(&repository, name)?;
        let mut files = BTreeMap::new();
        let entries = list(&repository, id, &mut files)?;
        Ok((Self { repository: repository.into_sync(), id, files }, entries))
    }

    /// The full name of the commit.
    pub(super) fn id(&self) -> String {
        self.id.to_string()
    }

    /// The bytes of a file.
    pub(super) fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, ReadError> {
        let id = self.files.get(path).ok_or_else(|| ReadError::Missing(path.clone()))?;
        let repository = self.repository.to_thread_local();
        let header = repository.find_header(*id).map_err(|error| failed(path)(&error))?;
        if header.size() > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge { path: path.clone(), limit: MAX_FILE_BYTES });
        }
        let object = repository.find_object(*id).map_err(|error| failed(path)(&error))?;
        Ok(Arc::from(object.data.as_slice()))
    }
}

fn find(repository: &gix::Repository, name: &str) -> Result<ObjectId, ReadError> {
    let unknown = |reason: &dyn Display| ReadError::UnknownRevision { name: name.to_owned(), reason: reason.to_string() };
    let object = repository.rev_parse_single(name).map_err(|error| unknown(&error))?.object().map_err(|error| unknown(&error))?;
    object.peel_to_commit().map(|commit| commit.id).map_err(|error| unknown(&error))
}

fn list(
    repository: &gix::Repository,
    commit: ObjectId,
    files: &mut BTreeMap<RepoPath, ObjectId>,
) -> Result<BTreeMap<RepoPath, EntryKind>, ReadError> {
    let root = RepoPath::root();
    let tree = repository.find_commit(commit).map_err(|error| failed(&root)(&error))?.tree().map_err(|error| failed(&root)(&error))?;
    let mut entries = BTreeMap::new();
    for entry in tree.traverse().breadthfirst.files().map_err(|error| failed(&root)(&error))? {
        let name = std::str::from_utf8(&entry.filepath).map_err(|error| failed(&root)(&error))?;
        let path = RepoPath::new(name).map_err(|error| failed(&root)(&error))?;
        let kind = match entry.mode.kind() {
            Mode::Tree => EntryKind::Folder,
            Mode::Link => {
                let target = repository.find_object(entry.oid).map_err(|error| failed(&path)(&error))?;
                EntryKind::Link(String::from_utf8_lossy(&target.data).into_owned())
            }
            Mode::Blob | Mode::BlobExecutable => {
                files.insert(path.clone(), entry.oid);
                EntryKind::File
            }
            Mode::Commit => continue,
        };
        add_with_parents(&mut entries, path, kind);
        if entries.len() > MAX_ENTRIES {
            return Err(ReadError::TooMany { limit: MAX_ENTRIES });
        }
    }
    Ok(entries)
}

/// The paths in the index of the work tree at a folder; none where the folder is no work tree.
pub(super) fn tracked(root: &Path) -> Vec<RepoPath> {
    let Ok(repository) = open(root) else { return Vec::new() };
    let Ok(index) = repository.index_or_empty() else { return Vec::new() };
    let path = |entry: &gix::index::Entry| std::str::from_utf8(entry.path(&index)).ok().and_then(|path| RepoPath::new(path).ok());
    index.entries().iter().filter_map(path).collect()
}
