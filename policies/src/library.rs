//! Rule folders and the prelude, read from their files.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data, Document, Node, Sources, Text, yaml};
use serde::{Serialize, Serializer};

use crate::{
    Alias, Group, Kind, Operation, OwnFile, Rule, RuleId, Scope, Severity, Target,
    config::{Element, Params},
    rule::SCHEMA,
};

/// The files of `prelude/` and `rules/`, by path.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Where files of a library are that policies for other tools are made of, by the number of their folder.
const FOREIGN: &str = "foreign/";

/// All rules, and the Rego that they share.
#[derive(Clone, Debug, Default)]
pub struct Library {
    rules: Vec<Rule>,
    prelude: Vec<(Arc<str>, Arc<str>)>,
    /// The ids of the whole library, of which `rules` may be a selection.
    ids: Vec<RuleId>,
    /// The parameters of every rule of the whole library.
    params: BTreeMap<Arc<str>, Arc<Params>>,
    /// Whether there may be policies for other tools that nobody could read.
    is_unsure: bool,
    /// Whether rules belong to it that nobody could read.
    is_incomplete: bool,
    /// The ConstraintTemplates that rules were made of.
    templates: Vec<Arc<Document>>,
    /// What the policies for other tools were made of, by path, of each folder of rules.
    foreign: Vec<BTreeMap<String, String>>,
}

/// Why files are no library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// A folder without `rule.rego`.
    #[error("rule {0} has no rule.rego")]
    NoRego(String),
    /// A rule's metadata say too little, too much or the wrong thing.
    #[error("metadata of rule {rule}: {reason}")]
    Metadata {
        /// The rule.
        rule: String,
        /// What is wrong.
        reason: String,
    },
    /// A policy for another tool cannot be made of what was kept of it.
    #[error("{0}")]
    Foreign(String),
    /// A rule was asked for that does not exist.
    #[error("there is no rule {id}{}", nearest.as_ref().map(|nearest| format!(", did you mean {nearest}?")).unwrap_or_default())]
    Unknown {
        /// The id.
        id: String,
        /// The id most like it.
        nearest: Option<String>,
    },
}

impl Library {
    /// The rules that portcullis comes with.
    ///
    /// # Errors
    /// Metadata are wrong, which the tests of this crate rule out.
    pub fn embedded() -> Result<Self, LibraryError> {
        Self::from_files(EMBEDDED.iter().copied())
    }

