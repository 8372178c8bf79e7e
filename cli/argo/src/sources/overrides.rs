//! Files in the folder of a source that change the source before it is rendered: `.argocd-source.yaml`, and one for a single Application.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Value};
use portcullis_source::{Document, EntryKind, Key, OriginId, RepoPath, Text, Trace};

use crate::{
    assemble::Object,
    fault::{Fact, Fault},
    files::Files,
    object::{APPLICATION, conform, emit},
    parameters::{Reader, too_deep},
};

/// The fields that say where a source is from, which no file changes.
const KEPT: [&str; 4] = ["repoURL", "path", "chart", "targetRevision"];

/// The field whose content Argo CD does not look into.
const FREE: &str = "valuesObject";

/// The source with what the files say over it, as an Application that has nothing else; none where there is no such file.
pub(super) fn overridden(
    files: &Files<'_>,
    source: Object<'_>,
    (folder, instance): (&RepoPath, &str),
) -> Result<Option<Arc<Document>>, Fault> {
    let names = [".argocd-source.yaml".to_owned(), format!(".argocd-source-{instance}.yaml")];
    let there = names.iter().filter_map(|name| folder.join(name).ok());
    let there: Vec<RepoPath> = there.filter(|file| files.revision.entry(file).is_some_and(|kind| *kind != EntryKind::Folder)).collect();
    if there.is_empty() {
        return Ok(None);
    }
    let mut trace = Trace::default();
    let written = Reader::template(&mut trace, source.document).read(source.root, Key::Root, OriginId::NONE);
    let mut merged = written.clone();
    for file in &there {
        let patch = read(files, file, &mut trace)?;
        merged = merge(&merged, &patch, false);
    }
    let (Data::Map(made), Data::Map(own)) = (&merged.data, &written.data) else {
        return Err(source.fault("a source must be a map", &[]).hint("write its settings as key: value"));
    };
    for key in KEPT {
        made.entries.borrow_mut().remove(key);
        own.get(key).into_iter().for_each(|value| made.set(key, value));
    }
    let within = |key: &str, value: Value| Value::map(BTreeMap::from([(Arc::from(key), value.boxed())])).from(merged.origin);
    let whole = within("spec", within("source", merged.clone()));
    let mut wrong = Vec::new();
    let made = conform(&whole, &APPLICATION, "", &mut wrong);
    match (wrong.into_iter().next(), made) {
        (Some(wrong), _) => Err(wrong.fault(&trace)),
        (None, made) => Ok(Some(Arc::new(emit(&made.unwrap_or(whole), &Arc::new(trace))))),
    }
}

fn read(files: &Files<'_>, path: &RepoPath, trace: &mut Trace) -> Result<Value, Fault> {
    const HINT: &str = "the file has the fields of a source, such as helm and kustomize, as key: value";
    let parsed = files.parse(path).map_err(|error| Fact::new(error.to_string()).hint(error.hint()))?;
    let bad = |why: &str, at| Fact::new(format!("{path} overrides the source, but {why}")).at(at).hint(HINT);
    if let Some(error) = &parsed.stream.error {
        return Err(bad(&format!("is no valid YAML: {}", error.message), Text::of_file(&parsed.file).span(error.range)));
    }
    let Some(document) = parsed.stream.documents.first() else { return Err(bad("is empty", Some(parsed.file.span()))) };
    if too_deep(&document.root) {
        return Err(bad("is nested too deeply", Some(parsed.file.span())));
    }
    let value = Reader::values(trace, document, path.as_str()).read(&document.root, Key::Root, OriginId::NONE);
    match value.data {
        Data::Map(_) => Ok(value),
        Data::Nil => Err(bad("is empty", Some(parsed.file.span()))),
        _ => Err(bad("is no map", Some(parsed.file.span()))),
    }
}

