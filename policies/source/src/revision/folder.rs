//! Lists and reads a folder of the file system.
#![expect(clippy::disallowed_methods, reason = "this is where Revision reads")]

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use super::{EntryKind, MAX_FILE_BYTES, ReadError, add_with_parents};
use crate::RepoPath;

/// Everything below a folder but `.git` folders.
pub(super) fn list(root: &Path) -> Result<BTreeMap<RepoPath, EntryKind>, ReadError> {
    let mut entries = BTreeMap::new();
    let mut folders = vec![RepoPath::root()];
    while let Some(folder) = folders.pop() {
        let failed = |reason: std::io::Error| ReadError::Failed { path: folder.clone(), reason: reason.to_string() };
        for entry in fs::read_dir(root.join(folder.as_str())).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let Some(path) = name.to_str().filter(|name| *name != ".git").and_then(|name| folder.join(name).ok()) else { continue };
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                folders.push(path.clone());
                entries.insert(path, EntryKind::Folder);
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path()).map_err(failed)?;
                add_with_parents(&mut entries, path, EntryKind::Link(target.to_string_lossy().into_owned()));
            } else if kind.is_file() {
                entries.insert(path, EntryKind::File);
            }
        }
    }
    Ok(entries)
}

/// The bytes of a file.
pub(super) fn read(root: &Path, path: &RepoPath) -> Result<Arc<[u8]>, ReadError> {
    let place = root.join(path.as_str());
    let failed = |reason: std::io::Error| ReadError::Failed { path: path.clone(), reason: reason.to_string() };
    if fs::metadata(&place).map_err(failed)?.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge { path: path.clone(), limit: MAX_FILE_BYTES });
    }
    fs::read(place).map(Arc::from).map_err(failed)
}
