//! Writes files into place: whole or not at all, and never through a link out of the repository.
#![expect(clippy::disallowed_methods, reason = "what is written is compared with what is there")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use crate::VendorError;

/// Who may read what is written, as helm has it.
#[cfg(unix)]
const MODE: u32 = 0o644;

/// Writes a file into a folder below `root`; true where it was not there with this content.
///
/// # Errors
/// The folder leads out of the root, or the file system refuses.
pub fn store(root: &Path, folder: &Path, name: &str, bytes: &[u8]) -> Result<bool, VendorError> {
    let failed = |error: std::io::Error| refused(&folder.join(name), &error.to_string());
    if name.is_empty() || name.starts_with('.') && name.len() < 3 || name.contains(['/', '\\', '\0']) {
        return Err(refused(&folder.join(name), "its name is none of a file"));
    }
    let folder = create(root, folder)?;
    let path = folder.join(name);
    if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) && fs::read(&path).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".portcullis-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(MODE));
    let mut temporary = builder.tempfile_in(&folder).map_err(failed)?;
    temporary.write_all(bytes).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(&path).map_err(|error| failed(error.error))?;
    Ok(true)
}

/// Removes a file of a folder below `root`.
///
/// # Errors
/// The folder leads out of the root, or the file system refuses.
pub fn remove(root: &Path, folder: &Path, name: &str) -> Result<(), VendorError> {
    let folder = create(root, folder)?;
    fs::remove_file(folder.join(name)).map_err(|error| refused(&folder.join(name), &error.to_string()))
}

/// Removes a folder of a folder below `root`, with everything in it; what links in it lead to stays.
///
/// # Errors
/// The folder leads out of the root, is a link, or the file system refuses.
pub fn remove_folder(root: &Path, folder: &Path, name: &str) -> Result<(), VendorError> {
    let path = create(root, folder)?.join(name);
    let failed = |error: std::io::Error| VendorError::new(format!("{} cannot be removed: {error}", path.display()), "remove it by hand");
    if !fs::symlink_metadata(&path).map_err(failed)?.is_dir() {
        return Err(VendorError::new(format!("{} is no folder", path.display()), "remove it by hand"));
    }
    fs::remove_dir_all(&path).map_err(failed)
}

/// The folder with every link followed; it is made where it is not there.
fn create(root: &Path, folder: &Path) -> Result<PathBuf, VendorError> {
    let failed = |error: std::io::Error| refused(folder, &error.to_string());
    let root = fs::canonicalize(root).map_err(failed)?;
    // What exists of the way is looked at before anything is made behind it.
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let outside = || refused(folder, "it leads out of the repository");
    if !fs::canonicalize(existing).map_err(failed)?.starts_with(&root) {
        return Err(outside());
    }
    fs::create_dir_all(folder).map_err(failed)?;
    let real = fs::canonicalize(folder).map_err(failed)?;
    if real.starts_with(&root) { Ok(real) } else { Err(outside()) }
}

fn refused(path: &Path, reason: &str) -> VendorError {
    VendorError::new(format!("{} cannot be written: {reason}", path.display()), "let the folder be written by whoever runs this")
}
