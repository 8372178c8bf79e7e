//! Applications to the documents that they deploy; charts and values files are read once for all of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_argo::{
    Application, ChartLocation, FileParameter, HelmSource, Inline, InlineKind, Parameter, SourceKind, Unrendered, ValuesFile, ValuesPlace,
    Version,
};
use portcullis_helm::{
    Capabilities, Chart, ChartError, Compat, Effective, Layer, LayerContent, Options, Release, RemoteChart, RenderError, Supply, render,
};
use portcullis_source::{Document, Problem, ReadError, RepoPath, Revision, SourceFile, Span, Stage, Text, yaml};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::{
    advice::{self, Given},
    discover,
    kustomize::Builder,
};

/// What became of one application.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The documents, in the order of the sources and of helm's output.
    pub(crate) documents: Vec<Arc<Document>>,
    /// The manifests that it takes from the repository as they are.
    pub(crate) files: Vec<RepoPath>,
    /// Why it is not rendered, or not wholly.
    pub(crate) problems: Vec<Problem>,
}

/// The name that Helm gives to releases that are not named.
const DEFAULT_NAMESPACE: &str = "default";

/// What every API server serves beside the versions that Helm knows by itself; Argo CD tells Helm what the server of the destination serves.
const ALWAYS_SERVED: [&str; 2] = ["apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1/APIService"];

/// The first Argo CD that renders with Helm 4.
const FIRST_WITH_HELM_4: Version = Version { major: 3, minor: 5 };

/// The API versions of a destination with those that none is without.
fn served(versions: &[String]) -> Vec<String> {
    let always = ALWAYS_SERVED.into_iter().filter(|known| versions.iter().all(|version| version != known));
    versions.iter().cloned().chain(always.map(str::to_owned)).collect()
}

/// The Helm that an Argo CD renders with.
pub(crate) fn compat(version: Version) -> Compat {
    if version >= FIRST_WITH_HELM_4 { Compat::Helm4 } else { Compat::Helm3 }
}

/// A chart, its layers of values and its release.
type Ingredients<'a> = (&'a Chart, Vec<Layer>, Release);

/// The charts and values files that the applications share.
pub(crate) struct Renderer<'a> {
    builder: Builder<'a>,
    charts: BTreeMap<ChartLocation, Result<Chart, ChartError>>,
    layers: BTreeMap<RepoPath, Result<Layer, RenderError>>,
    /// Where each chart is named first, for what is wrong with all of it.
    named: BTreeMap<ChartLocation, Span>,
}

impl<'a> Renderer<'a> {
    /// Reads every chart and values file that the applications name; `layer_name` says how reports call a values file.
    pub(crate) fn new(builder: Builder<'a>, applications: &[Application], layer_name: impl Fn(&RepoPath) -> Arc<str> + Sync) -> Self {
        let Builder { revision, supply, compat, .. } = builder;
        let sources = || applications.iter().flat_map(|application| application.sources.iter()).filter_map(helm_source);
        let charts: BTreeSet<&ChartLocation> = sources().map(|source| &source.chart).collect();
        let in_revision = |file: &&ValuesFile| file.place == ValuesPlace::Revision;
        let files: BTreeSet<&RepoPath> =
            sources().flat_map(|source| source.values.iter().filter(in_revision).map(|file| &file.path)).collect();
        let charts: Vec<&ChartLocation> = charts.into_iter().collect();
        let files: Vec<&RepoPath> = files.into_iter().collect();
        let load = |chart: &&ChartLocation| ((*chart).clone(), load(revision, chart, supply, compat));
        let layer = |path: &&RepoPath| ((*path).clone(), read_layer(revision, path, layer_name(path), compat));
        let (charts, layers): (Vec<_>, Vec<_>) =
            rayon::join(|| charts.par_iter().map(load).collect(), || files.par_iter().map(layer).collect());
        let mut named = BTreeMap::new();
        for source in applications.iter().flat_map(|application| &application.sources) {
            if let (Some(helm), Some(span)) = (helm_source(source), source.path_span) {
                named.entry(helm.chart.clone()).or_insert(span);
            }
        }
        Self { builder, charts: charts.into_iter().collect(), layers: layers.into_iter().collect(), named }
    }

