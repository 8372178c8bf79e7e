//! What a run looked at on the disk, and whether it would see the same again.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use blake3::Hasher;

use super::{EntryKind, Listing, ReadError, folder};
use crate::{RepoPath, Sources};

/// One look at the disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// The listing of a folder.
    Folder(PathBuf),
    /// The listing of a work tree, with what git tracks.
    WorkTree(PathBuf),
    /// A file of a listed folder.
    File(PathBuf, RepoPath),
    /// A file that was named outright.
    Named(PathBuf),
    /// Whether a folder is there.
    IsFolder(PathBuf),
}

/// A hash of what was seen.
pub type Seen = [u8; 32];

/// All looks of a run, and one hash of what they saw, so that it tells nothing of a single file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The looks, sorted.
    pub looks: Vec<Look>,
    /// The hash.
    pub seen: Seen,
}

/// The looks of a run so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    looks: Mutex<Option<BTreeMap<Look, Seen>>>,
}

impl Watch {
    /// Watches from now on.
    pub(crate) fn begun() -> Self {
        Self { looks: Mutex::new(Some(BTreeMap::new())) }
    }

    /// Notes a look; one that saw something else before is none that can be taken again.
    pub(crate) fn note(&self, look: impl FnOnce() -> Look, seen: impl FnOnce() -> Seen) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = looks.as_mut() else { return };
        let seen = seen();
        if *known.entry(look()).or_insert(seen) != seen {
            *looks = None;
        }
    }

    /// Gives up, since something was looked at that cannot be looked at again in this way.
    pub(crate) fn forget(&self) {
        *self.looks.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What was looked at so far, if all of it can be looked at again.
    pub(crate) fn looks(&self) -> Option<Looks> {
        let known = self.looks.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let seen = together(known.values().copied());
        Some(Looks { looks: known.into_keys().collect(), seen })
    }
}

impl Looks {
    /// Whether all of it is as it was, by what each look sees now.
    #[must_use]
    pub fn saw(&self, now: &[Seen]) -> bool {
        now.len() == self.looks.len() && together(now.iter().copied()) == self.seen
    }
}

impl Look {
    /// Looks again; none where that could do harm.
    #[must_use]
    pub fn again(&self) -> Option<Seen> {
        Some(match self {
            Self::Folder(root) => of_listing(&folder::list(root)),
            Self::WorkTree(root) => of_listing(&folder::work_tree(root)),
            Self::File(root, path) => of_content(&folder::read(root, path)),
            Self::Named(path) if !folder::is_regular(path) => return None,
            Self::Named(path) => of_content(&folder::read_outright(path)),
            Self::IsFolder(path) => [u8::from(path.is_dir()); 32],
        })
    }

    /// The look in words: what it is, and its paths; none where a path is no text.
    #[must_use]
    pub fn words(&self) -> Option<Vec<String>> {
        let text = |path: &Path| path.to_str().map(str::to_owned);
        Some(match self {
            Self::Folder(root) => vec!["folder".to_owned(), text(root)?],
            Self::WorkTree(root) => vec!["work tree".to_owned(), text(root)?],
            Self::File(root, path) => vec!["file".to_owned(), text(root)?, path.to_string()],
            Self::Named(path) => vec!["named".to_owned(), text(path)?],
            Self::IsFolder(path) => vec!["is folder".to_owned(), text(path)?],
        })
    }

    /// The look of such words.
    #[must_use]
    pub fn of_words(words: &[String]) -> Option<Self> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Some(match words.as_slice() {
            ["folder", root] => Self::Folder(root.into()),
            ["work tree", root] => Self::WorkTree(root.into()),
            ["file", root, path] => Self::File(root.into(), RepoPath::new(path).ok()?),
            ["named", path] => Self::Named(path.into()),
            ["is folder", path] => Self::IsFolder(path.into()),
            _ => return None,
        })
    }
}

/// Whether a folder is there, as a look of a run.
#[must_use]
pub fn is_folder(path: &Path, sources: &Sources) -> bool {
    let is_there = path.is_dir();
    sources.watch.note(|| Look::IsFolder(path.to_owned()), || [u8::from(is_there); 32]);
    is_there
}

fn together(seen: impl Iterator<Item = Seen>) -> Seen {
    let mut hash = Hasher::new();
    seen.for_each(|seen| {
        hash.update(&seen);
    });
    hash.finalize().into()
}

/// A hash of the bytes of a file, or of why there are none.
pub(crate) fn of_content(content: &Result<impl AsRef<[u8]>, ReadError>) -> Seen {
    let mut hash = Hasher::new();
    match content {
        Ok(bytes) => hash.update(&[0]).update(bytes.as_ref()),
        Err(error) => hash.update(&[1]).update(error.to_string().as_bytes()),
    };
    hash.finalize().into()
}

/// A hash of what a tree holds, or of why nobody knows.
pub(crate) fn of_listing(listing: &Result<Listing, ReadError>) -> Seen {
    let listing = match listing {
        Ok(listing) => listing,
        Err(error) => return of_content(&Err::<&[u8], _>(error.clone())),
    };
    let mut hash = Hasher::new();
    let mut part = |kind: u8, text: &str| {
        hash.update(&[kind]);
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for (path, kind) in &listing.entries {
        part(0, path.as_str());
        match kind {
            EntryKind::File => part(1, ""),
            EntryKind::Folder => part(2, ""),
            EntryKind::Link(target) => part(3, target),
            EntryKind::Special => part(4, ""),
        }
    }
    listing.unnamed.iter().for_each(|name| part(5, name));
    listing.unfetched.iter().for_each(|path| part(6, path.as_str()));
    hash.finalize().into()
}
