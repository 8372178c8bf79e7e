//! Expands ApplicationSets with Argo CD's own packages and with this repository's library, and says where they differ.

pub mod generate;
pub mod run;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use portcullis_argo::{Application, Generated, Inventory, Repository, Settings, Version, expand};
use portcullis_source::{Data, Document, Node, Revision, Sources, Text, yaml};
use serde_json::{Map, Value};

use crate::applicationsets;
use crate::tools::{Error, Tools};

/// What one ApplicationSet expands to, or why to nothing.
pub type Expansion = Result<Vec<Value>, String>;

/// Files of manifests beside the repository that their generators look into.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The folder that the other paths are meant from.
    pub folder: &'a Path,
    /// The ApplicationSets, and what Argo CD knows beside them.
    pub files: &'a [&'a str],
    /// The URLs that stand for the repository.
    pub urls: &'a [String],
    /// The files of the repository.
    pub repository: &'a Path,
    /// What generators are answered that ask something outside of the repository.
    pub outside: Option<&'a str>,
}

/// What Argo CD makes of each ApplicationSet, by name.
///
/// # Errors
/// The oracle cannot be run, or refuses the files.
pub fn of_argo(tools: &Tools, input: Input<'_>) -> Result<BTreeMap<String, Expansion>, Error> {
    let mappings: Vec<String> = input.urls.iter().map(|url| format!("{url}={}", input.repository.display())).collect();
    let mut arguments: Vec<&str> = mappings.iter().flat_map(|mapping| ["--repo", mapping.as_str()]).collect();
    arguments.extend(input.outside.iter().flat_map(|file| ["--outside", file]));
    arguments.extend(input.files);
    let answer = applicationsets::expand(tools, input.folder, &arguments)?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |key: &str| answer.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut applications = list("applications").into_iter();
    let mut found = BTreeMap::new();
    for made in list("made") {
        let count = made.get("applications").and_then(Value::as_u64).unwrap_or_default();
        let own = applications.by_ref().take(usize::try_from(count).unwrap_or_default()).collect();
        found.insert(text(&made, "applicationSet"), Ok(own));
    }
    for error in list("errors") {
        found.insert(text(&error, "applicationSet"), Err(text(&error, "message")));
    }
    Ok(found)
}

/// What we make of each ApplicationSet, by name; those that stand for something that nobody knows left out.
///
/// # Errors
/// A file cannot be read.
pub fn of_us(input: Input<'_>) -> Result<BTreeMap<String, Expansion>, Error> {
    let sources = Arc::new(Sources::default());
    let mut documents = Vec::new();
    for file in input.files {
        documents.extend(parsed(&input.folder.join(file), &sources)?.into_iter().map(Arc::new));
    }
    let revision = Revision::folder(input.repository, Arc::clone(&sources))
        .map_err(|error| Error::Unexpected(format!("{}: {error}", input.repository.display())))?;
    let repositories = input.urls.iter().map(|url| Repository { url: url.clone(), ..Repository::default() }).collect();
    let settings = Settings { version: Version { major: 3, minor: 2 }, ..Settings::default() };
    let generated = input.outside.map(|file| answers(&input.folder.join(file), &sources)).transpose()?.unwrap_or_default();
    let named = |kind: &str| -> Vec<&str> {
        let of_kind = documents.iter().filter(|document| document.root.get("kind").and_then(Node::as_str) == Some(kind));
        of_kind.filter_map(|document| document.root.at(&["metadata", "name"]).and_then(Node::as_str)).collect()
    };
    let projects = named("AppProject").into_iter().chain(["default"]).map(str::to_owned).collect();
    let inventory = Inventory { repositories, settings, generated, projects: Some(projects), ..Inventory::default() };
    let made = expand(&documents, &revision, &inventory);
    let mut found: BTreeMap<String, Expansion> =
        named("ApplicationSet").into_iter().map(|name| (name.to_owned(), Ok(Vec::new()))).collect();
    for application in made.value.iter().filter(|application| application.parent.is_none()) {
        let Some(set) = &application.application_set else { continue };
        if application.stands_for.is_some() {
            found.remove(set);
        } else if let Some(known) = found.get_mut(set) {
            add(known, application);
        }
    }
    Ok(found)
}

