//! Charts of a kustomization, rendered as `kustomize build --enable-helm` has helm do it.

use std::sync::Arc;

use portcullis_helm::{Capabilities, Chart, Compat, Layer, Release, RemoteChart, RenderError, Supply, release_name, render};
use portcullis_source::{EntryKind, Span, Text};

use crate::{
    fault::{Fault, Result},
    kustomization::{ChartCall, Said, ValuesMerge},
    load::Folder,
    merge,
    place::Ground,
    resource::Resource,
    write::Writer,
};

/// What charts are rendered with.
#[derive(Clone, Copy)]
pub struct Helm<'a> {
    /// Where charts lie that are fetched from repositories.
    pub supply: &'a Supply,
    /// The Helm.
    pub compat: Compat,
    /// The version of Kubernetes, where the call of a chart names none (`--helm-kube-version`).
    pub kube_version: Option<&'a str>,
    /// What the API server serves, where the call names nothing (`--helm-api-versions`).
    pub api_versions: &'a [String],
}

/// The folder that charts lie in where nothing else is said.
const HOME: &str = "charts";

/// The file with a chart's own values.
const VALUES: &str = "values.yaml";

/// The name of a release that nobody names.
const RELEASE_NAME: &str = "release-name";

/// The namespace of such a release.
const NAMESPACE: &str = "default";

/// A chart that was found, and the folder that it lies in as the kustomization would name it; none where it is from elsewhere.
struct Found {
    chart: Chart,
    folder: Option<String>,
}

/// The objects that a chart makes.
pub(crate) fn inflate(call: &ChartCall, folder: &Folder<'_>) -> Result<Vec<Resource>> {
    let Some(helm) = folder.shared.helm else {
        let hint = "add --enable-helm to kustomize.buildOptions of argocd-cm, and to argocd.kustomizeBuildOptions here";
        return Err(Fault::refused("helmCharts are rendered with --enable-helm alone", hint));
    };
    let span = call.place.span;
    let Some(name) = &call.name else { return Err(Fault::refused("a chart has no name", "give it the name of its folder")) };
    let Some(found) = find(call, name, folder, helm)? else { return Ok(Vec::new()) };
    folder.shared.note_files(&found.chart);
    let mut layers = vec![values(call, &found, folder, helm.compat)?];
    for said in &call.additional_values_files {
        let file = folder.read(said)?;
        layers.push(Layer::file(Arc::clone(&said.text), &Text::of_file(&file), helm.compat).map_err(|error| failed(&error, span))?);
    }
    let release = release(call, helm).map_err(|error| failed(&error, span))?;
    let options = portcullis_helm::Options {
        include_crds: call.include_crds,
        no_hooks: call.skip_hooks,
        skip_tests: call.skip_tests,
        ..portcullis_helm::Options::default()
    };
    let rendered = portcullis_helm::check_name(&release.name).and_then(|()| render(&found.chart, &layers, &release, &options));
    let rendered = rendered.map_err(|error| failed(&error, span))?;
    let texts: Vec<Text> = rendered.manifests.into_iter().map(|manifest| manifest.text).collect();
    Ok(folder.manifests(&texts, span)?.into_iter().map(Resource::new).collect())
}

fn failed(error: &RenderError, span: Span) -> Box<Fault> {
    let hint = error.hint.clone().unwrap_or_else(|| "correct the chart, or the values that it is called with".to_owned());
    Fault::refused(error.message.clone(), hint).at(error.span.unwrap_or(span))
}

