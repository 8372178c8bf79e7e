//! A revision to what a configuration should know of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_argo::Application;
use portcullis_policies::{Config, Context, config::Located};
use portcullis_source::{Document, EntryKind, Node, RepoPath, Revision};

use super::{
    layers::{self, Layer},
    names::{self, Sureness},
};
use crate::{error::Error, pipeline, root, settings::Settings};

/// What a repository shows of its platform.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The environments, in the order of promotion.
    pub(super) environments: Vec<Environment>,
    /// The zones that are named somewhere.
    pub(super) zones: BTreeSet<String>,
    /// Account and region of the ECR registries that are named somewhere.
    pub(super) registries: BTreeSet<(String, String)>,
    /// The URLs that stand for this repository.
    pub(super) repositories: Vec<String>,
    /// The labels that cluster generators select by, of whatever is not declared.
    pub(super) selectors: BTreeMap<String, String>,
    /// The labels of clusters that templates read.
    pub(super) cluster_labels: BTreeSet<String>,
    /// Whether a generator asks for clusters.
    pub(super) wants_clusters: bool,
    /// The values layers, from the widest to the narrowest.
    pub(super) layers: Vec<Layer>,
    /// The folders that hold tests and what other tools leave.
    pub(super) excluded: BTreeSet<String>,
    /// The namespace of Argo CD.
    pub(super) argocd: Option<String>,
}

/// An environment and what tells its applications.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The name.
    pub(super) name: String,
    /// The clusters that only its applications deploy to, where nothing else tells them.
    pub(super) clusters: BTreeSet<String>,
    /// The namespaces, the same.
    pub(super) namespaces: BTreeSet<String>,
}

/// The folders that hold no part of a platform.
const EXCLUDED: [&str; 6] = ["testdata", "tests", "fixtures", "node_modules", ".terraform", ".venv"];

/// The folders whose files or folders are environments, whatever they are called.
const ENVIRONMENT_FOLDERS: [&str; 4] = ["environments", "envs", "env", "stages"];

/// The files in them that are of all environments.
const WIDER: [&str; 6] = ["base", "common", "default", "defaults", "values", "kustomization"];

/// The endings of files that are searched for registries and zones.
const SEARCHED: [&str; 5] = [".yaml", ".yml", ".tf", ".tfvars", ".tpl"];

/// The longest file that is searched for registries and zones.
const MAX_SEARCHED: usize = 1 << 20;

/// Looks at a repository as it would be without a configuration.
pub(crate) fn survey(settings: &mut Settings, remote: Option<&str>) -> Result<Survey, Error> {
    let excluded = excluded(&settings.revision);
    let located = |folder: &String| Located { value: Arc::from(folder.as_str()), span: None };
    settings.config = Config { exclude: excluded.iter().map(located).collect(), ..Config::default() };
    let settings = &*settings;
    let expanded = pipeline::expand(settings)?.value;
    let contexts = expanded.contexts(settings);
    let is_left = |path: &RepoPath| excluded.iter().any(|folder| RepoPath::new(folder).is_ok_and(|folder| path.is_within(&folder)));
    let mut survey = Survey::default();
    for document in expanded.found().argo() {
        survey.read_argo(&document, &settings.revision, remote);
    }
    // Where the place that it was cloned from is among the URLs, the others are of repositories with the same folders.
    if let Some(remote) = remote.filter(|remote| survey.repositories.iter().any(|url| same(remote, url))) {
        survey.repositories.retain(|url| same(remote, url));
    }
    let names = environments(&settings.revision, &contexts, is_left);
    survey.environments = names.iter().map(|name| Environment { name: name.clone(), ..Environment::default() }).collect();
    survey.place(&expanded.applications, &contexts, &names);
    survey.layers = layers::layers(&expanded.found().argo(), &settings.revision, &names);
    for (path, kind) in settings.revision.entries().filter(|(path, _)| !is_left(path)) {
        // What was written before must not pass for what the repository shows.
        let is_own = root::CONFIG_NAMES.contains(&path.as_str());
        let is_searched = *kind == EntryKind::File && !is_own && SEARCHED.iter().any(|end| path.name().ends_with(end));
        if let Some(file) =
            is_searched.then(|| settings.revision.read(path).ok()).flatten().filter(|file| file.bytes().len() <= MAX_SEARCHED)
        {
            survey.search(&String::from_utf8_lossy(file.bytes()));
        }
    }
    survey.excluded = excluded;
    Ok(survey)
}

