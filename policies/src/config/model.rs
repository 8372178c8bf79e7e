//! The values of a configuration, each with its place.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Document, RepoPath, Span};

use super::Reference;
use crate::{Date, Level};

/// A value and its place; a default has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Option<Span>,
}

/// What portcullis knows about a platform, and what it demands of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The environments, in the order of promotion.
    pub environments: Vec<Environment>,
    /// The version of Kubernetes that objects are for, where neither their cluster nor their environment says another.
    pub kubernetes_version: Option<Located<Arc<str>>>,
    /// The folders and files of this repository with CustomResourceDefinitions that are no part of what is deployed from it.
    pub schemas: Vec<Located<Arc<str>>>,
    /// The availability zones that pods spread over.
    pub zones: Vec<Located<Arc<str>>>,
    /// The ECR registries that images may come from.
    pub registries: Vec<Registry>,
    /// Which pods are latency-sensitive scoring.
    pub scoring: Scoring,
    /// Repository URLs that stand for this repository.
    pub repositories: Vec<Repository>,
    /// The inventory that the cluster generator sees.
    pub clusters: Vec<Cluster>,
    /// How Argo CD itself is set up.
    pub argocd: Argocd,
    /// Names of values layers for reports.
    pub layers: Vec<Layer>,
    /// Globs of paths that are not looked at.
    pub exclude: Vec<Located<Arc<str>>>,
    /// The folder of this repository with packed charts.
    pub mirror: Option<Located<Arc<str>>>,
    /// The folder of this repository with bundles of rules.
    pub vendored_rules: Option<Located<Arc<str>>>,
    /// How the repository uses Terraform.
    pub terraform: Terraform,
    /// What the admission webhook does beyond evaluating rules.
    pub admission: Admission,
    /// The folders of this repository with rules of somebody's own.
    pub library: Vec<Located<Arc<str>>>,
    /// The bundles of rules that come from registries.
    pub bundles: Vec<RuleBundle>,
    /// Levels and parameters by rule.
    pub rules: BTreeMap<Arc<str>, Located<RuleSettings>>,
    /// Findings that somebody answers for.
    pub waivers: Vec<WaiverEntry>,
}

/// Where bundles of rules lie where nobody says.
const VENDORED_RULES: &str = "vendor/rules";

/// A bundle of rules in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBundle {
    /// The registry, the path and the digest.
    pub reference: Reference,
    /// Where that is written.
    pub span: Option<Span>,
    /// Why its rules are believed.
    pub trust: Trust,
}

/// Why the rules of a bundle are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Somebody signed it: the file of this repository with the public key.
    Key(Located<Arc<str>>),
    /// Nobody signed it, and this is why that will do.
    Unsigned(Located<Arc<str>>),
}

/// An environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: Located<Arc<str>>,
    /// Globs of the names of its applications.
    pub applications: Vec<Located<Arc<str>>>,
    /// Globs of the namespaces that its applications deploy to.
    pub namespaces: Vec<Located<Arc<str>>>,
    /// The clusters that its applications deploy to.
    pub clusters: Vec<Located<Arc<str>>>,
    /// The version of Kubernetes of its clusters.
    pub kubernetes_version: Option<Located<Arc<str>>>,
    /// Levels by rule.
    pub levels: BTreeMap<Arc<str>, Located<SettingLevel>>,
}

/// An ECR registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// The twelve digits of an AWS account.
    pub account: Located<Arc<str>>,
    /// An AWS region.
    pub region: Located<Arc<str>>,
}

/// Which pods are scoring: in any of the namespaces, or with all of the labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scoring {
    /// Globs of namespaces.
    pub namespaces: Vec<Located<Arc<str>>>,
    /// Labels of the pod.
    pub labels: BTreeMap<Arc<str>, Located<Arc<str>>>,
}

/// A repository URL that stands for this repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// The `repoURL` of Argo CD sources.
    pub url: Located<Arc<str>>,
    /// The folder of this repository that stands for its root.
    pub path: Option<Located<Arc<str>>>,
}

