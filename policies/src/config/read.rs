//! A configuration file to its values.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data, Document, Node, Range, RepoPath, SourceFile, Text, yaml};

use super::{
    Admission, Argocd, BreakGlass, Cluster, Config, ConfigError, Environment, Generator, Layer, Located, Registry, Repository,
    RuleSettings, Scoring, Setting, SettingLevel, WaiverEntry,
    error::nearest,
    glob::glob_fault,
    hint, library,
    shape::{self, SCHEMA},
};
use crate::{Date, Level};

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of its text.
    pub fn parse(file: &SourceFile) -> Result<Self, Vec<ConfigError>> {
        let stream = yaml::parse(&Text::of_file(file));
        let fail = |message: String, span, hint: Option<&str>| Err(vec![ConfigError { message, span, hint: hint.map(str::to_owned) }]);
        if let Some(error) = stream.error {
            let span = Text::of_file(file).span(error.range);
            // The line that go-yaml names may be another than the one that the place names.
            let cause = error.message.trim_start_matches("yaml: ");
            let cause = cause.strip_prefix("line ").and_then(|rest| rest.split_once(": ")).map_or(cause, |(_, cause)| cause);
            return fail(format!("the configuration is no YAML: {cause}"), span, Some(hint::broken_yaml(cause)));
        }
        let [document] = stream.documents.as_slice() else {
            let message = format!("the configuration has {} documents, not one", stream.documents.len());
            let second = stream.documents.get(1).and_then(|second| shape::span(second, second.root.range));
            let hint = if second.is_some() { "join them: take out the --- between them" } else { "it starts with version: 1" };
            return fail(message, second.or(Some(file.span())), Some(hint));
        };
        let schema: serde_json::Value = match serde_json::from_str(SCHEMA) {
            Ok(schema) => schema,
            Err(error) => {
                return fail(
                    format!("the schema of the configuration is broken: {error}"),
                    None,
                    Some("this is a fault of the build; take another"),
                );
            }
        };
        let mut errors = shape::check(document, &schema);
        errors.extend(stream.repeated.iter().map(|key| twice(document, *key)));
        errors.sort_by_key(|error| error.span.map(|span| span.start));
        if !errors.is_empty() {
            return Err(errors);
        }
        let reader = Reader { document };
        let mut config = reader.config();
        let (bundles, mut errors) = library::bundles(document);
        config.bundles = bundles;
        errors.extend(config.contradictions());
        errors.sort_by_key(|error| error.span.map(|span| span.start));
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }

    /// What no schema can say: names that are taken twice, patterns that match nothing, and names of environments that there are not.
    fn contradictions(&self) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        let mut names: Vec<&str> = self.environments.iter().map(|environment| &*environment.name.value).collect();
        for (index, environment) in self.environments.iter().enumerate() {
            if names.iter().take(index).any(|name| *name == &*environment.name.value) {
                let message = format!("environment {} is there twice", environment.name.value);
                let hint = Some("join the two, or rename one".to_owned());
                errors.push(ConfigError { message, span: environment.name.span, hint });
            }
        }
        for (index, zone) in self.zones.iter().enumerate() {
            if self.zones.iter().take(index).any(|before| before.value == zone.value) {
                let message = format!("zone {} is there twice", zone.value);
                errors.push(ConfigError { message, span: zone.span, hint: Some("name every zone once".to_owned()) });
            }
        }
        for glob in self.exclude.iter().chain(self.layers.iter().map(|layer| &layer.files)) {
            if let Some((fault, hint)) = glob_fault(&glob.value) {
                let message = format!("pattern {:?} {fault}", glob.value);
                errors.push(ConfigError { message, span: glob.span, hint: Some(hint.to_owned()) });
            }
        }
        for folder in &self.library {
            if let Err(error) = RepoPath::new(&folder.value) {
                let hint = Some("name a folder of this repository, from its root".to_owned());
                errors.push(ConfigError { message: format!("library: {error}"), span: folder.span, hint });
            }
        }
        errors.extend(self.vendored_rules_fault());
        errors.extend(self.terraform.faults());
        for path in self.repositories.iter().filter_map(|repository| repository.path.as_ref()) {
            if let Err(error) = RepoPath::new(&path.value) {
                let hint = Some("name a folder of this repository, from its root; leave path out for the root itself".to_owned());
                errors.push(ConfigError { message: format!("repositories: {error}"), span: path.span, hint });
            }
        }
        names.dedup();
        errors.extend(self.unknown_environments(&names));
        errors
    }

    /// What is wrong with the folder of bundles.
    fn vendored_rules_fault(&self) -> Option<ConfigError> {
        let given = self.vendored_rules.as_ref()?;
        let fault = match RepoPath::new(&given.value) {
            Ok(path) if path.as_str().is_empty() => " is the repository itself".to_owned(),
            Ok(_) => return None,
            Err(error) => format!(": {error}"),
        };
        let hint = Some("name a folder of this repository, from its root, such as vendor/rules".to_owned());
        Some(ConfigError { message: format!("dependencies.rules{fault}"), span: given.span, hint })
    }

    /// The environments that rules and waivers name and that there are not.
    fn unknown_environments(&self, names: &[&str]) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        if names.is_empty() {
            return errors;
        }
        let in_rules = self.rules.values().flat_map(|rule| rule.value.environments.iter().map(|(name, setting)| (name, setting.span)));
        let in_waivers = self.waivers.iter().flat_map(|waiver| waiver.environments.iter().map(|name| (&name.value, name.span)));
        for (name, span) in in_rules.chain(in_waivers) {
            if !names.contains(&&**name) {
                let near = nearest(name, names.iter().copied()).map(|name| format!("did you mean {name}?"));
                let hint = near.unwrap_or_else(|| format!("name one of {}", names.join(", ")));
                errors.push(ConfigError { message: format!("there is no environment {name}"), span, hint: Some(hint) });
            }
        }
        errors
    }
}

