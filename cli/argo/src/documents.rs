//! What the documents of a repository are to Argo CD.

use std::sync::Arc;

use portcullis_source::{Data, Document, Node, RepoPath, Span};

use crate::{
    BuildOptions, Cluster, Globbing, Settings, clusters,
    fault::{Fact, Fault},
    files::Files,
    parameters::{place, too_deep},
};

/// A document that expansion starts from.
#[derive(Clone, Debug)]
pub(crate) enum Manifest {
    /// An ApplicationSet.
    Set(Arc<Document>),
    /// An Application.
    Application(Arc<Document>),
}

/// What was found among documents.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// ApplicationSets and Applications, in order.
    pub(crate) manifests: Vec<Manifest>,
    /// Clusters that Secrets declare, with the Secrets' namespaces.
    pub(crate) clusters: Vec<(Cluster, String)>,
    /// Data of the ConfigMaps with the settings of the installation.
    pub(crate) settings: Vec<Setting>,
}

/// An entry of such a ConfigMap.
#[derive(Debug)]
pub(crate) struct Setting {
    key: String,
    value: String,
    span: Option<Span>,
}

/// The names of these ConfigMaps.
const SETTINGS: [&str; 2] = ["argocd-cm", "argocd-cmd-params-cm"];

/// Sorts documents; the items of a `List` count as documents.
pub(crate) fn sort(documents: &[Arc<Document>]) -> Found {
    let mut found = Found::default();
    documents.iter().for_each(|document| sort_one(document, &mut found));
    found
}

fn sort_one(document: &Arc<Document>, found: &mut Found) {
    let text = |key: &str| document.root.get(key).and_then(Node::as_str).unwrap_or_default();
    let argo = text("apiVersion").starts_with("argoproj.io/");
    match text("kind") {
        "ApplicationSet" if argo => found.manifests.push(Manifest::Set(Arc::clone(document))),
        "Application" if argo => found.manifests.push(Manifest::Application(Arc::clone(document))),
        "List" => {
            for item in document.root.get("items").map(Node::items).unwrap_or_default() {
                let item = Document { text: document.text.clone(), root: item.clone(), range: item.range, comments: Vec::new() };
                if item.root.get("kind").and_then(Node::as_str) != Some("List") {
                    sort_one(&Arc::new(item), found);
                }
            }
        }
        "ConfigMap" if is_settings(&document.root) => {
            let data = document.root.get("data").and_then(Node::as_map);
            for entry in data.map(|data| data.entries.iter()).into_iter().flatten() {
                if let Data::String(value) = &entry.value.data {
                    let span = place(document, entry.value.range);
                    found.settings.push(Setting { key: entry.key.to_string(), value: value.to_string(), span });
                }
            }
        }
        _ if clusters::is_cluster(&document.root) => {
            let namespace = document.root.at(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or_default();
            found.clusters.extend(clusters::read(document).map(|cluster| (cluster, namespace.to_owned())));
        }
        _ => {}
    }
}

/// Whether it is a ConfigMap with settings of an installation.
#[must_use]
pub fn is_settings(object: &Node) -> bool {
    let name = object.at(&["metadata", "name"]).and_then(Node::as_str);
    object.get("kind").and_then(Node::as_str) == Some("ConfigMap") && name.is_some_and(|name| SETTINGS.contains(&name))
}

/// Settings with what the ConfigMaps of an installation say among documents.
#[must_use]
pub fn installed(settings: &Settings, documents: &[Arc<Document>]) -> Settings {
    self::settings(settings, &sort(documents).settings).0
}

/// Settings with what an installation's own ConfigMaps say, and what of it is not understood. Where several say how kustomizations are built, what one of
/// them allows is allowed.
pub(crate) fn settings(settings: &Settings, data: &[Setting]) -> (Settings, Vec<Fault>) {
    let mut settings = settings.clone();
    let (mut said, mut faults): (Option<BuildOptions>, Vec<Fault>) = (None, Vec::new());
    for Setting { key, value, span } in data {
        match (key.as_str(), value.as_str()) {
            ("applicationsetcontroller.enable.new.git.file.globbing", "true") => settings.globbing = Globbing::Doublestar,
            ("reposerver.include.hidden.directories", "true") => settings.hidden_folders = crate::HiddenFolders::Included,
            ("kustomize.buildOptions", options) => match BuildOptions::parse(options) {
                Ok(options) => said = Some(said.unwrap_or_default().or(options)),
                Err(word) => {
                    let fact = Fact::new(format!("kustomize.buildOptions has {word:?}, which is not known")).at(*span);
                    faults.push(fact.hint(format!("known are {}", BuildOptions::KNOWN)));
                }
            },
            _ => {}
        }
    }
    settings.build_options = settings.build_options.or(said);
    (settings, faults)
}

/// The documents of a file that may concern Argo CD; a file that can't be read has none, which whoever renders it reports.
pub(crate) fn of_file(files: &Files<'_>, path: &RepoPath) -> Vec<Arc<Document>> {
    const NEEDLE: &[u8] = b"argoproj.io";
    let Ok(file) = files.revision.read(path) else { return Vec::new() };
    if !file.bytes().windows(NEEDLE.len()).any(|window| window == NEEDLE) {
        return Vec::new();
    }
    let Ok(parsed) = files.parse(path) else { return Vec::new() };
    parsed.stream.documents.iter().filter(|document| !too_deep(&document.root)).cloned().map(Arc::new).collect()
}
