//! The run itself: each chart and each Application in turn.

use std::{collections::BTreeSet, path::PathBuf};

use portcullis_helm::{Chart, Compat, LockFile, file_name};
use portcullis_source::{Partial, Problem, RepoPath, Span, Stage};
use portcullis_vendor::{Client, Credentials, LOCK_NAME, Lock, VendorError, remove, store};

use super::{
    held::{Held, equal, held},
    rules::rules,
    warehouse::{HELD, Warehouse},
    wish::{Needy, Wish, needy, of_applications},
};
use crate::{
    error::Error,
    pipeline::{self, Expanded},
    settings::Settings,
    supply,
};

/// What a run may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Fetches what is missing, and locks it.
    Fetch,
    /// Fetches what is missing, but only what is locked.
    Locked,
    /// Fetches nothing and changes nothing.
    Check,
}

/// What a run did.
#[derive(Debug, Default)]
pub(crate) struct Vendored {
    /// A line for each file that was written or removed.
    pub(crate) done: Vec<String>,
    /// How many charts are needed from elsewhere.
    pub(crate) needed: usize,
    /// How many of them were there.
    pub(crate) there: usize,
    /// The same of bundles of rules.
    pub(crate) bundles: Bundles,
    /// What could not be done.
    pub(crate) problems: Vec<Problem>,
}

/// How many bundles of rules there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bundles {
    /// How many are needed.
    pub(crate) needed: usize,
    /// How many of them were there.
    pub(crate) there: usize,
    /// How many were fetched.
    pub(crate) fetched: usize,
}

/// Fetches, or checks.
pub(crate) fn vendor(settings: &Settings, client: &Client, credentials: &Credentials, mode: Mode, now: &str) -> Result<Vendored, Error> {
    let Partial { value: expanded, problems } = pipeline::expand(settings)?;
    let mirror = supply::mirror(&settings.revision, &settings.config)?;
    let warehouse = Warehouse::new(client, credentials, mode, &settings.lock);
    let vendored = Vendored { problems, ..Vendored::default() };
    let mut run = Run { settings, mode, compat: expanded.compat(), now, mirror, warehouse, vendored };
    run.everything(&expanded);
    let mut vendored = run.vendored;
    // Who names paths wants what these need.
    if settings.paths.is_empty() {
        rules(settings, client, credentials, mode, &mut vendored);
    }
    Ok(vendored)
}

struct Run<'a> {
    settings: &'a Settings,
    mode: Mode,
    compat: Compat,
    now: &'a str,
    mirror: Option<RepoPath>,
    warehouse: Warehouse<'a>,
    vendored: Vendored,
}

