//! Adds the subcharts that a chart declares and charts/ does not have, as `helm dependency build` would have put them there.

use std::sync::Arc;

use portcullis_gotemplate::funcs::Compat;
use portcullis_source::{RepoPath, Revision, is_folder};

use super::{
    local,
    lock::alias,
    supply::{Found, Shelf, Supply, Versions, file_name},
};
use crate::{
    ChartError,
    loader::{self, ChartFile},
    metadata::Dependency,
    tree::{self, Reader, Tree},
    version,
};

/// How deep charts may lie in charts that lie beside them.
const MAX_DEPTH: usize = 32;

/// What a chart is filled up from.
pub(crate) struct Wants<'a> {
    pub(crate) revision: &'a Revision,
    pub(crate) supply: &'a Supply,
    pub(crate) compat: Compat,
    /// The folders that were taken as dependencies, those of this chart first.
    pub(crate) local: Vec<RepoPath>,
}

/// Adds what is missing, as far as it can be found; `folder` is none for a packed chart. What stays missing is told by its name.
pub(crate) fn fill(tree: &mut Tree, folder: Option<&RepoPath>, wants: &mut Wants<'_>, depth: usize) -> Result<(), ChartError> {
    let missing = missing(tree);
    if missing.is_empty() {
        return Ok(());
    }
    if depth > MAX_DEPTH {
        return Err(ChartError::new(format!("charts lie more than {MAX_DEPTH} deep in charts")).at(tree.place));
    }
    let declared: Vec<Dependency> = tree.metadata.dependencies.iter().flatten().flatten().cloned().collect();
    let aliases = |name: &str| wants.supply.aliases.get(name).cloned();
    if let Some(lock) = &tree.lock {
        lock.check(&declared, &tree.metadata.api_version, &aliases)?;
    }
    let beside = folder.and_then(|folder| beside(wants, folder));
    let mut added: Vec<Tree> = Vec::new();
    for dependency in &missing {
        let child = match (dependency.repository.strip_prefix("file://"), folder) {
            (Some(path), Some(folder)) => Some(from_folder(folder, dependency, path, wants, depth)?),
            (Some(_), None) => None,
            (None, _) if dependency.repository.is_empty() => None,
            (None, _) => packed(tree, dependency, wants, beside.as_ref())?,
        };
        if let Some(child) = child.filter(|child| !added.iter().any(|known| known.entry == child.entry)) {
            added.push(child);
        }
    }
    tree.children.extend(added);
    tree.children.sort_by(|left, right| left.entry.cmp(&right.entry));
    note(tree, wants);
    Ok(())
}

fn missing(tree: &Tree) -> Vec<Dependency> {
    let present = |dependency: &&Dependency| tree.children.iter().any(|child| child.metadata.name == dependency.name);
    tree.metadata.dependencies.iter().flatten().flatten().filter(|dependency| !present(dependency)).cloned().collect()
}

/// Leaves at the chart what to do about what is still missing.
fn note(tree: &mut Tree, wants: &Wants<'_>) {
    let still = missing(tree);
    let Some(first) = still.first() else { return };
    let others: Vec<String> = still.iter().flat_map(|dependency| wants.supply.others(wants.revision, &dependency.name)).collect();
    let unknown = alias(&first.repository).filter(|name| !wants.supply.aliases.contains_key(*name));
    let hint = match (first.repository.as_str(), unknown) {
        ("", _) => format!("commit the chart {} under charts/: its entry names no repository", first.name),
        (_, Some(alias)) => {
            format!("run `portcullis vendor` where `helm repo add {alias} URL` has been run, or write the repository's URL")
        }
        _ if others.is_empty() => "run `portcullis vendor`, or commit what `helm dependency build` puts into charts/".to_owned(),
        _ => format!("run `portcullis vendor`; {}, which is not the version that is asked for", others.join(", ")),
    };
    tree.unfilled = Some((first.place, hint));
}

