//! What a resource, a root and a manifest within a resource say to rules.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Document, Origin, RepoPath, Span};

use super::{
    API_VERSION, ROOT_KIND,
    explain::chain,
    secret::is_secret,
    write::{Manner, Writer},
};
use crate::{
    limits::MAX_DOCUMENT_DEPTH,
    module::{Existence, Fact, Lifecycle, Mode, Module, Resource, Written},
    value::{Data, Format, Known, Value, json_string},
};

/// A resource of a root: what its configuration sets, and the JSON documents that its texts are. The folder of the root stands as namespace, since
/// several roots may have the same address.
#[must_use]
pub fn of_resource(resource: &Resource, folder: &RepoPath) -> Option<Arc<Document>> {
    let mut writer = Writer::new();
    header(&mut writer, (&resource.ty, &resource.address, Some(root_name(folder))), resource.span);
    body(&mut writer, resource);
    writer.put("}", &Origin::of_file(resource.span));
    writer.finish()
}

/// What there is to say of a root that its own evaluation does not.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Whether the versions of its providers are locked.
    pub is_locked: bool,
    /// The roots, each in an environment, that keep their state where this one does.
    pub shares_state_with: Vec<(RepoPath, Arc<str>)>,
    /// The environment before this one, and the variables that files of values set otherwise there.
    pub before: Option<(Arc<str>, Vec<Differing>)>,
}

/// A variable of a root that files of values set otherwise in another environment.
#[derive(Clone, Debug)]
pub struct Differing {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is set: here, else there.
    pub span: Span,
    /// Whether it is set here.
    pub is_set: bool,
}

/// All of a root: its resources by address, the calls of modules, the settings of Terraform and providers, and what stands in its files.
#[must_use]
pub fn of_root(module: &Module, folder: &RepoPath, span: Span, about: &About) -> Option<Arc<Document>> {
    let mut writer = root(module, &module.resources, (folder, span, about.is_locked));
    settings(&mut writer, module, &Origin::of_file(span));
    said(&mut writer, module, folder, (about, &Origin::of_file(span)));
    writer.put("}", &Origin::of_file(span));
    writer.finish()
}

/// Of these only the calls, for who has the resources one by one: there may be thousands of roots whose documents are kept at the same time.
#[must_use]
pub fn of_root_alone(module: &Module, folder: &RepoPath, span: Span, is_locked: bool) -> Option<Arc<Document>> {
    let mut writer = root(module, &[], (folder, span, is_locked));
    writer.put("}", &Origin::of_file(span));
    writer.finish()
}

fn root(module: &Module, resources: &[Resource], (folder, span, is_locked): (&RepoPath, Span, bool)) -> Writer {
    let mut writer = Writer::new();
    let origin = Origin::of_file(span);
    header(&mut writer, (ROOT_KIND, root_name(folder), None), span);
    writer.put(&format!(",\"partial\":{},\"locked\":{is_locked},\"resources\":{{", module.partial), &origin);
    for (at, resource) in resources.iter().enumerate() {
        let own = Origin::of_file(resource.span);
        writer.key(at == 0, &resource.address, &own);
        writer.put(&format!("{{\"type\":{}", json_string(&resource.ty)), &own);
        body(&mut writer, resource);
        writer.put("}", &own);
    }
    writer.put("},\"calls\":{", &origin);
    for (at, call) in module.calls.iter().filter(|call| !call.is_inner).enumerate() {
        let own = Origin::of_file(call.span);
        writer.key(at == 0, &call.address, &own);
        writer.put("{\"source\":", &own);
        writer.put(&json_string(&call.source), &call.source_span.map_or_else(|| own.clone(), Origin::of_file));
        if let Some((version, span)) = &call.version {
            writer.put(&format!(",\"version\":{}", json_string(version)), &Origin::of_file(*span));
        }
        if let Some(contract) = &call.contract {
            writer.put(&format!(",\"contract\":{}", json_string(contract)), &own);
        }
        writer.put(&format!(",\"found\":{}}}", call.folder.is_some()), &own);
    }
    writer.put("}", &origin);
    writer
}

/// The settings of Terraform and of its providers.
fn settings(writer: &mut Writer, module: &Module, origin: &Origin) {
    writer.put(",\"settings\":[", origin);
    for (at, setting) in module.settings.iter().enumerate() {
        let own = Origin::of_file(setting.span);
        let comma = if at == 0 { "" } else { "," };
        let names = format!(
            "{comma}{{\"kind\":{},\"label\":{},\"module\":{},\"values\":",
            json_string(&setting.kind),
            json_string(&setting.label),
            json_string(&setting.module)
        );
        writer.put(&names, &own);
        writer.members(setting.values.iter(), (&own, setting.span), Manner::Marked, 0);
        writer.put("}", &own);
    }
    writer.put("]", origin);
}

