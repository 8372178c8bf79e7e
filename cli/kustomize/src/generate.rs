//! ConfigMaps and Secrets out of literals and files.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use portcullis_source::Span;

use crate::{
    Node, Place, Tag,
    fault::{Fault, Result},
    kustomization::{Generator, Said},
    load::Folder,
    resource::{Behavior, Resource},
    tree::Scalar,
};

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A ConfigMap.
    ConfigMap,
    /// A Secret.
    Secret,
}

/// The longest line of a file of keys and values; kustomize silently reads no further.
const MAX_LINE: usize = 64 << 10;

/// A value, and the places of its key and of itself.
struct Pair {
    value: Vec<u8>,
    key_place: Place,
    place: Place,
}

/// Makes one.
pub(crate) fn generate(generator: &Generator, kind: Kind, folder: &Folder<'_>) -> Result<Resource> {
    let place = &generator.place;
    let Some(name) = &generator.name else {
        return Err(Fault::refused("a generator has no name", "give it a name").at(place.span));
    };
    let mut node = Node::map(place.clone());
    let text = |text: &str| Some(Node::string(text, place.clone()));
    let said = |said: &Said| Node::string(Arc::clone(&said.text), said.place.clone());
    node.set("apiVersion", place, text("v1"))?;
    node.set("kind", place, text(if kind == Kind::Secret { "Secret" } else { "ConfigMap" }))?;
    let metadata = node.map_at("metadata", place)?;
    metadata.set("name", &name.place, Some(said(name)))?;
    if let Some(namespace) = &generator.namespace {
        metadata.set("namespace", &namespace.place, Some(said(namespace)))?;
    }
    if kind == Kind::Secret {
        let own = generator.secret_type.as_ref().map_or_else(|| text("Opaque"), |own| Some(said(own)));
        node.set("type", place, own)?;
        node.map_at("data", place)?;
    }
    for (key, pair) in pairs(generator, folder)? {
        put(&mut node, kind, &key, pair, place)?;
    }
    for (field, texts) in [("labels", &generator.options.labels), ("annotations", &generator.options.annotations)] {
        for (key, value) in texts.values() {
            node.map_at("metadata", place)?.map_at(field, place)?.set(&key.text, &key.place, Some(said(value)))?;
        }
    }
    if let Some(place) = &generator.options.immutable {
        let value = Scalar { text: "true".into(), tag: Tag::Bool, quoted: false };
        node.set("immutable", place, Some(Node::scalar(value, place.clone())))?;
    }
    let mut resource = Resource::new(node);
    resource.generated = true;
    resource.hashed = (!generator.options.no_hash).then(|| name.place.clone());
    resource.behavior = match generator.behavior.as_str() {
        "merge" => Behavior::Merge,
        "replace" => Behavior::Replace,
        _ => Behavior::Create,
    };
    Ok(resource)
}

fn put(node: &mut Node, kind: Kind, key: &str, pair: Pair, place: &Place) -> Result<()> {
    let (field, text) = match String::from_utf8(pair.value) {
        Ok(text) if kind == Kind::ConfigMap => ("data", text),
        Ok(text) => ("data", encode(text.as_bytes())),
        Err(error) => (if kind == Kind::ConfigMap { "binaryData" } else { "data" }, encode(error.as_bytes())),
    };
    let value = Scalar { quoted: text.contains('\n'), text: text.into(), tag: Tag::Text };
    node.map_at(field, place)?.set(key, &pair.key_place, Some(Node::scalar(value, pair.place)))
}

/// Base64 in lines of 70 characters, where there is more than one of them.
fn encode(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    for (index, character) in encoded.chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}

fn pairs(generator: &Generator, folder: &Folder<'_>) -> Result<BTreeMap<String, Pair>> {
    let mut found = BTreeMap::new();
    for entry in &generator.envs {
        of_env_file(&mut found, entry, folder)?;
    }
    for literal in &generator.literals {
        let Some((key, value)) = literal.text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            let fault = Fault::refused(format!("literal {:?} has no key", literal.text), "write it as KEY=VALUE");
            return Err(fault.at(literal.place.span));
        };
        let pair = Pair { value: unquote(value).into(), key_place: literal.place.clone(), place: literal.place.clone() };
        add(&mut found, key, pair)?;
    }
    for entry in &generator.files {
        let (key, path) = key_and_path(entry)?;
        let path = Said { text: path.into(), place: entry.place.clone() };
        let file = folder.read(&path)?;
        let place = Place::new(file.span()).before(&entry.place);
        add(&mut found, &key, Pair { value: file.bytes().to_vec(), key_place: entry.place.clone(), place })?;
    }
    Ok(found)
}

fn add(found: &mut BTreeMap<String, Pair>, key: &str, pair: Pair) -> Result<()> {
    let span = pair.key_place.span;
    match found.insert(key.to_owned(), pair) {
        None => Ok(()),
        Some(_) => Err(Fault::refused(format!("key {key} is given twice"), "leave one of them out").at(span)),
    }
}

/// The key and the path of `KEY=PATH` or `PATH`.
fn key_and_path(entry: &Said) -> Result<(String, String)> {
    let text = &*entry.text;
    match text.split('=').collect::<Vec<_>>().as_slice() {
        [path] => Ok((path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned(), (*path).to_owned())),
        [key, path] if !key.is_empty() && !path.is_empty() => Ok(((*key).to_owned(), (*path).to_owned())),
        _ => {
            let fault = Fault::refused(format!("{text:?} is neither a path nor a key with a path"), "write it as KEY=PATH");
            Err(fault.at(entry.place.span))
        }
    }
}

fn unquote(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

fn of_env_file(found: &mut BTreeMap<String, Pair>, entry: &Said, folder: &Folder<'_>) -> Result<()> {
    let file = folder.read(entry)?;
    let mut start = 0;
    for (number, line) in file.bytes().split(|&byte| byte == b'\n').enumerate() {
        let span = Span { file: file.id(), start, end: start + line.len() as u32 };
        start = span.end + 1;
        if line.len() >= MAX_LINE {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(text) = std::str::from_utf8(line) else {
            return Err(Fault::refused("a line is no UTF-8", "write the file in UTF-8").at(span));
        };
        let text = if number == 0 { text.trim_start_matches('\u{FEFF}') } else { text };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if key.is_empty() {
            continue;
        }
        let place = Place::new(span).before(&entry.place);
        add(found, key, Pair { value: value.into(), key_place: place.clone(), place })?;
    }
    Ok(())
}
