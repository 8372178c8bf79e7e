//! The files of a folder that are no rules of ours: what Gatekeeper and conftest would read of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Document, Node, SourceFile, Text, yaml};

use super::{conftest, constraint, template::Template};
use crate::{ConfigError, OwnFile, Rule, own::at};

/// An object in a file.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its path below the folder.
    pub(super) path: String,
    pub(super) file: Arc<SourceFile>,
    pub(super) document: Arc<Document>,
}

impl Found {
    /// A mistake at a node.
    pub(super) fn wrong(&self, node: &Node, message: String, hint: &str) -> ConfigError {
        ConfigError { message, span: self.document.text.span(node.range), hint: Some(hint.to_owned()) }
    }

    /// A mistake on a line of a text that is a node.
    pub(super) fn wrong_in(&self, node: &Node, line: usize, message: String, hint: &str) -> ConfigError {
        let text = self.document.text.slice(node.range);
        // The text of a block begins below its sign.
        let head = usize::from(matches!(text.first(), Some(b'|' | b'>')));
        let first = self.document.text.line(node.range.start) as usize;
        at(&self.file, first + head + line.saturating_sub(1), message, hint)
    }
}

/// What the files of a folder came to.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) rules: Vec<Rule>,
    pub(crate) mistakes: Vec<ConfigError>,
    /// Rules that were left out, but that the configuration may speak of.
    pub(crate) ids: Vec<String>,
    /// The templates, to be looked at as objects.
    pub(crate) templates: Vec<Arc<Document>>,
    /// The paths of files that somebody else than a rule of ours has a use for.
    pub(crate) used: BTreeSet<String>,
    /// What the rules were made of and can be made of again, by path: no more than that, whatever the files were.
    pub(crate) kept: BTreeMap<String, String>,
}

/// The folders of what is kept.
pub(super) const GATEKEEPER: &str = "gatekeeper";
pub(super) const CONFTEST: &str = "conftest";

/// The group of templates, and that of constraints.
const TEMPLATES: &str = "templates.gatekeeper.sh/";
const CONSTRAINTS: &str = "constraints.gatekeeper.sh/";
pub(super) const SUITES: &str = "test.gatekeeper.sh/";

/// Takes what there is in files that belong to no rule of ours.
pub(crate) fn take(files: &[&OwnFile]) -> Taken {
    let mut taken = Taken::default();
    let mut templates: BTreeMap<Arc<str>, Option<Template>> = BTreeMap::new();
    let (mut constraints, mut refused) = (Vec::new(), BTreeSet::new());
    let (found, mistakes) = objects(files);
    taken.mistakes.extend(mistakes);
    for found in found {
        let kind = found.document.root.get("kind").and_then(Node::as_str).unwrap_or_default();
        let version = found.document.root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        if version.starts_with(TEMPLATES) && kind == "ConstraintTemplate" {
            taken.used.insert(found.path.clone());
            take_template(&found, &mut templates, &mut taken);
        } else if version.starts_with(CONSTRAINTS) {
            taken.used.insert(found.path.clone());
            constraints.push(found);
        } else if version.starts_with(SUITES) {
            taken.used.insert(found.path.clone());
            refused.extend(refused_by(&found));
        }
    }
    // What a suite says to be wrong is there to be wrong.
    constraints.retain(|found| !refused.contains(&found.path));
    constraint::take(&constraints, &templates, &mut taken);
    let packages: BTreeSet<String> = templates.keys().map(|kind| kind.to_lowercase()).collect();
    conftest::take(files, &packages, &mut taken);
    taken
}

fn take_template(found: &Found, templates: &mut BTreeMap<Arc<str>, Option<Template>>, taken: &mut Taken) {
    taken.templates.push(Arc::clone(&found.document));
    let known = Template::kind_of(&found.document);
    if let Some(kind) = known.clone().filter(|kind| templates.contains_key(kind)) {
        let message = format!("there is a template of kind {kind} already");
        taken.mistakes.push(found.wrong(&found.document.root, message, "keep one: a cluster has one template of a kind"));
        return;
    }
    let template = Template::read(found).map_err(|mistake| taken.mistakes.push(mistake)).ok();
    if let Some(kind) = known {
        templates.insert(kind, template);
    }
}

/// An object as text that YAML and JSON read alike, without what nobody asks for.
pub(super) fn kept(found: &Found) -> String {
    let root = &found.document.root;
    let mut object = serde_json::Map::new();
    for key in ["apiVersion", "kind", "spec"] {
        object.extend(root.get(key).filter(|node| !node.is_null()).map(|node| (key.to_owned(), crate::json(node))));
    }
    let text = |path: &[&str]| root.at(path).and_then(Node::as_str);
    let mut metadata = serde_json::Map::new();
    metadata.extend(text(&["metadata", "name"]).map(|name| ("name".to_owned(), name.into())));
    let description = text(&["metadata", "annotations", "description"]);
    metadata.extend(description.map(|text| ("annotations".to_owned(), serde_json::json!({"description": text}))));
    object.insert("metadata".to_owned(), metadata.into());
    let text = crate::admission::sorted(object.into()).to_string();
    // YAML breaks lines at these, and JSON does not.
    ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}']
        .iter()
        .fold(text, |text, letter| text.replace(*letter, &format!("\\u{:04x}", u32::from(*letter))))
}

/// The objects of all YAML and JSON files that name Gatekeeper.
pub(super) fn objects(files: &[&OwnFile]) -> (Vec<Found>, Vec<ConfigError>) {
    let (mut objects, mut mistakes) = (Vec::new(), Vec::new());
    for own in files {
        let is_data = [".yaml", ".yml", ".json"].iter().any(|end| own.path.ends_with(end));
        let names_it = own.file.bytes().windows(b"gatekeeper.sh/".len()).any(|window| window == b"gatekeeper.sh/");
        if !is_data || !names_it {
            continue;
        }
        let stream = yaml::parse(&Text::of_file(&own.file));
        if let Some(error) = stream.error {
            let span = Text::of_file(&own.file).span(error.range);
            let hint = "what is in it was left out".to_owned();
            mistakes.push(ConfigError { message: format!("{}: {error}", own.path), span, hint: Some(hint) });
        }
        let found = |document| Found { path: own.path.clone(), file: Arc::clone(&own.file), document: Arc::new(document) };
        objects.extend(stream.documents.into_iter().map(found));
    }
    (objects, mistakes)
}

/// The files of constraints that a suite says to be refused.
fn refused_by(suite: &Found) -> Vec<String> {
    let tests = suite.document.root.get("tests").into_iter().flat_map(Node::items);
    let refused = tests.filter(|test| test.get("invalid").is_some_and(|node| crate::json(node) == serde_json::Value::Bool(true)));
    let folder = suite.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    refused.filter_map(|test| join(folder, test.get("constraint")?.as_str()?)).collect()
}

/// A path from a folder on; none where it leads out.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            _ => steps.push(step),
        }
    }
    Some(steps.join("/"))
}