/// A cluster of the inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: Located<Arc<str>>,
    /// The URL of its API server.
    pub server: Located<Arc<str>>,
    /// The Argo CD project that it is scoped to.
    pub project: Option<Located<Arc<str>>>,
    /// Labels of its secret.
    pub labels: BTreeMap<Arc<str>, Located<Arc<str>>>,
    /// Annotations of its secret.
    pub annotations: BTreeMap<Arc<str>, Located<Arc<str>>>,
    /// What charts see as `.Capabilities.KubeVersion`, and what its objects are checked against.
    pub kubernetes_version: Option<Located<Arc<str>>>,
    /// What charts see as `.Capabilities.APIVersions`.
    pub api_versions: Vec<Located<Arc<str>>>,
}

/// How Argo CD itself is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argocd {
    /// Its version.
    pub version: Option<Located<Arc<str>>>,
    /// The namespace that it runs in.
    pub namespace: Option<Located<Arc<str>>>,
    /// What `kustomize build` is told.
    pub kustomize_build_options: Option<Located<Arc<str>>>,
    /// Whether git file generators glob in the new way.
    pub new_git_file_globbing: Option<Located<bool>>,
    /// The label that marks an application's resources.
    pub application_instance_label_key: Option<Located<Arc<str>>>,
    /// What generators yield that ask something outside of the repository.
    pub generators: Vec<Generator>,
}

/// What generators of one kind yield.
#[derive(Clone, Debug)]
pub struct Generator {
    /// The kind, such as `pullRequest`.
    pub generator: Located<Arc<str>>,
    /// The ApplicationSet; any, where there is none.
    pub application_set: Option<Located<Arc<str>>>,
    /// A map of parameters for each application.
    pub parameters: Vec<Arc<Document>>,
}

impl PartialEq for Generator {
    fn eq(&self, other: &Self) -> bool {
        let text = |set: &Arc<Document>| set.text.slice(set.range).to_vec();
        self.generator == other.generator
            && self.application_set == other.application_set
            && self.parameters.iter().map(text).eq(other.parameters.iter().map(text))
    }
}

impl Eq for Generator {}

/// How a repository uses Terraform, where its files do not show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terraform {
    /// `terraform` or `opentofu`, where one of them alone plans it.
    pub dialect: Option<Located<Arc<str>>>,
    /// Root modules.
    pub roots: Vec<TerraformRoot>,
    /// Modules of other places that lie in this repository.
    pub modules: Vec<TerraformModule>,
    /// What data sources are answered with.
    pub assume: TerraformAssume,
}

/// What data sources of AWS are answered with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerraformAssume {
    /// The partition.
    pub partition: Option<Located<Arc<str>>>,
    /// The region.
    pub region: Option<Located<Arc<str>>>,
    /// Its availability zones.
    pub zones: Vec<Located<Arc<str>>>,
    /// The number of the account.
    pub account_id: Option<Located<Arc<str>>>,
}

/// A root module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerraformRoot {
    /// The folder.
    pub path: Located<Arc<str>>,
    /// Its environments; none where those count that its files show.
    pub environments: Vec<TerraformEnvironment>,
}

/// An environment of a root module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerraformEnvironment {
    /// The name.
    pub name: Located<Arc<str>>,
    /// The files of values, the weakest first.
    pub var_files: Vec<Located<Arc<str>>>,
    /// The workspace.
    pub workspace: Option<Located<Arc<str>>>,
}

/// A module of another place that lies in this repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerraformModule {
    /// What calls name it by.
    pub source: Located<Arc<str>>,
    /// Its version.
    pub version: Option<Located<Arc<str>>>,
    /// The folder.
    pub path: Located<Arc<str>>,
}

/// What the admission webhook does beyond evaluating rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// Names of namespaces in which nothing is refused.
    pub exclude_namespaces: Vec<Located<Arc<str>>>,
    /// Names of users that make pods on behalf of objects that were checked themselves.
    pub controllers: Vec<Located<Arc<str>>>,
    /// Who may get past the rules in an emergency.
    pub break_glass: Option<BreakGlass>,
}

/// Who may get past the rules in an emergency, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BreakGlass {
    /// The groups of users.
    pub groups: Vec<Located<Arc<str>>>,
    /// How many hours ahead the end may lie.
    pub hours: u32,
}

/// The name of a values layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// The name.
    pub name: Located<Arc<str>>,
    /// A glob of values files.
    pub files: Located<Arc<str>>,
}

/// What a finding of a rule does, or that there shall be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingLevel {
    /// The rule is not evaluated.
    Off,
    /// The rule is evaluated at this level.
    On(Level),
}

