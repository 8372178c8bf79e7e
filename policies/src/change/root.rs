//! What a change does to the infrastructure: instances of Terraform's resources that come, go or become others.

use std::sync::Arc;

use portcullis_source::{Document, Node};

use super::{
    ChangedField, Effect, Spot,
    read::{effect, fields, items, only, optional, spot, text, texts},
};

/// A root of Terraform in an environment, of which something changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedRoot {
    /// Its folder.
    pub folder: Arc<str>,
    /// Its environment.
    pub environment: Option<Arc<str>>,
    /// Whether a plan says what is done; without one, both sides of the configuration are compared.
    pub is_planned: bool,
    /// The instances of resources to which something is done.
    pub instances: Vec<ChangedInstance>,
    /// What changed outside of Terraform; only plans know.
    pub drifted: Vec<DriftedInstance>,
    /// Where the root is.
    pub spot: Spot,
}

/// An instance of a resource to which something is done.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedInstance {
    /// Its address.
    pub address: Arc<str>,
    /// The type of the resource.
    pub ty: Arc<str>,
    /// What happens to it.
    pub effect: Effect,
    /// What is done, in order and in Terraform's words: `create`, `update`, `delete`, `forget`.
    pub actions: Vec<Arc<str>>,
    /// Why, in Terraform's words, where a plan says it.
    pub reason: Option<Arc<str>>,
    /// The address that it had before, where it is moved.
    pub previous: Option<Arc<str>>,
    /// The paths that it is made anew for, where a plan says them.
    pub replaced_for: Vec<String>,
    /// Its attributes that change, as far as the configuration says.
    pub fields: Vec<ChangedField>,
    /// Where that is told.
    pub spot: Spot,
}

/// An instance that changed outside of Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftedInstance {
    /// Its address.
    pub address: Arc<str>,
    /// The type of the resource.
    pub ty: Arc<str>,
    /// The attributes that are others now.
    pub attributes: Vec<String>,
}

impl ChangedInstance {
    /// The address without the number at its end, and that number, of what is counted.
    #[must_use]
    pub fn counted(&self) -> Option<(&str, u64)> {
        let (all, number) = self.address.strip_suffix(']')?.rsplit_once('[')?;
        Some((all, number.parse().ok()?))
    }
}

/// Reads a root that is written down as a part of a fixture.
pub(super) fn root(document: &Document, node: &Node) -> Result<ChangedRoot, String> {
    only(node, &["root", "environment", "planned", "resources", "drifted"])?;
    Ok(ChangedRoot {
        folder: text(node, "root")?,
        environment: optional(node, "environment"),
        is_planned: node.get("planned").is_some_and(|planned| crate::library::json(planned) == true),
        instances: items(node, "resources").iter().map(|node| instance(document, node)).collect::<Result<_, _>>()?,
        drifted: items(node, "drifted").iter().map(drifted).collect::<Result<_, _>>()?,
        spot: spot(document, node, "root"),
    })
}

fn instance(document: &Document, node: &Node) -> Result<ChangedInstance, String> {
    only(node, &["address", "type", "change", "actions", "reason", "previous", "replacedFor", "fields"])?;
    Ok(ChangedInstance {
        address: text(node, "address")?,
        ty: text(node, "type")?,
        effect: effect(node)?,
        actions: texts(node.get("actions"))?.into_iter().map(Arc::from).collect(),
        reason: optional(node, "reason"),
        previous: optional(node, "previous"),
        replaced_for: texts(node.get("replacedFor"))?,
        fields: fields(document, node)?,
        spot: spot(document, node, "address"),
    })
}

fn drifted(node: &Node) -> Result<DriftedInstance, String> {
    only(node, &["address", "type", "attributes"])?;
    Ok(DriftedInstance { address: text(node, "address")?, ty: text(node, "type")?, attributes: texts(node.get("attributes"))? })
}
