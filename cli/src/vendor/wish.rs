//! What the charts and the Applications of a repository need.

use std::collections::BTreeSet;

use portcullis_argo::{ChartLocation, SourceKind};
use portcullis_helm::{Chart, Compat, LockFile, RemoteChart, Requirements};
use portcullis_source::{EntryKind, Problem, RepoPath, Span, Stage};

use crate::{
    advice::{self, Given},
    kustomize::Builder,
    pipeline::Expanded,
    settings::Settings,
};

/// One chart that is needed from elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The chart's name.
    pub(super) name: String,
    /// The versions that fit.
    pub(super) range: String,
    /// The one that is meant, where that is decided.
    pub(super) version: Option<String>,
    /// The URL of the repository.
    pub(super) repository: String,
    /// Who asks for it.
    pub(super) span: Option<Span>,
}

/// A chart of the repository, and what it needs.
#[derive(Debug)]
pub(super) struct Needy {
    /// Its folder.
    pub(super) folder: RepoPath,
    /// What Chart.yaml declares.
    pub(super) requirements: Requirements,
    /// The place of Chart.yaml.
    pub(super) span: Option<Span>,
}

/// The charts that are selected, and those of the same repository that they need.
pub(super) fn needy(settings: &Settings, expanded: &Expanded, problems: &mut Vec<Problem>) -> Vec<Needy> {
    let meets = |chart: &RepoPath| settings.paths.iter().any(|path| path.is_within(chart) || chart.is_within(path));
    let used = crate::render::charts_and_kustomizations(expanded.applications.iter());
    let is_chart = |folder: &RepoPath| folder.join("Chart.yaml").is_ok_and(|file| settings.revision.entry(&file).is_some());
    let all = expanded.charts().iter().chain(used.iter().filter(|folder| is_chart(folder)));
    let mut queue: Vec<RepoPath> = all.filter(|chart| settings.paths.is_empty() || meets(chart)).cloned().collect();
    let mut seen: BTreeSet<RepoPath> = BTreeSet::new();
    let mut found = Vec::new();
    queue.reverse();
    while let Some(folder) = queue.pop() {
        if !seen.insert(folder.clone()) {
            continue;
        }
        match look(settings, &folder, expanded.compat()) {
            Ok(needy) => {
                let local = needy.requirements.items.iter().filter_map(|item| folder.join(item.local()?).ok());
                let local = local.filter_map(|path| settings.revision.resolve(&path).ok());
                queue.extend(local.filter(|path| settings.revision.entry(path) == Some(&EntryKind::Folder)));
                found.push(needy);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    found.sort_by(|left, right| left.folder.cmp(&right.folder));
    found
}

fn look(settings: &Settings, folder: &RepoPath, compat: Compat) -> Result<Needy, Box<Problem>> {
    let own = folder.join("Chart.yaml").ok().and_then(|file| settings.revision.read(&file).ok()).map(|file| file.span());
    let chart = Chart::load(&settings.revision, folder, compat).map_err(|error| {
        let hint = advice::helm(&error.clone().into(), &Given { chart: folder.as_str(), files: Vec::new() });
        Box::new(Problem::new(Stage::Helm, format!("the chart {folder} can't be loaded: {}", error.message), hint).at(error.span.or(own)))
    })?;
    let requirements = chart.requirements(&settings.supply);
    if let LockFile::Stale(error) = &requirements.lock {
        let hint = error.hint.clone().unwrap_or_default();
        return Err(Box::new(Problem::new(Stage::Helm, error.message.clone(), hint).at(error.span.or(own))));
    }
    Ok(Needy { folder: folder.clone(), requirements, span: own })
}

/// The charts of Helm repositories that Applications name.
pub(super) fn of_applications(settings: &Settings, expanded: &Expanded) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    for application in &expanded.applications {
        let selected = settings.paths.is_empty() || crate::select::reaches(&settings.paths, application, settings);
        for source in application.sources.iter().filter(|_| selected) {
            let span = source.span.or(application.origin);
            match &source.kind {
                SourceKind::Helm(helm) => {
                    let ChartLocation::Repository { url, name, version } = &helm.chart else { continue };
                    add(&mut wishes, RemoteChart { repository: url.clone(), name: name.clone(), version: version.clone() }, span);
                }
                SourceKind::Kustomize(kustomize) => {
                    let charts = Builder::of(settings).reach(kustomize).charts;
                    charts.into_iter().for_each(|(chart, span)| add(&mut wishes, chart, Some(span)));
                }
                SourceKind::Directory(_) | SourceKind::Reference | SourceKind::Unrendered(_) => {}
            }
        }
    }
    wishes
}

fn add(wishes: &mut Vec<Wish>, chart: RemoteChart, span: Option<Span>) {
    let RemoteChart { repository, name, version: range } = chart;
    let known = |wish: &Wish| wish.repository == repository && wish.name == name && wish.range == range;
    if !wishes.iter().any(known) {
        wishes.push(Wish { name, range, version: None, repository, span });
    }
}
