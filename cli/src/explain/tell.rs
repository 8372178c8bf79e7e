//! Answers about a field as text for people and as JSON.

use std::fmt::Write as _;

use portcullis_helm::Held;
use serde_json::{Map, Value, json};

use super::{Effect, Effects, FieldAnswer, KeyAnswer, LayerLine, Listed, Standing, Target, layer_text, print, shortened};
use crate::report::{ChainLink, ResourceName};

/// How many of the fields that a key reaches are shown; the JSON has all.
const MAX_EFFECTS: usize = 24;

/// How many of the fields that fit a name are shown; the JSON has all.
const MAX_FIELDS: usize = 16;

/// How many keys of a branch are shown.
const MAX_KEYS: usize = 6;

/// What is said of a field.
pub(crate) enum Answer {
    /// It is a values key.
    Key(Box<KeyAnswer>, Effects, Vec<Listed>),
    /// It is in what is rendered, or missing there.
    Fields(Vec<FieldAnswer>),
}

/// Whether a value holds others.
pub(crate) fn is_deep(held: &Held) -> bool {
    held.as_map().is_some_and(|entries| !entries.is_empty())
}

/// The answer for people.
pub(crate) fn human(target: &Target, answer: &Answer) -> String {
    match answer {
        Answer::Key(key, effects, listed) => about_key(target, key, effects, listed),
        Answer::Fields(fields) => about_fields(target, fields),
    }
}

fn about_key(target: &Target, key: &KeyAnswer, effects: &Effects, listed: &[Listed]) -> String {
    let application = &target.application.name;
    let mut text = match (&key.value, &key.unset) {
        (Some(_), _) if !listed.is_empty() => format!("{} of {application}\n\n", key.key),
        (Some(value), _) => format!("{} of {application} is {}\n\n", key.key, shortened(&value.to_string())),
        (None, Some(reason)) => format!("{} of {application} is not set: {reason}\n\n", key.key),
        (None, None) => format!("{} of {application} is not set\n\n", key.key),
    };
    push_layers(&mut text, key);
    if !listed.is_empty() {
        text.push('\n');
        print(listed).lines().for_each(|line| _ = writeln!(text, "  {line}"));
    }
    push_effects(&mut text, effects);
    text
}

fn push_layers(text: &mut String, key: &KeyAnswer) {
    let places: Vec<String> = key.layers.iter().map(|line| layer_text(&line.location, line.layer.as_ref())).collect();
    let width = places.iter().map(String::len).max().unwrap_or(0);
    let word = |line: &LayerLine| if line.standing == Standing::Removes { "removes it" } else { line.standing.name() };
    for (line, place) in key.layers.iter().zip(&places) {
        let mark = if matches!(line.standing, Standing::Hidden) { ' ' } else { '>' };
        let value = line.value.as_deref().unwrap_or("…");
        let name = if line.key == key.key { String::new() } else { format!("{} = ", line.key) };
        let _ = writeln!(text, "{mark} {:>10}  {place:width$}  {name}{value}", word(line));
    }
}

fn push_effects(text: &mut String, effects: &Effects) {
    if effects.fields.is_empty() && effects.withheld.is_empty() {
        text.push_str("\n  reaches nothing that is rendered\n");
        return;
    }
    text.push('\n');
    for Effect { object, part, path, line } in effects.fields.iter().take(MAX_EFFECTS) {
        let path = if path.is_empty() { "all of it".to_owned() } else { path.clone() };
        let _ = writeln!(text, "  {:>10}  {}  {path} (line {line})", part.name(), object_name(object));
    }
    if effects.fields.len() > MAX_EFFECTS {
        let _ = writeln!(text, "  {:>10}  {} more", "and", effects.fields.len() - MAX_EFFECTS);
    }
    for branch in effects.withheld.iter().take(MAX_EFFECTS) {
        let mut keys: Vec<&str> = branch.keys.iter().take(MAX_KEYS).map(|key| &**key).collect();
        if branch.keys.len() > MAX_KEYS {
            keys.push("…");
        }
        let keys = if keys.is_empty() { String::new() } else { format!("  ({})", keys.join(", ")) };
        let _ = writeln!(text, "  {:>10}  {}:{}{keys}", "keeps out", branch.location.file, branch.location.line);
    }
}

fn about_fields(target: &Target, fields: &[FieldAnswer]) -> String {
    let mut text = String::new();
    for field in fields.iter().take(MAX_FIELDS) {
        let name = object_name(&field.object);
        let path = if field.path.is_empty() { String::new() } else { format!(" {}", field.path) };
        let _ = match &field.value {
            Some(value) if field.path.is_empty() => writeln!(text, "{name} of {} ({} bytes of JSON)", target.application.name, value.len()),
            Some(value) => writeln!(text, "{name}{path} of {} is {}", target.application.name, shortened(value)),
            None => writeln!(text, "{name}{path} of {} is not there", target.application.name),
        };
        text.push('\n');
        push_chain(&mut text, &field.chain);
        if !field.near.is_empty() {
            let _ = writeln!(text, "  {:>10}  {}", "near it", field.near.join(", "));
        }
        text.push('\n');
    }
    if fields.len() > MAX_FIELDS {
        let _ = writeln!(text, "and {} more; name the object, as in Deployment/NAME:PATH", fields.len() - MAX_FIELDS);
    }
    let end = text.trim_end().len();
    text.truncate(end);
    text.push('\n');
    text
}

