//! The immutable file tree that a run looks at, and the only reader of files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{RepoPath, SourceFile, Sources};

mod folder;
#[cfg(feature = "git")]
mod git;
mod look;
mod pointer;

pub use folder::{read_named, read_named_bytes};
pub(crate) use look::Watch;
pub use look::{Look, Looks, Seen, is_folder};

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link and its text.
    Link(String),
    /// A pipe, a socket or a device, which is never opened.
    Special,
}

/// Why a file could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing is there.
    #[error("{0} does not exist")]
    Missing(RepoPath),
    /// Something other than a file is there.
    #[error("{0} is not a file")]
    NotFile(RepoPath),
    /// A link on the way leads out of the repository.
    #[error("{path} is a link out of the repository (to {target:?})")]
    LinkOutside {
        /// The link.
        path: RepoPath,
        /// Its text.
        target: String,
    },
    /// Links lead in a circle, or through too many steps.
    #[error("{0} leads through too many links")]
    LinkLoop(RepoPath),
    /// The file is over the limit.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: RepoPath,
        /// The limit.
        limit: u64,
    },
    /// The tree has too many files.
    #[error("the tree has more than {limit} files and folders")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The repository knows no commit of that name.
    #[error("git knows no commit {name:?}: {reason}")]
    UnknownRevision {
        /// The name.
        name: String,
        /// What git said.
        reason: String,
        /// Whether the clone lacks older commits.
        shallow: bool,
    },
    /// Two commits have no history in common, as far as the clone knows it.
    #[error("git knows no commit that both {one} and {other} go back to")]
    Unrelated {
        /// One of them.
        one: String,
        /// The other.
        other: String,
        /// Whether the clone lacks older commits.
        shallow: bool,
    },
    /// What is staged has a conflict.
    #[error("{0} has a merge conflict")]
    Unmerged(String),
    /// The path lies in a submodule that was not fetched.
    #[error("{path} lies in the submodule {submodule}, which is not fetched")]
    Unfetched {
        /// The path.
        path: RepoPath,
        /// The submodule.
        submodule: RepoPath,
    },
    /// The file lies in Git LFS and was not fetched.
    #[error("{0} lies in Git LFS and is not fetched, only its pointer is here")]
    Pointer(RepoPath),
    /// A file that was named outright could not be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Named {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        reason: String,
    },
    /// The operating system or the object database refused.
    #[error("{path} cannot be read: {reason}")]
    Failed {
        /// The file.
        path: RepoPath,
        /// Why.
        reason: String,
    },
}

impl ReadError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Missing(_) => "create it and add it to git, or correct the path".to_owned(),
            Self::NotFile(_) => "name a regular file: folders, pipes, sockets and devices are not read".to_owned(),
            Self::LinkOutside { .. } => "replace the link by what it leads to, since nothing outside of the repository is read".to_owned(),
            Self::LinkLoop(_) => "let one of the links lead to a file".to_owned(),
            Self::TooLarge { limit, .. } => format!("files are read up to MAX_FILE_BYTES = {limit}; split it, or name it under `exclude`"),
            Self::TooMany { limit } => format!("trees are read up to MAX_ENTRIES = {limit}; check a part of the repository"),
            Self::UnknownRevision { shallow: true, .. } | Self::Unrelated { shallow: true, .. } => {
                "this is a shallow clone: `git fetch --unshallow`, or `fetch-depth: 0` where CI checks it out".to_owned()
            }
            Self::UnknownRevision { .. } => "fetch the commit, or name one that `git rev-parse` finds".to_owned(),
            Self::Unrelated { .. } => "compare with the commit itself: --direct".to_owned(),
            Self::Unmerged(_) => "resolve the conflict and `git add` the file".to_owned(),
            Self::Unfetched { .. } => "`git submodule update --init --recursive` fetches it".to_owned(),
            Self::Pointer(_) => "`git lfs pull` fetches it; `git lfs fetch origin COMMIT` fetches those of another commit".to_owned(),
            Self::Named { .. } => "correct the path, or let the file be read".to_owned(),
            Self::Failed { .. } => "let the file be read by whoever runs this".to_owned(),
        }
    }
}

