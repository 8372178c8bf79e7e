//! Paths that can't leave the repository.

use std::{fmt, ops::Bound, sync::Arc};

/// A clean path from the repository's root: parts joined by `/`, none of them empty, `.` or `..`; the root itself is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<str>);

/// Why a text is no path within the repository.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Its `..` lead out.
    #[error("path {0:?} leaves the repository")]
    Outside(String),
    /// It starts with `/` or a drive.
    #[error("path {0:?} is absolute")]
    Absolute(String),
    /// It has a NUL byte or a backslash.
    #[error("path {0:?} has a character that no path in a repository has")]
    Character(String),
}

impl RepoPath {
    /// The repository's root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Cleans a path that is meant from the root.
    ///
    /// # Errors
    /// Says why it does not lie within the repository.
    pub fn new(path: &str) -> Result<Self, PathError> {
        // Nearly every path is clean already.
        if is_clean(path) { Ok(Self(Arc::from(path))) } else { Self::root().join(path) }
    }

    /// Cleans a path that is meant from this folder; `..` may go up, but not beyond the root.
    ///
    /// # Errors
    /// Says why it does not lie within the repository.
    pub fn join(&self, path: &str) -> Result<Self, PathError> {
        if path.starts_with('/') {
            return Err(PathError::Absolute(path.to_owned()));
        }
        if path.contains(['\0', '\\']) {
            return Err(PathError::Character(path.to_owned()));
        }
        let mut parts: Vec<&str> = self.parts().collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    if parts.pop().is_none() {
                        return Err(PathError::Outside(path.to_owned()));
                    }
                }
                _ => parts.push(part),
            }
        }
        Ok(Self(Arc::from(parts.join("/"))))
    }

    /// The path as text, empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The shared text.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.0
    }

    /// The parts from the root on.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// The last part, empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts().next_back().unwrap_or_default()
    }

    /// The folder around it; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        Some(self.0.rsplit_once('/').map_or_else(Self::root, |(parent, _)| Self(Arc::from(parent))))
    }

    /// The rest of this path below a folder.
    #[must_use]
    pub fn below(&self, folder: &Self) -> Option<&str> {
        if folder.0.is_empty() {
            return Some(&self.0);
        }
        self.0.strip_prefix(&*folder.0)?.strip_prefix('/')
    }

    /// The narrowest range of the order of paths that holds everything below this folder.
    pub(crate) fn inside(&self) -> (Bound<Self>, Bound<Self>) {
        if self.0.is_empty() {
            return (Bound::Excluded(self.clone()), Bound::Unbounded);
        }
        // '0' is the character after '/'.
        (Bound::Excluded(Self(Arc::from(format!("{self}/")))), Bound::Excluded(Self(Arc::from(format!("{self}0")))))
    }

    /// Whether this is the folder or lies below it.
    #[must_use]
    pub fn is_within(&self, folder: &Self) -> bool {
        self == folder || self.below(folder).is_some()
    }
}

/// Whether a path has nothing to clean: no empty part, none that starts with a dot and might be `.` or `..`, no odd character.
fn is_clean(path: &str) -> bool {
    let mut before = b'/';
    for byte in path.bytes() {
        if matches!(byte, b'\0' | b'\\') || (before == b'/' && matches!(byte, b'/' | b'.')) {
            return false;
        }
        before = byte;
    }
    before != b'/'
}

impl fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}
