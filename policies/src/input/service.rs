//! Which pods Services send requests to, and at which ports: a container need not declare the ports on which it listens.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data, Node};

use super::pod_metadata;
use crate::Resource;

/// A port of a pod that a Service sends requests to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TargetPort {
    Number(i64),
    Name(Arc<str>),
}

impl TargetPort {
    /// Whether a container declares it.
    pub(super) fn is_declared_by(&self, container: &Node) -> bool {
        let ports = container.get("ports").map(Node::items).unwrap_or_default();
        ports.iter().any(|port| match self {
            Self::Number(number) => port.get("containerPort").and_then(whole) == Some(*number),
            Self::Name(name) => port.get("name").and_then(Node::as_str) == Some(name),
        })
    }

    /// The target of a port of a Service, which is the same port where nothing else is said.
    fn of(port: &Node) -> Option<Self> {
        let named = |node: &Node| match node.as_str() {
            Some(name) => (!name.is_empty()).then(|| Self::Name(name.into())),
            None => whole(node).filter(|number| *number != 0).map(Self::Number),
        };
        port.get("targetPort").and_then(named).or_else(|| port.get("port").and_then(whole).map(Self::Number))
    }
}

/// What a Service says of the pods behind it, and where that holds.
#[derive(Clone, Debug, PartialEq)]
struct Service {
    environment: Option<Arc<str>>,
    cluster: Option<Arc<str>>,
    selector: Vec<(Arc<str>, Arc<str>)>,
    targets: Vec<TargetPort>,
}

impl Service {
    /// The Service that a resource is; none where it selects no pods, or sends them nothing.
    fn read(resource: &Resource) -> Option<Self> {
        if (&*resource.identity.api_version, &*resource.identity.kind) != ("v1", "Service") {
            return None;
        }
        let spec = resource.node()?.get("spec")?;
        if spec.get("type").and_then(Node::as_str) == Some("ExternalName") {
            return None;
        }
        let selector = &spec.get("selector")?.as_map()?.entries;
        // A label that is no text is refused by the API server.
        let selector = selector.iter().map(|entry| Some((Arc::from(&*entry.key), Arc::from(entry.value.as_str()?))));
        let selector: Vec<_> = selector.collect::<Option<_>>()?;
        let targets: Vec<TargetPort> = spec.get("ports").map(Node::items).unwrap_or_default().iter().filter_map(TargetPort::of).collect();
        let context = &resource.context;
        let service = Self { environment: context.environment.clone(), cluster: context.cluster.clone(), selector, targets };
        (!service.selector.is_empty() && !service.targets.is_empty()).then_some(service)
    }

    fn selects(&self, resource: &Resource, labels: Option<&Node>) -> bool {
        // What is in no environment or cluster in particular is in all of them.
        let meets = |left: &Option<Arc<str>>, right: &Option<Arc<str>>| left.is_none() || right.is_none() || left == right;
        let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Node::as_str);
        meets(&self.environment, &resource.context.environment)
            && meets(&self.cluster, &resource.context.cluster)
            && self.selector.iter().all(|(key, value)| label(key) == Some(value) || is_of_one(&resource.identity.kind, key))
    }
}

/// Each Service with each resource whose pods it sends requests to, as pairs of places in `resources`.
pub(crate) fn served(resources: &[Resource]) -> impl Iterator<Item = (usize, usize)> {
    let mut pods: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (place, resource) in resources.iter().enumerate() {
        if let Some(metadata) = pod_metadata(resource) {
            let labels = metadata.and_then(|metadata| metadata.get("labels"));
            pods.entry(&resource.identity.namespace).or_default().push((place, resource, labels));
        }
    }
    let services = resources.iter().enumerate().filter_map(|(place, resource)| Some((place, resource, Service::read(resource)?)));
    services.flat_map(move |(place, resource, service)| {
        let here = pods.get(&resource.identity.namespace).into_iter().flatten();
        let selected = here.filter(|(_, pod, labels)| service.selects(pod, *labels));
        selected.map(|(pod, _, _)| (place, *pod)).collect::<Vec<_>>()
    })
}

/// The Services of a run, by namespace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Services(BTreeMap<Option<Arc<str>>, Vec<Service>>);

impl Services {
    /// Gathers the Services that send requests to pods.
    pub(crate) fn collect(resources: &[Resource]) -> Self {
        let mut found: BTreeMap<_, Vec<Service>> = BTreeMap::new();
        for resource in resources {
            if let Some(service) = Service::read(resource) {
                found.entry(resource.identity.namespace.clone()).or_default().push(service);
            }
        }
        Self(found)
    }

    /// Adds those of other resources.
    pub(crate) fn absorb(&mut self, others: Self) {
        for (namespace, services) in others.0 {
            self.0.entry(namespace).or_default().extend(services);
        }
    }

    /// The ports of a resource's pod to which Services send requests.
    pub(crate) fn targets(&self, resource: &Resource) -> Vec<&TargetPort> {
        let labels = pod_metadata(resource).flatten().and_then(|metadata| metadata.get("labels"));
        let here = self.0.get(&resource.identity.namespace).into_iter().flatten();
        here.filter(|service| service.selects(resource, labels)).flat_map(|service| &service.targets).collect()
    }
}

/// Labels that a controller gives to the pods of one revision or to a single pod: nobody else's pods have the same.
pub(crate) fn is_of_one(kind: &str, label: &str) -> bool {
    match kind {
        "Deployment" => label == "pod-template-hash",
        "Rollout" => label == "rollouts-pod-template-hash",
        "StatefulSet" => {
            matches!(label, "controller-revision-hash" | "statefulset.kubernetes.io/pod-name" | "apps.kubernetes.io/pod-index")
        }
        _ => false,
    }
}

fn whole(node: &Node) -> Option<i64> {
    match node.data {
        Data::Int(number) => Some(number),
        Data::Uint(number) => i64::try_from(number).ok(),
        _ => None,
    }
}