/// The folders that a linter should leave alone; what lies in a chart belongs to it.
fn excluded(revision: &Revision) -> BTreeSet<String> {
    let charts: Vec<RepoPath> =
        revision.entries().filter(|(path, _)| path.name() == "Chart.yaml").filter_map(|(path, _)| path.parent()).collect();
    let folders = revision.entries().filter(|(path, kind)| **kind == EntryKind::Folder && EXCLUDED.contains(&path.name()));
    let mut found: Vec<&RepoPath> = Vec::new();
    for (path, _) in folders {
        if !found.iter().chain(charts.iter().collect::<Vec<_>>().iter()).any(|outer| path.is_within(outer)) {
            found.push(path);
        }
    }
    found.into_iter().map(|path| path.as_str().to_owned()).collect()
}

/// The names of environments: what applications say, and what files and folders are called.
fn environments(revision: &Revision, contexts: &[Context], is_left: impl Fn(&RepoPath) -> bool) -> Vec<String> {
    let mut names: BTreeSet<String> = contexts.iter().filter_map(|context| context.environment.as_deref().map(str::to_owned)).collect();
    let mut beside: BTreeMap<RepoPath, Vec<(&str, Sureness)>> = BTreeMap::new();
    for (path, kind) in revision.entries().filter(|(path, _)| !is_left(path)) {
        let name = if *kind == EntryKind::Folder { Some(path.name()) } else { stem(path) };
        let Some((name, holder)) = name.zip(path.parent()) else { continue };
        if ENVIRONMENT_FOLDERS.contains(&holder.name()) && !WIDER.contains(&name) {
            names.insert(name.to_owned());
        }
        let end = ["values-", "values.", "values_"].iter().find_map(|start| name.strip_prefix(start));
        let known = [Some(name), end].into_iter().flatten().find_map(|word| Some((word, names::sureness(word)?)));
        beside.entry(holder).or_default().extend(known);
    }
    for words in beside.into_values().filter(|words| words.iter().any(|(_, sureness)| *sureness == Sureness::Sure)) {
        names.extend(words.into_iter().map(|(word, _)| word.to_owned()));
    }
    let mut names: Vec<String> = names.into_iter().filter(|name| !name.is_empty() && !name.contains(['{', '<'])).collect();
    names.sort_by_key(|name| (names::rank(name), name.clone()));
    names
}

/// The name of a YAML file without its ending.
fn stem(path: &RepoPath) -> Option<&str> {
    path.name().strip_suffix(".yaml").or_else(|| path.name().strip_suffix(".yml"))
}

impl Survey {
    /// What an ApplicationSet or Application says of this repository and of clusters.
    fn read_argo(&mut self, document: &Document, revision: &Revision, remote: Option<&str>) {
        let kind = document.root.get("kind").and_then(Node::as_str).unwrap_or_default();
        if !matches!(kind, "Application" | "ApplicationSet") {
            return;
        }
        if self.argocd.is_none() {
            self.argocd = document.root.at(&["metadata", "namespace"]).and_then(Node::as_str).map(str::to_owned);
        }
        walk(&document.root, &mut |node| {
            let url = node.get("repoURL").and_then(Node::as_str).filter(|url| !url.contains("{{"));
            if let Some(url) = url.filter(|url| remote.is_some_and(|remote| same(remote, url)) || reads(node, revision))
                && !self.repositories.iter().any(|known| known == url)
            {
                self.repositories.push(url.to_owned());
            }
            if let Some(generator) = node.get("clusters").filter(|_| kind == "ApplicationSet") {
                self.wants_clusters = true;
                let labels = generator.at(&["selector", "matchLabels"]).and_then(Node::as_map);
                for entry in labels.into_iter().flat_map(|labels| &labels.entries) {
                    self.selectors.insert(entry.key.to_string(), entry.value.as_str().unwrap_or_default().to_owned());
                }
            }
            if let Some(text) = node.as_str().filter(|text| text.contains("{{")) {
                self.cluster_labels.extend(label_reads(text));
            }
        });
    }

    /// What tells the applications of an environment, where neither a label nor the end of their names does.
    fn place(&mut self, applications: &[Application], contexts: &[Context], names: &[String]) {
        for (application, context) in applications.iter().zip(contexts) {
            if context.environment.is_some() || names::split(&application.name, names).is_some_and(|(before, _)| before.ends_with('-')) {
                continue;
            }
            let destination = &application.destination;
            let by_cluster = names::split(&destination.name, names);
            let by_namespace = names::split(&destination.namespace, names);
            let Some((_, name)) = by_cluster.or(by_namespace) else { continue };
            let Some(environment) = self.environments.iter_mut().find(|environment| environment.name == name) else { continue };
            if by_cluster.is_some() {
                environment.clusters.insert(destination.name.clone());
            } else {
                environment.namespaces.insert(destination.namespace.clone());
            }
        }
    }

