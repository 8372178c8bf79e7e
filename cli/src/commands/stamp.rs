//! `portcullis template --stamp`: objects that tell the lines that they were made from.

use portcullis_helm::Rendered;
use portcullis_policies::{admission::stamp::annotations, json};
use portcullis_source::{Document, Sources};
use serde_json::{Map, Value};

/// The objects as a stream of JSON, which is YAML too.
pub(crate) fn stamped(rendered: &Rendered, sources: &Sources) -> String {
    let documents = rendered.manifests.iter().flat_map(|manifest| &manifest.documents);
    documents.filter_map(|document| object(document, sources)).map(|object| format!("---\n{object:#}\n")).collect()
}

/// An object with its annotations; nothing where there is none.
fn object(document: &Document, sources: &Sources) -> Option<Value> {
    let mut object = json(&document.root);
    let metadata = object.as_object_mut()?.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    let own = metadata.as_object_mut()?.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
    if own.is_null() {
        *own = Value::Object(Map::new());
    }
    for (key, value) in annotations(document, &[], sources) {
        own.as_object_mut()?.insert(key.to_owned(), value.into());
    }
    Some(object)
}
