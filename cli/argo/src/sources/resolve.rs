//! Every source of an Application: which repository, which folder, which tool.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{EntryKind, Node, ReadError, RepoPath};

use super::{
    detect::{Tool, detect},
    directory,
    environment::Environment,
    helm::{self, Target},
    kustomize, overrides,
    value_files::Roots,
};
use crate::{
    Application, ChartLocation, Cluster, KustomizeHelm, KustomizeSource, Source, SourceKind, Unrendered,
    assemble::Object,
    fault::Fault,
    repository::{self, Found},
    set::World,
};

/// The sources of an Application and what is wrong with them.
pub(crate) struct Resolved {
    /// The sources.
    pub(crate) sources: Vec<Source>,
    /// What is wrong.
    pub(crate) faults: Vec<Fault>,
}

/// Resolves all sources.
pub(crate) fn resolve(world: World<'_>, application: &Application, object: Object<'_>, cluster: Option<&Cluster>) -> Resolved {
    let mut resolved = Resolved { sources: Vec::new(), faults: Vec::new() };
    let listed = object.root.at(&["spec", "sources"]).map(Node::items).unwrap_or_default();
    let dry = object.root.at(&["spec", "sourceHydrator", "drySource"]);
    let nodes: Vec<&Node> = match (dry, listed) {
        (Some(dry), _) => vec![dry],
        (None, []) => object.root.at(&["spec", "source"]).into_iter().filter(|node| !node.is_null()).collect(),
        (None, listed) => listed.iter().collect(),
    };
    if nodes.is_empty() {
        let fault =
            object.fault("the application has neither source nor sources", &["spec"]).hint("give it a source with repoURL and path");
        resolved.sources.push(Source::unrendered(fault.unrendered()));
        resolved.faults.push(fault);
        return resolved;
    }
    let many = dry.is_none() && !listed.is_empty();
    let references = references(world, object, &nodes, &mut resolved.faults);
    let references = many.then_some(&references);
    let one = One { world, application, cluster, references };
    for node in nodes {
        let source = object.part(node);
        let mut faults = Vec::new();
        let mut kinds = one.resolve(source, &mut faults);
        if let Some(fault) = faults.first() {
            let is_unknown = stands_in(application, source);
            kinds = vec![SourceKind::Unrendered(Unrendered { is_unknown, ..fault.unrendered() })];
            if is_unknown {
                faults.clear();
            }
        }
        let text = |key: &str| source.text(&[key]).to_owned();
        let path = if text("chart").is_empty() { text("path") } else { text("chart") };
        let made = |kind| Source {
            repo_url: text("repoURL"),
            target_revision: text("targetRevision"),
            path: path.clone(),
            span: source.place(node),
            path_span: node.get("path").or_else(|| node.get("chart")).and_then(|path| source.place(path)),
            kind,
        };
        resolved.sources.extend(kinds.into_iter().map(made));
        resolved.faults.append(&mut faults);
    }
    resolved
}

/// Whether where a source is from rests on what nobody knows, as the Application stands for those that a generator makes. Of revisions the tree stands for
/// any, so that a path that is written out is held against it.
fn stands_in(application: &Application, source: Object<'_>) -> bool {
    let files = source.root.at(&["helm", "valueFiles"]).map(Node::items).unwrap_or_default();
    let texts = ["repoURL", "path", "chart"].iter().map(|key| source.text(&[key]));
    texts.chain(files.iter().filter_map(Node::as_str)).any(|text| application.is_stand_in(text))
}

/// The roots of the sources that have a `ref`.
fn references(world: World<'_>, object: Object<'_>, nodes: &[&Node], faults: &mut Vec<Fault>) -> BTreeMap<String, Result<RepoPath, Fault>> {
    let mut references = BTreeMap::new();
    for source in nodes.iter().map(|node| object.part(node)) {
        let name = source.text(&["ref"]);
        if name.is_empty() {
            continue;
        }
        let good = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !good {
            faults.push(
                source
                    .fault(format!("ref {name:?} may only have letters, digits, - and _"), &["ref"])
                    .hint("rename it here and in the valueFiles that name it"),
            );
        }
        if !source.text(&["chart"]).is_empty() {
            faults.push(
                source
                    .fault(format!("source ${name} has both a ref and a chart, which Argo CD refuses"), &["ref"])
                    .hint("make two sources of it"),
            );
        }
        let root = match repository::find(world.inventory, source.text(&["repoURL"]), source.text(&["targetRevision"])) {
            Found::Here(root) => Ok(root),
            Found::Elsewhere { reason, hint } => Err(source.fault(reason, &["repoURL"]).hint(hint)),
        };
        if references.insert(name.to_owned(), root).is_some() {
            faults.push(source.fault(format!("two sources have the ref {name}"), &["ref"]).hint("give each a name of its own"));
        }
    }
    references
}

