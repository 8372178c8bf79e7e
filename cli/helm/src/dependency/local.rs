//! `file://` dependencies: charts of the same repository.

use portcullis_source::{EntryKind, ReadError, RepoPath, Revision};

use crate::{ChartError, metadata::Dependency};

/// The folder that a `file://` repository leads to; it must not leave the repository.
pub(super) fn folder(revision: &Revision, chart: &RepoPath, dependency: &Dependency, path: &str) -> Result<RepoPath, ChartError> {
    let fail = |message: String, hint: &str| Err(ChartError::new(message).at(dependency.place).hint(hint));
    let within = "name a chart of this repository, with a path from the folder of Chart.yaml on";
    let Ok(folder) = chart.join(path) else {
        return fail(format!("dependency {} leads out of the repository, to {}", dependency.name, dependency.repository), within);
    };
    match revision.resolve(&folder) {
        Ok(real) if revision.entry(&real) == Some(&EntryKind::Folder) => Ok(real),
        Ok(real) => fail(format!("dependency {} is {real}, which is no folder", dependency.name), within),
        Err(ReadError::Missing(_)) => fail(format!("directory {folder} not found"), within),
        Err(error) => fail(format!("dependency {}: {error}", dependency.name), &error.hint()),
    }
}
