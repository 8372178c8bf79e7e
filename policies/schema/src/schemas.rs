//! Everything that is known of the kinds of one repository, and what it says against its objects.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::{Config, Context, Faults, InvalidField, Lifecycle, Resource, config::nearest};
use portcullis_source::{Document, Node, Step};

use crate::{
    custom::Custom,
    kubernetes::{Kubernetes, group_of},
    lifecycle::Life,
    server,
    version::Minor,
    walk::{Reading, Walk},
};

/// Where SOPS says how it has encrypted a file.
const SOPS: &str = "sops";

/// What it encrypts of a Secret.
const ENCRYPTED: [&str; 2] = ["data", "stringData"];

/// Everything that is known of the kinds of a repository: what Kubernetes serves in its versions, and what its CustomResourceDefinitions say.
#[derive(Clone, Debug)]
pub struct Schemas {
    kubernetes: &'static Kubernetes,
    versions: Versions,
    custom: Definitions,
}

/// What definitions say, by group and kind.
type Definitions = BTreeMap<(Arc<str>, Arc<str>), Vec<Arc<Custom>>>;

/// Which version of Kubernetes objects are for.
#[derive(Clone, Debug, Default)]
struct Versions {
    everywhere: Option<Minor>,
    environments: BTreeMap<Arc<str>, Minor>,
    /// By name and by address.
    clusters: BTreeMap<Arc<str>, Minor>,
}

impl Versions {
    fn of(config: &Config) -> Self {
        let read = |text: &Option<portcullis_policies::config::Located<Arc<str>>>| text.as_ref().and_then(|text| Minor::parse(&text.value));
        let environments = config.environments.iter().filter_map(|one| Some((Arc::clone(&one.name.value), read(&one.kubernetes_version)?)));
        let clusters = config.clusters.iter().flat_map(|one| {
            let minor = read(&one.kubernetes_version);
            [&one.name, &one.server].into_iter().filter_map(move |name| Some((Arc::clone(&name.value), minor?)))
        });
        Self { everywhere: read(&config.kubernetes_version), environments: environments.collect(), clusters: clusters.collect() }
    }

    fn get(&self, context: &Context) -> Option<Minor> {
        let cluster = context.cluster.as_ref().and_then(|name| self.clusters.get(name));
        let environment = || context.environment.as_ref().and_then(|name| self.environments.get(name));
        // What says nothing of where it goes may go everywhere.
        cluster.or_else(environment).copied().or(self.everywhere).or_else(|| self.all().into_iter().next())
    }

    fn all(&self) -> BTreeSet<Minor> {
        self.environments.values().chain(self.clusters.values()).copied().chain(self.everywhere).collect()
    }
}

/// The group and kind of definitions of other kinds.
const DEFINITION: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

/// Kinds that look like objects of the core group, and are files that programs read.
const FILES: [(&str, &str); 1] = [("v1", "Config")];

