//! The git file generator: one parameter set for each map that the matching files hold.

use std::collections::BTreeSet;

use portcullis_gotemplate::{Data, Map, Value};
use portcullis_source::{EntryKind, Key, OriginId, RepoPath, Text};

use super::{Generation, field::string, generation::empty, git, path, values};
use crate::{
    Globbing,
    fault::{Fact, Fault},
    parameters::{Reader, flatten, own, too_deep},
    pattern::{BadPattern, Doublestar, Pathspec},
};

enum Pattern {
    Pathspec(Pathspec),
    Doublestar(Doublestar),
}

impl Pattern {
    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Pathspec(pattern) => pattern.matches(path),
            Self::Doublestar(pattern) => pattern.matches(path),
        }
    }
}

/// The maps of the files, the files in byte order of their paths.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value, entries: &[Value], root: &RepoPath) -> Result<Vec<Map>, Fault> {
    let mut files = BTreeSet::new();
    let globbing = generation.inventory.settings.globbing;
    let read = |pattern: &str| -> Result<Pattern, BadPattern> {
        match globbing {
            Globbing::Pathspec => Pathspec::new(pattern).map(Pattern::Pathspec),
            Globbing::Doublestar => Doublestar::new(pattern.trim_start_matches('/')).map(Pattern::Doublestar),
        }
    };
    let mut patterns = git::patterns(entries, read);
    patterns.sort_by_key(|(_, _, excludes)| *excludes);
    for (entry, pattern, excludes) in patterns {
        let pattern = pattern.map_err(|bad| {
            generation
                .fault(format!("pattern {:?} is none: {bad}", string(&entry, "path")), &entry)
                .hint("write it from the repository's root, without ..")
        })?;
        let found = found(generation, &pattern, root);
        if excludes {
            files.retain(|file| !found.contains(file));
        } else {
            files.extend(found);
        }
    }
    let mut sets = Vec::new();
    for file in files {
        sets.extend(from_file(generation, spec, &file, root)?);
        generation.check_count(sets.len(), spec)?;
    }
    Ok(sets)
}

/// The tracked files and links that a pattern matches; the newer patterns match folders too, which then can't be read.
fn found(generation: &Generation<'_>, pattern: &Pattern, root: &RepoPath) -> BTreeSet<RepoPath> {
    let folders = matches!(pattern, Pattern::Doublestar(_));
    let within = match pattern {
        Pattern::Pathspec(pattern) => root.join(&pattern.folder()).unwrap_or_else(|_| root.clone()),
        Pattern::Doublestar(_) => root.clone(),
    };
    let entries = generation.files.revision.below(&within).filter(|(_, kind)| folders || **kind != EntryKind::Folder);
    entries.filter(|(path, _)| git::relative(path, root).is_some_and(|path| pattern.matches(path))).map(|(path, _)| path.clone()).collect()
}

fn from_file(generation: &mut Generation<'_>, spec: &Value, file: &RepoPath, root: &RepoPath) -> Result<Vec<Map>, Fault> {
    let parsed = generation.files.parse(file);
    let parsed = parsed.map_err(|error| generation.fault(format!("unable to process a file: {error}"), spec).hint(error.hint()))?;
    let fact = |why: &str| Fact::new(format!("unable to process file {file}: {why}"));
    let unable = |why: &str| fact(why).at(Some(parsed.file.span())).hint("a file of parameters is a map, or a list of maps");
    let Some(document) = parsed.stream.documents.first() else {
        return match &parsed.stream.error {
            Some(error) => Err(fact(&error.message).at(Text::of_file(&parsed.file).span(error.range)).hint("mend the YAML of the file")),
            None => Ok(vec![finish(generation, spec, &empty(), git::relative(file, root).unwrap_or_default())?]),
        };
    };
    if too_deep(&document.root) {
        return Err(unable("it is nested too deeply"));
    }
    let value = match generation.read.get(file) {
        Some(value) => value.clone(),
        None => {
            let mut reader = Reader::values(&mut generation.renderer.trace, document, file.as_str());
            let value = reader.read(&document.root, Key::Root, OriginId::NONE);
            generation.read.insert(file.clone(), value.clone());
            value
        }
    };
    let value = own(&value);
    let objects = match &value.data {
        Data::Nil => vec![empty()],
        Data::Map(map) => vec![map.clone()],
        Data::List(list) => {
            let object = |item: &Value| match &item.data {
                Data::Map(map) => Ok(map.clone()),
                Data::Nil => Ok(empty()),
                _ => Err(unable("it is neither a map nor a list of maps")),
            };
            list.items().iter().map(object).collect::<Result<Vec<_>, _>>()?
        }
        _ => return Err(unable("it is neither a map nor a list of maps")),
    };
    let path = git::relative(file, root).unwrap_or_default();
    objects.iter().map(|object| finish(generation, spec, object, path)).collect()
}

/// The parameters of one map: as they are for Go's templates, flattened to strings without; then the path's, then `values`.
fn finish(generation: &mut Generation<'_>, spec: &Value, object: &Map, path: &str) -> Result<Map, Fault> {
    let set = empty();
    if generation.is_go() {
        set.entries.borrow_mut().extend(object.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())));
    } else {
        flat_values(&Value::new(Data::Map(object.clone())), "", &set);
    }
    path::add(generation, &set, &string(spec, "pathParamPrefix"), path::Place::File(path));
    values::append(generation, spec, &set)?;
    Ok(set)
}

/// Flattens like the selectors' parameters, but keeps the place of each leaf.
pub(super) fn flat_values(value: &Value, prefix: &str, set: &Map) {
    let key = |part: &str| if prefix.is_empty() { part.to_owned() } else { format!("{prefix}.{part}") };
    match &value.data {
        Data::Map(map) => map.entries.borrow().iter().for_each(|(part, value)| flat_values(value, &key(part), set)),
        Data::List(list) => list.items().iter().enumerate().for_each(|(at, item)| flat_values(item, &key(&at.to_string()), set)),
        Data::String(_) => set.set(prefix, value.clone()),
        _ => {
            for (_, text) in flatten(value, false) {
                set.set(prefix, Value::string(text).from(value.origin).boxed());
            }
        }
    }
}
