//! The cluster generator: one parameter set for each cluster that a selector matches.

use std::collections::BTreeMap;

use portcullis_gotemplate::{Data, Map, MapType, Value};
use portcullis_source::{Key, LayerId, OriginId, Source};

use super::{
    Generation,
    field::{field, flag},
    generation::empty,
    selector::Selector,
    values,
};
use crate::{
    Cluster, InCluster, Version,
    clusters::{DECLARE, IN_CLUSTER, IN_CLUSTER_SERVER, SECRET_TYPE},
    fault::Fault,
    parameters::normalize,
};

/// Annotations that Argo CD and kubectl keep for themselves, and that are no parameters since Argo CD 3.6.
const OWN_ANNOTATIONS: [&str; 7] = [
    "argocd.argoproj.io/refresh",
    "argocd.argoproj.io/refresh-timestamp",
    "argocd.argoproj.io/hydrate",
    "argocd.argoproj.io/hydrate-timestamp",
    "argocd.argoproj.io/tracking-id",
    "argocd.argoproj.io/installation-id",
    "kubectl.kubernetes.io/last-applied-configuration",
];

/// The clusters in the order of the inventory, the one that Argo CD runs in last where nothing declares it.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value) -> Result<Vec<Map>, Fault> {
    let selector = match field(spec, "selector") {
        Some(value) => Selector::read(generation, &value)?,
        None => Selector::default(),
    };
    let mut sets = Vec::new();
    let mut local = selector.is_empty() && generation.inventory.settings.in_cluster == InCluster::Implicit;
    let layer = generation.renderer.trace.layer("cluster");
    for cluster in generation.clusters {
        let labels = labels(cluster);
        if !selector.matches(&labels) {
            continue;
        }
        local &= cluster.server != IN_CLUSTER_SERVER;
        let set = parameters(generation, cluster, &labels, layer);
        values::append(generation, spec, &set)?;
        sets.push(set);
    }
    if local {
        let set = empty();
        for (key, text) in [("name", IN_CLUSTER), ("nameNormalized", IN_CLUSTER), ("server", IN_CLUSTER_SERVER), ("project", "")] {
            let value = generation.made(text, "in-cluster");
            set.set(key, value.boxed());
        }
        values::append(generation, spec, &set)?;
        sets.push(set);
    }
    if generation.clusters.is_empty() && generation.inventory.settings.in_cluster == InCluster::Implicit {
        let yields = if sets.is_empty() { "nothing" } else { "in-cluster alone" };
        let fault = generation.fault(format!("clusters: the generator yields {yields}, since no cluster is declared"), spec);
        generation.warnings.push(fault.hint(DECLARE));
    }
    if flag(spec, "flatList") {
        let list = sets.into_iter().map(|set| Value::new(Data::Map(set)).boxed()).collect();
        let flat = empty();
        flat.set("clusters", Value::list(list).boxed());
        return Ok(vec![flat]);
    }
    Ok(sets)
}

/// The labels of the Secret, among them the one that makes it a cluster's.
fn labels(cluster: &Cluster) -> BTreeMap<String, String> {
    let mut labels = cluster.labels.clone();
    labels.entry(SECRET_TYPE.to_owned()).or_insert_with(|| "cluster".to_owned());
    labels
}

fn parameters(generation: &mut Generation<'_>, cluster: &Cluster, labels: &BTreeMap<String, String>, layer: LayerId) -> Map {
    let go = generation.is_go();
    let mut value = |text: &str, key: &str| {
        let origin = cluster.span.map_or(OriginId::NONE, |span| {
            let key = Key::Name(std::sync::Arc::from(key));
            generation.renderer.trace.source(Source::Value { span, key, parent: OriginId::NONE, layer, shadowed: OriginId::NONE })
        });
        Value::string(text).from(origin)
    };
    let set = empty();
    let own = [("name", cluster.name.clone()), ("nameNormalized", normalize(&cluster.name)), ("server", cluster.server.clone())];
    for (key, text) in own.iter().map(|(key, text)| (*key, text.as_str())).chain([("project", cluster.project.as_str())]) {
        set.set(key, value(text, key).boxed());
    }
    let metadata = empty();
    let all = generation.inventory.settings.version < Version { major: 3, minor: 6 };
    let mut annotations = cluster.annotations.clone();
    annotations.retain(|key, _| all || !OWN_ANNOTATIONS.contains(&key.as_str()));
    for (name, entries, given) in [("annotations", &annotations, !cluster.annotations.is_empty()), ("labels", labels, !labels.is_empty())] {
        if go {
            let entries: BTreeMap<_, _> = entries.iter().map(|(key, text)| (key.as_str().into(), value(text, key))).collect();
            if given {
                metadata.set(name, Value::new(Data::Map(Map::new(MapType::Strings, entries))).boxed());
            }
        } else {
            entries.iter().for_each(|(key, text)| set.set(format!("metadata.{name}.{key}"), value(text, key).boxed()));
        }
    }
    if go {
        set.set("metadata", Value::new(Data::Map(metadata)).boxed());
    }
    set
}