/// The chart: from the folder of charts where it lies there, else from where charts of repositories are; none where it is not there, and only
/// asked what would be read.
fn find(call: &ChartCall, name: &Said, folder: &Folder<'_>, helm: Helm<'_>) -> Result<Option<Found>> {
    let home = call.home.as_ref().map_or(HOME, |home| &*home.text).trim_end_matches('/');
    let home = match (&call.version, &call.repo) {
        (Some(version), Some(_)) => format!("{home}/{}-{}", name.text, version.text),
        _ => home.to_owned(),
    };
    let said = format!("{home}/{}", name.text);
    let revision = folder.shared.revision;
    let path = folder.path.join(&said).ok().and_then(|path| revision.resolve(&path).ok());
    let local = path.filter(|path| revision.entry(path) == Some(&EntryKind::Folder));
    if let Some(path) = local {
        let chart = Chart::load_with(revision, &path, helm.supply, helm.compat);
        let chart = chart.map_err(|error| failed(&RenderError::from(error), call.place.span))?;
        return Ok(Some(Found { chart, folder: Some(said) }));
    }
    let Some(repo) = &call.repo else {
        let fault = Fault::refused(format!("there is no chart in {said}"), "lay it there, or name the repo that it is fetched from");
        return Err(fault.at(name.place.span));
    };
    let version = call.version.as_ref().map(|version| version.text.to_string()).unwrap_or_default();
    let remote = RemoteChart { repository: repo.text.trim_end_matches('/').to_owned(), name: name.text.to_string(), version };
    let goes_on = folder.shared.note_chart(&remote, name.place.span);
    match Chart::load_remote(revision, &remote, helm.supply, helm.compat) {
        Ok(chart) => Ok(Some(Found { chart, folder: None })),
        Err(_) if goes_on => Ok(None),
        // kustomize fetches it; where that was not done before, nothing is known of it.
        Err(error) => {
            let hint = error.hint.unwrap_or_else(|| "fetch it with portcullis vendor".to_owned());
            Err(Fault::unrendered(error.message, hint).at(error.span.unwrap_or(name.place.span)))
        }
    }
}

/// The values that helm is given: those of a file, those of the call, or both merged.
fn values(call: &ChartCall, found: &Found, folder: &Folder<'_>, compat: Compat) -> Result<Layer> {
    let span = call.place.span;
    let layer = |name: &str, text: &Text| Layer::file(name, text, compat).map_err(|error| failed(&error, span));
    let Some(inline) = &call.values_inline else {
        let (name, text) = base(call, found, folder)?;
        return layer(&name, &text);
    };
    let merged = match call.merge {
        ValuesMerge::Replace => Some(inline.clone()),
        ValuesMerge::Override | ValuesMerge::Merge => {
            let (_, text) = base(call, found, folder)?;
            let Some(own) = folder.values(text.bytes(), &Ground::Made(text.clone(), span))? else {
                let fault =
                    Fault::refused("the file of values is empty, and kustomize merges valuesInline with no such file", "write {} into it");
                return Err(fault.at(call.place.span));
            };
            if call.merge == ValuesMerge::Override { merge::merge(own, inline)? } else { merge::merge(inline.clone(), &own)? }
        }
    };
    let mut writer = Writer::default();
    merged.iter().try_for_each(|node| writer.add(node))?;
    layer("valuesInline", &writer.finish())
}

/// The file of values that is named, or the chart's own.
fn base(call: &ChartCall, found: &Found, folder: &Folder<'_>) -> Result<(String, Text)> {
    let place = call.name.as_ref().map_or(&call.place, |name| &name.place);
    let own = |folder: &String| Said { text: format!("{folder}/{VALUES}").into(), place: place.clone() };
    if let Some(said) = call.values_file.clone().or_else(|| found.folder.as_ref().map(own)) {
        return Ok((said.text.to_string(), Text::of_file(&*folder.read(&said)?)));
    }
    let missing = || Fault::refused(format!("the chart has no {VALUES}"), "name a valuesFile").at(place.span);
    Ok((VALUES.to_owned(), found.chart.text(VALUES).ok_or_else(missing)?))
}

fn release(call: &ChartCall, helm: Helm<'_>) -> std::result::Result<Release, RenderError> {
    let name = match (&call.release_name, &call.name_template) {
        (Some(_), Some(_)) => return Err(RenderError::new("cannot set --name-template and also specify a name")),
        (Some(name), None) => Arc::clone(&name.text),
        (None, Some(template)) => Arc::from(release_name(&template.text, None)?),
        (None, None) => Arc::from(RELEASE_NAME),
    };
    let own: Vec<String> = call.api_versions.iter().map(|said| said.text.to_string()).collect();
    let served = if own.is_empty() { helm.api_versions } else { &own };
    let kube_version = call.kube_version.as_ref().map(|said| &*said.text).or(helm.kube_version);
    Ok(Release {
        name,
        namespace: call.namespace.as_ref().map_or_else(|| Arc::from(NAMESPACE), |said| Arc::clone(&said.text)),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(kube_version, served, helm.compat)?),
    })
}
