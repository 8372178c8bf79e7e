//! Which tool renders a source: the one that it names, or the one whose files its folder holds.

use portcullis_source::{Data, EntryKind, Node, RepoPath, Revision};

use crate::{assemble::Object, fault::Fault};

/// What renders a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// Helm.
    Helm,
    /// Kustomize.
    Kustomize,
    /// Nothing: the manifests are taken as they are.
    Directory,
    /// A plugin.
    Plugin,
}

/// Finds the tool of a source.
pub(super) fn detect(source: Object<'_>, revision: &Revision, folder: &RepoPath) -> Result<Tool, Fault> {
    let blocks = [("helm", Tool::Helm), ("kustomize", Tool::Kustomize), ("directory", Tool::Directory), ("plugin", Tool::Plugin)];
    let given = blocks
        .into_iter()
        .filter(|(key, _)| source.root.get(key).is_some_and(|block| !is_zero(block) || *key == "plugin" && !block.is_null()));
    let given: Vec<_> = given.collect();
    match given.as_slice() {
        [] => Ok(discover(revision, folder)),
        [(_, tool)] => Ok(*tool),
        [_, (second, _), ..] => {
            let keys: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
            Err(source.fault(format!("the source is of several types at once: {}", keys.join(", ")), &[second]).hint("keep one of them"))
        }
    }
}

/// Whether nothing is set in a block.
fn is_zero(node: &Node) -> bool {
    match &node.data {
        Data::Null => true,
        Data::Bool(value) => !value,
        Data::Int(value) => *value == 0,
        Data::Uint(value) => *value == 0,
        Data::Float(value) => *value == 0.0,
        Data::String(text) => text.is_empty(),
        Data::List(items) => items.is_empty(),
        Data::Map(map) => map.entries.iter().all(|entry| is_zero(&entry.value) && &*entry.key != "valuesObject"),
    }
}

/// The files of a folder decide; where there is a kustomization it wins over a chart.
fn discover(revision: &Revision, folder: &RepoPath) -> Tool {
    let files = revision.below(folder).filter(|(path, kind)| **kind != EntryKind::Folder && path.parent().as_ref() == Some(folder));
    let mut tool = Tool::Directory;
    for (path, _) in files {
        match path.name() {
            "kustomization.yaml" | "kustomization.yml" | "Kustomization" => return Tool::Kustomize,
            name if name.ends_with("Chart.yaml") => tool = Tool::Helm,
            _ => {}
        }
    }
    tool
}