fn push_chain(text: &mut String, chain: &[ChainLink]) {
    for link in chain {
        let place = match (&link.place, link.line) {
            (Some((_, place)), _) => format!("{}:{}", place.file, place.line),
            (None, Some(line)) => format!("line {line}"),
            (None, None) => continue,
        };
        let note = match (&link.key, &link.name) {
            (Some(key), Some(layer)) => format!("  {key} (layer {layer})"),
            (Some(name), None) => format!("  {name}"),
            (None, Some(name)) => format!("  {name}"),
            (None, None) => String::new(),
        };
        let _ = writeln!(text, "  {:>10}  {place}{note}", link.role_name());
    }
}

fn object_name(object: &ResourceName) -> String {
    match &object.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", object.kind, object.name),
        None if object.name.is_empty() => object.kind.clone(),
        None => format!("{}/{}", object.kind, object.name),
    }
}

/// What stands at the start of every JSON that says something of one application.
pub(crate) fn tool(target: &Target) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("version".to_owned(), 1.into());
    object.insert("tool".to_owned(), json!({"name": "portcullis", "version": env!("CARGO_PKG_VERSION")}));
    object.insert("application".to_owned(), target.application.name.clone().into());
    object.extend(target.context.environment.as_deref().map(|name| ("environment".to_owned(), name.into())));
    object.extend(target.context.service.as_deref().map(|name| ("service".to_owned(), name.into())));
    object
}

/// The answer for programs.
pub(crate) fn answer_json(answer: &Answer) -> Map<String, Value> {
    let mut object = Map::new();
    match answer {
        Answer::Key(key, effects, _) => {
            let mut value = json!({
                "key": key.key,
                "set": key.value.is_some(),
                "layers": key.layers.iter().map(layer).collect::<Vec<_>>(),
                "reaches": effects.fields.iter().map(effect).collect::<Vec<_>>(),
                "keeps_out": effects.withheld.iter().map(|branch| json!({
                    "file": &*branch.location.file,
                    "line": branch.location.line,
                    "keys": branch.keys.iter().map(|key| &**key).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
            });
            if let Value::Object(entry) = &mut value {
                entry.extend(key.value.clone().map(|value| ("value".to_owned(), value)));
                entry.extend(key.unset.clone().map(|reason| ("reason".to_owned(), reason.into())));
            }
            object.insert("values".to_owned(), value);
        }
        Answer::Fields(fields) => {
            object.insert("fields".to_owned(), fields.iter().map(field).collect());
        }
    }
    object
}

fn layer(line: &LayerLine) -> Value {
    let mut value = json!({
        "file": &*line.location.file,
        "line": line.location.line,
        "column": line.location.column,
        "key": line.key,
        "standing": line.standing.name(),
    });
    if let Value::Object(object) = &mut value {
        object.extend(line.layer.as_deref().map(|layer| ("layer".to_owned(), layer.into())));
        object.extend(line.value.clone().map(|value| ("value".to_owned(), value.into())));
    }
    value
}

fn effect(effect: &Effect) -> Value {
    json!({"resource": resource(&effect.object), "path": effect.path, "part": effect.part.name(), "line": effect.line})
}

fn field(field: &FieldAnswer) -> Value {
    let mut value = json!({
        "resource": resource(&field.object),
        "path": field.path,
        "missing": field.value.is_none(),
        "chain": field.chain.iter().map(link).collect::<Vec<_>>(),
    });
    if let Value::Object(object) = &mut value {
        object.extend(field.value.as_deref().and_then(|value| Some(("value".to_owned(), serde_json::from_str(value).ok()?))));
        if !field.near.is_empty() {
            object.insert("near".to_owned(), field.near.clone().into());
        }
    }
    value
}

fn resource(name: &ResourceName) -> Value {
    let mut value = json!({"kind": name.kind, "name": name.name});
    if let Value::Object(object) = &mut value {
        object.extend(
            Some(&name.api_version).filter(|version| !version.is_empty()).map(|version| ("apiVersion".to_owned(), version.clone().into())),
        );
        object.extend(name.namespace.clone().map(|namespace| ("namespace".to_owned(), namespace.into())));
    }
    value
}

fn link(link: &ChainLink) -> Value {
    let mut object = Map::new();
    object.insert("role".to_owned(), link.role_name().into());
    let place = link.place.as_ref().map(|(_, place)| place);
    object.extend(place.map(|place| ("file".to_owned(), (*place.file).into())));
    object.extend(place.map(|place| place.line).or(link.line).map(|line| ("line".to_owned(), line.into())));
    object.extend(place.map(|place| ("column".to_owned(), place.column.into())));
    object.extend(link.key.clone().map(|key| ("key".to_owned(), key.into())));
    let name = if link.key.is_some() { "layer" } else { "name" };
    object.extend(link.name.as_deref().map(|text| (name.to_owned(), text.into())));
    Value::Object(object)
}
