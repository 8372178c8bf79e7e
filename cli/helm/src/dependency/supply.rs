//! Places that packed charts may lie in besides charts/.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use portcullis_gotemplate::semver::{Range, Version};
use portcullis_source::{EntryKind, ReadError, RepoPath, Revision, SourceFile, Span};
use sha2::{Digest, Sha256};

use super::lock::hex;
use crate::{ChartError, Readings};

/// Where charts lie that a chart needs and does not bring, in the order in which they are looked at.
#[derive(Debug, Default)]
pub struct Supply {
    /// The folders with packed charts.
    pub shelves: Vec<Shelf>,
    /// The digests that packed charts must have, by the names of their files.
    pub pins: BTreeMap<String, Pin>,
    /// The URLs of the repositories that helm knows by name.
    pub aliases: BTreeMap<String, String>,
    /// The folder of the file system that is the root of the revision, for charts/ that git ignores.
    pub work_tree: Option<PathBuf>,
    /// What the charts that are loaded with it share.
    pub readings: Arc<Readings>,
}

/// A folder with packed charts, named as helm names them: `NAME-VERSION.tgz`.
#[derive(Debug)]
pub struct Shelf {
    /// How reports call it.
    pub name: String,
    /// The tree that it lies in; none for the revision of the chart itself.
    pub tree: Option<Revision>,
    /// The folder in that tree.
    pub folder: RepoPath,
}

/// The digest that a packed chart must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// SHA-256, as 64 digits.
    pub sha256: String,
    /// Where that is written.
    pub span: Option<Span>,
}

/// A chart of a Helm repository, as an Application names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteChart {
    /// The URL of the repository.
    pub repository: String,
    /// The chart's name.
    pub name: String,
    /// A version, or a range of them.
    pub version: String,
}

/// The name that helm gives the file of a packed chart.
#[must_use]
pub fn file_name(name: &str, version: &str) -> String {
    format!("{name}-{version}.tgz")
}

/// A packed chart that was found.
pub(super) struct Found {
    pub(super) file: String,
    pub(super) packed: Arc<SourceFile>,
}

/// Which versions of a chart would do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Versions<'a> {
    /// This one.
    One(&'a str),
    /// The newest of a range.
    Newest(&'a str),
}

impl Versions<'_> {
    fn fit(self, version: &Version) -> bool {
        match self {
            Self::One(text) => text == version.original || Version::new(text).is_ok_and(|wanted| same(&wanted, version)),
            Self::Newest(range) => Range::new(range).is_ok_and(|range| range.contains(version)),
        }
    }
}

fn same(left: &Version, right: &Version) -> bool {
    left.compare(right).is_eq() && left.metadata == right.metadata
}

impl Supply {
    /// The first shelf that has a chart decides; of several versions on it, one with a pin and then the newest is taken.
    pub(super) fn find(
        &self,
        revision: &Revision,
        beside: Option<&Shelf>,
        name: &str,
        versions: Versions<'_>,
    ) -> Result<Option<Found>, ChartError> {
        for shelf in beside.into_iter().chain(&self.shelves) {
            let tree = shelf.tree.as_ref().unwrap_or(revision);
            let files = tree.below(&shelf.folder).filter(|(path, kind)| is_file(kind) && path.parent().as_ref() == Some(&shelf.folder));
            let candidates = files.filter_map(|(path, _)| Some((version_of(path.name(), name)?, path)));
            let fitting = candidates.filter(|(version, _)| versions.fit(version));
            let best = fitting.max_by(|(left, left_path), (right, right_path)| {
                let pinned = |path: &RepoPath| self.pins.contains_key(path.name());
                pinned(left_path).cmp(&pinned(right_path)).then_with(|| left.compare(right)).then_with(|| left_path.cmp(right_path))
            });
            if let Some((_, path)) = best {
                return self.take(shelf, tree, path, revision).map(Some);
            }
        }
        Ok(None)
    }

    /// The versions of a chart that lie anywhere, for hints.
    pub(super) fn others(&self, revision: &Revision, name: &str) -> Vec<String> {
        let on = |shelf: &Shelf| -> Vec<String> {
            let tree = shelf.tree.as_ref().unwrap_or(revision);
            let versions = tree.below(&shelf.folder).filter_map(|(path, _)| version_of(path.name(), name));
            versions.map(|version| format!("{} has {name} {}", shelf.name, version.original)).collect()
        };
        self.shelves.iter().flat_map(on).collect()
    }

    fn take(&self, shelf: &Shelf, tree: &Revision, path: &RepoPath, revision: &Revision) -> Result<Found, ChartError> {
        let unread = |error: ReadError| ChartError::new(format!("{}/{}: {error}", shelf.name, path.name())).hint(error.hint());
        let file = tree.read(path).map_err(unread)?;
        let shown = if shelf.name.is_empty() { path.to_string() } else { format!("{}/{}", shelf.name, path.name()) };
        let packed = revision.sources().add_once(shown, Arc::clone(file.bytes()));
        let found = Found { file: path.name().to_owned(), packed };
        self.check(&found)?;
        Ok(found)
    }

    /// A pinned chart must be the one that was pinned.
    fn check(&self, found: &Found) -> Result<(), ChartError> {
        let Some(pin) = self.pins.get(&found.file) else { return Ok(()) };
        let digest = hex(&Sha256::digest(found.packed.bytes()));
        if digest == pin.sha256 {
            return Ok(());
        }
        let message = format!("{} has the digest sha256:{digest}, but is locked to sha256:{}", found.packed.path(), pin.sha256);
        let hint = "delete the file and run `portcullis vendor`; or, if the other content is meant, take its entry out of the lock first";
        Err(ChartError::new(message).at(pin.span).hint(hint))
    }
}

/// The packed chart that an Application names.
pub(crate) fn remote(revision: &Revision, remote: &RemoteChart, supply: &Supply) -> Result<Arc<SourceFile>, ChartError> {
    let RemoteChart { repository, name, version } = remote;
    let versions = if Version::new(version).is_ok() { Versions::One(version) } else { Versions::Newest(version) };
    if let Some(found) = supply.find(revision, None, name, versions)? {
        return Ok(found.packed);
    }
    let others = supply.others(revision, name);
    let hint = if others.is_empty() {
        "run `portcullis vendor`, which fetches it into the mirror directory (dependencies.mirror in portcullis.yaml)".to_owned()
    } else {
        format!("run `portcullis vendor`; {}, which is not the version that is asked for", others.join(", "))
    };
    let message = format!("chart {name} {version} of {repository} lies neither in the mirror nor in helm's cache");
    Err(ChartError::new(message).hint(hint))
}

fn is_file(kind: &EntryKind) -> bool {
    matches!(kind, EntryKind::File | EntryKind::Link(_))
}

/// The version in the name of a packed chart's file; a registry's tag has `_` for `+`.
fn version_of(file: &str, name: &str) -> Option<Version> {
    let middle = file.strip_suffix(".tgz")?.strip_prefix(name)?.strip_prefix('-')?;
    Version::new(middle).or_else(|_| Version::new(&middle.replace('_', "+"))).ok()
}
