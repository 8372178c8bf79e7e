//! What a source says of its kustomization.

use std::sync::Arc;

use portcullis_kustomize::{Places, Settings};
use portcullis_source::{Data, Node};

use super::environment::Environment;
use crate::fault::{Fact, Fault};

/// Reads `spec.source.kustomize`, with variables filled in where Argo CD does so: in images and labels, and in annotations if the source asks for it.
pub(super) fn settings(node: &Node, environment: &Environment, places: Places<'_>) -> Result<Settings, Fault> {
    let mut node = node.clone();
    let annotated = matches!(node.get("commonAnnotationsEnvsubst").map(|flag| &flag.data), Some(Data::Bool(true)));
    if let Data::Map(map) = &mut node.data {
        let filled = map.entries.iter_mut().filter(|entry| match &*entry.key {
            "commonLabels" | "images" => true,
            "commonAnnotations" => annotated,
            _ => false,
        });
        filled.for_each(|entry| fill(&mut entry.value, environment));
    }
    Settings::of_node(&node, places).map_err(|fault| Fact::new(fault.message).at(fault.span).hint(fault.hint))
}

fn fill(node: &mut Node, environment: &Environment) {
    match &mut node.data {
        Data::String(text) => *text = Arc::from(environment.fill(text)),
        Data::List(items) => items.iter_mut().for_each(|item| fill(item, environment)),
        Data::Map(map) => map.entries.iter_mut().for_each(|entry| fill(&mut entry.value, environment)),
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) => {}
    }
}