/// The largest file that is read.
pub(crate) const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// The most files, folders and links that a tree may have.
pub(crate) const MAX_ENTRIES: usize = 2_000_000;

/// Of how many commits the messages are read.
#[cfg(feature = "git")]
const MAX_MESSAGES: usize = 1_000;

/// How many links are followed on the way to one file.
const MAX_LINKS: usize = 10;

/// An immutable tree of files: a folder, the work tree of a repository, a commit, or files in memory.
#[derive(Debug)]
pub struct Revision {
    sources: Arc<Sources>,
    listing: Listing,
    store: Store,
    /// Files that were laid over those of the store.
    laid: BTreeMap<RepoPath, Arc<[u8]>>,
    read: Mutex<BTreeMap<RepoPath, Arc<SourceFile>>>,
    /// What is asked for, while somebody wants to know.
    asked: Mutex<Option<BTreeSet<RepoPath>>>,
}

/// What stands at each path.
type Entries = BTreeMap<RepoPath, EntryKind>;

/// What a tree holds.
#[derive(Debug, Default)]
struct Listing {
    entries: Entries,
    /// What has a name that is no text, with the bytes that are none replaced.
    unnamed: Vec<String>,
    /// The submodules that were not fetched.
    unfetched: BTreeSet<RepoPath>,
}

#[derive(Debug)]
enum Store {
    Folder(std::path::PathBuf),
    Memory(BTreeMap<RepoPath, Arc<[u8]>>),
    #[cfg(feature = "git")]
    Objects(Box<git::Objects>),
}

impl Revision {
    /// The files of a folder; in a git work tree, those that git does not ignore.
    ///
    /// # Errors
    /// The folder can't be listed.
    pub fn folder(root: &Path, sources: Arc<Sources>) -> Result<Self, ReadError> {
        Self::listed(root, Look::Folder(root.to_owned()), folder::list(root), sources)
    }

    /// The work tree of a repository: what git does not ignore, and what it tracks.
    ///
    /// # Errors
    /// The folder can't be listed.
    #[cfg(feature = "git")]
    pub fn work_tree(root: &Path, sources: Arc<Sources>) -> Result<Self, ReadError> {
        Self::listed(root, Look::WorkTree(root.to_owned()), folder::work_tree(root), sources)
    }

    /// The files of a commit, read straight from the object database.
    ///
    /// # Errors
    /// There is no repository at the folder, or no commit of that name in it.
    #[cfg(feature = "git")]
    pub fn commit(root: &Path, name: &str, sources: Arc<Sources>) -> Result<Self, ReadError> {
        let (objects, listing) = git::Objects::commit(root, name)?;
        Ok(Self::with(sources, listing, Store::Objects(Box::new(objects))))
    }

    /// What is staged in a work tree, read straight from the object database.
    ///
    /// # Errors
    /// There is no repository at the folder, or the index has a conflict.
    #[cfg(feature = "git")]
    pub fn staged(root: &Path, sources: Arc<Sources>) -> Result<Self, ReadError> {
        Self::staged_in(root, None, sources)
    }

    /// The same from another index: `git commit FILE` and `git commit --all` stage in one of their own, which hooks find in GIT_INDEX_FILE.
    ///
    /// # Errors
    /// There is no repository at the folder, or the index has a conflict or can't be read.
    #[cfg(feature = "git")]
    pub fn staged_in(root: &Path, index: Option<&Path>, sources: Arc<Sources>) -> Result<Self, ReadError> {
        let (objects, listing) = git::Objects::staged(root, index)?;
        Ok(Self::with(sources, listing, Store::Objects(Box::new(objects))))
    }

