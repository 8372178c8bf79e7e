//! What no application takes: manifests as they are, charts with their own values, kustomizations that no other one builds upon.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_argo::{Application, KustomizeSource, SourceKind};
use portcullis_helm::{Chart, ChartError, Compat, RenderError};
use portcullis_policies::{Context, Resource};
use portcullis_source::{Document, Partial, Problem, RepoPath, Stage};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::{
    advice::{self, Given},
    discover::{Found, Manifest},
    kustomize::Builder,
    pipeline::{Expanded, add_resources},
    render::{self, Renderer},
    settings::Settings,
    terraform::Released,
};

/// What no application of a revision takes.
pub(crate) struct Loose<'a> {
    manifests: Vec<&'a Manifest>,
    charts: Vec<LooseChart<'a>>,
    kustomizations: Vec<Kustomized<'a>>,
    /// The folders that applications and releases of Terraform name which are not rendered, with the reason reported there.
    withheld: BTreeSet<RepoPath>,
}

/// A chart that no application uses and no other chart needs.
pub(crate) struct LooseChart<'a> {
    /// Its folder.
    pub(crate) folder: &'a RepoPath,
    /// The chart, or why it can't be loaded.
    pub(crate) chart: Result<Chart, ChartError>,
}

/// A kustomization that no application uses and no other one builds upon.
struct Kustomized<'a> {
    /// Its file.
    file: &'a RepoPath,
    /// What it deploys, or why it can't be built.
    built: Result<Vec<Arc<Document>>, Box<Problem>>,
    /// What it is built from.
    files: BTreeSet<RepoPath>,
}

impl<'a> Loose<'a> {
    /// Finds what the applications leave, and what Terraform does, which releases some charts itself.
    pub(crate) fn find(settings: &Settings, expanded: &'a Expanded, renderer: &Renderer<'_>, released: &Released) -> Self {
        let Found { charts, manifests, kustomizations, .. } = expanded.found();
        let mut taken = taken(&expanded.applications);
        let builder = renderer.builder();
        let built_upon = built_upon(builder, &expanded.applications);
        let mut used = render::charts_and_kustomizations(expanded.named());
        used.extend(released.rendered.iter().cloned());
        let mut withheld = render::withheld(&expanded.applications);
        withheld.extend(released.named.iter().cloned());
        let is_left = |path: &&RepoPath| !path.parent().is_some_and(|folder| used.contains(&folder) || withheld.contains(&folder));
        let left = kustomizations.iter().filter(is_left).filter(|path| !built_upon.contains(*path)).collect();
        let kustomizations = tops(builder, left, expanded);
        let built = kustomizations.iter().filter(|one| one.built.is_ok()).flat_map(|one| &one.files);
        taken.extend(built_upon.iter().chain(built));
        let manifests = manifests.iter().filter(|manifest| !taken.contains(&manifest.file)).collect();
        let is_used = |chart: &RepoPath| used.iter().chain(taken.iter().copied()).any(|path| path.is_within(chart));
        Self {
            manifests,
            charts: alone(settings, charts.iter().filter(|chart| !is_used(chart)), renderer, expanded.compat()),
            kustomizations,
            withheld,
        }
    }

    /// All objects.
    pub(crate) fn objects(&self, settings: &Settings) -> Partial<Vec<Resource>> {
        let mut objects = self.manifests();
        let charts: Vec<_> = self.charts.par_iter().map(|chart| self.render(settings, chart)).collect();
        for chart in charts {
            let of_chart = chart.take(&mut objects.problems);
            objects.value.extend(of_chart);
        }
        objects
    }

    /// The manifests as they are, and those that kustomizations come to, each with the file that makes it.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&RepoPath, &Arc<Document>)> {
        let built = self.kustomizations.iter().filter_map(|one| Some((one.file, one.built.as_ref().ok()?)));
        let built = built.flat_map(|(file, documents)| documents.iter().map(move |document| (file, document)));
        self.manifests.iter().map(|manifest| (&manifest.file, &manifest.document)).chain(built)
    }

    /// The objects of these, and why kustomizations can't be built.
    pub(crate) fn manifests(&self) -> Partial<Vec<Resource>> {
        let mut objects = Partial::default();
        for (home, document) in self.documents() {
            add_resources(&mut objects.value, &mut objects.problems, [document].into_iter(), &at_home(home.clone()));
        }
        objects.problems.extend(self.unbuilt());
        objects
    }

    /// The charts.
    pub(crate) fn charts(&self) -> &[LooseChart<'a>] {
        &self.charts
    }

    /// The objects of a chart with its own values.
    pub(crate) fn render(&self, settings: &Settings, chart: &LooseChart<'_>) -> Partial<Vec<Resource>> {
        let loaded = chart.chart.as_ref().map_err(|error| ChartError::clone(error).into());
        match loaded.and_then(Renderer::chart_alone) {
            Ok(documents) => {
                let mut objects = Partial::default();
                add_resources(&mut objects.value, &mut objects.problems, documents.iter(), &at_home(chart.folder.clone()));
                objects
            }
            // Why is said of the application or the release that names it.
            Err(_) if self.withheld.contains(chart.folder) => Partial::default(),
            Err(error) => Partial { value: Vec::new(), problems: vec![not_alone(settings, chart.folder, &error)] },
        }
    }

    /// Why kustomizations can't be built.
    fn unbuilt(&self) -> impl Iterator<Item = Problem> {
        self.kustomizations.iter().filter_map(|one| {
            let problem = Problem::clone(one.built.as_ref().err()?);
            let hint = format!("{}; its resources are checked as they stand, and `exclude` with its folder leaves it out", problem.hint);
            Some(Problem { hint, ..problem })
        })
    }

    /// The files of those that can't be built.
    pub(crate) fn broken_kustomizations(&self) -> impl Iterator<Item = &RepoPath> {
        self.kustomizations.iter().filter(|one| one.built.is_err()).flat_map(|one| one.files.iter().chain([one.file]))
    }
}

