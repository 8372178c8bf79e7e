//! What Terraform makes beside the objects of an environment: which rules see which of it, and as what.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Node;
use regorus::{Value, value::Object};

use super::{
    memory::{Content, Question},
    platform::{order, shared_entry},
};
use crate::{
    Resource, Rule,
    input::{of_node, of_resource, text},
    rule::{ROOT, TERRAFORM},
};

/// The resources of Terraform's roots that are for an environment, in the order of their names.
pub(super) struct Ground<'a> {
    resources: Vec<&'a Resource>,
}

/// What a whole root says of its resources, which rules of a platform see one by one.
const RESOURCES: &str = "resources";

/// Whether it is a resource of Terraform, or a root, and no object of a cluster.
pub(super) fn is_ground(resource: &Resource) -> bool {
    resource.group() == TERRAFORM
}

impl<'a> Ground<'a> {
    /// What is for an environment. Where objects are for none, nobody knows which roots make what they stand on, and all of them may.
    pub(super) fn of(resources: &'a [Resource], environment: Option<&Arc<str>>) -> Self {
        let is_here = |resource: &&Resource| {
            let own = resource.context.environment.as_ref();
            is_ground(resource) && (environment.is_none() || own.is_none() || own == environment)
        };
        let mut here: Vec<&Resource> = resources.iter().filter(is_here).collect();
        here.sort_by(|left, right| left.context.environment.cmp(&right.context.environment).then_with(|| order(left, right)));
        Self { resources: here }
    }

    /// The places of what a rule names.
    pub(super) fn named_by(&self, rule: &Rule) -> Vec<usize> {
        let resources = self.resources.iter().enumerate();
        resources.filter(|(_, resource)| rule.joins_type(&resource.identity.kind)).map(|(place, _)| place).collect()
    }

    /// The resources at places.
    pub(super) fn at(&self, places: &[usize]) -> impl Iterator<Item = &'a Resource> {
        places.iter().filter_map(|place| self.resources.get(*place)).copied()
    }

    /// What of a question they are.
    pub(super) fn question(&self, places: &[usize]) -> Option<Question> {
        let mut content = Content::about("ground");
        for resource in self.at(places) {
            content.optional(resource.context.environment.as_deref());
            content.text(&resource.identity.kind);
            content.plain(resource)?;
        }
        Some(content.question())
    }

    /// A platform with what stands at places as further resources, whose ids go on behind those of the others. It is made for one rule and dropped
    /// after it: what all rules together see of thousands of resources takes more memory than time.
    pub(super) fn beneath(&self, platform: &Value, places: &[usize]) -> Option<Value> {
        let platform = platform.as_object().ok()?;
        let mut resources = platform.get(&text(RESOURCES))?.as_array().ok()?.clone();
        let mut kinds = platform.get(&text("kinds"))?.as_object().ok()?.clone();
        let mut made: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for resource in self.at(places) {
            let whole = resource.node().and_then(|node| seen(node, &resource.identity.kind));
            let entry = whole.map(|whole| entry(resources.len(), resource, whole));
            if let Some(entry) = &entry {
                made.entry(&resource.identity.kind).or_default().push(entry.clone());
            }
            resources.push(entry.unwrap_or_else(Value::new_object));
        }
        for (kind, entries) in made {
            let mut list = kinds.get(&text(kind)).and_then(|list| list.as_array().ok().cloned()).unwrap_or_default();
            list.extend(entries);
            kinds.insert(text(kind), Value::from(list));
        }
        let mut platform = platform.clone();
        platform.insert(text(RESOURCES), Value::from(resources));
        platform.insert(text("kinds"), kinds.into_value());
        Some(platform.into_value())
    }
}

/// Everything that a document says; of a root without what it says of its resources.
fn seen(node: &Node, kind: &str) -> Option<Value> {
    if kind != ROOT {
        return of_resource(node);
    }
    let entries = node.as_map()?.entries.iter().filter(|entry| &*entry.key != RESOURCES);
    let fields: Option<Object> = entries.map(|entry| Some((text(&entry.key), of_node(&entry.value)?))).collect();
    Some(fields?.into_value())
}

/// `{id, kind, group, name, namespace, application, cluster, environment, resource}`, where the namespace is the folder of the root.
fn entry(id: usize, resource: &Resource, whole: Value) -> Value {
    shared_entry(id, resource, whole).into_iter().map(|(key, value)| (text(key), value)).collect::<Object>().into_value()
}
