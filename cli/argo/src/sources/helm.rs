//! A chart with its layers, as Argo CD would hand it to Helm.

use portcullis_source::Node;

use super::{
    inline::inline,
    value_files::{self, Roots},
};
use crate::{Application, Cluster, FileParameter, HelmSource, Parameter, Settings, assemble::Object, fault::Fault};

/// The longest name of a release.
const MAX_RELEASE_NAME: usize = 53;

/// What a chart is rendered for.
pub(super) struct Target<'a> {
    /// The Application.
    pub(super) application: &'a Application,
    /// The cluster, where it is known.
    pub(super) cluster: Option<&'a Cluster>,
}

/// Reads the `helm` block of a source; what is wrong with it goes to `faults`.
pub(super) fn helm(roots: &Roots<'_>, source: Object<'_>, target: &Target<'_>, faults: &mut Vec<Fault>) -> HelmSource {
    let release = |name: &str| if name.is_empty() { target.application.name.clone() } else { name.to_owned() };
    let namespace = |name: &str| if name.is_empty() { target.application.destination.namespace.clone() } else { name.to_owned() };
    let mut made = HelmSource { chart: roots.chart.clone(), ..HelmSource::default() };
    (made.kube_version, made.api_versions) = capabilities(&roots.world.inventory.settings, target.cluster, source.root.get("helm"));
    made.release_name = release("");
    made.namespace = Some(namespace("")).filter(|namespace| !namespace.is_empty());
    if let Some(block) = source.root.get("helm").filter(|block| block.as_map().is_some()) {
        let block = source.part(block);
        made.release_name = release(block.text(&["releaseName"]));
        made.namespace = Some(namespace(block.text(&["namespace"]))).filter(|namespace| !namespace.is_empty());
        made.skip_crds = block.flag(&["skipCrds"]);
        made.skip_tests = block.flag(&["skipTests"]);
        made.skip_schema_validation = block.flag(&["skipSchemaValidation"]);
        made.values = value_files::resolve(roots, block, faults);
        made.parameters = parameters(roots, block);
        made.file_parameters = file_parameters(roots, block, faults);
        match inline(block) {
            Ok(inline) => made.inline = inline,
            Err(fault) => faults.push(fault),
        }
    }
    if made.release_name.len() > MAX_RELEASE_NAME {
        let (name, length) = (&made.release_name, made.release_name.len());
        let fault = source
            .fault(format!("release name {name:?} has {length} characters, but Helm allows {MAX_RELEASE_NAME}"), &["helm", "releaseName"]);
        faults.push(fault.hint("give the source a shorter helm.releaseName"));
    }
    made
}

/// The parameters, each name once in each of the two kinds: the last entry of a name wins.
fn parameters(roots: &Roots<'_>, helm: Object<'_>) -> Vec<Parameter> {
    let mut made: Vec<Parameter> = Vec::new();
    for node in helm.root.get("parameters").map(Node::items).unwrap_or_default() {
        let entry = helm.part(node);
        let name = entry.text(&["name"]).to_owned();
        let value = escape(&roots.environment.fill(entry.text(&["value"])));
        let force_string = entry.flag(&["forceString"]);
        let origin = helm.origin(node.get("value").unwrap_or(node));
        made.retain(|known| known.name != name || known.force_string != force_string);
        made.push(Parameter { name, value, force_string, origin });
    }
    made
}

fn file_parameters(roots: &Roots<'_>, helm: Object<'_>, faults: &mut Vec<Fault>) -> Vec<FileParameter> {
    let mut made: Vec<FileParameter> = Vec::new();
    for node in helm.root.get("fileParameters").map(Node::items).unwrap_or_default() {
        let entry = helm.part(node);
        let name = entry.text(&["name"]).to_owned();
        let origin = helm.origin(node.get("path").unwrap_or(node));
        match roots.file(entry.text(&["path"])) {
            Ok(path) => {
                made.retain(|known| known.name != name);
                made.push(FileParameter { name, path, origin });
            }
            Err(fault) => faults.push(fault.at(origin.links.first().and_then(|link| link.span))),
        }
    }
    made
}

/// Commas escaped, unless the value is a list in braces.
fn escape(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut made = String::with_capacity(value.len());
    let mut before = None;
    for character in value.chars() {
        if character == ',' && before != Some('\\') {
            made.push('\\');
        }
        made.push(character);
        before = Some(character);
    }
    made
}

/// The version of Kubernetes and what the API server serves, as the settings, the cluster and the tool's own block of a source say it.
pub(super) fn capabilities(settings: &Settings, cluster: Option<&Cluster>, block: Option<&Node>) -> (Option<String>, Vec<String>) {
    let own_version = block.and_then(|block| block.get("kubeVersion")?.as_str()).filter(|version| !version.is_empty());
    let version = own_version.or_else(|| cluster.and_then(|cluster| cluster.kubernetes_version.as_deref()));
    let version = version.or(settings.kubernetes_version.as_deref()).map(full_version);
    let own: Vec<String> = block
        .and_then(|block| block.get("apiVersions"))
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(|node| node.as_str().map(str::to_owned))
        .collect();
    if !own.is_empty() {
        return (version, own);
    }
    let of_cluster = cluster.map(|cluster| cluster.api_versions.iter()).into_iter().flatten();
    (version, settings.api_versions.iter().chain(of_cluster).cloned().collect())
}

/// `major.minor.patch`, whatever else the version says.
fn full_version(version: &str) -> String {
    let bare = version.trim().trim_start_matches('v');
    let core = bare.split(['-', '+']).next().unwrap_or(bare);
    let mut parts: Vec<&str> = core.split('.').collect();
    while parts.len() < 3 {
        parts.push("0");
    }
    parts.truncate(3);
    parts.join(".")
}
