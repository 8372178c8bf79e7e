//! What rules may ask about the platform: zones, registries, scoring, NodePools, and which pods Services send requests to.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::Node;
use regorus::Value;

use crate::{
    Config, Resource,
    config::{Located, glob_matches},
    input::{Services, object, of_node, text},
};

/// The facts that the resources of a repository tell, gathered before rules run over parts of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    node_pools: Vec<(Option<Arc<str>>, Arc<str>, Value)>,
    /// The environments that have NodePools which nobody can read.
    hidden: BTreeSet<Option<Arc<str>>>,
    services: Services,
}

impl Facts {
    /// Gathers the NodePools and the Services.
    #[must_use]
    pub fn collect(resources: &[Resource]) -> Self {
        let pools = resources.iter().filter(|resource| &*resource.identity.kind == "NodePool" && resource.group() == "karpenter.sh");
        let of = |pool: &Resource| Some((pool.context.environment.clone(), Arc::from(&*pool.identity.name), node_pool(pool)?));
        let mut found: Vec<_> = pools.filter_map(of).collect();
        found.sort();
        found.dedup();
        Self { node_pools: found, hidden: BTreeSet::new(), services: Services::collect(resources) }
    }

    /// Adds what other resources tell.
    pub fn absorb(&mut self, others: Self) {
        self.node_pools.extend(others.node_pools);
        self.node_pools.sort();
        self.node_pools.dedup();
        self.hidden.extend(others.hidden);
        self.services.absorb(others.services);
    }

    /// Says that an environment, or every one, has a NodePool that nobody can read: which of them there are is not known there.
    pub fn hide_node_pool(&mut self, environment: Option<Arc<str>>) {
        self.hidden.insert(environment);
    }

    /// The Services.
    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// The NodePools of an environment, and those that are for all of them.
    fn node_pools(&self, environment: Option<&str>) -> Value {
        let is_here = |of: &Option<Arc<str>>| of.is_none() || environment.is_none() || of.as_deref() == environment;
        if self.hidden.iter().any(is_here) {
            return Value::new_array();
        }
        let here = self.node_pools.iter().filter(|(of, ..)| is_here(of));
        Value::from(here.map(|(.., pool)| pool.clone()).collect::<Vec<_>>())
    }

    /// The value of a fact for an environment and a namespace.
    pub(super) fn get(&self, fact: &str, config: &Config, environment: Option<&str>, namespace: Option<&str>) -> Value {
        let list = |items: &[Located<Arc<str>>]| Value::from(items.iter().map(|item| text(&item.value)).collect::<Vec<_>>());
        match fact {
            "zones" => list(&config.zones),
            "registries" => {
                let registries = config.registries.iter();
                let registry = |(account, region): (&str, &str)| object([("account", text(account)), ("region", text(region))]);
                Value::from(registries.map(|found| registry((&found.account.value, &found.region.value))).collect::<Vec<_>>())
            }
            "scoring" => {
                let labels = config.scoring.labels.iter().map(|(key, value)| (text(key), text(&value.value)));
                let here = namespace.is_some_and(|name| config.scoring.namespaces.iter().any(|glob| glob_matches(&glob.value, name)));
                let labels = labels.collect::<regorus::value::Object>().into_value();
                object([("namespace", Value::Bool(here)), ("labels", labels)])
            }
            // Where the object is, although only its Application may say so; without anybody's word it is empty.
            "namespace" => text(namespace.unwrap_or_default()),
            "nodePools" => self.node_pools(environment),
            _ => Value::Null,
        }
    }
}

/// `{name, labels, limits, requirements, taints}` of the nodes that a NodePool makes; the limits are of all of them together.
fn node_pool(resource: &Resource) -> Option<Value> {
    let spec = resource.node()?.at(&["spec"])?;
    let template = spec.at(&["template"])?;
    let part = |keys: &[&str]| template.at(keys).filter(|node| !node.is_null()).and_then(of_node);
    let list = |key| template.at(&["spec", key]).filter(|node: &&Node| !node.items().is_empty()).and_then(of_node);
    Some(object([
        ("name", text(&resource.identity.name)),
        ("labels", part(&["metadata", "labels"]).unwrap_or_else(Value::new_object)),
        ("limits", spec.at(&["limits"]).filter(|node| !node.is_null()).and_then(of_node).unwrap_or_else(Value::new_object)),
        ("requirements", list("requirements").unwrap_or_else(Value::new_array)),
        ("taints", list("taints").unwrap_or_else(Value::new_array)),
    ]))
}
