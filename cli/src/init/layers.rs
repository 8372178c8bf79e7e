//! The values files that Applications name to the names of their layers.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_policies::config::glob_matches;
use portcullis_source::{Document, EntryKind, Node, RepoPath, Revision};

use super::names;

/// The names of files that are wider than those beside them.
const WIDE: [&str; 7] = ["all", "base", "common", "default", "defaults", "global", "values"];

/// A layer of values files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layer {
    /// The name.
    pub(super) name: String,
    /// The glob of its files.
    pub(super) files: String,
}

/// The layers in the order in which Applications name their files, the widest first; of names with parameters, a star for each.
pub(super) fn layers(argo: &[Arc<Document>], revision: &Revision, environments: &[String]) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for document in argo {
        sources(&document.root, &mut |source| {
            let folder = source.get("path").and_then(Node::as_str).unwrap_or_default();
            let files = source.at(&["helm", "valueFiles"]).map(Node::items).unwrap_or_default();
            for glob in files.iter().filter_map(Node::as_str).filter_map(|file| glob(folder, file, environments)) {
                if layers.iter().all(|layer| layer.files != glob) && is_met(&glob, revision) {
                    let name = name(&glob, environments, revision);
                    layers.push(Layer { name, files: glob });
                }
            }
        });
    }
    // A file that another layer has is none of its own, but for one whose name says that it is of all.
    let globs: Vec<String> = layers.iter().map(|layer| layer.files.clone()).collect();
    let is_within = |own: &str| globs.iter().any(|glob| glob != own && glob.contains('*') && glob_matches(glob, own));
    layers.retain(|layer| WIDE.contains(&layer.name.as_str()) || !is_within(&layer.files));
    // What names one file is wider than what names many.
    layers.sort_by_key(|layer| layer.files.matches('*').count());
    let mut names = BTreeSet::new();
    for layer in &mut layers {
        let own = layer.name.clone();
        for number in 2_usize.. {
            if names.insert(layer.name.clone()) {
                break;
            }
            layer.name = format!("{own}-{number}");
        }
    }
    layers
}

/// Every source of a document: what has a `helm` beside its path.
fn sources(node: &Node, visit: &mut impl FnMut(&Node)) {
    if node.get("helm").is_some() {
        visit(node);
    }
    for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
        sources(&entry.value, visit);
    }
    for item in node.items() {
        sources(item, visit);
    }
}

/// The glob of a values file as an Application names it: from the root of the repository, of another source, or of its chart.
fn glob(folder: &str, file: &str, environments: &[String]) -> Option<String> {
    let file = starred(file);
    let path = match (file.strip_prefix('/'), file.strip_prefix('$')) {
        (Some(path), _) => path.to_owned(),
        (None, Some(reference)) => reference.split_once('/')?.1.to_owned(),
        (None, None) => format!("{}/{file}", starred(folder)),
    };
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(of_environments(part, environments)),
        }
    }
    let glob = parts.join("/");
    // A pattern of the configuration has its own braces, and brackets stand for themselves; of a star alone nobody knows what it means.
    (!glob.contains(['{', '}', '[', ']']) && (glob.contains('/') || !glob.contains('*'))).then_some(glob)
}

/// A star for what stands between braces.
fn starred(text: &str) -> String {
    let mut rest = text;
    let mut glob = String::new();
    while let Some((before, after)) = rest.split_once("{{") {
        glob.push_str(before);
        glob.push('*');
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
    }
    glob + rest
}

/// A star for what names an environment, so that the files of all environments are one layer.
fn of_environments(part: &str, environments: &[String]) -> String {
    let (stem, ending) =
        part.rsplit_once('.').filter(|(_, end)| matches!(*end, "yaml" | "yml")).map_or((part, ""), |(stem, end)| (stem, end));
    let dot = if ending.is_empty() { "" } else { "." };
    match names::split(stem, environments) {
        Some((before, _)) => format!("{before}*{dot}{ending}"),
        None => part.to_owned(),
    }
}

fn is_met(glob: &str, revision: &Revision) -> bool {
    matched(glob, revision).next().is_some()
}

fn matched<'a>(glob: &'a str, revision: &'a Revision) -> impl Iterator<Item = &'a RepoPath> {
    revision.entries().filter(move |(path, kind)| **kind != EntryKind::Folder && glob_matches(glob, path.as_str())).map(|(path, _)| path)
}

/// What a layer is called: after its file, or after what its files have in common.
fn name(glob: &str, environments: &[String], revision: &Revision) -> String {
    let (folder, file) = glob.rsplit_once('/').unwrap_or(("", glob));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let last = |text: &str| text.split('/').rev().find(|part| !part.contains('*') && !part.is_empty()).unwrap_or("values").to_owned();
    if !stem.contains('*') {
        return if stem == "values" && !folder.is_empty() { last(folder) } else { stem.to_owned() };
    }
    let of_environment = |path: &RepoPath| {
        let stem = path.name().rsplit_once('.').map_or(path.name(), |(stem, _)| stem);
        names::split(stem, environments).is_some()
    };
    if matched(glob, revision).all(of_environment) {
        return "environment".to_owned();
    }
    let folder = last(folder);
    match folder.strip_suffix('s') {
        Some(one) if folder != "values" => one.to_owned(),
        _ if folder == "values" => "service".to_owned(),
        _ => folder,
    }
}
