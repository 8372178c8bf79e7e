//! Values as a person gives them: files, inline values and `--set` arguments.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Map, Value, convert, funcs::Compat};
use portcullis_source::{Document, LayerId, Origin, SourceFile, Text, Trace};

use crate::{
    RenderError, decode,
    set::{self, Argument, Style},
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
    /// An argument that stands for a field of another file, such as a parameter of an Application, and where that field came from; what
    /// leads is what a person would edit.
    Placed(Box<Self>, Origin),
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
        LayerContent::Placed(argument, _) => rank(argument),
    }
}

/// What all layers together say, each value with the ones that it hides.
pub(crate) fn merge(layers: &[Layer], compat: Compat, trace: &mut Trace) -> Result<Map, RenderError> {
    let mut ordered: Vec<&Layer> = layers.iter().collect();
    ordered.sort_by_key(|layer| rank(&layer.content));
    let merged = table::empty();
    let Some(merged) = table::table(&merged).cloned() else { return Err(RenderError::new("values are no table")) };
    for layer in ordered {
        let layer_id = trace.layer(Arc::clone(&layer.name));
        let (content, place) = match &layer.content {
            LayerContent::Placed(content, place) => (&**content, Some(place)),
            content => (content, None),
        };
        Merge { values: &merged, layer: layer_id, place, compat }.add(content, trace)?;
    }
    Ok(merged)
}

/// What a layer is laid over, and who it is.
struct Merge<'a> {
    values: &'a Map,
    layer: LayerId,
    place: Option<&'a Origin>,
    compat: Compat,
}

impl Merge<'_> {
    fn add(&self, content: &LayerContent, trace: &mut Trace) -> Result<(), RenderError> {
        let set = |file, style: &Style<'_>, trace: &mut Trace| {
            set::apply(Argument { file, layer: self.layer, place: self.place }, style, self.values, trace)
        };
        match content {
            LayerContent::Documents(documents) => {
                for document in documents {
                    self.overlay(&convert::from_node(&document.root, &document.text, self.layer, trace), trace);
                }
            }
            LayerContent::Set(argument) => set(argument, &Style::Typed, trace)?,
            LayerContent::SetString(argument) => set(argument, &Style::Text, trace)?,
            LayerContent::SetJson(argument) if self.compat == Compat::Helm4 && set::is_object(argument) => {
                let values = set::object(argument, self.layer, trace)?;
                self.overlay(&values, trace);
            }
            LayerContent::SetJson(argument) => set(argument, &Style::Json, trace)?,
            LayerContent::SetFile(argument, files) => set(argument, &Style::File(files), trace)?,
            LayerContent::SetLiteral(argument) => set(argument, &Style::Literal, trace)?,
            LayerContent::Placed(argument, _) => self.add(argument, trace)?,
        }
        Ok(())
    }

    fn overlay(&self, values: &Value, trace: &mut Trace) {
        if let Some(values) = table::table(values) {
            overlay(self.values, values, trace);
        }
    }
}

/// Lays a table over another: tables merge, everything else replaces.
pub(crate) fn overlay(below: &Map, above: &Map, trace: &mut Trace) {
    for (key, mut value) in table::entries(above) {
        if let Some(old) = below.get(&key) {
            if let (Some(below), Some(above)) = (table::table(&old), table::table(&value.clone())) {
                table::join(trace, &mut value, &old);
                overlay(below, above, trace);
                // The merged table counts as the upper layer's first, and keeps the lower one's content.
                value = Value { data: Data::Map(below.clone()), ..value };
            } else {
                table::shadow(trace, &mut value, &old);
            }
        }
        below.set(key, value);
    }
}