fn add(known: &mut Expansion, application: &Application) {
    match (application.object(), known) {
        (Some(object), Ok(made)) => made.push(json(object)),
        (None, known) => *known = Err(application.unrendered().map(|unrendered| unrendered.reason.clone()).collect::<Vec<_>>().join("; ")),
        (Some(_), Err(_)) => {}
    }
}

fn parsed(path: &Path, sources: &Sources) -> Result<Vec<Document>, Error> {
    let bytes = fs::read(path).map_err(|source| Error::file(path, source))?;
    let stream = yaml::parse(&Text::of_file(&sources.add(path.display().to_string(), bytes)));
    match stream.error {
        Some(error) => Err(Error::Unexpected(format!("{}: {}", path.display(), error.message))),
        None => Ok(stream.documents),
    }
}

fn answers(path: &Path, sources: &Sources) -> Result<Vec<Generated>, Error> {
    let documents = parsed(path, sources)?;
    let entries = documents.iter().flat_map(|document| document.root.items().iter().map(move |entry| (document, entry)));
    let read = |(document, entry): (&Document, &Node)| {
        let part = |node: &Node| Arc::new(Document { root: node.clone(), range: node.range, ..document.clone() });
        let parameters = entry.get("parameters").map(Node::items).unwrap_or_default().iter().map(part).collect();
        let generator = entry.get("generator").and_then(Node::as_str).unwrap_or_default().to_owned();
        Generated { generator, application_set: None, span: None, parameters }
    };
    Ok(entries.map(read).collect())
}

/// Where two expansions differ; nothing where they are the same. Of what Argo CD orders by chance, only the contents count.
#[must_use]
pub fn difference(argo: &Expansion, ours: &Expansion) -> Option<String> {
    let (argo, ours) = match (argo, ours) {
        (Ok(argo), Ok(ours)) => (argo, ours),
        (Err(_), Err(_)) => return None,
        (Ok(argo), Err(ours)) => return Some(format!("Argo CD makes {} applications, we say: {ours}", argo.len())),
        (Err(argo), Ok(ours)) => return Some(format!("we make {} applications, Argo CD says: {argo}", ours.len())),
    };
    let sorted = |list: &[Value]| {
        let mut texts: Vec<String> = list.iter().map(|one| serde_json::to_string_pretty(one).unwrap_or_default()).collect();
        texts.sort();
        texts
    };
    let (argo, ours) = (sorted(argo), sorted(ours));
    if argo.len() != ours.len() {
        return Some(format!("Argo CD makes {} applications, we make {}", argo.len(), ours.len()));
    }
    let (argo, ours) = argo.iter().zip(&ours).find(|(argo, ours)| argo != ours)?;
    let (argo, ours): (Vec<&str>, Vec<&str>) = (argo.lines().collect(), ours.lines().collect());
    let first = argo.iter().zip(&ours).take_while(|(argo, ours)| argo == ours).count();
    let around = |lines: &[&str], sign: char| -> Vec<String> {
        lines.iter().skip(first.saturating_sub(3)).take(8).map(|line| format!("{sign} {line}")).collect()
    };
    Some([around(&argo, '-'), around(&ours, '+')].concat().join("\n"))
}

fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(*value),
        Data::Int(value) => Value::from(*value),
        Data::Uint(value) => Value::from(*value),
        Data::Float(value) => Value::from(*value),
        Data::String(text) => Value::from(&**text),
        Data::List(items) => Value::Array(items.iter().map(json).collect()),
        Data::Map(map) => {
            let entries: Map<String, Value> = map.entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect();
            Value::Object(entries)
        }
    }
}
