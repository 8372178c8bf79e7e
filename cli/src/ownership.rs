//! Which environment and which service an Application is for.

use std::sync::Arc;

use portcullis_argo::{Application, Inventory};
use portcullis_policies::{Config, Context};

/// The labels and parameters that teams name environments by, the most telling first.
const ENVIRONMENT_KEYS: [&str; 5] = ["environment", "env", "app.kubernetes.io/environment", "stage", "environment.name"];

/// The labels and parameters that teams name services by, the most telling first.
const SERVICE_KEYS: [&str; 5] = ["service", "app.kubernetes.io/name", "app", "serviceName", "service.name"];

/// The context of everything that an Application deploys.
pub(crate) fn context(application: &Application, config: &Config, inventory: &Inventory) -> Context {
    let environment = environment(application, config, inventory);
    let service = service(application, environment.as_deref());
    let destination = &application.destination;
    let namespace = &destination.namespace;
    let cluster = if destination.server.is_empty() { &destination.name } else { &destination.server };
    Context {
        cluster: (!cluster.is_empty()).then(|| Arc::from(&**cluster)),
        environment: environment.map(Arc::from),
        application: Some(Arc::from(&*application.name)),
        service: Some(Arc::from(service)),
        namespace: (!namespace.is_empty()).then(|| Arc::from(&**namespace)),
        home: None,
    }
}

/// What the configuration says; else a label, a parameter, a label of the cluster, or the end of the name. With environments
/// configured, it is one of those.
fn environment(application: &Application, config: &Config, inventory: &Inventory) -> Option<String> {
    let destination = &application.destination;
    if let Some(environment) = config.environment_of(&application.name, &destination.namespace, &destination.name) {
        return Some(environment.name.value.to_string());
    }
    let known = |name: &String| config.environments.is_empty() || config.environments.iter().any(|known| *known.name.value == **name);
    let cluster = inventory.clusters.iter().find(|cluster| cluster.name == destination.name);
    let named = ENVIRONMENT_KEYS.iter().filter_map(|key| application.labels.get(*key));
    let given = ENVIRONMENT_KEYS.iter().filter_map(|key| application.parameters.get(*key));
    let of_cluster = ENVIRONMENT_KEYS.iter().filter_map(|key| cluster.and_then(|cluster| cluster.labels.get(*key)));
    let found = named.chain(given).chain(of_cluster).find(|name| known(name)).cloned();
    found.or_else(|| {
        let ends = |name: &str| application.name.strip_suffix(name).is_some_and(|rest| rest.ends_with('-'));
        config.environments.iter().map(|environment| environment.name.value.to_string()).find(|name| ends(name))
    })
}

fn service(application: &Application, environment: Option<&str>) -> String {
    let named = SERVICE_KEYS.iter().filter_map(|key| application.labels.get(*key));
    let given = SERVICE_KEYS.iter().filter_map(|key| application.parameters.get(*key));
    let found = named.chain(given).next().cloned();
    found.unwrap_or_else(|| {
        let name = &application.name;
        let without = environment.and_then(|environment| name.strip_suffix(environment)).and_then(|rest| rest.strip_suffix('-'));
        without.unwrap_or(name).to_owned()
    })
}
