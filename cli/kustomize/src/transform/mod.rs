//! What a kustomization does to all objects.

use std::sync::Arc;

use crate::{
    Node, Place, Tag,
    fault::{Fault, Result},
    fieldspec::{FieldSpec, Make},
    identity::Gvk,
    kustomization::{Replica, Said},
    resource::Resources,
    tree::Scalar,
};

mod image;
mod namespace;

pub(crate) use image::{set_images, split as split_image};
pub(crate) use namespace::{Namespace, Subjects};

/// Which end of names something is put at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Before them.
    Prefix,
    /// After them.
    Suffix,
}

/// Whether objects keep their names whatever prefix or suffix there is.
fn keeps_name(gvk: &Gvk) -> bool {
    match gvk.kind.as_str() {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}

/// Puts a prefix or suffix to names.
pub(crate) fn rename(resources: &mut Resources, said: &Said, end: End, specs: &[FieldSpec]) -> Result<()> {
    for resource in &mut resources.list {
        let gvk = resource.original().gvk;
        if keeps_name(&gvk) {
            continue;
        }
        for spec in specs.iter().filter(|spec| gvk.is_selected(&spec.gvk)) {
            if spec.path == "metadata/name" {
                let list = if end == End::Prefix { &mut resource.prefixes } else { &mut resource.suffixes };
                list.push(said.text.to_string());
                resource.remember();
            }
            spec.visit(&mut resource.node, Make::Scalar, &said.place, &mut |node| {
                let old = node.text();
                let text = if end == End::Prefix { format!("{}{old}", said.text) } else { format!("{old}{}", said.text) };
                node.set_scalar(text, Tag::Open, &said.place)
            })?;
        }
    }
    Ok(())
}

/// Sets labels or annotations in all fields that have them.
pub(crate) fn set_pairs(resources: &mut Resources, pairs: &[(Said, Said)], specs: &[FieldSpec]) -> Result<()> {
    for resource in &mut resources.list {
        for (key, value) in pairs {
            for spec in specs {
                spec.visit(&mut resource.node, Make::Map, &key.place, &mut |node| {
                    if node.is_null() {
                        return Ok(());
                    }
                    let fresh = || Node::string(Arc::clone(&value.text), value.place.clone());
                    let known = node.get(&key.text).is_some();
                    let field = node.entry_or(&key.text, &key.place, fresh)?;
                    if known {
                        field.replace_by(Node::string(Arc::clone(&value.text), value.place.clone()));
                    }
                    Ok(())
                })?;
            }
        }
    }
    Ok(())
}

/// Sets numbers of replicas.
pub(crate) fn set_replicas(resources: &mut Resources, replica: &Replica, specs: &[FieldSpec]) -> Result<()> {
    let mut found = false;
    for spec in specs {
        for index in resources.with_any_id(|id| id.name == replica.name && id.gvk.is_selected(&spec.gvk)) {
            found = true;
            let Some(resource) = resources.list.get_mut(index) else { continue };
            spec.visit(&mut resource.node, Make::Scalar, &replica.place, &mut |node| {
                node.set_scalar(replica.count.to_string(), Tag::Int, &replica.place)
            })?;
        }
    }
    if found {
        return Ok(());
    }
    let message = format!("no object with replicas is called {:?}", replica.name);
    Err(Fault::refused(message, "correct the name, or add a configuration with its field").at(replica.place.span))
}

/// Marks all objects as kustomize's own.
pub(crate) fn mark(resources: &mut Resources, place: &Place, version: &str) -> Result<()> {
    let said = |text: &str| Said { text: text.into(), place: place.clone() };
    let pair = (said("app.kubernetes.io/managed-by"), said(&format!("kustomize-{version}")));
    set_pairs(resources, &[pair], &[FieldSpec::of_all("metadata/labels", true)])
}

impl Node {
    /// Takes another value; a scalar keeps its style.
    pub(crate) fn replace_by(&mut self, mut other: Self) {
        if let (crate::Value::Scalar(Scalar { quoted, .. }), Some(old)) = (&mut other.value, self.as_scalar()) {
            *quoted = old.quoted;
        }
        other.place = other.place.before(&self.place);
        *self = other;
    }
}