/// Level and parameters, where they differ from those of a wider scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// The level.
    pub level: Option<Located<SettingLevel>>,
    /// Parameters by name.
    pub params: BTreeMap<Arc<str>, Located<serde_json::Value>>,
}

/// Level and parameters of a rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSettings {
    /// Everywhere.
    pub everywhere: Setting,
    /// What the admission webhook does where the rule can't be evaluated.
    pub on_error: Option<Level>,
    /// In an environment, with the place of its name.
    pub environments: BTreeMap<Arc<str>, Located<Setting>>,
    /// In the namespaces of a glob; the later wins.
    pub namespaces: Vec<(Arc<str>, Setting)>,
}

/// A waiver of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverEntry {
    /// The whole entry.
    pub span: Option<Span>,
    /// The rule.
    pub rule: Located<Arc<str>>,
    /// Patterns `Kind/namespace/name`, or `Kind/name` where there is no namespace.
    pub resources: Vec<Located<Arc<str>>>,
    /// The environments; all of them where it is empty.
    pub environments: Vec<Located<Arc<str>>>,
    /// Why.
    pub reason: Located<Arc<str>>,
    /// By whom.
    pub owner: Located<Arc<str>>,
    /// The ticket.
    pub ticket: Located<Arc<str>>,
    /// The last day on which it holds.
    pub expires: Located<Date>,
}

impl Config {
    /// The same without any level: every rule has that of its severity, with the parameters that are configured.
    #[must_use]
    pub fn without_levels(&self) -> Self {
        let mut config = self.clone();
        config.environments.iter_mut().for_each(|environment| environment.levels.clear());
        for settings in config.rules.values_mut().map(|settings| &mut settings.value) {
            let narrower = settings.environments.values_mut().map(|setting| &mut setting.value);
            let narrower = narrower.chain(settings.namespaces.iter_mut().map(|(_, setting)| setting));
            std::iter::once(&mut settings.everywhere).chain(narrower).for_each(|setting| setting.level = None);
        }
        config
    }

    /// The environment of an application, by its name, namespace and cluster: the first of which everything that it says holds.
    #[must_use]
    pub fn environment_of(&self, application: &str, namespace: &str, cluster: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| {
            let holds = |globs: &[Located<Arc<str>>], text: &str| globs.is_empty() || any_glob(globs, text);
            let says_something =
                !(environment.applications.is_empty() && environment.namespaces.is_empty() && environment.clusters.is_empty());
            says_something
                && holds(&environment.applications, application)
                && holds(&environment.namespaces, namespace)
                && holds(&environment.clusters, cluster)
        })
    }

    /// Whether a path is not to be looked at.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        let is_own =
            |folder: &Located<Arc<str>>| path.strip_prefix(&*folder.value).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        // Fixtures of rules are there to fail.
        self.library.iter().any(is_own)
            || !self.bundles.is_empty() && RepoPath::new(path).is_ok_and(|path| path.is_within(&self.vendored_rules()))
            || self
                .exclude
                .iter()
                .any(|glob| super::glob_matches(&glob.value, path) || super::glob_matches(&format!("{}/**", glob.value), path))
    }

    /// The folder of this repository with bundles of rules.
    #[must_use]
    pub fn vendored_rules(&self) -> RepoPath {
        let given = self.vendored_rules.as_ref().map_or(VENDORED_RULES, |given| &given.value);
        // A path that is none was refused with the configuration.
        RepoPath::new(given).unwrap_or_default()
    }

    /// Whether a path is, or lies in, what has definitions of kinds that are no part of what is deployed.
    #[must_use]
    pub fn is_schema(&self, path: &str) -> bool {
        let is_within =
            |given: &str| path.strip_prefix(given.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.schemas.iter().any(|given| is_within(&given.value))
    }

    /// The name of the layer that a values file belongs to.
    #[must_use]
    pub fn layer_of(&self, path: &str) -> Option<&Arc<str>> {
        self.layers.iter().find(|layer| super::glob_matches(&layer.files.value, path)).map(|layer| &layer.name.value)
    }
}

/// Whether any of the patterns matches.
pub(crate) fn any_glob(globs: &[Located<Arc<str>>], text: &str) -> bool {
    globs.iter().any(|glob| super::glob_matches(&glob.value, text))
}
