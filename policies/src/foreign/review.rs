//! What Gatekeeper and conftest see of an object, and of all of them.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use portcullis_source::Node;
use regorus::{Value, value::Object};

use super::{
    Foreign,
    matching::{Known, Labels, UNKNOWN, namespace_labels},
    program::Question,
};
use crate::{
    Operation, Resource,
    input::{at, misshapen, object, of_resource, text},
};

/// What is asked, beside the object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// What is done; where nobody knows it is empty, as gator has it.
    pub(crate) operation: Option<Operation>,
    /// All that an API server says of it.
    pub(crate) said: Option<&'a Value>,
}

/// `input.review` of an object that comes to be, as an API server fills it in, and what one that asks says instead.
fn review(resource: &Resource, whole: &Value, request: Request<'_>) -> BTreeMap<Value, Value> {
    let version = resource.identity.api_version.rsplit('/').next().unwrap_or_default();
    let kind = object([("group", text(resource.group())), ("version", text(version)), ("kind", text(&resource.identity.kind))]);
    let nothing = object([("group", text("")), ("version", text("")), ("resource", text(""))]);
    let fields: BTreeMap<&str, Value> = BTreeMap::from([
        ("uid", text("")),
        ("resource", nothing),
        ("operation", text(request.operation.map_or("", Operation::name))),
        ("userInfo", Value::new_object()),
        ("oldObject", Value::Null),
        ("options", Value::Null),
        // Gatekeeper has nothing here where it knows of no namespace.
        ("namespaceObject", Value::new_object()),
    ]);
    let mut fields: BTreeMap<Value, Value> = fields.into_iter().map(|(key, value)| (text(key), value)).collect();
    for (key, value) in request.said.and_then(|said| said.as_object().ok()).into_iter().flat_map(Object::iter) {
        fields.insert(key.clone(), value.clone());
    }
    fields.extend([(text("kind"), kind), (text("object"), placed(resource, whole))]);
    let name = resource.node().and_then(|node| node.at(&["metadata", "name"])).and_then(Node::as_str);
    fields.extend(name.filter(|name| !name.is_empty()).map(|name| (text("name"), text(name))));
    fields.extend(resource.identity.namespace.as_deref().map(|namespace| (text("namespace"), text(namespace))));
    fields
}

/// An object with the namespace that it goes to.
fn placed(resource: &Resource, whole: &Value) -> Value {
    let (Some(namespace), None) = (&resource.identity.namespace, at(whole, &["metadata", "namespace"])) else { return whole.clone() };
    let (Ok(object), Some(Ok(metadata))) = (whole.as_object(), at(whole, &["metadata"]).map(Value::as_object)) else {
        return whole.clone();
    };
    let mut metadata = metadata.clone();
    metadata.insert(text("namespace"), text(namespace));
    let mut object = object.clone();
    object.insert(text("metadata"), metadata.into_value());
    object.into_value()
}

impl Foreign {
    /// Whether it is asked about an object.
    ///
    /// # Errors
    /// The labels of a namespace decide it, and nobody knows them.
    pub(crate) fn is_about(&self, resource: &Resource, namespaces: &Namespaces) -> Result<bool, String> {
        match &self.question {
            Question::Constraint { matching, namespace, .. } => {
                let holds = matching.holds(resource, |name| namespaces.get(name))?;
                match resource.identity.namespace.as_deref().filter(|_| holds && *namespace) {
                    Some(own) if namespaces.object(own).is_none() => Err(format!("it reads namespace {own}, {UNKNOWN}")),
                    Some(_) | None => Ok(holds),
                }
            }
            Question::Conftest(_) => Ok(true),
        }
    }

    /// Whether it reads `data.inventory`, which nobody has who is asked about one object.
    #[must_use]
    pub fn reads_inventory(&self) -> bool {
        matches!(self.question, Question::Constraint { inventory: true, .. })
    }

    /// Whether it asks for more of the namespace of an object than its name.
    #[must_use]
    pub fn reads_namespaces(&self) -> bool {
        match &self.question {
            Question::Constraint { matching, namespace, .. } => *namespace || matching.reads_namespaces(),
            Question::Conftest(_) => false,
        }
    }

    /// What it sees of an object.
    pub(crate) fn input(&self, resource: &Resource, whole: &Value, namespaces: &Namespaces, request: Request<'_>) -> Value {
        match &self.question {
            Question::Constraint { parameters, namespace, .. } => {
                let mut review = review(resource, whole, request);
                let declared = resource.identity.namespace.as_ref().and_then(|own| namespaces.object(own));
                review.extend(declared.filter(|_| *namespace).map(|object| (text("namespaceObject"), object.clone())));
                object([("review", review.into_iter().collect::<Object>().into_value()), ("parameters", parameters.clone())])
            }
            Question::Conftest(_) => placed(resource, whole),
        }
    }
}

/// The namespaces that something declares; nothing of those that are declared in several ways.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespaces(BTreeMap<Arc<str>, Option<(Labels, Value)>>);

impl Namespaces {
    /// Those among some objects.
    pub(crate) fn of<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Self {
        let mut found = BTreeMap::new();
        for resource in resources {
            let Some(node) = resource.node().filter(|_| &*resource.identity.kind == "Namespace" && resource.group().is_empty()) else {
                continue;
            };
            let Some(whole) = of_resource(node) else { continue };
            let name = &resource.identity.name;
            let declared = Some((namespace_labels(name, node), whole));
            match found.entry(Arc::clone(name)) {
                Entry::Vacant(place) => drop(place.insert(declared)),
                Entry::Occupied(mut known) if *known.get() != declared => drop(known.insert(None)),
                Entry::Occupied(_) => {}
            }
        }
        Self(found)
    }

    fn get(&self, name: &str) -> Known {
        match self.0.get(name) {
            Some(Some((labels, _))) => Known::Whole(labels.clone()),
            Some(None) | None => Known::Name(name.into()),
        }
    }

    fn object(&self, name: &str) -> Option<&Value> {
        self.0.get(name)?.as_ref().map(|(_, object)| object)
    }
}

/// `data.inventory` as Gatekeeper keeps it: `cluster[VERSION][KIND][NAME]` and `namespace[NAMESPACE][VERSION][KIND][NAME]`.
pub(crate) fn inventory(resources: &[&Resource]) -> Value {
    let mut cluster = Tree::default();
    let mut namespaced = Tree::default();
    for resource in resources {
        if misshapen(resource).is_some() {
            continue;
        }
        let Some(whole) = resource.node().and_then(of_resource).map(|whole| placed(resource, &whole)) else { continue };
        let identity = &resource.identity;
        let path = [&identity.api_version, &identity.kind, &identity.name];
        match &identity.namespace {
            None => cluster.put(&path, whole),
            Some(namespace) => namespaced.put(&[namespace, path[0], path[1], path[2]], whole),
        }
    }
    object([("cluster", cluster.value()), ("namespace", namespaced.value())])
}

/// Values below paths of keys.
#[derive(Default)]
struct Tree {
    inner: BTreeMap<Arc<str>, Tree>,
    leaf: Option<Value>,
}

impl Tree {
    fn put(&mut self, path: &[&Arc<str>], value: Value) {
        match path.split_first() {
            None => self.leaf = Some(value),
            Some((first, rest)) => self.inner.entry(Arc::clone(first)).or_default().put(rest, value),
        }
    }

    fn value(self) -> Value {
        self.leaf.unwrap_or_else(|| {
            let entries = self.inner.into_iter().map(|(key, inner)| (Value::String(key), inner.value()));
            entries.collect::<Object>().into_value()
        })
    }
}