    /// Whether a repository's branch has no commit yet, so that there is no HEAD to compare with.
    #[cfg(feature = "git")]
    #[must_use]
    pub fn is_unborn(root: &Path) -> bool {
        git::is_unborn(root)
    }

    /// The full name of the newest commit that two commits both go back to.
    ///
    /// # Errors
    /// One of them is unknown, or they have no history in common.
    #[cfg(feature = "git")]
    pub fn merge_base(root: &Path, one: &str, other: &str) -> Result<String, ReadError> {
        git::merge_base(root, one, other)
    }

    /// The messages of the commits that a head goes back to and its base does not, the newest first; of 1,000 commits at most.
    ///
    /// # Errors
    /// One of them is unknown.
    #[cfg(feature = "git")]
    pub fn messages(root: &Path, base: &str, head: &str) -> Result<Vec<String>, ReadError> {
        git::messages(root, base, head)
    }

    /// The full name of the commit, where this is one.
    #[must_use]
    pub fn commit_id(&self) -> Option<String> {
        match &self.store {
            #[cfg(feature = "git")]
            Store::Objects(objects) => objects.id(),
            Store::Folder(_) | Store::Memory(_) => None,
        }
    }

    /// Files in memory, by path.
    #[must_use]
    pub fn memory(files: BTreeMap<RepoPath, Arc<[u8]>>, sources: Arc<Sources>) -> Self {
        let mut listing = Listing::default();
        for path in files.keys() {
            add_with_parents(&mut listing.entries, path.clone(), EntryKind::File);
        }
        Self::with(sources, listing, Store::Memory(files))
    }

    fn listed(root: &Path, look: Look, listing: Result<Listing, ReadError>, sources: Arc<Sources>) -> Result<Self, ReadError> {
        sources.watch.note(|| look, || look::of_listing(&listing));
        Ok(Self::with(sources, listing?, Store::Folder(root.to_owned())))
    }

    fn with(sources: Arc<Sources>, listing: Listing, store: Store) -> Self {
        // What lies in memory or in git is not looked at on the disk.
        if !matches!(store, Store::Folder(_)) {
            sources.watch.forget();
        }
        Self { sources, listing, store, laid: BTreeMap::new(), read: Mutex::default(), asked: Mutex::default() }
    }

    /// Lays files over the tree: they are there from now on, whatever was there before.
    pub fn lay(&mut self, files: BTreeMap<RepoPath, Arc<[u8]>>) {
        for path in files.keys() {
            add_with_parents(&mut self.listing.entries, path.clone(), EntryKind::File);
        }
        self.read.get_mut().unwrap_or_else(PoisonError::into_inner).retain(|path, _| !files.contains_key(path));
        self.laid.extend(files);
    }

    /// What is there and has a name that is no UTF-8, so that nothing can name it.
    #[must_use]
    pub fn unnamed(&self) -> &[String] {
        &self.listing.unnamed
    }

    /// The table of the files that were read.
    #[must_use]
    pub fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// Every file, folder and link, sorted by path; the root itself is not among them.
    pub fn entries(&self) -> impl Iterator<Item = (&RepoPath, &EntryKind)> {
        self.listing.entries.iter()
    }