impl Run<'_> {
    fn everything(&mut self, expanded: &Expanded) {
        let charts = needy(self.settings, expanded, &mut self.vendored.problems);
        for chart in &charts {
            self.chart(chart);
        }
        let wishes = of_applications(self.settings, expanded);
        match self.mirror.clone() {
            Some(folder) => {
                let there = held(&self.disk(&folder));
                for wish in wishes {
                    let _ = self.one(&wish, &folder, &there);
                }
            }
            None => {
                for wish in wishes {
                    let message = format!("chart {} {} of {} needs a folder to lie in", wish.name, wish.range, wish.repository);
                    self.fail(
                        VendorError::new(message, "set dependencies.mirror in portcullis.yaml to a folder, such as vendor/charts"),
                        wish.span,
                    );
                }
            }
        }
        self.write_lock();
    }

    fn disk(&self, folder: &RepoPath) -> PathBuf {
        self.settings.root.join(folder.as_str())
    }

    fn fail(&mut self, error: VendorError, span: Option<Span>) {
        self.vendored.problems.push(Problem::new(Stage::Helm, error.message, error.hint).at(span));
    }

    /// Brings what one chart of the repository needs; the versions are those of Chart.lock, or go into it.
    fn chart(&mut self, chart: &Needy) {
        let Ok(charts) = chart.folder.join("charts") else { return };
        let folder = self.mirror.clone().unwrap_or_else(|| charts.clone());
        let there = held(&self.disk(&folder));
        let mut chosen: Vec<(usize, String)> = Vec::new();
        let mut kept: BTreeSet<String> = BTreeSet::new();
        let mut complete = true;
        for (index, item) in chart.requirements.items.iter().enumerate() {
            let version = match item.local() {
                _ if item.repository.is_empty() => self.kept_in_charts(chart, index),
                Some(path) => self.in_repository(chart, index, path),
                None => {
                    let unpacked = item
                        .present
                        .iter()
                        .find(|version| item.locked.as_ref().map_or_else(|| item.fits(version), |locked| equal(version, locked)));
                    let packed = |version: &String| there.iter().any(|held| held.is(&item.name, version));
                    match unpacked {
                        // A folder in charts/ has no digest to lock; git keeps it.
                        Some(version) if !packed(version) => Some((version.clone(), None)),
                        _ => {
                            let (name, range, repository) = (item.name.clone(), item.range.clone(), item.repository.clone());
                            let wish = Wish { name, range, version: item.locked.clone(), repository, span: item.span.or(chart.span) };
                            self.one(&wish, &folder, &there).map(|(version, file)| (version, Some(file)))
                        }
                    }
                }
            };
            complete &= version.is_some();
            if let Some((version, file)) = version {
                chosen.push((index, version));
                kept.extend(file);
            }
        }
        if complete && self.mirror.is_none() && !chosen.is_empty() {
            self.remove_outdated(chart, &charts, &there, &kept);
            self.write_chart_lock(chart, &chosen);
        }
    }

    /// A dependency without a repository must lie in charts/.
    fn kept_in_charts(&mut self, chart: &Needy, index: usize) -> Option<(String, Option<String>)> {
        let item = chart.requirements.items.get(index)?;
        if item.present.is_empty() {
            let message = format!("dependency {} names no repository, and is not in {}/charts", item.name, chart.folder);
            self.fail(VendorError::new(message, "give it a repository, or commit the chart under charts/"), item.span);
            return None;
        }
        Some((item.range.clone(), None))
    }

    /// A dependency of the same repository is taken from where it lies, by lint too.
    fn in_repository(&mut self, chart: &Needy, index: usize, path: &str) -> Option<(String, Option<String>)> {
        let item = chart.requirements.items.get(index)?;
        let folder =
            chart.folder.join(path).map_err(|_| format!("dependency {} leads out of the repository, to {}", item.name, item.repository));
        let loaded = folder.and_then(|folder| {
            let loaded = Chart::load(&self.settings.revision, &folder, self.compat)
                .map_err(|error| format!("dependency {} in {folder}: {}", item.name, error.message));
            loaded.and_then(|found| match item.fits(found.version()) {
                true if found.name() == item.name => Ok(found.version().to_owned()),
                _ => {
                    Err(format!("can't get a valid version for dependency {}: {folder} is {} {}", item.name, found.name(), found.version()))
                }
            })
        });
        match loaded {
            Ok(version) => Some((version, None)),
            Err(message) => {
                self.fail(VendorError::new(message, "correct the entry: file:// and the path to a chart of this repository"), item.span);
                None
            }
        }
    }

    /// Finds or fetches one packed chart; gives its version and the name of its file.
    fn one(&mut self, wish: &Wish, folder: &RepoPath, there: &[Held]) -> Option<(String, String)> {
        self.vendored.needed += 1;
        let brought = self.bring(wish, folder, there);
        brought.map_err(|error| self.fail(error, wish.span)).ok()
    }

    fn bring(&mut self, wish: &Wish, folder: &RepoPath, there: &[Held]) -> Result<(String, String), VendorError> {
        let version = self.warehouse.decide(wish, there)?;
        let in_mirror = self.mirror.as_ref() == Some(folder);
        let usable = |held: &&Held| held.is(&wish.name, &version) && (!in_mirror || held.file == file_name(&wish.name, &version));
        if let Some(held) = there.iter().find(usable) {
            let version = held.packed.as_ref().map_or(version, |packed| packed.version.clone());
            self.warehouse.admit(wish, &version, (&format!("{folder}/{}", held.file), &held.sha256), HELD)?;
            self.vendored.there += 1;
            return Ok((version, held.file.clone()));
        }
        let fetched = self.warehouse.fetch(wish, &version)?;
        let file = if in_mirror { file_name(&wish.name, &fetched.version) } else { fetched.file };
        if store(&self.settings.root, &self.disk(folder), &file, &fetched.bytes)? {
            let from = portcullis_vendor::public(&wish.repository);
            self.vendored.done.push(format!("fetched {folder}/{file} from {from}"));
        } else {
            self.vendored.there += 1;
        }
        Ok((fetched.version, file))
    }

    /// Takes away what `helm dependency build` would: packed charts that no declaration asks for any more.
    fn remove_outdated(&mut self, chart: &Needy, charts: &RepoPath, there: &[Held], kept: &BTreeSet<String>) {
        for held in there.iter().filter(|held| !kept.contains(&held.file)) {
            let Some(packed) = &held.packed else { continue };
            let local = |name: &str| chart.requirements.items.iter().any(|item| item.name == name && item.repository.is_empty());
            if local(&packed.name) {
                continue;
            }
            let path = format!("{charts}/{}", held.file);
            if self.mode == Mode::Check {
                let message = format!("{path} is {} {}, which Chart.yaml does not ask for", packed.name, packed.version);
                self.fail(VendorError::new(message, "run `portcullis vendor`, which removes it"), chart.span);
                continue;
            }
            match remove(&self.settings.root, &self.disk(charts), &held.file) {
                Ok(()) => self.vendored.done.push(format!("removed {path}, which Chart.yaml does not ask for")),
                Err(error) => self.fail(error, chart.span),
            }
        }
    }

    /// Writes the lock file that helm would have written.
    fn write_chart_lock(&mut self, chart: &Needy, chosen: &[(usize, String)]) {
        let name = chart.requirements.lock_name;
        if !matches!(chart.requirements.lock, LockFile::Absent) || self.mode != Mode::Fetch {
            return;
        }
        let text = chart.requirements.lock_text(chosen, self.now);
        match store(&self.settings.root, &self.disk(&chart.folder), name, text.as_bytes()) {
            Ok(_) => self.vendored.done.push(format!("wrote {}/{name}", chart.folder)),
            Err(error) => self.fail(error, chart.span),
        }
    }

    /// Writes portcullis.lock where it changed; after a run over a part of the repository, the rest of it stays.
    fn write_lock(&mut self) {
        let whole = self.settings.paths.is_empty() && self.vendored.problems.is_empty();
        let unused: Vec<_> = self.warehouse.unused().map(|(file, artifact)| (file.clone(), artifact.clone())).collect();
        if self.mode != Mode::Fetch {
            for (file, artifact) in unused.into_iter().filter(|_| whole) {
                let message = format!("{LOCK_NAME} has {file}, which nothing asks for");
                self.fail(VendorError::new(message, "run `portcullis vendor`, and commit the lock"), artifact.span);
            }
            return;
        }
        let mut lock = std::mem::take(&mut self.warehouse.after);
        if !whole {
            lock.artifacts.extend(unused);
        }
        let plain = |lock: &Lock| lock.print();
        if plain(&lock) == plain(&self.settings.lock) {
            return;
        }
        match store(&self.settings.root, &self.settings.root, LOCK_NAME, lock.print().as_bytes()) {
            Ok(_) => self.vendored.done.push(format!("wrote {LOCK_NAME}")),
            Err(error) => self.fail(error, None),
        }
    }
}
