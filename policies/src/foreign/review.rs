//! What Gatekeeper and conftest see of an object, and of all of them.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Node;
use regorus::{Value, value::Object};

use super::{
    Foreign,
    matching::{Known, Labels, namespace_labels},
    program::Question,
};
use crate::{
    Operation, Resource,
    input::{at, misshapen, object, of_resource, text},
};

/// `input.review` of an object that comes to be, as an API server fills it in; an operation that nobody knows is empty, as gator has it.
fn review(resource: &Resource, whole: &Value, operation: Option<Operation>, asked: Option<&Value>) -> BTreeMap<Value, Value> {
    let version = resource.identity.api_version.rsplit('/').next().unwrap_or_default();
    let kind = object([("group", text(resource.group())), ("version", text(version)), ("kind", text(&resource.identity.kind))]);
    let nothing = object([("group", text("")), ("version", text("")), ("resource", text(""))]);
    let mut fields: BTreeMap<&str, Value> = BTreeMap::from([
        ("uid", text("")),
        ("kind", kind),
        ("resource", nothing),
        ("operation", text(operation.map_or("", Operation::name))),
        ("userInfo", Value::new_object()),
        ("object", placed(resource, whole)),
        ("oldObject", Value::Null),
        ("options", Value::Null),
        // Gatekeeper has nothing here where it knows of no namespace.
        ("namespaceObject", Value::new_object()),
    ]);
    let name = resource.node().and_then(|node| node.at(&["metadata", "name"])).and_then(Node::as_str);
    fields.extend(name.filter(|name| !name.is_empty()).map(|name| ("name", text(name))));
    fields.extend(resource.identity.namespace.as_deref().map(|namespace| ("namespace", text(namespace))));
    for (ours, theirs) in [("oldObject", "oldObject"), ("user", "userInfo"), ("subresource", "subResource")] {
        let given = asked.and_then(|asked| at(asked, &[ours]));
        fields.extend(given.map(|given| (theirs, given.clone())));
    }
    fields.into_iter().map(|(key, value)| (text(key), value)).collect()
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
                    Some(own) if !namespaces.0.contains_key(own) => Err(format!("it reads namespace {own}, which nothing here declares")),
                    Some(_) | None => Ok(holds),
                }
            }
            Question::Conftest(_) => Ok(true),
        }
    }

    /// Whether it reads `data.inventory`.
    pub(crate) fn reads_inventory(&self) -> bool {
        matches!(self.question, Question::Constraint { inventory: true, .. })
    }

    /// What it sees of an object.
    pub(crate) fn input(
        &self,
        resource: &Resource,
        whole: &Value,
        namespaces: &Namespaces,
        (operation, asked): (Option<Operation>, Option<&Value>),
    ) -> Value {
        match &self.question {
            Question::Constraint { parameters, namespace, .. } => {
                let mut review = review(resource, whole, operation, asked);
                let declared = resource.identity.namespace.as_ref().and_then(|own| namespaces.0.get(own));
                review.extend(declared.filter(|_| *namespace).map(|(_, object)| (text("namespaceObject"), object.clone())));
                object([("review", review.into_iter().collect::<Object>().into_value()), ("parameters", parameters.clone())])
            }
            Question::Conftest(_) => placed(resource, whole),
        }
    }
}

/// The labels of the namespaces that something declares.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespaces(BTreeMap<Arc<str>, (Labels, Value)>);

impl Namespaces {
    /// Those among some objects.
    pub(crate) fn of(resources: &[&Resource]) -> Self {
        let declared = resources.iter().filter(|resource| &*resource.identity.kind == "Namespace" && resource.group().is_empty());
        let labels = |resource: &&&Resource| {
            let name = &resource.identity.name;
            Some((Arc::clone(name), (namespace_labels(name, resource.node()?), of_resource(resource.node()?)?)))
        };
        Self(declared.filter_map(|resource| labels(&resource)).collect())
    }

    fn get(&self, name: &str) -> Known {
        self.0.get(name).map_or_else(|| Known::Name(name.into()), |(labels, _)| Known::Whole(labels.clone()))
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
