//! Chart.yaml.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data, Node, Span, Text};

use crate::{
    decode::{self, DecodeError, Decoder, Field},
    dependency, version,
};

/// The fields of Chart.yaml.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) name: String,
    pub(crate) home: String,
    pub(crate) sources: Vec<String>,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) keywords: Vec<String>,
    pub(crate) maintainers: Vec<Option<Maintainer>>,
    pub(crate) icon: String,
    pub(crate) api_version: String,
    pub(crate) condition: String,
    pub(crate) tags: String,
    pub(crate) app_version: String,
    pub(crate) deprecated: bool,
    pub(crate) annotations: BTreeMap<Arc<str>, String>,
    pub(crate) kube_version: String,
    /// None where Chart.yaml has no such field.
    pub(crate) dependencies: Option<Vec<Option<Dependency>>>,
    pub(crate) kind: String,
}

/// A person of Chart.yaml.
#[derive(Clone, Debug, Default)]
pub(crate) struct Maintainer {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) url: String,
}

/// A dependency that Chart.yaml declares.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) repository: String,
    pub(crate) condition: String,
    pub(crate) tags: Vec<String>,
    pub(crate) enabled: bool,
    pub(crate) import_values: Vec<Import>,
    /// `import-values` as Go would write it, nothing where there is none.
    pub(crate) import_values_json: Vec<u8>,
    pub(crate) alias: String,
    /// The entry.
    pub(crate) place: Option<Span>,
}

/// An item of `import-values`.
#[derive(Clone, Debug)]
pub(crate) enum Import {
    /// The key below the child's `exports`, whose values go to the parent's root.
    Export(String),
    /// The key in the child and the key in the parent.
    Keys {
        /// In the child.
        child: String,
        /// In the parent.
        parent: String,
    },
}

impl Metadata {
    /// Reads the text of Chart.yaml, or of requirements.yaml over it.
    pub(crate) fn read(&mut self, text: &Text) -> Result<(), DecodeError> {
        let Some(document) = decode::parse_map(text, "chart.Metadata")? else { return Ok(()) };
        let mut decoder = Decoder::default();
        self.fill(&mut decoder, &document.root, text);
        decoder.finish()
    }

    fn fill(&mut self, decoder: &mut Decoder, root: &Node, text: &Text) {
        let strings: [(&str, &mut String); 11] = [
            ("name", &mut self.name),
            ("home", &mut self.home),
            ("version", &mut self.version),
            ("description", &mut self.description),
            ("icon", &mut self.icon),
            ("apiVersion", &mut self.api_version),
            ("condition", &mut self.condition),
            ("tags", &mut self.tags),
            ("appVersion", &mut self.app_version),
            ("kubeVersion", &mut self.kube_version),
            ("type", &mut self.kind),
        ];
        for (key, slot) in strings {
            if let Some(node) = decode::field(root, key) {
                *slot = decoder.string(Some(node), place(key));
            }
        }
        for (key, slot) in [("sources", &mut self.sources), ("keywords", &mut self.keywords)] {
            if let Some(node) = decode::field(root, key) {
                *slot = decoder.strings(Some(node), place(key));
            }
        }
        if let Some(node) = decode::field(root, "deprecated") {
            self.deprecated = decoder.boolean(Some(node), place("deprecated"));
        }
        if let Some(node) = decode::field(root, "annotations") {
            self.annotations = decoder.string_map(Some(node), place("annotations"));
        }
        if let Some(items) = decoder.items(decode::field(root, "maintainers"), place("maintainers"), "[]*chart.Maintainer") {
            self.maintainers = items.iter().map(|item| maintainer(decoder, item)).collect();
        }
        if let Some(dependencies) = dependencies(decoder, root, text) {
            self.dependencies = Some(dependencies);
        }
    }

    /// Cleans the texts and checks what Helm checks; the error is its message.
    pub(crate) fn validate(&mut self) -> Result<(), String> {
        for text in [&mut self.name, &mut self.description, &mut self.home, &mut self.icon, &mut self.condition] {
            clean(text);
        }
        for text in [&mut self.tags, &mut self.app_version, &mut self.kube_version] {
            clean(text);
        }
        self.sources.iter_mut().chain(&mut self.keywords).for_each(clean);
        self.check().map_err(|fault| format!("validation: {fault}"))
    }