/// charts/ of the file system, where git ignores what lies in it.
fn beside(wants: &Wants<'_>, folder: &RepoPath) -> Option<Shelf> {
    let root = wants.supply.work_tree.as_ref()?;
    let charts = folder.join("charts").ok()?;
    let real = root.join(charts.as_str());
    let sources = wants.revision.sources();
    let tree = if is_folder(&real, sources) { Revision::folder(&real, Arc::clone(sources)).ok()? } else { return None };
    Some(Shelf { name: charts.to_string(), tree: Some(tree), folder: RepoPath::root() })
}

/// A chart that lies in the same repository, with what it needs itself.
fn from_folder(from: &RepoPath, dependency: &Dependency, path: &str, wants: &mut Wants<'_>, depth: usize) -> Result<Tree, ChartError> {
    let folder = local::folder(wants.revision, from, dependency, path)?;
    let within = |error: ChartError| {
        let place = error.span.or(dependency.place);
        error.within(&format!("dependency {} in {folder}", dependency.name)).at(place)
    };
    let files = loader::files(wants.revision, &folder, wants.compat).map_err(within)?;
    let mut tree = tree::build(files, wants.revision.sources(), wants.compat).map_err(within)?;
    let metadata = &tree.metadata;
    if !version::fits(&dependency.version, &metadata.version) {
        let error = ChartError::new(format!("can't get a valid version for dependency {}", dependency.name)).at(dependency.place);
        return Err(error.hint(format!("{folder} is {} {}, which does not fit {:?}", metadata.name, metadata.version, dependency.version)));
    }
    tree.entry = file_name(&metadata.name, &metadata.version);
    wants.local.push(folder.clone());
    fill(&mut tree, Some(&folder), wants, depth + 1).map_err(within)?;
    let names: Vec<String> = missing(&tree).into_iter().map(|dependency| dependency.name).collect();
    if let Some((place, hint)) = tree.unfilled.take() {
        let message = format!("found in Chart.yaml, but missing in charts/ directory: {}", names.join(", "));
        return Err(within(ChartError::new(message).at(place).hint(hint)));
    }
    Ok(tree)
}

/// A packed chart of the version that Chart.lock names, else the newest that fits.
fn packed(tree: &Tree, dependency: &Dependency, wants: &Wants<'_>, beside: Option<&Shelf>) -> Result<Option<Tree>, ChartError> {
    let fits = |text: &str| version::fits(&dependency.version, text);
    let locked = tree.lock.as_ref().and_then(|lock| lock.version_of(&dependency.name, fits));
    let versions = locked.map_or(Versions::Newest(&dependency.version), Versions::One);
    let found = wants.supply.find(wants.revision, beside, &dependency.name, versions)?;
    found.map(|found| unpack(found, &dependency.name, &tree.metadata.name, wants)).transpose()
}

/// Unpacks a subchart; it must be the one that its file says it is.
fn unpack(found: Found, name: &str, parent: &str, wants: &Wants<'_>) -> Result<Tree, ChartError> {
    let place = found.packed.span();
    let reader = Reader { sources: wants.revision.sources(), compat: wants.compat };
    let files = vec![ChartFile { name: found.file.clone(), file: found.packed }];
    let tree = tree::subchart(&found.file, files, parent, reader, 1).map_err(|error| {
        let place = error.span.unwrap_or(place);
        error.at(Some(place))
    })?;
    is_named(&tree, name, &found.file)?;
    Ok(tree)
}

/// Refuses a chart whose Chart.yaml says another name than the file that it was found by.
pub(crate) fn is_named(tree: &Tree, name: &str, file: &str) -> Result<(), ChartError> {
    if tree.metadata.name == name {
        return Ok(());
    }
    let error = ChartError::new(format!("{file} holds the chart {}, not {name}", tree.metadata.name)).at(tree.place);
    Err(error.hint("delete the file and run `portcullis vendor`"))
}
