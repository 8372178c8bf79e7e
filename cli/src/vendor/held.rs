//! The packed charts that lie in a folder.

use std::{path::Path, sync::Arc};

use portcullis_gotemplate::semver::Version;
use portcullis_source::{RepoPath, Revision, Sources};
use portcullis_vendor::{Packed, digest, inspect};

/// A packed chart in a folder.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// The name of its file.
    pub(super) file: String,
    /// What it says it is; none where it is no chart.
    pub(super) packed: Option<Packed>,
    /// SHA-256 of the file.
    pub(super) sha256: String,
}

/// The packed charts of a folder, those that git ignores too; none where there is no folder.
pub(super) fn held(folder: &Path) -> Vec<Held> {
    let Ok(revision) = Revision::folder(folder, Arc::new(Sources::default())) else { return Vec::new() };
    let packed = revision.entries().filter(|(path, _)| path.parent() == Some(RepoPath::root()) && path.name().ends_with(".tgz"));
    let look = |(path, _): (&RepoPath, _)| {
        let file = revision.read(path).ok()?;
        Some(Held { file: path.name().to_owned(), packed: inspect(path.name(), file.bytes()).ok(), sha256: digest(file.bytes()) })
    };
    packed.filter_map(look).collect()
}

impl Held {
    /// Whether it is this chart in this version.
    pub(super) fn is(&self, name: &str, version: &str) -> bool {
        self.packed.as_ref().is_some_and(|packed| packed.name == name && equal(&packed.version, version))
    }
}

/// Whether two texts are the same version.
pub(super) fn equal(left: &str, right: &str) -> bool {
    match (Version::new(left), Version::new(right)) {
        (Ok(left), Ok(right)) => left.compare(&right).is_eq() && left.metadata == right.metadata,
        _ => left == right,
    }
}