    fn check(&mut self) -> Result<(), String> {
        if self.api_version.is_empty() {
            return Err("chart.metadata.apiVersion is required".to_owned());
        }
        let name = &self.name;
        if name.is_empty() {
            return Err("chart.metadata.name is required".to_owned());
        }
        if name == "." || name == ".." {
            return Err(format!("chart.metadata.name {name:?} is not allowed"));
        }
        if name.contains('/') {
            return Err(format!("chart.metadata.name {name:?} is invalid"));
        }
        if self.version.is_empty() {
            return Err("chart.metadata.version is required".to_owned());
        }
        if !version::is_version(&self.version) {
            return Err(format!("chart.metadata.version {:?} is invalid", self.version));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return Err("chart.metadata.type must be application or library".to_owned());
        }
        for maintainer in &mut self.maintainers {
            let Some(person) = maintainer else { return Err("maintainers must not contain empty or null nodes".to_owned()) };
            [&mut person.name, &mut person.email, &mut person.url].into_iter().for_each(clean);
        }
        self.check_dependencies()
    }

    fn check_dependencies(&mut self) -> Result<(), String> {
        let mut seen: Vec<String> = Vec::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            let Some(dependency) = dependency else { return Err("dependencies must not contain empty or null nodes".to_owned()) };
            let texts = [&mut dependency.name, &mut dependency.version, &mut dependency.repository, &mut dependency.condition];
            texts.into_iter().chain(&mut dependency.tags).for_each(clean);
            let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
            if !dependency.alias.chars().all(allowed) {
                return Err(format!("dependency {:?} has disallowed characters in the alias", dependency.name));
            }
            let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if seen.contains(key) {
                return Err(format!("more than one dependency with name or alias {key:?}"));
            }
            seen.push(key.clone());
        }
        Ok(())
    }
}

fn place(path: &str) -> Field<'_> {
    Field { owner: "Metadata", path }
}

fn maintainer(decoder: &mut Decoder, node: &Node) -> Option<Maintainer> {
    match &node.data {
        Data::Null => None,
        Data::Map(_) => {
            let mut text = |key: &str| {
                let path = format!("maintainers.{key}");
                decoder.string(decode::field(node, key), Field { owner: "Maintainer", path: &path })
            };
            Some(Maintainer { name: text("name"), email: text("email"), url: text("url") })
        }
        Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) => {
            decoder.misfit(node, place("maintainers"), "chart.Maintainer");
            Some(Maintainer::default())
        }
    }
}

/// The `dependencies` of Chart.yaml or Chart.lock.
pub(crate) fn dependencies(decoder: &mut Decoder, root: &Node, text: &Text) -> Option<Vec<Option<Dependency>>> {
    let items = decoder.items(decode::field(root, "dependencies"), place("dependencies"), "[]*chart.Dependency")?;
    Some(items.iter().map(|item| dependency(decoder, item, text)).collect())
}

fn dependency(decoder: &mut Decoder, node: &Node, whole: &Text) -> Option<Dependency> {
    match &node.data {
        Data::Null => None,
        Data::Map(_) => {
            let mut text = |key: &str| {
                let path = format!("dependencies.{key}");
                decoder.string(decode::field(node, key), Field { owner: "Dependency", path: &path })
            };
            let (name, version, repository) = (text("name"), text("version"), text("repository"));
            let (condition, alias) = (text("condition"), text("alias"));
            let tags = decoder.strings(decode::field(node, "tags"), Field { owner: "Dependency", path: "dependencies.tags" });
            let enabled = decoder.boolean(decode::field(node, "enabled"), Field { owner: "Dependency", path: "dependencies.enabled" });
            let imports = Field { owner: "Dependency", path: "dependencies.import-values" };
            let imports = decoder.items(decode::field(node, "import-values"), imports, "[]interface {}").unwrap_or_default();
            let import_values = imports.iter().filter_map(import).collect();
            let (import_values_json, place) = (dependency::list_as_json(imports), whole.span(node.range));
            Some(Dependency { name, version, repository, condition, tags, enabled, import_values, import_values_json, alias, place })
        }
        Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) => {
            decoder.misfit(node, place("dependencies"), "chart.Dependency");
            Some(Dependency::default())
        }
    }
}

/// Items of other types than string and map are passed over, as Helm does.
fn import(node: &Node) -> Option<Import> {
    match &node.data {
        Data::String(text) => Some(Import::Export(text.to_string())),
        Data::Map(map) => {
            let text = |key: &str| map.get(key).and_then(|node| decode::scalar_text(&node.data)).unwrap_or_else(|| "<nil>".to_owned());
            Some(Import::Keys { child: text("child"), parent: text("parent") })
        }
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::List(_) => None,
    }
}

/// Turns white space into spaces and drops what can't be printed.
fn clean(text: &mut String) {
    let keep = |character: char| match character {
        character if character.is_whitespace() => Some(' '),
        character if character.is_control() || is_invisible(character) => None,
        character => Some(character),
    };
    *text = text.chars().filter_map(keep).collect();
}

/// Format characters and private use, which Go counts as not printable.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..)
}
