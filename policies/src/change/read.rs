//! A change that is written down as YAML, as the fixtures of rules are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Document, Node};

use super::{Both, Change, ChangedApplication, ChangedField, ChangedObject, Deployed, Effect, Spot};
use crate::library::json;

/// The word by which a document says that it is a change.
const KIND: &str = "Change";

/// The parameters of the rule, which whoever asks the rule reads.
const PARAMS: &str = "params";

impl Change {
    /// Reads a document of kind Change: what rules see of a change under the same names. Applications, objects and fields have the places of
    /// their names and paths; each is linked with its service by `service` and `environment`.
    ///
    /// # Errors
    /// It is no such document: a key is unknown, missing, or of another type.
    pub fn read(document: &Document) -> Result<Self, String> {
        let root = &document.root;
        only(root, &["kind", PARAMS, "environments", "totals", "applications", "services", "roots", "trailers"])?;
        if root.get("kind").and_then(Node::as_str) != Some(KIND) {
            return Err(format!("kind is not {KIND}"));
        }
        let applications: Vec<ChangedApplication> =
            items(root, "applications").iter().map(|node| application(document, node)).collect::<Result<_, _>>()?;
        let mut services = BTreeMap::new();
        for (service, node) in entries(root.get("services")) {
            let mut places = BTreeMap::new();
            for (environment, node) in entries(Some(node)) {
                places.insert(Arc::clone(environment), deployed(node, (service, environment), &applications)?);
            }
            services.insert(Arc::clone(service), places);
        }
        let totals = entries(root.get("totals")).map(|(environment, node)| Ok((Arc::clone(environment), both(node, number)?)));
        Ok(Self {
            environments: texts(root.get("environments"))?.into_iter().map(Arc::from).collect(),
            totals: totals.collect::<Result<_, String>>()?,
            applications,
            services,
            roots: items(root, "roots").iter().map(|node| super::root::root(document, node)).collect::<Result<_, _>>()?,
            trailers: entries(root.get("trailers")).map(|(name, node)| trailer(name, node)).collect::<Result<_, _>>()?,
        })
    }
}

fn trailer(name: &str, node: &Node) -> Result<(Arc<str>, Vec<Arc<str>>), String> {
    Ok((Arc::from(name.to_lowercase()), texts(Some(node))?.into_iter().map(Arc::from).collect()))
}

fn application(document: &Document, node: &Node) -> Result<ChangedApplication, String> {
    only(node, &["application", "service", "environment", "namespace", "change", "objects"])?;
    Ok(ChangedApplication {
        name: text(node, "application")?,
        service: optional(node, "service"),
        environment: optional(node, "environment"),
        namespace: optional(node, "namespace"),
        effect: effect(node)?,
        objects: items(node, "objects").iter().map(|node| object(document, node)).collect::<Result<_, _>>()?,
        spot: spot(document, node, "application"),
    })
}

fn object(document: &Document, node: &Node) -> Result<ChangedObject, String> {
    only(node, &["group", "kind", "namespace", "name", "change", "hazards", "fields"])?;
    Ok(ChangedObject {
        group: optional(node, "group").unwrap_or_default(),
        kind: text(node, "kind")?,
        namespace: optional(node, "namespace"),
        name: text(node, "name")?,
        effect: effect(node)?,
        hazards: texts(node.get("hazards"))?,
        fields: fields(document, node)?,
        spot: spot(document, node, "name"),
    })
}

pub(super) fn fields(document: &Document, node: &Node) -> Result<Vec<ChangedField>, String> {
    items(node, "fields").iter().map(|node| field(document, node)).collect()
}

fn field(document: &Document, node: &Node) -> Result<ChangedField, String> {
    only(node, &["path", "change", "before", "after"])?;
    Ok(ChangedField {
        path: text(node, "path")?.to_string(),
        effect: effect(node)?,
        before: node.get("before").map(json),
        after: node.get("after").map(json),
        spot: spot(document, node, "path"),
    })
}

fn deployed(node: &Node, (service, environment): (&str, &str), applications: &[ChangedApplication]) -> Result<Deployed, String> {
    only(node, &["change", "known", "images"])?;
    let images = |node: &Node| Ok(texts(Some(node))?.into_iter().collect::<BTreeSet<String>>());
    let is_own = |application: &ChangedApplication| {
        application.service.as_deref() == Some(service) && application.environment.as_deref() == Some(environment)
    };
    Ok(Deployed {
        effect: effect(node)?,
        known: node.get("known").is_none_or(|known| json(known) != false),
        images: node.get("images").map_or_else(|| Ok(Both::default()), |node| both(node, images))?,
        applications: (0..).zip(applications).filter(|(_, application)| is_own(application)).map(|(id, _)| id).collect(),
    })
}

/// `{before, after}`.
fn both<T: Default>(node: &Node, read: impl Fn(&Node) -> Result<T, String>) -> Result<Both<T>, String> {
    only(node, &["before", "after"])?;
    let side = |key| node.get(key).map_or_else(|| Ok(T::default()), &read);
    Ok(Both { before: side("before")?, after: side("after")? })
}

fn number(node: &Node) -> Result<usize, String> {
    let number = json(node).as_u64().and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| format!("{} is no count", json(node)))
}

pub(super) fn effect(node: &Node) -> Result<Effect, String> {
    let word = text(node, "change")?;
    Effect::ALL.into_iter().find(|effect| effect.name() == &*word).ok_or_else(|| format!("{word} is no change"))
}

pub(super) fn text(node: &Node, key: &str) -> Result<Arc<str>, String> {
    optional(node, key).ok_or_else(|| format!("{key} is missing or no text"))
}

pub(super) fn optional(node: &Node, key: &str) -> Option<Arc<str>> {
    node.get(key).and_then(Node::as_str).map(Arc::from)
}

pub(super) fn texts(node: Option<&Node>) -> Result<Vec<String>, String> {
    let items = node.map(Node::items).unwrap_or_default().iter();
    items.map(|item| item.as_str().map(str::to_owned).ok_or_else(|| format!("{} is no text", json(item)))).collect()
}

pub(super) fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&Arc<str>, &Node)> {
    node.and_then(Node::as_map).into_iter().flat_map(|map| &map.entries).map(|entry| (&entry.key, &entry.value))
}

pub(super) fn spot(document: &Document, node: &Node, key: &str) -> Spot {
    let range = node.get(key).unwrap_or(node).range;
    let origin = document.text.origin(range);
    Spot { place: origin.edit(), origin }
}

pub(super) fn only(node: &Node, known: &[&str]) -> Result<(), String> {
    if node.as_map().is_none() {
        return Err(format!("{} is no map of {}", json(node), known.join(", ")));
    }
    match entries(Some(node)).find(|(key, _)| !known.contains(&&***key)) {
        Some((key, _)) => Err(format!("unknown key {key}")),
        None => Ok(()),
    }
}