/// How many hours ahead the end of an emergency may lie where nobody says.
const BREAK_GLASS_HOURS: u32 = 4;

type Texts = BTreeMap<Arc<str>, Located<Arc<str>>>;

/// What is said of a key that stands in its map before: only the last one would count.
fn twice(document: &Document, key: Range) -> ConfigError {
    let name = String::from_utf8_lossy(document.text.slice(key)).into_owned();
    let hint = Some("join the two: of a key that stands there twice only the last would count".to_owned());
    ConfigError { message: format!("{name} is there twice"), span: shape::span(document, key), hint }
}

/// Takes a document apart that has the shape of the schema.
pub(super) struct Reader<'a> {
    document: &'a Document,
}

impl Reader<'_> {
    fn config(&self) -> Config {
        let root = &self.document.root;
        let list = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
        Config {
            environments: list("environments").iter().map(|node| self.environment(node)).collect(),
            kubernetes_version: self.some_text(root, "kubernetesVersion"),
            schemas: self.texts(root, "schemas"),
            zones: self.texts(root, "zones"),
            registries: list("registries")
                .iter()
                .map(|node| Registry { account: self.text(node, "account"), region: self.text(node, "region") })
                .collect(),
            scoring: root.get("scoring").map(|node| self.scoring(node)).unwrap_or_default(),
            repositories: list("repositories")
                .iter()
                .map(|node| Repository { url: self.text(node, "url"), path: self.some_text(node, "path") })
                .collect(),
            clusters: list("clusters").iter().map(|node| self.cluster(node)).collect(),
            argocd: root.get("argocd").map(|node| self.argocd(node)).unwrap_or_default(),
            layers: list("layers").iter().map(|node| Layer { name: self.text(node, "name"), files: self.text(node, "files") }).collect(),
            exclude: self.texts(root, "exclude"),
            mirror: root.get("dependencies").and_then(|node| self.some_text(node, "mirror")),
            terraform: root.get("terraform").map(|node| self.terraform(node)).unwrap_or_default(),
            admission: root.get("admission").map(|node| self.admission(node)).unwrap_or_default(),
            vendored_rules: root.get("dependencies").and_then(|node| self.some_text(node, "rules")),
            library: self.texts(root, "library"),
            bundles: Vec::new(),
            rules: self.map(root.get("rules"), |node| self.rule(node)),
            waivers: list("waivers").iter().map(|node| self.waiver(node)).collect(),
        }
    }

    fn environment(&self, node: &Node) -> Environment {
        Environment {
            name: self.text(node, "name"),
            applications: self.texts(node, "applications"),
            namespaces: self.texts(node, "namespaces"),
            clusters: self.texts(node, "clusters"),
            kubernetes_version: self.some_text(node, "kubernetesVersion"),
            levels: self.map(node.get("levels"), level),
        }
    }

    fn scoring(&self, node: &Node) -> Scoring {
        Scoring { namespaces: self.texts(node, "namespaces"), labels: self.text_map(node, "labels") }
    }

    fn cluster(&self, node: &Node) -> Cluster {
        Cluster {
            name: self.text(node, "name"),
            server: self.text(node, "server"),
            project: self.some_text(node, "project"),
            labels: self.text_map(node, "labels"),
            annotations: self.text_map(node, "annotations"),
            kubernetes_version: self.some_text(node, "kubernetesVersion"),
            api_versions: self.texts(node, "apiVersions"),
        }
    }

    fn argocd(&self, node: &Node) -> Argocd {
        let globbing = node.get("newGitFileGlobbing").map(|value| self.located(value, matches!(value.data, Data::Bool(true))));
        Argocd {
            version: self.some_text(node, "version"),
            namespace: self.some_text(node, "namespace"),
            kustomize_build_options: self.some_text(node, "kustomizeBuildOptions"),
            new_git_file_globbing: globbing,
            application_instance_label_key: self.some_text(node, "applicationInstanceLabelKey"),
            generators: node.get("generators").map(Node::items).unwrap_or_default().iter().map(|node| self.generator(node)).collect(),
        }
    }

    fn generator(&self, node: &Node) -> Generator {
        let alone = |node: &Node| {
            Arc::new(Document { text: self.document.text.clone(), root: node.clone(), range: node.range, comments: Vec::new() })
        };
        Generator {
            generator: self.text(node, "generator"),
            application_set: self.some_text(node, "applicationSet"),
            parameters: node.get("parameters").map(Node::items).unwrap_or_default().iter().map(alone).collect(),
        }
    }

    fn admission(&self, node: &Node) -> Admission {
        let break_glass = |node: &Node| {
            let hours = match node.get("hours").map(|hours| &hours.data) {
                Some(Data::Int(hours)) => u32::try_from(*hours).unwrap_or(BREAK_GLASS_HOURS),
                _ => BREAK_GLASS_HOURS,
            };
            BreakGlass { groups: self.texts(node, "groups"), hours }
        };
        Admission {
            exclude_namespaces: self.texts(node, "excludeNamespaces"),
            controllers: self.texts(node, "controllers"),
            break_glass: node.get("breakGlass").map(break_glass),
        }
    }

    fn rule(&self, node: &Node) -> RuleSettings {
        let namespaces = node.get("namespaces").and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
        RuleSettings {
            everywhere: self.setting(node),
            on_error: node.get("onError").and_then(Node::as_str).map(|word| if word == "deny" { Level::Deny } else { Level::Warn }),
            environments: self.map(node.get("environments"), |node| self.setting(node)),
            namespaces: namespaces.map(|entry| (Arc::clone(&entry.key), self.setting(&entry.value))).collect(),
        }
    }

    fn setting(&self, node: &Node) -> Setting {
        Setting {
            level: node.get("level").map(|node| self.located(node, level(node))),
            params: self.map(node.get("params"), crate::library::json),
        }
    }

    fn waiver(&self, node: &Node) -> WaiverEntry {
        let expires = self.text(node, "expires");
        WaiverEntry {
            span: shape::span(self.document, node.range),
            rule: self.text(node, "rule"),
            resources: self.texts(node, "resources"),
            environments: self.texts(node, "environments"),
            reason: self.text(node, "reason"),
            owner: self.text(node, "owner"),
            ticket: self.text(node, "ticket"),
            // The schema has checked the day; were it not one, the waiver would be long expired.
            expires: Located { value: Date::parse(&expires.value).unwrap_or(Date::from_unix_seconds(0)), span: expires.span },
        }
    }

    fn located<T>(&self, node: &Node, value: T) -> Located<T> {
        Located { value, span: shape::span(self.document, node.range) }
    }

    pub(super) fn text(&self, node: &Node, key: &str) -> Located<Arc<str>> {
        self.some_text(node, key).unwrap_or_else(|| Located { value: Arc::from(""), span: None })
    }

    pub(super) fn some_text(&self, node: &Node, key: &str) -> Option<Located<Arc<str>>> {
        let node = node.get(key)?;
        Some(self.located(node, Arc::from(node.as_str()?)))
    }

    pub(super) fn texts(&self, node: &Node, key: &str) -> Vec<Located<Arc<str>>> {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| Some(self.located(item, Arc::from(item.as_str()?)))).collect()
    }

    fn text_map(&self, node: &Node, key: &str) -> Texts {
        self.map(node.get(key), |node| Arc::from(node.as_str().unwrap_or_default()))
    }

    fn map<T>(&self, node: Option<&Node>, read: impl Fn(&Node) -> T) -> BTreeMap<Arc<str>, Located<T>> {
        let entries = node.and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
        entries
            .map(|entry| {
                let span = shape::span(self.document, entry.key_range);
                (Arc::clone(&entry.key), Located { value: read(&entry.value), span })
            })
            .collect()
    }
}

fn level(node: &Node) -> SettingLevel {
    match node.as_str() {
        Some("deny") => SettingLevel::On(Level::Deny),
        Some("warn") => SettingLevel::On(Level::Warn),
        _ => SettingLevel::Off,
    }
}
