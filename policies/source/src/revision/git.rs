//! Lists and reads a commit, or what is staged, without a checkout.

use std::{collections::BTreeMap, fmt::Display, path::Path, sync::Arc};

use gix::{ObjectId, ThreadSafeRepository, index::entry::Mode as IndexMode, objs::tree::EntryKind as Mode};

use super::{EntryKind, Listing, MAX_ENTRIES, MAX_FILE_BYTES, MAX_MESSAGES, ReadError, add_with_parents, pointer};
use crate::RepoPath;

/// How deep submodules may lie in submodules.
const MAX_SUBMODULES: usize = 8;

/// The objects of a tree's files.
pub(super) struct Objects {
    /// The repository itself, then those of its submodules.
    repositories: Vec<ThreadSafeRepository>,
    commit: Option<ObjectId>,
    files: BTreeMap<RepoPath, (usize, ObjectId)>,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Objects").field("commit", &self.commit).finish_non_exhaustive()
    }
}

fn failed(path: &RepoPath) -> impl Fn(&dyn Display) -> ReadError + '_ {
    move |reason| ReadError::Failed { path: path.clone(), reason: reason.to_string() }
}

/// Opens the repository that a folder lies in, with the configuration of the repository alone, and says which part of it the folder is.
fn open(root: &Path) -> Result<(gix::Repository, String), ReadError> {
    let mut around = root.ancestors();
    let holder = around.find(|folder| folder.join(".git").exists()).unwrap_or(root);
    let repository = gix::open_opts(holder, gix::open::Options::isolated()).map_err(|error| failed(&RepoPath::root())(&error))?;
    let part = root.strip_prefix(holder).unwrap_or(Path::new(""));
    let part = part.to_string_lossy().replace('\\', "/");
    Ok((repository, if part.is_empty() { part } else { format!("{part}/") }))
}

impl Objects {
    /// Finds a commit by any name that git knows it by, and lists its tree.
    pub(super) fn commit(root: &Path, name: &str) -> Result<(Self, Listing), ReadError> {
        let (repository, part) = open(root)?;
        let id = find(&repository, name)?;
        let mut lister = Lister::new(root, part);
        lister.tree(repository.into_sync(), id, "", 0)?;
        Ok((Self { repositories: lister.repositories, commit: Some(id), files: lister.files }, lister.listing))
    }

    /// Lists what is staged, in the index of the work tree or in another.
    pub(super) fn staged(root: &Path, other: Option<&Path>) -> Result<(Self, Listing), ReadError> {
        let (repository, part) = open(root)?;
        let at = RepoPath::root();
        let failed = failed(&at);
        let (given, usual);
        let index: &gix::index::State = match other {
            Some(path) => {
                let options = gix::index::decode::Options::default();
                let named = |reason: &dyn Display| ReadError::Named { path: path.to_owned(), reason: reason.to_string() };
                given = gix::index::File::at(path, repository.object_hash(), true, options).map_err(|error| named(&error))?;
                &given
            }
            None => {
                usual = repository.index_or_empty().map_err(|error| failed(&error))?;
                &usual
            }
        };
        let mut lister = Lister::new(root, part);
        lister.repositories.push(repository.into_sync());
        for entry in index.entries() {
            let name = entry.path(index);
            if entry.stage_raw() != 0 {
                return Err(ReadError::Unmerged(String::from_utf8_lossy(name).into_owned()));
            }
            let kind = match entry.mode {
                IndexMode::FILE => Mode::Blob,
                IndexMode::FILE_EXECUTABLE => Mode::BlobExecutable,
                IndexMode::SYMLINK => Mode::Link,
                IndexMode::COMMIT => Mode::Commit,
                // A sparse index has the whole of a folder as one entry.
                _ => {
                    lister.folder(entry.id, name)?;
                    continue;
                }
            };
            // A file that `git add -N` only announces is not staged.
            if !entry.flags.contains(gix::index::entry::Flags::INTENT_TO_ADD) {
                lister.entry(0, name, kind, entry.id, 0)?;
            }
        }
        Ok((Self { repositories: lister.repositories, commit: None, files: lister.files }, lister.listing))
    }

