//! Files that git keeps elsewhere: Git LFS leaves a pointer in their place.
#![expect(clippy::disallowed_methods, reason = "this is where Revision reads")]

use std::{fs, path::Path, sync::Arc};

use super::{MAX_FILE_BYTES, ReadError};
use crate::RepoPath;

/// What a pointer starts with, by the specification of Git LFS.
const MARK: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// The longest pointer.
const MAX_POINTER: usize = 1024;

/// The SHA-256 of a file that lies elsewhere.
pub(super) struct Pointer(String);

/// The pointer that a file is, where it is one.
pub(super) fn read(bytes: &[u8]) -> Option<Pointer> {
    if bytes.len() > MAX_POINTER || !bytes.starts_with(MARK) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let digest = text.lines().find_map(|line| line.strip_prefix("oid sha256:"))?.trim();
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| Pointer(digest.to_owned()))
}

impl Pointer {
    /// The bytes of the file, where git lfs has fetched it into the repository.
    pub(super) fn fetched(&self, git: &Path, path: &RepoPath) -> Result<Arc<[u8]>, ReadError> {
        let (first, second) = (self.0.get(..2).unwrap_or_default(), self.0.get(2..4).unwrap_or_default());
        let place = git.join("lfs/objects").join(first).join(second).join(&self.0);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_file() && found.len() > MAX_FILE_BYTES => {
                Err(ReadError::TooLarge { path: path.clone(), limit: MAX_FILE_BYTES })
            }
            Ok(found) if found.is_file() => {
                fs::read(&place).map(Arc::from).map_err(|error| ReadError::Failed { path: path.clone(), reason: error.to_string() })
            }
            Ok(_) | Err(_) => Err(ReadError::Pointer(path.clone())),
        }
    }
}
