//! What a chart declares to need, for whoever fetches it.

use portcullis_source::Span;

use super::lock::{self, Lock};
use crate::{ChartError, metadata::Dependency, tree::Tree, version};

/// One declared dependency.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The chart's name.
    pub name: String,
    /// The range of versions that fit.
    pub range: String,
    /// The URL of the repository, with what an alias stands for; empty where the chart lies in charts/ for good.
    pub repository: String,
    /// The version that Chart.lock names.
    pub locked: Option<String>,
    /// The versions of the subcharts of this name in charts/.
    pub present: Vec<String>,
    /// The entry in Chart.yaml.
    pub span: Option<Span>,
}

/// Whether a chart has a lock file, and whether it is the one of its declarations.
#[derive(Clone, Debug)]
pub enum LockFile {
    /// There is none.
    Absent,
    /// It locks what Chart.yaml declares.
    Fits,
    /// It was made for something else; the error is helm's.
    Stale(ChartError),
}

/// What a chart declares to need.
#[derive(Clone, Debug)]
pub struct Requirements {
    /// The dependencies, in the order of Chart.yaml.
    pub items: Vec<Requirement>,
    /// Chart.lock.
    pub lock: LockFile,
    /// The name of the lock file: Chart.lock, or requirements.lock of a chart of the first version.
    pub lock_name: &'static str,
    declared: Vec<Dependency>,
}

impl Requirements {
    /// The text of a lock file for the chosen versions, each with the index of its requirement; `generated` is the time, as RFC 3339.
    #[must_use]
    pub fn lock_text(&self, chosen: &[(usize, String)], generated: &str) -> String {
        lock::new_text(&self.items, chosen, &self.declared, generated)
    }
}

impl Requirement {
    /// Whether a version lies in the range; every version does where it can't be read.
    #[must_use]
    pub fn fits(&self, version: &str) -> bool {
        version::fits(&self.range, version)
    }

    /// The path behind `file://`.
    #[must_use]
    pub fn local(&self) -> Option<&str> {
        self.repository.strip_prefix("file://")
    }
}

/// What a chart declares to need; `aliases` gives the URL of a repository's name.
pub(crate) fn requirements(tree: &Tree, aliases: &dyn Fn(&str) -> Option<String>) -> Requirements {
    let declared: Vec<Dependency> = tree.metadata.dependencies.iter().flatten().flatten().cloned().collect();
    let api_version = tree.metadata.api_version.as_str();
    let lock = match &tree.lock {
        None => LockFile::Absent,
        Some(lock) => lock.check(&declared, api_version, aliases).map_or_else(LockFile::Stale, |()| LockFile::Fits),
    };
    let items = declared.iter().map(|dependency| requirement(tree, dependency, tree.lock.as_ref(), aliases)).collect();
    let lock_name = if api_version == "v1" { "requirements.lock" } else { "Chart.lock" };
    Requirements { items, lock, lock_name, declared }
}

fn requirement(tree: &Tree, dependency: &Dependency, lock: Option<&Lock>, aliases: &dyn Fn(&str) -> Option<String>) -> Requirement {
    let fits = |text: &str| version::fits(&dependency.version, text);
    let present = tree.children.iter().filter(|child| child.metadata.name == dependency.name);
    let behind_alias = || {
        let alias = lock::alias(&dependency.repository)?;
        aliases(alias).or_else(|| {
            let mut locked = lock?.dependencies.iter().flatten();
            locked.find(|locked| locked.name == dependency.name).map(|locked| locked.repository.clone())
        })
    };
    Requirement {
        name: dependency.name.clone(),
        range: dependency.version.clone(),
        repository: behind_alias().unwrap_or_else(|| dependency.repository.clone()),
        locked: lock.and_then(|lock| lock.version_of(&dependency.name, fits)).map(str::to_owned),
        present: present.map(|child| child.metadata.version.clone()).collect(),
        span: dependency.place,
    }
}