/// What to do about a path that leads out.
const FROM_ROOT: &str = "the path of a source is meant from its repository's root, without / before it and without .. out of it";

/// The chart of a source that names one of a Helm repository or of an OCI registry, and no folder of a git repository.
fn remote(source: Object<'_>, chart: &str, path: &str) -> Option<Result<ChartLocation, Fault>> {
    let url = source.text(&["repoURL"]).trim_end_matches('/');
    let version = source.text(&["targetRevision"]).to_owned();
    let whole = match (chart, url.split_once("://")) {
        ("", Some(("oci", _))) if matches!(path, "." | "./") => url.to_owned(),
        ("", _) => return None,
        (chart, Some(_)) => format!("{url}/{chart}"),
        // Argo CD knows that a repository is a registry by its having no scheme.
        (chart, None) => format!("oci://{url}/{chart}"),
    };
    let (url, name) = match whole.rsplit_once('/') {
        Some((before, name)) if whole.starts_with("oci://") => (before.to_owned(), name.to_owned()),
        _ => (url.to_owned(), chart.to_owned()),
    };
    if version.is_empty() {
        let fault = source.fault(format!("chart {name} of {url} has no targetRevision"), &["chart"]);
        return Some(Err(fault.hint("name the chart's version in targetRevision")));
    }
    if source.root.get("plugin").is_some_and(|plugin| !plugin.is_null()) {
        let fault = source.fault("a config management plugin runs code of its own, which is not started".to_owned(), &["plugin"]);
        return Some(Err(fault.hint("lint what the plugin makes")));
    }
    Some(Ok(ChartLocation::Repository { url, name, version }))
}

/// What every source of one Application is resolved with.
struct One<'a> {
    world: World<'a>,
    application: &'a Application,
    cluster: Option<&'a Cluster>,
    references: Option<&'a BTreeMap<String, Result<RepoPath, Fault>>>,
}