    /// Registries and zones that a text names.
    fn search(&mut self, text: &str) {
        for (at, _) in text.match_indices(".dkr.ecr.") {
            let account = at.checked_sub(12).and_then(|start| text.get(start..at));
            let region = text.get(at + ".dkr.ecr.".len()..).and_then(|rest| rest.split_once(".amazonaws.com")).map(|(region, _)| region);
            if let Some((account, region)) = account.zip(region)
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && is_region(region)
            {
                self.registries.insert((account.to_owned(), region.to_owned()));
            }
        }
        let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '-');
        let zones = words.filter(|word| {
            word.strip_suffix(|last: char| last.is_ascii_lowercase()).is_some_and(|region| region.len() < 20 && is_region(region))
        });
        self.zones.extend(zones.map(str::to_owned));
    }
}

/// Whether a word is an AWS region, such as eu-west-1.
fn is_region(word: &str) -> bool {
    const PARTS: [&str; 9] = ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];
    let parts: Vec<&str> = word.split('-').collect();
    let (Some(first), Some(side), Some(number)) = (parts.first(), parts.get(parts.len().wrapping_sub(2)), parts.last()) else {
        return false;
    };
    (3..=4).contains(&parts.len())
        && first.len() == 2
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && PARTS.contains(side)
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a source or generator reads something that is here.
fn reads(node: &Node, revision: &Revision) -> bool {
    let whole = |path: &str| {
        let fixed = path.trim_start_matches('/').split(['{', '*', '?']).next().unwrap_or_default();
        let fixed =
            if fixed.len() < path.trim_start_matches('/').len() { fixed.rsplit_once('/').map_or("", |(folder, _)| folder) } else { fixed };
        !fixed.is_empty() && RepoPath::new(fixed).is_ok_and(|path| revision.entry(&path).is_some())
    };
    let lists = ["files", "directories"].iter().filter_map(|key| node.get(key)).flat_map(Node::items);
    let listed = lists.filter_map(|item| item.get("path")).filter_map(Node::as_str).any(whole);
    listed || node.get("path").and_then(Node::as_str).is_some_and(whole)
}

/// Whether two URLs are of one repository: scheme, user and `.git` aside.
fn same(one: &str, other: &str) -> bool {
    let plain = |url: &str| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest).replacen(':', "/", usize::from(!url.contains("://")));
        rest.trim_end_matches('/').trim_end_matches(".git").to_lowercase()
    };
    plain(one) == plain(other)
}

/// The labels of a cluster that a template reads.
fn label_reads(text: &str) -> Vec<String> {
    let ends = |character: char| !(character.is_ascii_alphanumeric() || "-_./".contains(character));
    let plain = text.split("metadata.labels.").skip(1).filter_map(|rest| rest.split(ends).next());
    let quoted = text.split(".metadata.labels \"").skip(1).filter_map(|rest| rest.split('"').next());
    plain.chain(quoted).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn walk(node: &Node, visit: &mut impl FnMut(&Node)) {
    visit(node);
    for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
        walk(&entry.value, visit);
    }
    for item in node.items() {
        walk(item, visit);
    }
}

#[cfg(test)]
mod tests {
    use super::{Survey, is_region, label_reads, same};

    #[test]
    fn regions_zones_and_registries_are_found() {
        assert!(is_region("eu-west-1") && is_region("us-gov-west-1") && !is_region("my-app-1") && !is_region("eu-west-12"));
        let mut survey = Survey::default();
        survey.search(
            "image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api\nzones: [eu-west-1a, 'eu-west-1b']\nhost: eu-west-1.example.com",
        );
        assert_eq!(survey.zones.into_iter().collect::<Vec<_>>(), ["eu-west-1a", "eu-west-1b"]);
        assert_eq!(survey.registries.into_iter().collect::<Vec<_>>(), [("123456789012".to_owned(), "eu-west-1".to_owned())]);
    }

    #[test]
    fn one_repository_has_many_urls() {
        assert!(same("git@git.example.com:shop/platform.git", "https://git.example.com/shop/platform"));
        assert!(!same("https://git.example.com/shop/platform", "https://git.example.com/shop/other"));
    }

    #[test]
    fn templates_read_labels() {
        assert_eq!(label_reads("{{ .metadata.labels.environment }}-{{metadata.labels.fleet}}"), ["environment", "fleet"]);
        assert_eq!(label_reads("{{ index .metadata.labels \"example.com/env\" }}"), ["example.com/env"]);
    }
}
