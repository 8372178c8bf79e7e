//! The parameters that a path gives.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Map, Value};

use super::Generation;
use crate::parameters::normalize;

/// What was matched, from the repository's root.
pub(super) enum Place<'a> {
    /// A folder.
    Folder(&'a str),
    /// A file, whose folder gives most parameters.
    File(&'a str),
}

/// Adds the parameters of a path, under a prefix where there is one.
pub(super) fn add(generation: &mut Generation<'_>, set: &Map, prefix: &str, place: Place<'_>) {
    let (folder, file) = match place {
        Place::Folder(folder) => (folder, None),
        Place::File(path) => path.rsplit_once('/').map_or((".", Some(path)), |(folder, file)| (folder, Some(file))),
    };
    let basename = folder.rsplit('/').next().unwrap_or(folder);
    let mut named = vec![("basename", basename.to_owned()), ("basenameNormalized", normalize(basename))];
    if let Some(file) = file {
        named.extend([("filename", file.to_owned()), ("filenameNormalized", normalize(file))]);
    }
    if generation.is_go() {
        add_tree(generation, set, prefix, (folder, named));
    } else {
        add_flat(generation, set, prefix, (folder, named));
    }
}

type Named<'a> = (&'a str, Vec<(&'static str, String)>);

/// `.path.basename` and the like.
fn add_tree(generation: &mut Generation<'_>, set: &Map, prefix: &str, (folder, named): Named<'_>) {
    let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (name, text) in named.into_iter().chain([("path", folder.to_owned())]) {
        entries.insert(Arc::from(name), generation.made(text, "path").boxed());
    }
    let segments = folder.split('/').map(|part| generation.made(part, "path")).collect();
    entries.insert(Arc::from("segments"), Value::new(Data::List(List::Strings(Rc::new(segments)))).boxed());
    let path = Value::map(entries).boxed();
    if prefix.is_empty() {
        set.set("path", path);
    } else {
        set.set(prefix, Value::map(BTreeMap::from([(Arc::from("path"), path)])).boxed());
    }
}

/// `path.basename`, `path[0]` and the like.
fn add_flat(generation: &mut Generation<'_>, set: &Map, prefix: &str, (folder, named): Named<'_>) {
    let path = if prefix.is_empty() { "path".to_owned() } else { format!("{prefix}.path") };
    let mut add = |key: String, text: String| {
        let value = generation.made(text, "path");
        set.set(key, value.boxed());
    };
    for (name, text) in named {
        add(format!("{path}.{name}"), text);
    }
    for (index, part) in folder.split('/').enumerate().filter(|(_, part)| !part.is_empty()) {
        add(format!("{path}[{index}]"), part.to_owned());
    }
    add(path, folder.to_owned());
}
