//! The layers of an application as they stand in their files: each leaf with its path and its place.

use std::sync::Arc;

use portcullis_source::{Data, Document, Node, RepoPath, Span};

use super::survey::Variant;

/// A value of a layer that is no map, or an empty one.
pub(super) struct Leaf<'a> {
    /// The keys that lead to it.
    pub(super) path: Vec<Arc<str>>,
    /// The place that effective values know it by: of its key for a list or map, else its own.
    pub(super) span: Span,
    /// Where its key stands.
    pub(super) key: Span,
    /// The value.
    pub(super) node: &'a Node,
}

/// A values file with its documents.
pub(super) struct File {
    /// The path.
    pub(super) path: RepoPath,
    /// What it says.
    pub(super) documents: Vec<Arc<Document>>,
}

/// The leaves of a document.
pub(super) fn leaves(document: &Document) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    collect(document, &document.root, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(document: &'a Document, node: &'a Node, path: &mut Vec<Arc<str>>, found: &mut Vec<Leaf<'a>>) {
    let Data::Map(map) = &node.data else { return };
    for entry in &map.entries {
        path.push(Arc::clone(&entry.key));
        match &entry.value.data {
            Data::Map(inner) if !inner.entries.is_empty() => collect(document, &entry.value, path, found),
            data => {
                let scalar = !matches!(data, Data::Map(_) | Data::List(_)) && entry.value.range.start < entry.value.range.end;
                let range = if scalar { entry.value.range } else { entry.key_range };
                if let (Some(span), Some(key)) = (document.text.span(range), document.text.span(entry.key_range)) {
                    found.push(Leaf { path: path.clone(), span, key, node: &entry.value });
                }
            }
        }
        path.pop();
    }
}

/// A path as a person writes it.
pub(super) fn dotted(path: &[Arc<str>]) -> String {
    path.join(".")
}

/// Whether an application reads values from a file of the repository.
pub(super) fn uses(variant: &Variant<'_>, path: &RepoPath) -> bool {
    variant.files.contains(path)
}