    /// The rules in files whose paths start with `rules/` or `prelude/`.
    ///
    /// # Errors
    /// A rule has no text or its metadata are wrong.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, LibraryError> {
        let mut prelude = Vec::new();
        let mut folders: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        let mut foreign: BTreeMap<&str, Vec<OwnFile>> = BTreeMap::new();
        let sources = Sources::default();
        for (path, text) in files {
            if path.starts_with("prelude/") && path.ends_with(".rego") {
                prelude.push((Arc::from(path), Arc::from(text)));
            } else if let Some((folder, name)) = path.strip_prefix(FOREIGN).and_then(|rest| rest.split_once('/')) {
                let file = sources.add(path, text.as_bytes());
                foreign.entry(folder).or_default().push(OwnFile { path: name.to_owned(), file });
            } else if let Some((id, name)) = path.strip_prefix("rules/").and_then(|rest| rest.split_once('/')) {
                folders.entry(id).or_default().push((name, text));
            }
        }
        let rules: Vec<Rule> = folders.into_iter().map(|(id, files)| read_rule(id, &files)).collect::<Result<_, _>>()?;
        let ids = rules.iter().map(|rule| rule.id.clone()).collect();
        let params = rules.iter().map(|rule| (Arc::from(rule.id.as_str()), Arc::new(params_of(rule)))).collect();
        let mut library = Self { rules, prelude, ids, params, ..Self::default() };
        for files in foreign.values() {
            let mistakes: Vec<String> = library.add_foreign(files).into_iter().map(|mistake| mistake.message).collect();
            if !mistakes.is_empty() {
                return Err(LibraryError::Foreign(mistakes.join("; ")));
            }
        }
        Ok(library)
    }

    /// What the policies for other tools can be made of again, as files for [`Library::from_files`].
    pub fn foreign_files(&self) -> impl Iterator<Item = (String, &str)> {
        let folders = (0..).zip(&self.foreign);
        folders.flat_map(|(index, texts): (usize, _)| {
            texts.iter().map(move |(path, text): (&String, &String)| (format!("{FOREIGN}{index:03}/{path}"), text.as_str()))
        })
    }

    /// The rules, sorted by id.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The shared Rego files with their paths, sorted by path.
    #[must_use]
    pub fn prelude(&self) -> &[(Arc<str>, Arc<str>)] {
        &self.prelude
    }

    /// The rule of an id.
    ///
    /// # Errors
    /// There is none.
    pub fn rule(&self, id: &str) -> Result<&Rule, LibraryError> {
        let found = self.rules.iter().find(|rule| rule.id.as_str() == id);
        found.ok_or_else(|| LibraryError::Unknown { id: id.to_owned(), nearest: self.nearest(id).map(str::to_owned) })
    }

    /// The parameters of a rule of the whole library, selected or not.
    pub(crate) fn params(&self, id: &str) -> Option<&Params> {
        self.params.get(id).map(Arc::as_ref)
    }

    /// Whether the whole library has a rule of this id.
    pub(crate) fn knows(&self, id: &str) -> bool {
        let is_foreign = || ["gatekeeper/", "conftest/"].iter().any(|source| id.starts_with(source));
        (self.is_unsure && is_foreign()) || self.ids.iter().any(|known| known.as_str() == id)
    }

    /// Whether the whole library has a rule of this id, or may have it among those that nobody could read.
    pub(crate) fn may_know(&self, id: &str) -> bool {
        self.is_incomplete || self.knows(id)
    }

    /// Remembers that rules belong to it that nobody could read: which ones, nobody knows.
    pub fn lack(&mut self) {
        self.is_incomplete = true;
    }

    /// The id most like this one.
    pub(crate) fn nearest(&self, id: &str) -> Option<&str> {
        crate::config::nearest(id, self.ids.iter().map(RuleId::as_str))
    }

    /// Whether what rules share has everything that the library that portcullis comes with has, word for word.
    pub(crate) fn shares_ours(&self) -> bool {
        let mut ours = EMBEDDED.iter().filter(|(path, _)| path.starts_with("prelude/"));
        ours.all(|(path, text)| self.prelude.iter().any(|(known, own)| **known == **path && **own == **text))
    }

    /// Adds Rego that rules share.
    pub(crate) fn share(&mut self, files: impl IntoIterator<Item = (Arc<str>, Arc<str>)>) {
        self.prelude.extend(files);
        self.prelude.sort();
    }

    /// The ConstraintTemplates that rules were made of, whole or not.
    #[must_use]
    pub fn templates(&self) -> &[Arc<Document>] {
        &self.templates
    }

    /// Remembers ConstraintTemplates, and whether something beside them could not be read.
    pub(crate) fn keep(&mut self, templates: Vec<Arc<Document>>, is_unsure: bool) {
        self.is_unsure |= is_unsure;
        self.templates.extend(templates);
    }

    /// Remembers what policies for other tools were made of.
    pub(crate) fn keep_texts(&mut self, texts: BTreeMap<String, String>) {
        if !texts.is_empty() {
            self.foreign.push(texts);
        }
    }

    /// Takes a rule in that is not there yet.
    pub(crate) fn take(&mut self, rule: Rule) {
        self.params.insert(Arc::from(rule.id.as_str()), Arc::new(params_of(&rule)));
        self.note(rule.id.as_str());
        let place = self.rules.partition_point(|known| known.id < rule.id);
        self.rules.insert(place, rule);
    }

    /// Takes a rule out that is known all the same.
    pub(crate) fn leave_out(&mut self, id: &str) {
        self.rules.retain(|rule| rule.id.as_str() != id);
    }

    /// Remembers that there is a rule of this id, be it one that cannot be asked.
    pub(crate) fn note(&mut self, id: &str) {
        if !self.knows(id) {
            self.ids.push(RuleId::new(id));
            self.ids.sort();
        }
    }

    /// The same library without the rules that see a change, for whoever has only one revision.
    #[must_use]
    pub fn without_change(&self) -> Self {
        let rules = self.rules.iter().filter(|rule| rule.scope != Scope::Change).cloned().collect();
        Self { rules, ..self.clone() }
    }

    /// The same library without the policies that were written for other tools, for whoever does not run them.
    #[must_use]
    pub fn without_foreign(&self) -> Self {
        let rules = self.rules.iter().filter(|rule| rule.foreign.is_none()).cloned().collect();
        Self { rules, ..self.clone() }
    }

    /// The same library with those of these rules only that it has, as [`Library::only`] has them; with all of them where none is named.
    #[must_use]
    pub fn known_of(&self, ids: &[String]) -> Self {
        match ids.is_empty() {
            true => self.clone(),
            false => self.named(|id| ids.iter().any(|wanted| wanted == id)),
        }
    }

    /// The same library with these rules only. Who names a rule wants to hear it: none of them is off by itself.
    ///
    /// # Errors
    /// One of them does not exist.
    pub fn only(&self, ids: &[&str]) -> Result<Self, LibraryError> {
        for id in ids {
            self.rule(id)?;
        }
        Ok(self.named(|id| ids.contains(&id)))
    }

    fn named(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        let wanted = self.rules.iter().filter(|rule| is_wanted(rule.id.as_str()));
        Self { rules: wanted.map(on).collect(), ..self.clone() }
    }

    /// The rules of a checklist, each of them on.
    #[must_use]
    pub fn checklist(&self, name: &str) -> Self {
        let listed = self.rules.iter().filter(|rule| rule.checklists.iter().any(|list| **list == *name));
        let rules = listed.map(on).collect();
        Self { rules, ..self.clone() }
    }
}

