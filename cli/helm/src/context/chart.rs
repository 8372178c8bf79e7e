//! `.Chart`.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Map, MapType, Value};
use portcullis_source::Trace;

use super::{
    record::{Field, Record},
    root::builtin,
};
use crate::{
    Compat,
    metadata::{Dependency, Import, Metadata},
};

/// The value of `.Chart`: a struct in Helm 3, in Helm 4 a map under the same names.
pub(super) fn value(metadata: Record, is_root: bool, compat: Compat) -> Value {
    if compat == Compat::Helm4 {
        let Value { data: Data::Map(map), origin, boxed } = as_map(&metadata.into_value()) else { return Value::invalid() };
        map.set("IsRoot", Value::new(Data::Bool(is_root)).boxed());
        return Value { data: Data::Map(map), origin, boxed };
    }
    let fields = vec![
        Field { embedded: true, ..Field::always("Metadata", "Metadata", metadata.into_value()) },
        Field::always("IsRoot", "IsRoot", Value::new(Data::Bool(is_root))),
    ];
    Record::plain("struct { chart.Metadata; IsRoot bool }", "struct", fields).into_value()
}

fn strings(texts: &[String]) -> Value {
    let items = texts.iter().map(|text| Value::string(text.as_str())).collect();
    Value::new(Data::List(List::Strings(Rc::new(items))))
}

fn text(text: &str) -> Value {
    Value::string(text)
}

/// A struct as Helm 4 makes it a map: by the names of its fields, with what is in them.
fn as_map(value: &Value) -> Value {
    let data = match &value.data {
        Data::Object(object) => match object.as_any().downcast_ref::<Record>() {
            Some(record) => {
                let entries = record.fields.iter().map(|field| (Arc::from(field.name), as_map(&field.value).boxed()));
                Data::Map(Map::new(MapType::Any, entries.collect()))
            }
            None => value.data.clone(),
        },
        Data::List(list) => Data::List(List::Any(Rc::new(list.items().iter().map(|item| as_map(item).boxed()).collect()))),
        other => other.clone(),
    };
    Value { data, ..value.clone() }
}

/// The fields of Chart.yaml under the name that the chart is used as.
pub(super) fn metadata(name: &str, metadata: &Metadata, dependencies: &[&Dependency], trace: &mut Trace) -> Record {
    let maintainers = metadata.maintainers.iter().flatten().map(|person| {
        let fields = vec![
            Field::new("Name", "name", text(&person.name)),
            Field::new("Email", "email", text(&person.email)),
            Field::new("URL", "url", text(&person.url)),
        ];
        Record::plain("*chart.Maintainer", "ptr", fields).into_value()
    });
    let mut known = |key: &str, value: &str| builtin(trace, &format!(".Chart.{key}"), value);
    let fields = vec![
        Field::new("Name", "name", known("Name", name)),
        Field::new("Home", "home", text(&metadata.home)),
        Field::new("Sources", "sources", strings(&metadata.sources)),
        Field::new("Version", "version", known("Version", &metadata.version)),
        Field::new("Description", "description", text(&metadata.description)),
        Field::new("Keywords", "keywords", strings(&metadata.keywords)),
        Field::new("Maintainers", "maintainers", Value::list(maintainers.collect())),
        Field::new("Icon", "icon", text(&metadata.icon)),
        Field::new("APIVersion", "apiVersion", text(&metadata.api_version)),
        Field::new("Condition", "condition", text(&metadata.condition)),
        Field::new("Tags", "tags", text(&metadata.tags)),
        Field::new("AppVersion", "appVersion", known("AppVersion", &metadata.app_version)),
        Field::new("Deprecated", "deprecated", Value::new(Data::Bool(metadata.deprecated))),
        Field::new("Annotations", "annotations", annotations(&metadata.annotations)),
        Field::new("KubeVersion", "kubeVersion", text(&metadata.kube_version)),
        Field::new(
            "Dependencies",
            "dependencies",
            Value::list(dependencies.iter().map(|dependency| dependency_value(dependency)).collect()),
        ),
        Field::new("Type", "type", text(&metadata.kind)),
    ];
    Record::plain("chart.Metadata", "struct", fields)
}

fn annotations(annotations: &BTreeMap<Arc<str>, String>) -> Value {
    if annotations.is_empty() {
        return Value::new(Data::Map(Map::nil(MapType::Strings)));
    }
    let entries = annotations.iter().map(|(key, value)| (Arc::clone(key), text(value)));
    Value::new(Data::Map(Map::new(MapType::Strings, entries.collect())))
}

fn dependency_value(dependency: &Dependency) -> Value {
    let fields = vec![
        Field::new("Name", "name", text(&dependency.name)),
        Field::new("Version", "version", text(&dependency.version)),
        Field::always("Repository", "repository", text(&dependency.repository)),
        Field::new("Condition", "condition", text(&dependency.condition)),
        Field::new("Tags", "tags", strings(&dependency.tags)),
        Field::new("Enabled", "enabled", Value::new(Data::Bool(dependency.enabled))),
        Field::new("ImportValues", "import-values", Value::list(dependency.import_values.iter().map(import_value).collect())),
        Field::new("Alias", "alias", text(&dependency.alias)),
    ];
    Record::plain("*chart.Dependency", "ptr", fields).into_value()
}

fn import_value(import: &Import) -> Value {
    match import {
        Import::Export(key) => text(key).boxed(),
        Import::Keys { child, parent } => {
            let entries = [("child", child), ("parent", parent)].map(|(key, value)| (Arc::from(key), text(value).boxed()));
            Value::map(BTreeMap::from(entries)).boxed()
        }
    }
}