    /// The full name of the commit.
    pub(super) fn id(&self) -> Option<String> {
        self.commit.map(|id| id.to_string())
    }

    /// The bytes of a file.
    pub(super) fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, ReadError> {
        let missing = || ReadError::Missing(path.clone());
        let (repository, id) = self.files.get(path).ok_or_else(missing)?;
        let repository = self.repositories.get(*repository).ok_or_else(missing)?.to_thread_local();
        let header = repository.find_header(*id).map_err(|error| failed(path)(&error))?;
        if header.size() > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge { path: path.clone(), limit: MAX_FILE_BYTES });
        }
        let object = repository.find_object(*id).map_err(|error| failed(path)(&error))?;
        match pointer::read(&object.data) {
            Some(pointer) => pointer.fetched(repository.common_dir(), path),
            None => Ok(Arc::from(object.data.as_slice())),
        }
    }
}

fn find(repository: &gix::Repository, name: &str) -> Result<ObjectId, ReadError> {
    let shallow = repository.is_shallow().unwrap_or(false);
    let unknown = |reason: &dyn Display| ReadError::UnknownRevision { name: name.to_owned(), reason: reason.to_string(), shallow };
    let object = repository.rev_parse_single(name).map_err(|error| unknown(&error))?.object().map_err(|error| unknown(&error))?;
    object.peel_to_commit().map(|commit| commit.id).map_err(|error| unknown(&error))
}

/// Whether the branch that is checked out has no commit yet.
pub(super) fn is_unborn(root: &Path) -> bool {
    open(root).ok().and_then(|(repository, _)| repository.head().ok().map(|head| head.is_unborn())).unwrap_or(false)
}

/// The newest commit that two commits both go back to.
pub(super) fn merge_base(root: &Path, one: &str, other: &str) -> Result<String, ReadError> {
    let (repository, _) = open(root)?;
    let (left, right) = (find(&repository, one)?, find(&repository, other)?);
    let unrelated =
        || ReadError::Unrelated { one: one.to_owned(), other: other.to_owned(), shallow: repository.is_shallow().unwrap_or(false) };
    // In a shallow clone the walk ends where the parents of a commit are missing.
    match repository.merge_base(left, right) {
        Ok(Some(found)) => Ok(found.to_string()),
        Ok(None) | Err(_) => Err(unrelated()),
    }
}

/// The longest message of a commit of which anything is read, in bytes.
const MAX_MESSAGE_BYTES: usize = 64 << 10;

/// The messages of the commits of a head that its base has not.
pub(super) fn messages(root: &Path, base: &str, head: &str) -> Result<Vec<String>, ReadError> {
    let (repository, _) = open(root)?;
    let (base, head) = (find(&repository, base)?, find(&repository, head)?);
    let at = RepoPath::root();
    let failed = failed(&at);
    let mut messages = Vec::new();
    for commit in repository.rev_walk([head]).with_hidden([base]).all().map_err(|error| failed(&error))?.take(MAX_MESSAGES) {
        let object = commit.map_err(|error| failed(&error))?.object().map_err(|error| failed(&error))?;
        let message = object.message_raw().map_err(|error| failed(&error))?;
        let message = message.get(..message.len().min(MAX_MESSAGE_BYTES)).unwrap_or_default();
        messages.push(String::from_utf8_lossy(message).into_owned());
    }
    Ok(messages)
}

/// A tree that is being listed.
struct Lister<'a> {
    root: &'a Path,
    /// The folder of the repository that the tree is rooted at, with a `/` at its end.
    part: String,
    repositories: Vec<ThreadSafeRepository>,
    files: BTreeMap<RepoPath, (usize, ObjectId)>,
    listing: Listing,
}

impl<'a> Lister<'a> {
    fn new(root: &'a Path, part: String) -> Self {
        Self { root, part, repositories: Vec::new(), files: BTreeMap::new(), listing: Listing::default() }
    }