/// What there is to say of a root beside its values: who shares its state, what is set otherwise in the environment before, assertions that do not hold, what stands in the files of its modules.
fn said(writer: &mut Writer, module: &Module, folder: &RepoPath, (about, origin): (&About, &Origin)) {
    let shared: Vec<String> = about
        .shares_state_with
        .iter()
        .map(|(root, environment)| format!("{{\"root\":{},\"environment\":{}}}", json_string(root_name(root)), json_string(environment)))
        .collect();
    writer.put(&format!(",\"shares_state_with\":[{}]", shared.join(",")), origin);
    if let Some((environment, variables)) = &about.before {
        writer.put(&format!(",\"before\":{{\"environment\":{}", json_string(environment)), origin);
        let differs = variables.iter().map(|one| (format!("{{\"name\":{},\"set\":{}}}", json_string(&one.name), one.is_set), one.span));
        entries(writer, "differs", differs, origin);
        writer.put("}", origin);
    }
    let checks = module.failed.iter().map(|check| {
        let [name, module, said] = [&check.name, &check.module, &check.said].map(|text| json_string(text));
        (format!("{{\"name\":{name},\"module\":{module},\"said\":{said}}}"), check.span)
    });
    entries(writer, "checks", checks, origin);
    for (key, fact) in [("unused", Fact::Unused), ("repeated", Fact::Repeated), ("shown", Fact::Shown)] {
        // A value that is sensitive is so in every module that it is handed to: only the root lets go of it.
        let written = module.written.iter().filter(|one| one.fact == fact && (fact != Fact::Shown || one.folder == *folder));
        let entry = |one: &Written| {
            (format!("{{\"name\":{},\"folder\":{}}}", json_string(&one.name), json_string(root_name(&one.folder))), one.span)
        };
        entries(writer, key, written.map(entry), origin);
    }
}

fn entries(writer: &mut Writer, key: &str, entries: impl Iterator<Item = (String, Span)>, origin: &Origin) {
    writer.put(&format!(",{}:[", json_string(key)), origin);
    for (at, (text, span)) in entries.enumerate() {
        writer.put(&format!("{}{text}", if at == 0 { "" } else { "," }), &Origin::of_file(span));
    }
    writer.put("]", origin);
}

/// The folder of a root as people write it.
fn root_name(folder: &RepoPath) -> &str {
    match folder.as_str() {
        "" => ".",
        path => path,
    }
}

fn header(writer: &mut Writer, (kind, name, namespace): (&str, &str, Option<&str>), span: Span) {
    let namespace = namespace.map(|namespace| format!(",\"namespace\":{}", json_string(namespace))).unwrap_or_default();
    let text = format!(
        "{{\"apiVersion\":{},\"kind\":{},\"metadata\":{{\"name\":{}{namespace}}}",
        json_string(API_VERSION),
        json_string(kind),
        json_string(name)
    );
    writer.put(&text, &Origin::of_file(span));
}

fn body(writer: &mut Writer, resource: &Resource) {
    let origin = Origin::of_file(resource.span);
    let mode = match resource.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    };
    let existence = match resource.existence {
        Existence::Certain => "certain",
        Existence::Possible => "possible",
    };
    let about = format!(
        "{},\"mode\":\"{mode}\",\"existence\":\"{existence}\",\"module\":{},\"name\":{},\"values\":",
        contract(resource),
        json_string(&resource.module),
        json_string(&resource.name)
    );
    if let Some(count) = resource.count.as_ref().filter(|count| count.any_reason().is_none() && !count.all_marks().sensitive) {
        writer.put(&format!(",\"count\":{}", count.to_json()), &chain(&count.origin, resource.span));
    }
    writer.put(&about, &origin);
    let set = resource.values.iter().filter(|(_, value)| !value.is_null());
    writer.members(set, (&origin, resource.span), Manner::Marked, 0);
    lifecycle(writer, resource);
    if let Some(tags) = &resource.tags {
        writer.key(false, "tags", &chain(&tags.origin, resource.span));
        writer.value(tags, resource.span, Manner::Marked, 0);
    }
    let mut found = BTreeMap::new();
    for (name, value) in resource.values.iter() {
        documents(value, &format!("/{name}"), &mut found, 0);
    }
    writer.put(",\"documents\":{", &origin);
    for (at, (path, value)) in found.iter().enumerate() {
        writer.key(at == 0, path, &chain(&value.origin, resource.span));
        writer.value(value, resource.span, Manner::Decoded, 0);
    }
    writer.put("}", &origin);
}

