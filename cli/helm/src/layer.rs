//! Values as a person gives them: files, inline values and `--set` arguments.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Map, Value, convert, funcs::Compat};
use portcullis_source::{Document, SourceFile, Text, Trace};

use crate::{
    RenderError, decode,
    set::{self, Style},
    table,
};

/// One source of values.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The name that people know it by, such as the path of the file.
    pub name: Arc<str>,
    /// What it says.
    pub content: LayerContent,
}

/// What a layer says.
///
/// Whatever their order among the layers, documents are read first, then `--set-json`, `--set`, `--set-string`, `--set-file` and
/// `--set-literal`, as helm does; within a kind, a later layer wins.
#[derive(Clone, Debug)]
pub enum LayerContent {
    /// The documents of a values file, or values written inline; none for an empty file, and several only with Helm 4.
    Documents(Vec<Arc<Document>>),
    /// The argument of a `--set`.
    Set(Arc<SourceFile>),
    /// The argument of a `--set-string`.
    SetString(Arc<SourceFile>),
    /// The argument of a `--set-json`.
    SetJson(Arc<SourceFile>),
    /// The argument of a `--set-file`, and the files by the paths that [`set_file_paths`] found in it.
    SetFile(Arc<SourceFile>, BTreeMap<String, Arc<SourceFile>>),
    /// The argument of a `--set-literal`.
    SetLiteral(Arc<SourceFile>),
}

impl Layer {
    /// Reads a values file: the first document of its text, or with Helm 4 all of them.
    ///
    /// # Errors
    /// It is no YAML, or no map.
    pub fn file(name: impl Into<Arc<str>>, text: &Text, compat: Compat) -> Result<Self, RenderError> {
        let name = name.into();
        let documents = decode::values(text, compat).map_err(|error| {
            let message = format!("failed to parse {name}: {}", error.message);
            RenderError::new(message).at(text.span(error.range)).hint("a values file is a YAML map")
        })?;
        Ok(Self { name, content: LayerContent::Documents(documents) })
    }
}

/// The paths of the files that the argument of a `--set-file` names, for the caller to read.
#[must_use]
pub fn set_file_paths(argument: &[u8]) -> Vec<String> {
    set::paths(argument)
}

/// The order in which kinds of layers are read.
fn rank(content: &LayerContent) -> u8 {
    match content {
        LayerContent::Documents(_) => 0,
        LayerContent::SetJson(_) => 1,
        LayerContent::Set(_) => 2,
        LayerContent::SetString(_) => 3,
        LayerContent::SetFile(..) => 4,
        LayerContent::SetLiteral(_) => 5,
    }
}

/// What all layers together say, each value with the ones that it hides.
pub(crate) fn merge(layers: &[Layer], compat: Compat, trace: &mut Trace) -> Result<Map, RenderError> {
    let mut ordered: Vec<&Layer> = layers.iter().collect();
    ordered.sort_by_key(|layer| rank(&layer.content));
    let merged = table::empty();
    let Some(merged) = table::table(&merged).cloned() else { return Err(RenderError::new("values are no table")) };
    for layer in ordered {
        let id = trace.layer(Arc::clone(&layer.name));
        match &layer.content {
            LayerContent::Documents(documents) => {
                for document in documents {
                    let values = convert::from_node(&document.root, &document.text, id, trace);
                    if let Some(values) = table::table(&values) {
                        overlay(&merged, values, trace);
                    }
                }
            }
            LayerContent::Set(argument) => set::apply(argument, &Style::Typed, &merged, id, trace)?,
            LayerContent::SetString(argument) => set::apply(argument, &Style::Text, &merged, id, trace)?,
            LayerContent::SetJson(argument) if compat == Compat::Helm4 && set::is_object(argument) => {
                let values = set::object(argument, id, trace)?;
                if let Some(values) = table::table(&values) {
                    overlay(&merged, values, trace);
                }
            }
            LayerContent::SetJson(argument) => set::apply(argument, &Style::Json, &merged, id, trace)?,
            LayerContent::SetFile(argument, files) => set::apply(argument, &Style::File(files), &merged, id, trace)?,
            LayerContent::SetLiteral(argument) => set::apply(argument, &Style::Literal, &merged, id, trace)?,
        }
    }
    Ok(merged)
}

/// Lays a table over another: tables merge, everything else replaces.
pub(crate) fn overlay(below: &Map, above: &Map, trace: &mut Trace) {
    for (key, mut value) in table::entries(above) {
        if let Some(old) = below.get(&key) {
            if let (Some(old), Some(new)) = (table::table(&old), table::table(&value)) {
                overlay(old, new, trace);
                // The merged table counts as the upper layer's, and keeps the lower one's content.
                value = Value { data: Data::Map(old.clone()), ..value };
            } else {
                table::shadow(trace, &mut value, &old);
            }
        }
        below.set(key, value);
    }
}