    /// Renders all sources of an application.
    pub(crate) fn application(&self, application: &Application) -> Outcome {
        let mut outcome = Outcome::default();
        for source in &application.sources {
            match &source.kind {
                SourceKind::Helm(helm) => match self.helm(helm) {
                    Ok(documents) => outcome.documents.extend(documents),
                    Err(error) => outcome.problems.push(helm_problem(application, helm, &error, source.span)),
                },
                SourceKind::Directory(directory) => self.directory(application, &directory.files, &mut outcome),
                SourceKind::Kustomize(kustomize) => match self.builder.documents(kustomize) {
                    Ok(documents) => outcome.documents.extend(documents),
                    Err(problem) => {
                        let place = problem.span.or(source.span).or(application.origin);
                        outcome.problems.push(Problem { application: Some(application.name.clone()), ..problem.at(place) });
                    }
                },
                SourceKind::Reference => {}
                SourceKind::Unrendered(unrendered) if unrendered.is_unknown => {}
                SourceKind::Unrendered(unrendered) => outcome.problems.push(unrendered_problem(application, unrendered, source.span)),
            }
        }
        outcome
    }

    /// Takes manifests as they are.
    fn directory(&self, application: &Application, files: &[RepoPath], outcome: &mut Outcome) {
        for file in files {
            match file_documents(self.builder.revision, file) {
                Ok(documents) => outcome.documents.extend(documents),
                Err(problem) => outcome.problems.push(Problem { application: Some(application.name.clone()), ..problem }),
            }
        }
        outcome.files.extend_from_slice(files);
    }

    fn helm(&self, source: &HelmSource) -> Result<Vec<Arc<Document>>, RenderError> {
        let Some((chart, layers, release)) = self.given(source)? else { return Ok(Vec::new()) };
        portcullis_helm::check_name(&source.release_name)?;
        let options = Options {
            include_crds: !source.skip_crds,
            skip_tests: source.skip_tests,
            skip_schema_validation: source.skip_schema_validation,
            ..Options::default()
        };
        let rendered = render(chart, &layers, &release, &options)?;
        Ok(rendered.manifests.into_iter().flat_map(|manifest| manifest.documents).map(Arc::new).collect())
    }

    /// The values that the templates of a source see; none of a chart that nobody loaded.
    pub(crate) fn effective(&self, source: &HelmSource) -> Result<Option<Effective>, RenderError> {
        let Some((chart, layers, release)) = self.given(source)? else { return Ok(None) };
        portcullis_helm::effective(chart, &layers, &release).map(Some)
    }