/// What a patch makes of a value, as Argo CD decodes it over what is there: maps are merged, null takes nothing away, and of an item of a list stays what
/// the one in its place does not set. Values of a chart are free of that: they are merged as RFC 7386 has it.
fn merge(value: &Value, patch: &Value, is_free: bool) -> Value {
    match (&value.data, &patch.data) {
        (_, Data::Map(changes)) => {
            let mut made = match &value.data {
                Data::Map(map) => map.entries.borrow().clone(),
                _ => BTreeMap::new(),
            };
            for (key, change) in changes.entries.borrow().iter() {
                let is_free = is_free || &**key == FREE;
                match &change.data {
                    Data::Nil if is_free => _ = made.remove(key),
                    Data::Nil => {}
                    _ => {
                        let before = made.get(key).cloned().unwrap_or_else(|| Value::new(Data::Nil));
                        made.insert(Arc::clone(key), merge(&before, change, is_free));
                    }
                }
            }
            let origin = if matches!(value.data, Data::Map(_)) { value.origin } else { patch.origin };
            Value::map(made).from(origin).boxed()
        }
        (Data::List(before), Data::List(items)) if !is_free => {
            let items = items.items().iter().enumerate().map(|(at, item)| match before.items().get(at) {
                Some(before) if matches!((&before.data, &item.data), (Data::Map(_), Data::Map(_))) => merge(before, item, false),
                _ => item.clone(),
            });
            Value::list(items.collect()).from(patch.origin).boxed()
        }
        _ => patch.clone(),
    }
}

#[cfg(test)]
mod tests {
    use portcullis_source::{Node, Revision, Sources, yaml};
    use serde_json::{Map as Object, Value as Json};

    use super::*;
    use crate::assemble;

    const CASES: &[u8] = include_bytes!("../../../../testdata/overrides/cases.yaml");
    const EXPECTED: &[u8] = include_bytes!("../../../../testdata/overrides/expected.json");

    fn json(node: &Node) -> Json {
        use portcullis_source::Data;
        match &node.data {
            Data::Null => Json::Null,
            Data::Bool(value) => Json::from(*value),
            Data::Int(value) => Json::from(*value),
            Data::Uint(value) => Json::from(*value),
            Data::Float(value) => Json::from(*value),
            Data::String(text) => Json::from(&**text),
            Data::List(items) => items.iter().map(json).collect(),
            Data::Map(map) => {
                Json::Object(map.entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect::<Object<_, _>>())
            }
        }
    }

    /// What is empty is left out by Argo CD, but for some fields.
    fn bare(value: Json) -> Json {
        match value {
            Json::Object(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (key, bare(value)));
                let is_empty = |value: &Json| match value {
                    Json::Object(entries) => entries.is_empty(),
                    Json::Array(items) => items.is_empty(),
                    Json::String(text) => text.is_empty(),
                    other => *other == Json::Bool(false),
                };
                Json::Object(entries.filter(|(_, value)| !is_empty(value)).collect())
            }
            other => other,
        }
    }

    #[test]
    fn sources_are_changed_as_argo_cd_changes_them() {
        let expected: Json = serde_json::from_slice(EXPECTED).unwrap();
        let sources = Arc::new(Sources::default());
        let stream = yaml::parse(&Text::of_file(&sources.add("cases.yaml", CASES)));
        let document = stream.documents.first().unwrap();
        let folder = RepoPath::new("apps/a").unwrap();
        let mut compared = 0;
        for (case, answer) in document.root.items().iter().zip(expected["answers"].as_array().unwrap()) {
            let files = case.get("files").unwrap().as_map().unwrap().entries.iter();
            let file = |entry: &portcullis_source::Entry| {
                let path = folder.join(&entry.key.replace("APP", "app")).unwrap();
                (path, Arc::from(entry.value.as_str().unwrap_or_default().as_bytes()))
            };
            let revision = Revision::memory(files.map(file).collect(), Arc::clone(&sources));
            let source = assemble::Object { document, root: case.get("source").unwrap() };
            let made = overridden(&Files::new(&revision), source, (&folder, "app"));
            let made = made.map(|made| made.map_or_else(|| json(source.root), |made| json(made.root.at(&["spec", "source"]).unwrap())));
            assert_eq!(made.clone().ok().map(bare), answer.get("source").cloned().map(bare), "{}: {made:?}", answer["name"]);
            compared += 1;
        }
        assert_eq!(compared, expected["answers"].as_array().unwrap().len());
    }
}