/// Who an object belongs to that a file makes, or a chart's folder.
fn at_home(home: RepoPath) -> Context {
    Context { home: Some(home), ..Context::default() }
}

/// The files that the kustomizations of applications are built from.
fn built_upon(builder: Builder<'_>, applications: &[Application]) -> BTreeSet<RepoPath> {
    let sources = applications.iter().flat_map(|application| &application.sources).filter_map(|source| match &source.kind {
        SourceKind::Kustomize(source) => Some(source),
        SourceKind::Helm(_) | SourceKind::Directory(_) | SourceKind::Reference | SourceKind::Unrendered(_) => None,
    });
    let sources: Vec<&KustomizeSource> = sources.collect();
    sources.par_iter().flat_map_iter(|source| builder.files(source)).collect()
}

/// Builds those of the kustomizations that no other one builds upon.
fn tops<'a>(builder: Builder<'_>, left: Vec<&'a RepoPath>, expanded: &Expanded) -> Vec<Kustomized<'a>> {
    let reached: Vec<(&RepoPath, KustomizeSource, BTreeSet<RepoPath>)> = left
        .par_iter()
        .map(|file| {
            let source = expanded.kustomization(file.parent().unwrap_or_default());
            let files = builder.files(&source);
            (*file, source, files)
        })
        .collect();
    let below: BTreeSet<&RepoPath> = reached.iter().flat_map(|(file, _, files)| files.iter().filter(move |path| path != file)).collect();
    let tops: Vec<_> = reached.iter().filter(|(file, ..)| !below.contains(file)).collect();
    let built = tops.par_iter().map(|(file, source, files)| Kustomized { file, built: builder.documents(source), files: files.clone() });
    built.collect()
}

/// The manifests that applications take from the repository as they are.
fn taken(applications: &[Application]) -> BTreeSet<&RepoPath> {
    let sources = applications.iter().flat_map(|application| &application.sources);
    let files = sources.filter_map(|source| match &source.kind {
        SourceKind::Directory(directory) => Some(&directory.files),
        SourceKind::Helm(_) | SourceKind::Kustomize(_) | SourceKind::Reference | SourceKind::Unrendered(_) => None,
    });
    files.flatten().collect()
}

/// Loads the charts that no application uses, but for those that others need.
fn alone<'a>(
    settings: &Settings,
    unused: impl Iterator<Item = &'a RepoPath>,
    renderer: &Renderer<'_>,
    compat: Compat,
) -> Vec<LooseChart<'a>> {
    let unused: Vec<&RepoPath> = unused.collect();
    let load = |folder: &&'a RepoPath| LooseChart { folder, chart: Chart::load_with(&settings.revision, folder, &settings.supply, compat) };
    let loaded: Vec<LooseChart<'_>> = unused.par_iter().map(load).collect();
    let local = loaded.iter().filter_map(|loose| loose.chart.as_ref().ok()).flat_map(Chart::local).cloned();
    let broken = loaded.iter().filter(|loose| loose.chart.is_err()).map(|loose| loose.folder).chain(renderer.broken());
    let broken = broken.flat_map(|folder| declared_locally(settings, folder, compat));
    let needed: BTreeSet<RepoPath> = renderer.needed().cloned().chain(local).chain(broken).collect();
    loaded.into_iter().filter(|loose| !needed.contains(loose.folder)).collect()
}

/// The charts of the same repository that a chart declares to need, although it can't be loaded with them.
fn declared_locally(settings: &Settings, folder: &RepoPath, compat: Compat) -> Vec<RepoPath> {
    let Ok(chart) = Chart::load(&settings.revision, folder, compat) else { return Vec::new() };
    let items = chart.requirements(&settings.supply).items;
    items.iter().filter_map(|item| settings.revision.resolve(&folder.join(item.local()?).ok()?).ok()).collect()
}

/// Why a chart that no application uses does not render.
fn not_alone(settings: &Settings, chart: &RepoPath, error: &RenderError) -> Problem {
    let message = format!("the chart {chart}, which no application uses, does not render with its own values: {}", error.message);
    let hint = advice::helm(error, &Given { chart: chart.as_str(), files: Vec::new() });
    let hint = format!("{hint}; or name the chart under `exclude` in the configuration if it is none to check");
    let own = chart.join("Chart.yaml").ok().and_then(|file| settings.revision.read(&file).ok()).map(|file| file.span());
    Problem::new(Stage::Helm, message, hint).at(error.span.or(own))
}