    /// What a source is rendered from: the chart, the layers of values from the lowest to the highest, and the release.
    fn given(&self, source: &HelmSource) -> Result<Option<Ingredients<'_>>, RenderError> {
        let chart = match self.charts.get(&source.chart) {
            Some(Ok(chart)) => chart,
            Some(Err(error)) => {
                let error = RenderError::from(error.clone());
                return Err(RenderError { span: error.span.or_else(|| self.named.get(&source.chart).copied()), ..error });
            }
            None => return Ok(None),
        };
        let mut layers = Vec::new();
        for file in &source.values {
            layers.extend(self.layer(file, chart, source)?);
        }
        layers.extend(source.inline.as_ref().map(inline_layer));
        layers.extend(source.parameters.iter().map(|parameter| self.parameter(parameter)));
        for parameter in &source.file_parameters {
            layers.push(self.file_parameter(parameter)?);
        }
        let release = Release {
            name: Arc::from(&*source.release_name),
            namespace: Arc::from(source.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)),
            is_upgrade: false,
            revision: 1,
            capabilities: Arc::new(Capabilities::new(source.kube_version.as_deref(), &served(&source.api_versions), self.builder.compat)?),
        };
        Ok(Some((chart, layers, release)))
    }

    /// A values file of the revision, or of the chart itself.
    fn layer(&self, file: &ValuesFile, chart: &Chart, source: &HelmSource) -> Result<Option<Layer>, RenderError> {
        if file.place == ValuesPlace::Revision {
            return self.layers.get(&file.path).cloned().transpose();
        }
        match chart.text(file.path.as_str()) {
            Some(text) => Layer::file(Arc::clone(file.path.text()), &text, self.builder.compat).map(Some),
            None if file.place == ValuesPlace::ChartIfThere => Ok(None),
            None => {
                let hint = "correct the entry, or set ignoreMissingValueFiles: true if the file may be missing".to_owned();
                let message = format!("values file {} does not exist in the chart {}", file.entry, source.chart);
                Err(RenderError { span: file.span, hint: Some(hint), ..failure(message) })
            }
        }
    }

    /// What kustomizations are built with.
    pub(crate) fn builder(&self) -> Builder<'a> {
        self.builder
    }

    /// The files.
    pub(crate) fn revision(&self) -> &'a Revision {
        self.builder.revision
    }

    /// The Helm.
    pub(crate) fn compat(&self) -> Compat {
        self.builder.compat
    }

    /// A chart that some application names.
    pub(crate) fn chart(&self, location: &ChartLocation) -> Option<&Result<Chart, ChartError>> {
        self.charts.get(location)
    }

    /// The charts that others need from the same repository (`file://`).
    pub(crate) fn needed(&self) -> impl Iterator<Item = &RepoPath> {
        self.charts.values().flatten().flat_map(Chart::local)
    }

    /// The folders of the charts that could not be loaded.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &RepoPath> {
        self.charts.iter().filter(|(_, chart)| chart.is_err()).filter_map(|(location, _)| location.folder())
    }

    /// A parameter is what `--set` would be told, at the line of the Application that it comes from.
    fn parameter(&self, parameter: &Parameter) -> Layer {
        let file = self.argument(format!("{}={}", parameter.name, parameter.value));
        let content = if parameter.force_string { LayerContent::SetString(file) } else { LayerContent::Set(file) };
        Layer { name: Arc::from("parameters"), content: LayerContent::Placed(Box::new(content), parameter.origin.clone()) }
    }

    fn file_parameter(&self, parameter: &FileParameter) -> Result<Layer, RenderError> {
        let FileParameter { name, path, origin } = parameter;
        let file = self.builder.revision.read(path).map_err(|error| unread(&error))?;
        let content = LayerContent::SetFile(self.argument(format!("{name}={path}")), BTreeMap::from([(path.to_string(), file)]));
        Ok(Layer { name: Arc::from("file parameters"), content: LayerContent::Placed(Box::new(content), origin.clone()) })
    }

    fn argument(&self, text: String) -> Arc<SourceFile> {
        self.builder.revision.sources().add("parameter", text.into_bytes())
    }

    /// Renders a chart that no application uses with its own values.
    pub(crate) fn chart_alone(chart: &Chart) -> Result<Vec<Arc<Document>>, RenderError> {
        let compat = chart.compat();
        let release = Release {
            name: Arc::from("release-name"),
            namespace: Arc::from(DEFAULT_NAMESPACE),
            is_upgrade: false,
            revision: 1,
            capabilities: Arc::new(Capabilities::new(None, &served(&[]), compat)?),
        };
        let options = Options { include_crds: true, ..Options::default() };
        let rendered = render(chart, &[], &release, &options)?;
        Ok(rendered.manifests.into_iter().flat_map(|manifest| manifest.documents).map(Arc::new).collect())
    }
}

/// Loads a chart with the subcharts that it needs, from wherever they lie.
pub(crate) fn load(revision: &Revision, chart: &ChartLocation, supply: &Supply, compat: Compat) -> Result<Chart, ChartError> {
    match chart {
        ChartLocation::Folder(folder) => Chart::load_with(revision, folder, supply, compat),
        ChartLocation::Repository { url, name, version } => {
            let remote = RemoteChart { repository: url.clone(), name: name.clone(), version: version.clone() };
            Chart::load_remote(revision, &remote, supply, compat)
        }
    }
}

