//! What the repository itself does not say: clusters, repositories, and how Argo CD is installed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_kustomize::LoadRestriction;
use portcullis_source::{Document, RepoPath, Span};

/// What expansion knows beside the repository's files.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The clusters, in the order in which the cluster generator yields them; cluster Secrets in the repository come after them.
    pub clusters: Vec<Cluster>,
    /// The repositories whose content the revision holds; with none declared, every git URL stands for the whole revision.
    pub repositories: Vec<Repository>,
    /// The AppProjects that exist beside `default`, where they are known: a git generator needs the project of its ApplicationSet.
    pub projects: Option<BTreeSet<String>>,
    /// What generators yield that ask something outside of the repository, as far as somebody says it.
    pub generated: Vec<Generated>,
    /// How Argo CD is installed.
    pub settings: Settings,
}

/// What a generator yields that asks something outside of the repository.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The key of the generator, such as `pullRequest`.
    pub generator: String,
    /// The name of the ApplicationSet; any, where there is none.
    pub application_set: Option<String>,
    /// Where the ApplicationSet is named.
    pub span: Option<Span>,
    /// A map of parameters for each Application; what follows from others, as a slug does from a branch, need not be among them.
    pub parameters: Vec<Arc<Document>>,
}

/// A cluster as Argo CD knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// The name.
    pub name: String,
    /// The URL of its API server.
    pub server: String,
    /// The project that it is scoped to, empty for none.
    pub project: String,
    /// The labels of its Secret.
    pub labels: BTreeMap<String, String>,
    /// The annotations of its Secret.
    pub annotations: BTreeMap<String, String>,
    /// Its Kubernetes version, such as `1.31` or `v1.31.2`.
    pub kubernetes_version: Option<String>,
    /// The API versions that it serves beyond those that Helm assumes, such as `monitoring.coreos.com/v1`.
    pub api_versions: Vec<String>,
    /// Where it is declared.
    pub span: Option<Span>,
}

/// A repository that the revision holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// The URL; compared as Argo CD compares, so that scheme, `.git` and case do not matter.
    pub url: String,
    /// The folder of the revision that is the repository's root.
    pub path: RepoPath,
    /// The target revisions that the tree stands for; any, where there are none.
    pub revisions: Vec<String>,
}

/// How Argo CD is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The version of Argo CD, which decides about globs in value files and about template rules.
    pub version: Version,
    /// The namespace of the control plane.
    pub namespace: String,
    /// How patterns of the git file generator match.
    pub globbing: Globbing,
    /// What `kustomize build` is told: `kustomize.buildOptions`; none where the configuration leaves it to `argocd-cm`.
    pub build_options: Option<BuildOptions>,
    /// Whether the git directory generator sees folders whose name starts with a dot.
    pub hidden_folders: HiddenFolders,
    /// The Kubernetes version of clusters that declare none.
    pub kubernetes_version: Option<String>,
    /// The API versions of every cluster.
    pub api_versions: Vec<String>,
    /// The commit that is checked, for `$ARGOCD_APP_REVISION` in parameters; zeros where it is not known.
    pub revision: Option<String>,
    /// Whether the cluster that Argo CD runs in exists without being declared.
    pub in_cluster: InCluster,
}

/// What `kustomize build` is told, as far as it decides what comes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Which files kustomizations may name: `--load-restrictor`.
    pub restriction: LoadRestriction,
    /// Whether charts are rendered: `--enable-helm`.
    pub helm: bool,
    /// The version of Kubernetes that charts are told: `--helm-kube-version`.
    pub kube_version: Option<String>,
    /// What charts are told that the API server serves: `--helm-api-versions`.
    pub api_versions: Vec<String>,
}

impl BuildOptions {
    /// The flags that are read, or change nothing of what is rendered here.
    pub const KNOWN: &str = "--load-restrictor, --enable-helm, --enable-alpha-plugins, --enable-exec, --enable-star, --helm-command, \
                             --helm-kube-version, --helm-api-versions, --network and --reorder";

    /// Reads flags as they stand on a command line.
    ///
    /// # Errors
    /// The word that is not known, or that lacks its value.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let (flag, given) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
            let mut value = || given.or_else(|| words.next()).ok_or_else(|| word.to_owned());
            match flag {
                "--load-restrictor" => match value()? {
                    "LoadRestrictionsNone" => options.restriction = LoadRestriction::Repository,
                    "LoadRestrictionsRootOnly" => options.restriction = LoadRestriction::OwnFolder,
                    other => return Err(other.to_owned()),
                },
                "--helm-kube-version" => options.kube_version = Some(value()?.to_owned()),
                "--helm-api-versions" => options.api_versions.push(value()?.to_owned()),
                "--helm-command" | "--reorder" => {
                    value()?;
                }
                "--enable-helm" => options.helm = given.is_none_or(|given| given == "true"),
                "--enable-alpha-plugins" | "--enable-exec" | "--enable-star" | "--network" => {}
                _ => return Err(word.to_owned()),
            }
        }
        Ok(options)
    }

    /// What either of two allows.
    pub(crate) fn or(self, other: Self) -> Self {
        let is_free = [self.restriction, other.restriction].contains(&LoadRestriction::Repository);
        Self {
            restriction: if is_free { LoadRestriction::Repository } else { LoadRestriction::OwnFolder },
            helm: self.helm || other.helm,
            kube_version: self.kube_version.or(other.kube_version),
            api_versions: self.api_versions.into_iter().chain(other.api_versions).collect(),
        }
    }
}

/// Whether `in-cluster` exists without being declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InCluster {
    /// It does, as Argo CD has it by default.
    #[default]
    Implicit,
    /// Only declared clusters exist.
    Declared,
}

/// How patterns of the git file generator match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Globbing {
    /// As `git ls-files` does, where `*` crosses `/`: the default of Argo CD.
    #[default]
    Pathspec,
    /// As doublestar does: `applicationsetcontroller.enable.new.git.file.globbing`.
    Doublestar,
}

/// Whether the git directory generator sees hidden folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HiddenFolders {
    /// It does not: the default of Argo CD.
    #[default]
    Pruned,
    /// It does: `--include-hidden-directories`.
    Included,
}

/// A version of Argo CD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The major version.
    pub major: u16,
    /// The minor version.
    pub minor: u16,
}

impl Version {
    /// The version of a text such as `3.5`, `v3.5.1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().trim_start_matches('v').split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next().map_or(Some(0), |part| part.parse().ok())?;
        Some(Self { major, minor })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: Version { major: 3, minor: 6 },
            namespace: "argocd".to_owned(),
            globbing: Globbing::default(),
            build_options: None,
            hidden_folders: HiddenFolders::default(),
            kubernetes_version: None,
            api_versions: Vec::new(),
            revision: None,
            in_cluster: InCluster::default(),
        }
    }
}