/// A rule that only the configuration can switch off; what was written for another tool keeps what was said there.
fn on(rule: &Rule) -> Rule {
    Rule { off: rule.off.clone().filter(|_| rule.foreign.is_some()), ..rule.clone() }
}

/// The parameters of a rule, with all that is known of what they may be.
fn params_of(rule: &Rule) -> Params {
    Params::new(&rule.params, &rule.elements, &rule.rego)
}

/// The rule of a folder, by the names of its files below it.
pub(crate) fn read_rule(id: &str, files: &[(&str, &str)]) -> Result<Rule, LibraryError> {
    let file = |wanted: &str| files.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
    let fixtures = |folder: &str| -> Vec<(Arc<str>, Arc<str>)> {
        let in_folder = files.iter().filter_map(|(name, text)| Some((name.strip_prefix(folder)?, *text)));
        in_folder.map(|(name, text)| (Arc::from(name), Arc::from(text))).collect()
    };
    let rego = file("rule.rego").ok_or_else(|| LibraryError::NoRego(id.to_owned()))?;
    let wrong = |reason: String| LibraryError::Metadata { rule: id.to_owned(), reason };
    let metadata = Metadata::read(rego).map_err(wrong)?;
    Ok(Rule {
        id: RuleId::new(id),
        title: metadata.text("title").map_err(wrong)?,
        description: metadata.text("description").map_err(wrong)?,
        severity: metadata.severity().map_err(wrong)?,
        group: metadata.group().map_err(wrong)?,
        aliases: metadata.aliases().map_err(wrong)?,
        checklists: metadata.checklists().map_err(wrong)?,
        off: metadata.off().map_err(wrong)?,
        scope: metadata.scope().map_err(wrong)?,
        target: metadata.target().map_err(wrong)?,
        joins: metadata.joins().map_err(wrong)?,
        operations: metadata.operations().map_err(wrong)?,
        params: metadata.params().map_err(wrong)?,
        elements: metadata.elements().map_err(wrong)?,
        facts: metadata.facts().map_err(wrong)?,
        readme: file("README.md").unwrap_or_default().into(),
        rego: rego.into(),
        passes: fixtures("pass/"),
        fails: fixtures("fail/"),
        span: None,
        foreign: None,
    })
}

/// The facts that a rule may ask for.
const FACTS: [&str; 6] = ["zones", "registries", "scoring", "namespace", NODE_POOLS, SCHEMA];

/// The fact that rendered resources tell.
const NODE_POOLS: &str = "nodePools";

/// The YAML between `# METADATA` and the first line that is no comment.
struct Metadata {
    root: Node,
}