impl One<'_> {
    fn resolve(&self, source: Object<'_>, faults: &mut Vec<Fault>) -> Vec<SourceKind> {
        faults.extend(["repoURL", "path", "chart", "targetRevision"].iter().filter_map(|key| source.leftover(&[key])));
        if !faults.is_empty() {
            return Vec::new();
        }
        let (chart, path) = (source.text(&["chart"]), source.text(&["path"]));
        if chart.is_empty() && path.is_empty() && !source.text(&["ref"]).is_empty() {
            return vec![SourceKind::Reference];
        }
        if let Some(remote) = remote(source, chart, path) {
            return match remote {
                Ok(chart) => vec![self.chart(source, RepoPath::root(), chart, faults)],
                Err(fault) => {
                    faults.push(fault);
                    Vec::new()
                }
            };
        }
        let folder = match self.folder(source, path) {
            Ok(folder) => folder,
            Err(fault) => {
                faults.push(fault);
                return Vec::new();
            }
        };
        self.kinds(source, folder, faults).unwrap_or_else(|fault| {
            faults.push(fault);
            Vec::new()
        })
    }

    /// The root of the source's repository, and its folder.
    fn folder(&self, source: Object<'_>, path: &str) -> Result<(RepoPath, RepoPath), Fault> {
        let (url, wanted) = (source.text(&["repoURL"]), source.text(&["targetRevision"]));
        if path.is_empty() {
            return Err(source.fault("the source has neither path nor chart nor ref", &[]).hint("name the chart's folder under path"));
        }
        let root = match repository::find(self.world.inventory, url, wanted) {
            Found::Here(root) => root,
            Found::Elsewhere { reason, hint } => return Err(source.fault(reason, &["repoURL"]).hint(hint)),
        };
        let bad = |message: String| source.fault(message, &["path"]);
        let folder = root.join(path).map_err(|error| bad(format!("the source's {error}")).hint(FROM_ROOT))?;
        if !folder.is_within(&root) {
            return Err(bad(format!("the source's path {path:?} leaves the repository")).hint(FROM_ROOT));
        }
        let revision = self.world.files.revision;
        let real = revision.resolve(&folder).map_err(|error| match error {
            ReadError::Missing(_) => {
                let hint = if self.world.inventory.repositories.is_empty() {
                    format!("create it; or, if {url} is another repository, declare in the configuration which repository this is")
                } else {
                    "create it, or correct the path".to_owned()
                };
                bad(format!("path {path} does not exist in the repository")).hint(hint)
            }
            other => bad(other.to_string()).hint(other.hint()),
        })?;
        if revision.entry(&real) != Some(&EntryKind::Folder) {
            return Err(bad(format!("path {path} is not a folder")).hint("name the folder that it lies in"));
        }
        if !real.is_within(&root) {
            return Err(bad(format!("path {path} leads out of its repository, to {real}")).hint("replace the link by what it leads to"));
        }
        Ok((root, real))
    }

    fn kinds(&self, source: Object<'_>, (root, folder): (RepoPath, RepoPath), faults: &mut Vec<Fault>) -> Result<Vec<SourceKind>, Fault> {
        let overridden = overrides::overridden(self.world.files, source, (&folder, &self.instance()))?;
        let own = overridden.as_ref().and_then(|document| Some(Object { document, root: document.root.at(&["spec", "source"])? }));
        let source = own.unwrap_or(source);
        match detect(source, self.world.files.revision, &folder)? {
            Tool::Helm => Ok(vec![self.chart(source, root, ChartLocation::Folder(folder), faults)]),
            Tool::Kustomize => Ok(vec![SourceKind::Kustomize(self.kustomize(source, folder)?)]),
            Tool::Directory => self.directory(source, &folder, faults),
            Tool::Plugin => {
                let name = source.text(&["plugin", "name"]);
                let fault =
                    source.fault(format!("config management plugin {name:?} runs code of its own, which is not started"), &["plugin"]);
                Err(fault.hint("lint what the plugin makes"))
            }
        }
    }

    fn chart(&self, source: Object<'_>, root: RepoPath, chart: ChartLocation, faults: &mut Vec<Fault>) -> SourceKind {
        let environment = self.environment(source);
        let (world, references) = (self.world, self.references);
        let roots = Roots { world, root, chart, references, environment: &environment };
        let target = Target { application: self.application, cluster: self.cluster };
        SourceKind::Helm(Box::new(helm::helm(&roots, source, &target, faults)))
    }

    fn kustomize(&self, source: Object<'_>, path: RepoPath) -> Result<KustomizeSource, Fault> {
        let settings = &self.world.inventory.settings;
        let options = settings.build_options.clone().unwrap_or_default();
        let block = source.root.get("kustomize").filter(|node| !node.is_null());
        let helm = options.helm.then(|| {
            let (version, served) = helm::capabilities(settings, self.cluster, block);
            KustomizeHelm {
                kube_version: version.or(options.kube_version),
                api_versions: options.api_versions.into_iter().chain(served).collect(),
            }
        });
        let read = |node| kustomize::settings(node, &self.environment(source), &|node| source.place(node)).map(Arc::new);
        Ok(KustomizeSource { path, settings: block.map(read).transpose()?, restriction: options.restriction, helm })
    }

    fn directory(&self, source: Object<'_>, folder: &RepoPath, faults: &mut Vec<Fault>) -> Result<Vec<SourceKind>, Fault> {
        let mut listing = directory::list(source, self.world.files, folder)?;
        faults.append(&mut listing.faults);
        if let Some(file) = listing.jsonnet.first() {
            faults.push(
                source.fault(format!("{file} is Jsonnet, which is not evaluated"), &["path"]).hint("exclude it with directory.exclude"),
            );
        }
        Ok(vec![SourceKind::Directory(listing.directory)])
    }

    /// The name under which Argo CD keeps the Application.
    fn instance(&self) -> String {
        let Application { name, namespace, .. } = self.application;
        if *namespace == self.world.inventory.settings.namespace { name.clone() } else { format!("{namespace}_{name}") }
    }

    fn environment(&self, source: Object<'_>) -> Environment {
        const UNKNOWN: &str = "0000000000000000000000000000000000000000";
        let revision = self.world.inventory.settings.revision.as_deref().unwrap_or(UNKNOWN);
        let short = |length: usize| revision.get(..length).unwrap_or(revision);
        Environment::default()
            .with("ARGOCD_APP_NAME", self.instance())
            .with("ARGOCD_APP_NAMESPACE", self.application.destination.namespace.as_str())
            .with("ARGOCD_APP_PROJECT_NAME", self.application.project.as_str())
            .with("ARGOCD_APP_REVISION", revision)
            .with("ARGOCD_APP_REVISION_SHORT", short(7))
            .with("ARGOCD_APP_REVISION_SHORT_8", short(8))
            .with("ARGOCD_APP_SOURCE_REPO_URL", source.text(&["repoURL"]))
            .with("ARGOCD_APP_SOURCE_PATH", source.text(&["path"]))
            .with("ARGOCD_APP_SOURCE_TARGET_REVISION", source.text(&["targetRevision"]))
    }
}