    /// Everything below a folder, sorted by path.
    pub fn below<'a>(&'a self, folder: &'a RepoPath) -> impl Iterator<Item = (&'a RepoPath, &'a EntryKind)> {
        self.listing.entries.range(folder.inside()).filter(move |(path, _)| path.below(folder).is_some())
    }

    /// What stands at a path, links not followed.
    #[must_use]
    pub fn entry(&self, path: &RepoPath) -> Option<&EntryKind> {
        if path.as_str().is_empty() { Some(&EntryKind::Folder) } else { self.listing.entries.get(path) }
    }

    /// The path that a path leads to once every link on the way is followed.
    ///
    /// # Errors
    /// A link leaves the repository or leads in a circle, or nothing is there.
    pub fn resolve(&self, path: &RepoPath) -> Result<RepoPath, ReadError> {
        let mut rest: Vec<String> = path.parts().rev().map(str::to_owned).collect();
        let mut at = RepoPath::root();
        let mut links = 0;
        while let Some(part) = rest.pop() {
            let next = at.join(&part).map_err(|_| ReadError::Missing(path.clone()))?;
            match self.entry(&next) {
                None => return Err(self.missing(path, &next)),
                Some(EntryKind::Link(target)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(ReadError::LinkLoop(path.clone()));
                    }
                    let outside = || ReadError::LinkOutside { path: next.clone(), target: target.clone() };
                    let led = at.join(target).map_err(|_| outside())?;
                    rest.extend(led.parts().rev().map(str::to_owned));
                    at = RepoPath::root();
                }
                Some(EntryKind::File | EntryKind::Folder | EntryKind::Special) => at = next,
            }
        }
        Ok(at)
    }

    /// Why nothing stands at a step on the way to a path.
    fn missing(&self, path: &RepoPath, step: &RepoPath) -> ReadError {
        match self.listing.unfetched.iter().find(|submodule| step.is_within(submodule)) {
            Some(submodule) => ReadError::Unfetched { path: path.clone(), submodule: submodule.clone() },
            None => ReadError::Missing(path.clone()),
        }
    }

    /// Does something, and says which of the files that are there it asked for.
    pub fn asked_by<T>(&self, work: impl FnOnce() -> T) -> (T, BTreeSet<RepoPath>) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(BTreeSet::new());
        let done = work();
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        (done, asked.unwrap_or_default())
    }

    /// Whether another tree has the same files, folders and links, whatever is in the files.
    #[must_use]
    pub fn is_laid_out_as(&self, other: &Self) -> bool {
        let (own, others) = (&self.listing, &other.listing);
        (&own.entries, &own.unnamed, &own.unfetched) == (&others.entries, &others.unnamed, &others.unfetched)
    }

    /// The files that were read so far, sorted by path.
    #[must_use]
    pub fn files_read(&self) -> Vec<Arc<SourceFile>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).values().map(Arc::clone).collect()
    }

    /// Reads a file; the same file again costs nothing.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&self, path: &RepoPath) -> Result<Arc<SourceFile>, ReadError> {
        let resolved = self.resolve(path)?;
        if let Some(asked) = self.asked.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            asked.insert(resolved.clone());
        }
        if self.entry(&resolved) != Some(&EntryKind::File) {
            return Err(ReadError::NotFile(path.clone()));
        }
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = read.get(&resolved) {
            return Ok(Arc::clone(file));
        }
        let bytes = match &self.store {
            _ if self.laid.contains_key(&resolved) => self.laid.get(&resolved).cloned().ok_or_else(|| ReadError::Missing(path.clone()))?,
            Store::Folder(root) => {
                let content = folder::read(root, &resolved);
                self.sources.watch.note(|| Look::File(root.clone(), resolved.clone()), || look::of_content(&content));
                content?
            }
            Store::Memory(files) => files.get(&resolved).cloned().ok_or_else(|| ReadError::Missing(path.clone()))?,
            #[cfg(feature = "git")]
            Store::Objects(objects) => objects.read(&resolved)?,
        };
        let file = self.sources.add_once(Arc::clone(resolved.text()), bytes);
        read.insert(resolved, Arc::clone(&file));
        Ok(file)
    }
}

fn add_with_parents(entries: &mut Entries, path: RepoPath, kind: EntryKind) {
    let mut parent = path.parent();
    while let Some(folder) = parent.filter(|folder| !folder.as_str().is_empty()) {
        parent = folder.parent();
        entries.entry(folder).or_insert(EntryKind::Folder);
    }
    entries.insert(path, kind);
}