    /// Lists the tree of a commit below a folder.
    fn tree(&mut self, repository: ThreadSafeRepository, commit: ObjectId, folder: &str, depth: usize) -> Result<(), ReadError> {
        let at = RepoPath::root();
        let failed = failed(&at);
        let place = self.repositories.len();
        let local = repository.to_thread_local();
        self.repositories.push(repository);
        let tree = local.find_commit(commit).map_err(|error| failed(&error))?.tree().map_err(|error| failed(&error))?;
        for entry in tree.traverse().breadthfirst.files().map_err(|error| failed(&error))? {
            let name = [folder.as_bytes(), &entry.filepath].concat();
            self.entry(place, &name, entry.mode.kind(), entry.oid, depth)?;
        }
        Ok(())
    }

    /// Lists what is below a folder of the repository itself.
    fn folder(&mut self, tree: ObjectId, name: &[u8]) -> Result<(), ReadError> {
        let at = RepoPath::root();
        let failed = failed(&at);
        let Some(repository) = self.repositories.first() else { return Ok(()) };
        let repository = repository.to_thread_local();
        let tree = repository.find_tree(tree).map_err(|error| failed(&error))?;
        for entry in tree.traverse().breadthfirst.files().map_err(|error| failed(&error))? {
            let name = [name, if name.ends_with(b"/") { b"" } else { b"/" }, &entry.filepath].concat();
            self.entry(0, &name, entry.mode.kind(), entry.oid, 0)?;
        }
        Ok(())
    }

    fn entry(&mut self, repository: usize, name: &[u8], kind: Mode, id: ObjectId, depth: usize) -> Result<(), ReadError> {
        let Some(name) = name.strip_prefix(self.part.as_bytes()) else { return Ok(()) };
        let Some(path) = std::str::from_utf8(name).ok().and_then(|name| RepoPath::new(name).ok()) else {
            self.listing.unnamed.push(String::from_utf8_lossy(name).into_owned());
            return Ok(());
        };
        let kind = match kind {
            Mode::Tree => EntryKind::Folder,
            Mode::Link => {
                let failed = failed(&path);
                let Some(repository) = self.repositories.get(repository) else { return Ok(()) };
                let target = repository.to_thread_local().find_object(id).map_err(|error| failed(&error))?.data.clone();
                EntryKind::Link(String::from_utf8_lossy(&target).into_owned())
            }
            Mode::Blob | Mode::BlobExecutable => {
                self.files.insert(path.clone(), (repository, id));
                EntryKind::File
            }
            Mode::Commit => {
                self.submodule(&path, id, depth)?;
                EntryKind::Folder
            }
        };
        add_with_parents(&mut self.listing.entries, path, kind);
        if self.listing.entries.len() > MAX_ENTRIES {
            return Err(ReadError::TooMany { limit: MAX_ENTRIES });
        }
        Ok(())
    }

    /// Lists the commit of a submodule where it was fetched; else says that nobody knows what is in it.
    fn submodule(&mut self, path: &RepoPath, commit: ObjectId, depth: usize) -> Result<(), ReadError> {
        let folder = self.root.join(path.as_str());
        let opened = gix::open_opts(folder, gix::open::Options::isolated()).ok();
        let fetched = opened.filter(|repository| depth < MAX_SUBMODULES && repository.find_commit(commit).is_ok());
        match fetched {
            Some(repository) => {
                let whole = std::mem::take(&mut self.part);
                let listed = self.tree(repository.into_sync(), commit, &format!("{path}/"), depth + 1);
                self.part = whole;
                listed
            }
            None => {
                self.listing.unfetched.insert(path.clone());
                Ok(())
            }
        }
    }
}

/// The paths in the index of the work tree at a folder; none where the folder is no work tree.
pub(super) fn tracked(root: &Path) -> Vec<RepoPath> {
    let Ok((repository, part)) = open(root) else { return Vec::new() };
    let Ok(index) = repository.index_or_empty() else { return Vec::new() };
    let path = |entry: &gix::index::Entry| {
        let name = std::str::from_utf8(entry.path(&index)).ok()?;
        RepoPath::new(name.strip_prefix(&*part)?).ok()
    };
    index.entries().iter().filter_map(path).collect()
}