pub(crate) fn helm_source(source: &portcullis_argo::Source) -> Option<&HelmSource> {
    match &source.kind {
        SourceKind::Helm(helm) => Some(helm),
        SourceKind::Directory(_) | SourceKind::Kustomize(_) | SourceKind::Reference | SourceKind::Unrendered(_) => None,
    }
}

fn read_layer(revision: &Revision, path: &RepoPath, name: Arc<str>, compat: Compat) -> Result<Layer, RenderError> {
    let file = revision.read(path).map_err(|error| unread(&error))?;
    Layer::file(name, &Text::of_file(&file), compat)
}

fn inline_layer(inline: &Inline) -> Layer {
    let name = match inline.kind {
        InlineKind::Values => "values",
        InlineKind::ValuesObject => "valuesObject",
    };
    Layer { name: Arc::from(name), content: LayerContent::Documents(vec![Arc::clone(&inline.document)]) }
}

fn unread(error: &ReadError) -> RenderError {
    RenderError { hint: Some(error.hint()), ..failure(error.to_string()) }
}

fn failure(message: String) -> RenderError {
    RenderError { message, span: None, hint: None, rendering: false, warnings: Vec::new() }
}

pub(crate) fn helm_problem(application: &Application, source: &HelmSource, error: &RenderError, span: Option<Span>) -> Problem {
    let place = error.span.or(span).or(application.origin);
    let files = source.values.iter().map(|file| file.path.as_str()).chain(source.inline.as_ref().map(|_| "the inline values")).collect();
    let hint = advice::helm(error, &Given { chart: source.chart.folder().map_or("", RepoPath::as_str), files });
    Problem { application: Some(application.name.clone()), ..Problem::new(Stage::Helm, error.message.clone(), hint).at(place) }
}

fn unrendered_problem(application: &Application, unrendered: &Unrendered, span: Option<Span>) -> Problem {
    let problem = Problem::new(Stage::Argo, unrendered.reason.clone(), unrendered.hint.clone());
    Problem { application: Some(application.name.clone()), ..problem.at(unrendered.span.or(span).or(application.origin)) }
}

/// The documents of a manifest that an application takes as it is.
fn file_documents(revision: &Revision, path: &RepoPath) -> Result<Vec<Arc<Document>>, Problem> {
    let file = revision.read(path).map_err(|error| discover::unread(revision, path, &error))?;
    let text = Text::of_file(&file);
    let stream = yaml::parse(&text);
    match stream.error {
        Some(error) => {
            let message = format!("{path} is no valid YAML: {}", error.message);
            Err(Problem::new(Stage::Source, message, "mend the YAML here; Argo CD applies nothing of it").at(text.span(error.range)))
        }
        None => Ok(stream.documents.into_iter().map(Arc::new).collect()),
    }
}

/// The folders that applications name which are not rendered, with the reason reported there.
pub(crate) fn withheld(applications: &[Application]) -> BTreeSet<RepoPath> {
    let sources = applications.iter().flat_map(|application| &application.sources);
    let unrendered = sources.filter(|source| matches!(source.kind, SourceKind::Unrendered(_)) && !source.path.is_empty());
    unrendered.filter_map(|source| RepoPath::new(&source.path).ok()).collect()
}

/// The folders that applications name as charts.
pub(crate) fn chart_folders(applications: &[Application]) -> BTreeSet<RepoPath> {
    let sources = applications.iter().flat_map(|application| &application.sources).filter_map(helm_source);
    sources.filter_map(|source| source.chart.folder().cloned()).collect()
}

/// The folders of charts and kustomizations that applications use.
pub(crate) fn charts_and_kustomizations<'a>(applications: impl Iterator<Item = &'a Application>) -> BTreeSet<RepoPath> {
    let sources = applications.flat_map(|application| &application.sources);
    let folder = |source: &portcullis_argo::Source| match &source.kind {
        SourceKind::Helm(helm) => helm.chart.folder().cloned(),
        SourceKind::Kustomize(kustomize) => Some(kustomize.path.clone()),
        SourceKind::Directory(_) | SourceKind::Reference | SourceKind::Unrendered(_) => None,
    };
    sources.filter_map(folder).collect()
}
