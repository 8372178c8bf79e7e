//! What rules see of the infrastructure that a change touches.

use std::sync::Arc;

use regorus::{Value, value::Object};

use super::change::{field_value, list};
use crate::{
    Identity,
    change::{ChangedInstance, ChangedRoot, DriftedInstance},
    input::{object, text},
    rule::ROOT,
};

/// The API version of resources of Terraform.
const API_VERSION: &str = "terraform/v1";

/// The identity of a root, or of an instance in it.
pub(super) fn identity(root: &ChangedRoot, instance: Option<&ChangedInstance>) -> Identity {
    let (kind, namespace, name) = match instance {
        Some(instance) => (Arc::clone(&instance.ty), Some(Arc::clone(&root.folder)), Arc::clone(&instance.address)),
        None => (ROOT.into(), None, Arc::clone(&root.folder)),
    };
    Identity { api_version: API_VERSION.into(), kind, namespace, name }
}

/// `{root, environment, planned, resources, drifted}`.
pub(super) fn root_value(root: &ChangedRoot) -> Value {
    object([
        ("root", text(&root.folder)),
        ("environment", text(root.environment.as_deref().unwrap_or_default())),
        ("planned", Value::Bool(root.is_planned)),
        ("resources", list(&root.instances, instance_value)),
        ("drifted", list(&root.drifted, drifted_value)),
    ])
}

fn instance_value(instance: &ChangedInstance) -> Value {
    let mut entries = vec![
        ("address", text(&instance.address)),
        ("type", text(&instance.ty)),
        ("change", text(instance.effect.name())),
        ("actions", list(&instance.actions, |action| text(action))),
        ("replacedFor", list(&instance.replaced_for, |path| text(path))),
        ("fields", list(&instance.fields, field_value)),
    ];
    if let Some((all, number)) = instance.counted() {
        entries.extend([("counted", text(all)), ("index", Value::from(number))]);
    }
    entries.extend(instance.reason.as_deref().map(|reason| ("reason", text(reason))));
    entries.extend(instance.previous.as_deref().map(|previous| ("previous", text(previous))));
    entries.into_iter().map(|(key, value)| (text(key), value)).collect::<Object>().into_value()
}

fn drifted_value(drifted: &DriftedInstance) -> Value {
    object([
        ("address", text(&drifted.address)),
        ("type", text(&drifted.ty)),
        ("attributes", list(&drifted.attributes, |attribute| text(attribute))),
    ])
}