impl Metadata {
    fn read(rego: &str) -> Result<Self, String> {
        let mut lines = rego.lines().skip_while(|line| *line != "# METADATA");
        if lines.next().is_none() {
            return Err("there is no # METADATA".to_owned());
        }
        let mut text = String::new();
        for line in lines.map_while(|line| line.strip_prefix('#')) {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
        let stream = yaml::parse(&Text::nowhere(text.into_bytes()));
        if let Some(error) = stream.error {
            return Err(error.to_string());
        }
        let document = stream.documents.into_iter().next().ok_or("it is empty")?;
        let metadata = Self { root: document.root };
        metadata.only_known()?;
        Ok(metadata)
    }

    fn only_known(&self) -> Result<(), String> {
        let known: [(Option<&Node>, &[&str]); 2] = [
            (Some(&self.root), &["title", "description", "custom"]),
            (
                self.root.get("custom"),
                &[
                    "severity",
                    "group",
                    "like",
                    "off",
                    "checklists",
                    "scope",
                    "target",
                    "joins",
                    "operations",
                    "params",
                    "elements",
                    "facts",
                ],
            ),
        ];
        for (node, keys) in known {
            for entry in node.and_then(Node::as_map).into_iter().flat_map(|map| &map.entries) {
                if !keys.contains(&&*entry.key) {
                    return Err(format!("unknown key {}", entry.key));
                }
            }
        }
        Ok(())
    }

    fn text(&self, key: &str) -> Result<String, String> {
        self.root.get(key).and_then(Node::as_str).map(str::to_owned).ok_or_else(|| format!("{key} is missing"))
    }

    fn custom(&self, key: &str) -> Option<&Node> {
        self.root.at(&["custom", key])
    }

    fn severity(&self) -> Result<Severity, String> {
        match self.custom("severity").and_then(Node::as_str) {
            Some("error") => Ok(Severity::Error),
            Some("warning") => Ok(Severity::Warning),
            _ => Err("custom.severity must be error or warning".to_owned()),
        }
    }

    fn group(&self) -> Result<Group, String> {
        let word = self.custom("group").and_then(Node::as_str);
        let names = || Group::ALL.map(Group::name).join(", ");
        Group::ALL.into_iter().find(|group| Some(group.name()) == word).ok_or_else(|| format!("custom.group must be one of {}", names()))
    }

    fn aliases(&self) -> Result<Vec<Alias>, String> {
        let read = |alias: &Node| Alias::parse(alias.as_str().ok_or("custom.like must be a list of texts")?);
        let mut aliases: Vec<Alias> = self.custom("like").into_iter().flat_map(Node::items).map(read).collect::<Result<_, _>>()?;
        aliases.sort();
        Ok(aliases)
    }

    fn checklists(&self) -> Result<Vec<Arc<str>>, String> {
        let lists = self.custom("checklists").map(Node::items).unwrap_or_default();
        let read = |list: &Node| list.as_str().filter(|list| Rule::CHECKLISTS.contains(list)).map(Arc::from);
        let lists: Option<Vec<Arc<str>>> = lists.iter().map(read).collect();
        lists.ok_or_else(|| format!("custom.checklists must be a list of {}", Rule::CHECKLISTS.join(", ")))
    }

    fn off(&self) -> Result<Option<String>, String> {
        let Some(off) = self.custom("off") else { return Ok(None) };
        let reason = off.as_str().filter(|reason| reason.ends_with('.'));
        reason.map(|reason| Some(reason.to_owned())).ok_or_else(|| "custom.off must say why in a sentence".to_owned())
    }

    fn scope(&self) -> Result<Scope, String> {
        let word = self.custom("scope").and_then(Node::as_str);
        let scope = Scope::ALL.into_iter().find(|scope| Some(scope.name()) == word);
        scope.ok_or_else(|| "custom.scope must be resource, platform or change".to_owned())
    }

    fn target(&self) -> Result<Target, String> {
        if self.scope()? == Scope::Change {
            return match self.custom("target") {
                Some(_) => Err("custom.target is there, but a rule of scope change has none".to_owned()),
                None => Ok(Target::Change),
            };
        }
        let Some(target) = self.custom("target") else { return Err("custom.target is missing".to_owned()) };
        if target.as_str() == Some("pod") {
            return Ok(Target::Pod);
        }
        if target.as_str() == Some("any") {
            // A webhook cannot be asked about kinds that nobody names.
            let is_of_schema = self.facts()?.iter().any(|fact| fact == SCHEMA);
            return is_of_schema
                .then_some(Target::Any)
                .ok_or_else(|| format!("custom.target is any, but only for rules that ask for {SCHEMA}"));
        }
        let kinds: Option<Vec<Kind>> = target.items().iter().map(|kind| kind.as_str().map(Kind::parse)).collect();
        kinds
            .filter(|kinds| !kinds.is_empty())
            .map(Target::Kinds)
            .ok_or_else(|| "custom.target must be pod, any or a list of kinds".to_owned())
    }

    fn joins(&self) -> Result<Vec<Kind>, String> {
        let Some(joins) = self.custom("joins") else { return Ok(Vec::new()) };
        let kinds: Option<Vec<Kind>> = joins.items().iter().map(|kind| kind.as_str().map(Kind::parse)).collect();
        let wrong = || "custom.joins must be a list of kinds, of a rule of scope platform".to_owned();
        kinds.filter(|kinds| !kinds.is_empty() && self.scope() == Ok(Scope::Platform)).ok_or_else(wrong)
    }

    fn operations(&self) -> Result<Vec<Operation>, String> {
        let Some(operations) = self.custom("operations") else { return Ok(vec![Operation::Create, Operation::Update]) };
        let read: Option<Vec<Operation>> = operations.items().iter().map(|word| Operation::parse(word.as_str()?)).collect();
        let wrong = || "custom.operations must be a list of CREATE, UPDATE, DELETE and CONNECT".to_owned();
        read.filter(|operations| !operations.is_empty()).ok_or_else(wrong)
    }

    fn params(&self) -> Result<serde_json::Map<String, serde_json::Value>, String> {
        let Some(params) = self.custom("params") else { return Ok(serde_json::Map::new()) };
        match json(params) {
            serde_json::Value::Object(map) => Ok(map),
            _ => Err("custom.params must be a map".to_owned()),
        }
    }

    fn elements(&self) -> Result<BTreeMap<String, Element>, String> {
        let elements = self.custom("elements").map(Element::read_all).transpose()?.unwrap_or_default();
        let params = self.params()?;
        match elements.keys().find(|name| !params.get(*name).is_some_and(|default| default.is_array() || default.is_object())) {
            Some(name) => Err(format!("custom.elements describes {name}, which is no list or map of custom.params")),
            None => Ok(elements),
        }
    }

    fn facts(&self) -> Result<Vec<String>, String> {
        let facts: Vec<String> =
            self.custom("facts").into_iter().flat_map(Node::items).filter_map(Node::as_str).map(str::to_owned).collect();
        if self.scope()? == Scope::Change && facts.iter().any(|fact| fact == NODE_POOLS) {
            return Err(format!(
                "a rule of scope change cannot ask for {NODE_POOLS}, of which only those are rendered that the change reaches"
            ));
        }
        if self.scope()? != Scope::Resource && facts.iter().any(|fact| fact == SCHEMA) {
            return Err(format!("only a rule of scope resource can ask for {SCHEMA}"));
        }
        match facts.iter().find(|fact| !FACTS.contains(&fact.as_str())) {
            Some(unknown) => Err(format!("there is no fact {unknown}")),
            None => Ok(facts),
        }
    }
}

/// A node as plain JSON, without its places.
#[must_use]
pub fn json(node: &Node) -> serde_json::Value {
    match &node.data {
        Data::Null => serde_json::Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Int(value) => (*value).into(),
        Data::Uint(value) => (*value).into(),
        Data::Float(value) => (*value).into(),
        Data::String(value) => (**value).into(),
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(map) => map.entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect(),
    }
}

/// A node that serializes as [`json`] of it does, without the copy: keys sorted, and of a key that stands twice the last value.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a>(pub &'a Node);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.data {
            Data::Null => serializer.serialize_unit(),
            Data::Bool(value) => serializer.serialize_bool(*value),
            Data::Int(value) => serializer.serialize_i64(*value),
            Data::Uint(value) => serializer.serialize_u64(*value),
            // What is no number in JSON is null.
            Data::Float(value) => serializer.serialize_f64(*value),
            Data::String(value) => serializer.serialize_str(value),
            Data::List(items) => serializer.collect_seq(items.iter().map(Plain)),
            Data::Map(map) => {
                let entries: BTreeMap<&str, Plain<'_>> = map.entries.iter().map(|entry| (&*entry.key, Plain(&entry.value))).collect();
                serializer.collect_map(entries)
            }
        }
    }
}
