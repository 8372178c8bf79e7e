//! Lists and reads a folder of the file system.
#![expect(clippy::disallowed_methods, reason = "this is where Revision reads")]

use std::{fs, io::Read, path::Path, sync::Arc};

use ignore::WalkBuilder;

use super::{EntryKind, Listing, Look, MAX_ENTRIES, MAX_FILE_BYTES, ReadError, look, pointer};
use crate::{RepoPath, SourceFile, Sources};

/// Everything below a folder but `.git`, and in a git work tree but what git ignores.
pub(super) fn list(root: &Path) -> Result<Listing, ReadError> {
    let failed = |path: &RepoPath, reason: String| ReadError::Failed { path: path.clone(), reason };
    let mut listing = Listing::default();
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .parents(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .follow_links(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| failed(&RepoPath::root(), error.to_string()))?;
        let Some(path) = entry.path().strip_prefix(root).ok().filter(|path| !path.as_os_str().is_empty()) else { continue };
        let Some(path) = path.to_str().and_then(|name| RepoPath::new(name).ok()) else {
            listing.unnamed.push(path.to_string_lossy().into_owned());
            continue;
        };
        if let Some(kind) = kind(entry.path(), entry.file_type()).map_err(|error| failed(&path, error.to_string()))? {
            listing.entries.insert(path, kind);
        }
        if listing.entries.len() > MAX_ENTRIES {
            return Err(ReadError::TooMany { limit: MAX_ENTRIES });
        }
    }
    listing.unnamed.sort();
    Ok(listing)
}

fn kind(path: &Path, kind: Option<fs::FileType>) -> std::io::Result<Option<EntryKind>> {
    Ok(match kind {
        Some(kind) if kind.is_dir() => Some(EntryKind::Folder),
        Some(kind) if kind.is_symlink() => Some(EntryKind::Link(fs::read_link(path)?.to_string_lossy().into_owned())),
        Some(kind) if kind.is_file() => Some(EntryKind::File),
        Some(_) => Some(EntryKind::Special),
        None => None,
    })
}

/// The same of the work tree of a repository, with what it tracks.
pub(super) fn work_tree(root: &Path) -> Result<Listing, ReadError> {
    #[cfg_attr(not(feature = "git"), expect(unused_mut, reason = "only git tracks anything"))]
    let mut listing = list(root)?;
    #[cfg(feature = "git")]
    add_tracked(root, super::git::tracked(root), &mut listing.entries);
    Ok(listing)
}

/// Adds paths that git tracks although it ignores them, as far as they are there.
#[cfg(feature = "git")]
fn add_tracked(root: &Path, tracked: Vec<RepoPath>, entries: &mut super::Entries) {
    for path in tracked {
        if entries.contains_key(&path) {
            continue;
        }
        let place = root.join(path.as_str());
        let found = fs::symlink_metadata(&place).and_then(|metadata| kind(&place, Some(metadata.file_type())));
        if let Ok(Some(found)) = found {
            super::add_with_parents(entries, path, found);
        }
    }
}

/// The bytes of a file.
pub(super) fn read(root: &Path, path: &RepoPath) -> Result<Arc<[u8]>, ReadError> {
    let place = root.join(path.as_str());
    let failed = |reason: std::io::Error| ReadError::Failed { path: path.clone(), reason: reason.to_string() };
    let metadata = fs::symlink_metadata(&place).map_err(failed)?;
    if !metadata.is_file() {
        return Err(ReadError::NotFile(path.clone()));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge { path: path.clone(), limit: MAX_FILE_BYTES });
    }
    let bytes = contents(&place, metadata.len()).map_err(failed)?;
    match pointer::read(&bytes) {
        Some(pointer) => pointer.fetched(&root.join(".git"), path),
        None => Ok(bytes),
    }
}

/// The bytes of a file of a known size, read at once into their place; one that has another size by now is read as it is.
fn contents(place: &Path, size: u64) -> std::io::Result<Arc<[u8]>> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, size).collect();
    let mut file = fs::File::open(place)?;
    let whole = match Arc::get_mut(&mut bytes) {
        // A file without a size may be one of the kernel's, which has a content all the same.
        Some(room) if !room.is_empty() => file.read_exact(room).is_ok() && file.read(&mut [0])? == 0,
        Some(_) | None => false,
    };
    if whole { Ok(bytes) } else { fs::read(place).map(Arc::from) }
}

/// Reads a file that a person named outright, wherever it lies.
///
/// # Errors
/// It is no file, too large, or can't be read.
pub fn read_named(path: &Path, sources: &Sources) -> Result<Arc<SourceFile>, ReadError> {
    Ok(sources.add(path.to_string_lossy(), read_named_bytes(path, sources)?))
}

/// The bytes of such a file, for who calls it by another name.
///
/// # Errors
/// It is no file, too large, or can't be read.
pub fn read_named_bytes(path: &Path, sources: &Sources) -> Result<Vec<u8>, ReadError> {
    let read = read_outright(path);
    if is_regular(path) {
        sources.watch.note(|| Look::Named(path.to_owned()), || look::of_content(&read));
    } else {
        // Nobody reads a pipe twice.
        sources.watch.forget();
    }
    read
}

/// Whether there is a file that can be read again, or nothing.
pub(super) fn is_regular(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |found| found.is_file() || found.is_dir())
}

pub(super) fn read_outright(path: &Path) -> Result<Vec<u8>, ReadError> {
    let failed = |reason: String| ReadError::Named { path: path.to_owned(), reason };
    let metadata = fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if metadata.is_dir() {
        return Err(failed("is a directory".to_owned()));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(failed(format!("it is larger than {MAX_FILE_BYTES} bytes")));
    }
    // What a shell puts in the place of a file, such as <(command), has no length to look at before.
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(failed(format!("it is larger than {MAX_FILE_BYTES} bytes")));
    }
    Ok(bytes)
}