/// What Terraform may do with it, where anything is said of that.
fn lifecycle(writer: &mut Writer, resource: &Resource) {
    let Lifecycle { prevent_destroy, ignored } = &resource.lifecycle;
    let mut parts = Vec::new();
    if let Some((value, span)) = prevent_destroy {
        parts.push((format!("\"prevent_destroy\":{value}"), *span));
    }
    if let Some(span) = ignored.span {
        let names: Vec<String> = if ignored.all { vec!["all".to_owned()] } else { ignored.names.iter().map(ToString::to_string).collect() };
        let names: Vec<String> = names.iter().map(|name| json_string(name)).collect();
        parts.push((format!("\"ignore_changes\":[{}]", names.join(",")), span));
    }
    let Some((_, first)) = parts.first() else { return };
    writer.put(",\"lifecycle\":{", &Origin::of_file(*first));
    for (at, (text, span)) in parts.iter().enumerate() {
        writer.put(&format!("{}{text}", if at == 0 { "" } else { "," }), &Origin::of_file(*span));
    }
    writer.put("}", &Origin::of_file(*first));
}

/// The contract that makes a resource, with the attributes that it says anything of.
fn contract(resource: &Resource) -> String {
    let Some(contract) = &resource.contract else { return String::new() };
    let mapped: Vec<String> = resource.values.keys().map(|name| json_string(name)).collect();
    format!(",\"contract\":{{\"module\":{},\"mapped\":[{}]}}", json_string(contract), mapped.join(","))
}

/// The values of a module that must not be shown: where each was written, and its text where that is known.
#[must_use]
pub fn secrets(module: &Module) -> Vec<(Option<Span>, Option<Arc<str>>)> {
    let mut found = Vec::new();
    for resource in &module.resources {
        let ty = resource.secret_type();
        resource.values.iter().for_each(|(name, value)| hidden((ty, false), &mut vec![name], value, &mut found));
    }
    let settings = module.settings.iter().flat_map(|setting| setting.values.iter());
    settings.chain(&module.variables).for_each(|(name, value)| hidden(("", false), &mut vec![name], value, &mut found));
    module.unfitting.iter().for_each(|value| hidden(("", false), &mut Vec::new(), value, &mut found));
    module.outputs.values().for_each(|output| hidden(("", false), &mut Vec::new(), &output.value, &mut found));
    found
}

/// The same of a value of a resource of a type; `around` says whether what it lies in must not be shown.
fn hidden<'v>((ty, around): (&str, bool), path: &mut Vec<&'v str>, value: &'v Value, found: &mut Vec<(Option<Span>, Option<Arc<str>>)>) {
    if path.len() > MAX_DOCUMENT_DEPTH {
        return;
    }
    let around = around || value.marks.sensitive;
    if around || (value.as_str().is_some() && is_secret(ty, path.iter().copied())) {
        found.push((value.origin.span(), value.as_str().map(Arc::from)));
    }
    if let Some(members) = value.attributes() {
        for (name, value) in members.iter() {
            path.push(name);
            hidden((ty, around), path, value, found);
            path.pop();
        }
        return;
    }
    for item in value.items().into_iter().flat_map(|items| items.iter()) {
        path.push("");
        hidden((ty, around), path, item, found);
        path.pop();
    }
}

/// How deep documents are looked for within blocks.
const MAX_BLOCKS: usize = 4;

/// The JSON objects that texts are, by the paths of these texts.
fn documents(value: &Value, path: &str, found: &mut BTreeMap<String, Value>, depth: usize) {
    if value.all_marks().sensitive || depth > MAX_BLOCKS {
        return;
    }
    if let Some(members) = value.attributes() {
        members.iter().for_each(|(name, value)| documents(value, &format!("{path}/{name}"), found, depth + 1));
    } else if let Some(items) = value.items() {
        items.iter().enumerate().for_each(|(at, item)| documents(item, &format!("{path}/{at}"), found, depth + 1));
    } else if let Some(document) = document(value) {
        found.insert(path.to_owned(), document);
    }
}

fn document(value: &Value) -> Option<Value> {
    match &value.data {
        Data::String(text) if text.trim_start().starts_with('{') => value.encoded_json().filter(|read| read.members().is_some()),
        Data::Unknown(unknown) => match &unknown.known {
            Known::Encoded(Format::Json, inner) if inner.members().is_some() => Some(Value::clone(inner)),
            _ => None,
        },
        _ => None,
    }
}
