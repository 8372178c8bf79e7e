//! The sources of an Application, resolved to paths of the revision.

use std::{fmt, sync::Arc};

use portcullis_kustomize::LoadRestriction;
use portcullis_source::{Document, Origin, RepoPath, Span};

use crate::Settings;

/// One source of an Application.
#[derive(Clone, Debug)]
pub struct Source {
    /// The URL as written.
    pub repo_url: String,
    /// The target revision as written.
    pub target_revision: String,
    /// The path or the chart as written.
    pub path: String,
    /// The source in the ApplicationSet or Application.
    pub span: Option<Span>,
    /// The path or the chart in the ApplicationSet or Application.
    pub path_span: Option<Span>,
    /// What there is to render.
    pub kind: SourceKind,
}

/// What there is to render.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// A chart with its layers.
    Helm(Box<HelmSource>),
    /// Manifests as they are.
    Directory(DirectorySource),
    /// A kustomization.
    Kustomize(KustomizeSource),
    /// Nothing: it only lends its files to other sources (`ref`).
    Reference,
    /// Nothing, although there should be; a problem says the same.
    Unrendered(Unrendered),
}

/// A chart and everything that `helm template` would be told.
#[derive(Clone, Debug, Default)]
pub struct HelmSource {
    /// The chart.
    pub chart: ChartLocation,
    /// The values files, weakest first.
    pub values: Vec<ValuesFile>,
    /// The inline values, stronger than every file.
    pub inline: Option<Inline>,
    /// The parameters (`--set`, `--set-string`), each name once; values escaped as Argo CD hands them to Helm.
    pub parameters: Vec<Parameter>,
    /// The parameters whose values are files (`--set-file`).
    pub file_parameters: Vec<FileParameter>,
    /// The name of the release.
    pub release_name: String,
    /// The namespace of the release; Helm's `default` where there is none.
    pub namespace: Option<String>,
    /// The Kubernetes version that the chart is told.
    pub kube_version: Option<String>,
    /// The API versions that the chart is told.
    pub api_versions: Vec<String>,
    /// CRDs are left out.
    pub skip_crds: bool,
    /// Tests are left out.
    pub skip_tests: bool,
    /// `values.schema.json` is not looked at.
    pub skip_schema_validation: bool,
}

/// Where a chart lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChartLocation {
    /// In this folder of the revision.
    Folder(RepoPath),
    /// In a Helm repository or an OCI registry.
    Repository {
        /// The URL, with `oci://` before a registry.
        url: String,
        /// The chart's name.
        name: String,
        /// The version, or a range of them.
        version: String,
    },
}

impl Default for ChartLocation {
    fn default() -> Self {
        Self::Folder(RepoPath::root())
    }
}

impl ChartLocation {
    /// The folder, where the chart lies in the revision.
    #[must_use]
    pub fn folder(&self) -> Option<&RepoPath> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Repository { .. } => None,
        }
    }
}

impl fmt::Display for ChartLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => formatter.write_str(folder.as_str()),
            Self::Repository { url, name, version } => write!(formatter, "{name} {version} of {url}"),
        }
    }
}

/// Where a values file lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValuesPlace {
    /// In the revision; it exists.
    #[default]
    Revision,
    /// In the chart of a Helm repository, from its root on.
    Chart,
    /// The same, and it may be missing.
    ChartIfThere,
}

/// A values file and the entry that names it.
#[derive(Clone, Debug)]
pub struct ValuesFile {
    /// The file.
    pub path: RepoPath,
    /// Where the path starts.
    pub place: ValuesPlace,
    /// The entry as written, parameters filled in.
    pub entry: String,
    /// The entry in the ApplicationSet or Application.
    pub span: Option<Span>,
}

/// Values that stand in the ApplicationSet or Application itself.
#[derive(Clone, Debug)]
pub struct Inline {
    /// The values; `document.text.origin(range).edit()` leads from any node to its line.
    pub document: Arc<Document>,
    /// The field.
    pub span: Option<Span>,
    /// Which field it is.
    pub kind: InlineKind,
}

/// The field that inline values stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InlineKind {
    /// `helm.values`.
    Values,
    /// `helm.valuesObject`.
    ValuesObject,
}

/// A parameter as for `--set NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The path of the value.
    pub name: String,
    /// The value, commas escaped.
    pub value: String,
    /// `--set-string` rather than `--set`.
    pub force_string: bool,
    /// Where the value came from in the ApplicationSet or Application; what a person would edit leads.
    pub origin: Origin,
}

/// A parameter as for `--set-file NAME=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileParameter {
    /// The path of the value.
    pub name: String,
    /// The file.
    pub path: RepoPath,
    /// Where the path came from in the ApplicationSet or Application; what a person would edit leads.
    pub origin: Origin,
}

/// Manifests of a folder.
#[derive(Clone, Debug, Default)]
pub struct DirectorySource {
    /// The folder.
    pub path: RepoPath,
    /// The YAML and JSON files, in the order in which Argo CD reads them.
    pub files: Vec<RepoPath>,
}

/// A folder with a kustomization.
#[derive(Clone, Debug, Default)]
pub struct KustomizeSource {
    /// The folder.
    pub path: RepoPath,
    /// What the source itself changes: images, patches, labels and the like.
    pub settings: Option<Arc<portcullis_kustomize::Settings>>,
    /// Which files its kustomizations may name.
    pub restriction: LoadRestriction,
    /// What its charts are told of the cluster; none where charts are not rendered.
    pub helm: Option<KustomizeHelm>,
}

impl KustomizeSource {
    /// A folder that no Application names, built as the installation builds.
    #[must_use]
    pub fn alone(path: RepoPath, settings: &Settings) -> Self {
        let options = settings.build_options.clone().unwrap_or_default();
        let helm = KustomizeHelm { kube_version: options.kube_version, api_versions: options.api_versions };
        Self { path, settings: None, restriction: options.restriction, helm: options.helm.then_some(helm) }
    }
}

/// What the charts of a kustomization are told of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KustomizeHelm {
    /// The version of Kubernetes.
    pub kube_version: Option<String>,
    /// What the API server serves.
    pub api_versions: Vec<String>,
}

/// Why a source is not rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrendered {
    /// The thing and the fact, lowercase.
    pub reason: String,
    /// What to do about it.
    pub hint: String,
    /// Where the cause stands.
    pub span: Option<Span>,
    /// Nobody knows where it is from, as its Application stands for those that a generator makes; no problem says so.
    pub is_unknown: bool,
}

impl Source {
    /// Whether nobody knows where it is from.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(&self.kind, SourceKind::Unrendered(unrendered) if unrendered.is_unknown)
    }
}

impl Parameter {
    /// The place that a person would edit.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        leading(&self.origin)
    }
}

impl FileParameter {
    /// The place that a person would edit.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        leading(&self.origin)
    }
}

fn leading(origin: &Origin) -> Option<Span> {
    origin.links.first().and_then(|link| link.span)
}

impl Source {
    /// A source of which nothing more is known.
    pub(crate) fn unrendered(reason: Unrendered) -> Self {
        let (repo_url, target_revision, path) = (String::new(), String::new(), String::new());
        Self { repo_url, target_revision, path, span: reason.span, path_span: reason.span, kind: SourceKind::Unrendered(reason) }
    }
}
