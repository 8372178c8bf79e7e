//! Charts that roots release, to the objects that they render to.

use std::sync::Arc;

use portcullis_helm::{
    Capabilities, Chart, ChartError, Compat, Layer, LayerContent, Options, Release as HelmRelease, RemoteChart, RenderError, check_name,
    render,
};
use portcullis_source::{Document, Problem, RepoPath, Stage};
use portcullis_terraform::document::{ChartName, Release, Setting, SettingKind};

use crate::{
    advice::{self, Given},
    settings::Settings,
};

/// The Helm that Terraform's provider has in it.
const COMPAT: Compat = Compat::Helm3;

/// What values are called in the chains of findings.
const VALUES: &str = "values";

/// Why a release has no objects here.
pub(super) enum Unrendered {
    /// Its chart is not here.
    Absent(String),
    /// Helm refuses it, too.
    Broken(Box<Problem>),
}

/// Where a chart is.
enum Place {
    Folder(RepoPath),
    Remote(RemoteChart),
}

/// The folder of the chart that a release takes from the repository, which the provider looks for in the folder of the root.
pub(super) fn folder(settings: &Settings, root: &RepoPath, chart: &ChartName) -> Option<RepoPath> {
    let is_url = chart.repository.as_deref().is_some_and(is_url) || is_url(&chart.name);
    let named = match &chart.repository {
        Some(repository) if !chart.name.contains('/') => format!("{repository}/{}", chart.name),
        Some(_) | None => chart.name.to_string(),
    };
    let folder = root.join(&named).ok().filter(|_| !is_url)?;
    let chart = settings.revision.resolve(&folder.join("Chart.yaml").ok()?).ok()?;
    settings.revision.entry(&chart).is_some().then(|| settings.revision.resolve(&folder).ok()).flatten()
}

/// The documents that a release makes.
pub(super) fn documents(settings: &Settings, root: &RepoPath, release: &Release) -> Result<Vec<Arc<Document>>, Unrendered> {
    let place = match folder(settings, root, &release.chart) {
        Some(folder) => Place::Folder(folder),
        None => Place::Remote(remote(&release.chart)?),
    };
    let chart = match &place {
        Place::Folder(folder) => Chart::load_with(&settings.revision, folder, &settings.supply, COMPAT).map_err(RenderError::from),
        Place::Remote(remote) => {
            Ok(Chart::load_remote(&settings.revision, remote, &settings.supply, COMPAT).map_err(|error| absent(&release.chart, &error))?)
        }
    };
    chart.and_then(|chart| rendered(settings, &chart, release)).map_err(|error| broken(&place, release, &error))
}

fn rendered(settings: &Settings, chart: &Chart, release: &Release) -> Result<Vec<Arc<Document>>, RenderError> {
    check_name(&release.name)?;
    let values = release
        .values
        .iter()
        .map(|document| Layer { name: Arc::from(VALUES), content: LayerContent::Documents(vec![Arc::clone(document)]) });
    let layers: Vec<Layer> = values.chain(release.settings.iter().map(|setting| layer(settings, setting))).collect();
    let target = HelmRelease {
        name: Arc::clone(&release.name),
        namespace: Arc::clone(&release.namespace),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(None, &[], COMPAT)?),
    };
    let options = Options { include_crds: !release.skips_definitions, ..Options::default() };
    let rendered = render(chart, &layers, &target, &options)?;
    Ok(rendered.manifests.into_iter().flat_map(|manifest| manifest.documents).map(Arc::new).collect())
}

/// What a flag of helm would say, at the line of the block that says it.
fn layer(settings: &Settings, setting: &Setting) -> Layer {
    let argument = settings.revision.sources().add("set", setting.argument.clone().into_bytes());
    let (name, content) = match setting.kind {
        SettingKind::Typed => ("set", LayerContent::Set(argument)),
        SettingKind::Text => ("set", LayerContent::SetString(argument)),
        SettingKind::Literal => ("set", LayerContent::SetLiteral(argument)),
    };
    Layer { name: Arc::from(name), content: LayerContent::Placed(Box::new(content), setting.origin.clone()) }
}

/// The chart that a repository has; only what packs of charts there are with the repository is taken.
fn remote(chart: &ChartName) -> Result<RemoteChart, Unrendered> {
    let here = |what: String| Unrendered::Absent(format!("the chart {what} is not here, and is not rendered"));
    let (repository, name) = match &chart.repository {
        Some(repository) => (repository.to_string(), chart.name.to_string()),
        None => match chart.name.rsplit_once('/').filter(|_| is_url(&chart.name)) {
            Some((repository, name)) => (repository.to_owned(), name.to_owned()),
            None => return Err(here(chart.name.to_string())),
        },
    };
    match &chart.version {
        Some(version) => Ok(RemoteChart { repository, name, version: version.to_string() }),
        None => Err(here(format!("{name} of {repository}, of whatever version is the newest,"))),
    }
}

fn is_url(text: &str) -> bool {
    text.contains("://")
}

fn absent(chart: &ChartName, error: &ChartError) -> Unrendered {
    let repository = chart.repository.as_deref().map(|repository| format!(" of {repository}")).unwrap_or_default();
    Unrendered::Absent(format!("the chart {}{repository} is not rendered: {error}", chart.name))
}

fn broken(place: &Place, release: &Release, error: &RenderError) -> Unrendered {
    let chart = match place {
        Place::Folder(folder) => folder.as_str(),
        Place::Remote(_) => "",
    };
    let hint = advice::helm(error, &Given { chart, files: vec![VALUES] });
    let message = format!("release {}: {}", release.name, error.message);
    Unrendered::Broken(Box::new(Problem::new(Stage::Helm, message, hint).at(error.span.or(Some(release.span)))))
}