impl Schemas {
    /// What Kubernetes serves, in the versions that a configuration names.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { kubernetes: Kubernetes::recorded(), versions: Versions::of(config), custom: BTreeMap::new() }
    }

    /// Adds the definitions among some resources.
    pub fn learn<'a>(&mut self, resources: impl IntoIterator<Item = &'a Resource>) {
        let is_definition = |resource: &&Resource| (resource.group(), &*resource.identity.kind) == DEFINITION;
        for resource in resources.into_iter().filter(is_definition) {
            self.learn_at(&resource.document, &resource.base);
        }
    }

    /// Adds the definition that a document holds, if it holds one.
    pub fn learn_document(&mut self, document: &Arc<Document>) {
        let is =
            |key: &str, word: &str| document.root.get(key).and_then(|value| value.as_str()).is_some_and(|text| group_or_all(text) == word);
        if is("apiVersion", DEFINITION.0) && is("kind", DEFINITION.1) {
            self.learn_at(document, &[]);
        }
    }

    fn learn_at(&mut self, document: &Arc<Document>, base: &[Step]) {
        for custom in Custom::read(document, base) {
            self.custom.entry((Arc::clone(&custom.group), Arc::clone(&custom.kind))).or_default().push(Arc::new(custom));
        }
    }

    /// Tells of each resource what is said against it.
    pub fn annotate(&self, resources: &mut [Resource]) {
        for resource in resources {
            resource.faults = self.check(resource).map(Arc::new);
        }
    }

    /// What is said where a version is not recorded that the configuration names.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let unrecorded = self.versions.all().into_iter().filter(|minor| self.kubernetes.nearest(*minor) != *minor);
        let note = |minor: Minor| {
            let known: Vec<String> = self.kubernetes.versions().map(|(minor, _)| minor.to_string()).collect();
            let nearest = self.kubernetes.nearest(minor);
            format!("no schemas are recorded of Kubernetes {minor}, so those of {nearest} were taken; recorded are {}", known.join(", "))
        };
        unrecorded.map(note).collect()
    }

    /// What is said against a resource; nothing where it is as it must be.
    #[must_use]
    pub fn check(&self, resource: &Resource) -> Option<Faults> {
        let wanted = self.versions.get(&resource.context).unwrap_or_else(|| self.kubernetes.newest());
        let mut faults = self.faults(resource, wanted)?;
        faults.version = wanted.to_string();
        faults.kind = format!("{} {}", resource.identity.api_version, resource.identity.kind);
        faults.unknown.sort();
        (!faults.is_empty()).then_some(faults)
    }

    fn faults(&self, resource: &Resource, wanted: Minor) -> Option<Faults> {
        let (version, kind) = (&*resource.identity.api_version, &*resource.identity.kind);
        let node = resource.node()?;
        if FILES.contains(&(version, kind)) {
            return None;
        }
        let minor = self.kubernetes.nearest(wanted);
        if let Some(custom) = self.custom.get(&(Arc::from(resource.group()), Arc::clone(&resource.identity.kind))) {
            return Some(self.custom(resource, custom, minor));
        }
        let Some(shape) = self.kubernetes.shape(version, kind, minor) else {
            return Some(self.unserved(version, kind, wanted));
        };
        let mut walk = Walk::new(self.kubernetes, minor, Reading::Typed);
        walk.object(node, shape);
        let mut faults = walk.faults;
        if is_encrypted(node) {
            faults.unknown.retain(|field| field.at != [Step::Key(SOPS.into())]);
            faults.invalid.retain(|field| !field.at.first().and_then(Step::key).is_some_and(|key| ENCRYPTED.contains(&&**key)));
        }
        if faults.invalid.is_empty() {
            faults.invalid = server::refusals(node, version, kind, self.kubernetes.scope(version, kind, minor));
        }
        faults.deprecated =
            Life::of(version, kind).filter(|life| life.deprecated <= wanted).map(|life| self.told(life, (version, kind), wanted));
        Some(faults)
    }

    /// The end of a kind; where nobody says what takes its place, it is another version of the same.
    fn told(&self, life: Life, (version, kind): (&str, &str), wanted: Minor) -> Lifecycle {
        let mut told = life.told(wanted);
        if told.instead.is_none() {
            let minor = self.kubernetes.nearest(wanted);
            let same = self.kubernetes.kinds(minor).filter(|(other, known)| *known == kind && group_of(other) == group_of(version));
            let lasting = |other: &str| Life::of(other, kind).is_none();
            told.instead = same.map(|(other, _)| other).find(|other| lasting(other)).map(|other| format!("{other} {kind}"));
        }
        told
    }

    /// What the definition of a kind says; where several are in sight, the one that says least.
    fn custom(&self, resource: &Resource, all: &[Arc<Custom>], minor: Minor) -> Faults {
        let version = resource.identity.api_version.rsplit('/').next().unwrap_or_default();
        let Some(node) = resource.node() else { return Faults::default() };
        let told = |custom: &Arc<Custom>| {
            let instead = || served(all).next().map(|other| format!("{}/{} {}", other.group, other.version, other.kind));
            if !custom.served {
                return Faults { removed: Some(Lifecycle { instead: instead(), ..Lifecycle::default() }), ..Faults::default() };
            }
            let mut faults = custom.check(node, self.kubernetes, minor);
            faults.deprecated.clone_from(&custom.deprecated);
            faults
        };
        let found = all.iter().filter(|custom| *custom.version == *version).map(told);
        found.min_by_key(|faults| (faults.removed.is_some(), faults.count(), faults.unchecked.is_some())).unwrap_or_else(|| {
            let known: BTreeSet<&str> = served(all).map(|custom| &*custom.version).collect();
            let known: Vec<&str> = known.into_iter().collect();
            let reason = format!("is {}, but its CustomResourceDefinition serves {}", resource.identity.api_version, known.join(", "));
            refused("apiVersion", reason)
        })
    }

    /// What is said of a kind that the recorded version does not serve.
    fn unserved(&self, version: &str, kind: &str, wanted: Minor) -> Faults {
        let group = group_of(version);
        if !self.kubernetes.has_group(group) && Life::of(version, kind).is_none() {
            let reason = format!("no CustomResourceDefinition of {kind}.{} is in sight", if group.is_empty() { "core" } else { group });
            return Faults { unchecked: Some(reason), ..Faults::default() };
        }
        let minor = self.kubernetes.nearest(wanted);
        let life = Life::of(version, kind);
        if let Some(life) = life {
            let is_gone = life.removed.is_some_and(|removed| removed <= wanted);
            if is_gone {
                return Faults { removed: Some(self.told(life, (version, kind), wanted)), ..Faults::default() };
            }
            if life.introduced > wanted {
                return refused(
                    "apiVersion",
                    format!("is {version}, of which Kubernetes serves {kind} from {} on, and this is for {wanted}", life.introduced),
                );
            }
        }
        if minor != wanted {
            let deprecated = life.filter(|life| life.deprecated <= wanted).map(|life| self.told(life, (version, kind), wanted));
            let reason = format!("no schema of {version} {kind} is recorded for Kubernetes {wanted}");
            return Faults { unchecked: Some(reason), deprecated, ..Faults::default() };
        }
        let known = self.kubernetes.minors(version, kind);
        if let Some(first) = known.iter().find(|known| **known > minor && known.0 > 0) {
            return refused(
                "apiVersion",
                format!("is {version}, of which Kubernetes serves {kind} from {first} on, and this is for {wanted}"),
            );
        }
        let same: Vec<&str> = self.kubernetes.kinds(minor).filter(|(_, known)| *known == kind).map(|(version, _)| version).collect();
        if let Some(own) = same.iter().find(|known| group_of(known) == group) {
            let instead = Some(format!("{own} {kind}"));
            return Faults { removed: Some(Lifecycle { instead, ..Lifecycle::default() }), ..Faults::default() };
        }
        if let Some(other) = same.first() {
            return refused("apiVersion", format!("is {version}, but {kind} is a kind of {other}"));
        }
        let names = self.kubernetes.kinds(minor).filter(|(own, _)| *own == version).map(|(_, known)| known);
        let near = nearest(kind, names).map(|near| format!(", did you mean {near}?")).unwrap_or_default();
        refused("kind", format!("is {kind}, which is no kind of {version}{near}"))
    }
}

fn served(all: &[Arc<Custom>]) -> impl Iterator<Item = &Arc<Custom>> {
    all.iter().filter(|custom| custom.served)
}

fn refused(field: &str, reason: String) -> Faults {
    Faults { invalid: vec![InvalidField { at: vec![Step::Key(field.into())], reason }], ..Faults::default() }
}

/// The group of an `apiVersion`, or a kind as it is.
fn group_or_all(text: &str) -> &str {
    text.split_once('/').map_or(text, |(group, _)| group)
}

/// Tells of resources that know nothing but each other what is said against them.
pub fn tell(config: &Config, resources: &mut [Resource]) {
    let mut schemas = Schemas::new(config);
    schemas.learn(&*resources);
    schemas.annotate(resources);
}

/// Whether SOPS has encrypted an object where it lies: its own digest of the file stands beside. What is deployed is what somebody decrypts it to.
fn is_encrypted(object: &Node) -> bool {
    object.at(&[SOPS, "mac"]).and_then(Node::as_str).is_some_and(|digest| digest.starts_with("ENC["))
}
