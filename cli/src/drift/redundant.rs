//! Values of layers that say what would hold without them, for every application that uses the layer.

use std::sync::Arc;

use portcullis_helm::{Effective, Held};
use portcullis_source::{Link, Node, Role, Span};

use super::{
    entry::{Class, Hidden, Setting},
    layers::{Leaf, dotted, leaves},
    survey::{Survey, Variant},
};
use crate::{explain::one_line, group};

/// The values of all layers.
pub(super) fn find(survey: &Survey<'_>) -> Vec<Hidden> {
    let mut found = Vec::new();
    for file in &survey.files {
        let users = survey.users(&file.path);
        for document in &file.documents {
            for leaf in leaves(document) {
                let below: Option<Vec<Link>> = users.iter().map(|variant| same_below(survey, variant, &leaf)).collect();
                let Some(first) = below.and_then(|below| below.into_iter().next()) else { continue };
                found.push(hidden(survey, &leaf, (survey.layer(&file.path), &first), &users));
            }
        }
    }
    found
}

/// What a leaf hides in the values of one application, where it is the same.
fn same_below(survey: &Survey<'_>, variant: &Variant<'_>, leaf: &Leaf<'_>) -> Option<Link> {
    if leaf.node.is_null() {
        return None;
    }
    let held = at(&variant.effective, &leaf.path)?;
    let links = variant.effective.layers(held);
    // What several layers together make, nobody overrides alone.
    if links.iter().filter(|link| link.role == Role::Values).count() != 1 {
        return None;
    }
    let place = links.iter().position(|link| link.span == Some(leaf.span))?;
    let below = links.get(place + 1)?;
    let hidden = survey.stated.at(below.span?)?;
    // Who repeats a default of the chart holds on to it, whatever the chart's next version says.
    let is_default = below.name.as_deref().is_some_and(|name| name.starts_with("chart "));
    (same(&hidden, leaf.node) && !is_default).then(|| below.clone())
}

fn same(left: &Node, right: &Node) -> bool {
    portcullis_policies::json(left) == portcullis_policies::json(right)
}

fn at<'a>(effective: &'a Effective, path: &[Arc<str>]) -> Option<&'a Held> {
    path.iter().try_fold(&effective.root, |held, key| held.as_map()?.get(key))
}

fn hidden(survey: &Survey<'_>, leaf: &Leaf<'_>, (layer, below): (Option<Arc<str>>, &Link), users: &[&Variant<'_>]) -> Hidden {
    let sources = survey.settings.revision.sources();
    let is_secret = |span: Option<Span>| span.is_some_and(|span| survey.secrets.is_secret(span));
    let value = if is_secret(Some(leaf.span)) || is_secret(below.span) {
        survey.secrets.hash(&portcullis_policies::json(leaf.node).to_string())
    } else {
        one_line(leaf.node)
    };
    let other =
        Setting { variant: Arc::from(""), value: None, location: Some(group::location(below.span, sources)), layer: below.name.clone() };
    Hidden {
        class: Class::Redundant,
        location: group::location(Some(leaf.key), sources),
        key: dotted(&leaf.path),
        layer,
        value: Some(value),
        others: vec![other],
        services: survey.asked(users),
    }
}
