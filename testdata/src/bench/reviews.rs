//! Records what a real API server asks about the workloads of the platform, and breaks one rule in a copy of each.

use std::time::Duration;

use serde_json::{Value, json};

use super::load::Review;
use crate::cluster::control::Cluster;
use crate::cluster::deployment::{Environment, deploy};
use crate::cluster::hook::Hook;
use crate::cluster::process::eventually;
use crate::platform::Platform;
use crate::tools::Error;

/// Every how many reviews one breaks a rule: most of what a cluster is asked is right.
const RARITY: usize = 10;

/// How long the API server may take until it knows of the webhook.
const PATIENCE: Duration = Duration::from_secs(60);

/// Deploys an environment to the cluster and gives the reviews of its workloads.
///
/// # Errors
/// If something of it is refused.
pub fn record(cluster: &Cluster, platform: &Platform, environment: &Environment) -> Result<Vec<Value>, Error> {
    let hook = Hook::start(cluster.authority(), |_| json!({"allowed": true}))?;
    let rules = json!([{
        "operations": ["CREATE"],
        "apiGroups": ["apps", "batch", ""],
        "apiVersions": ["v1"],
        "resources": ["cronjobs", "daemonsets", "deployments", "jobs", "namespaces", "statefulsets"],
    }]);
    let configuration = hook.configuration("recorder", &rules);
    cluster.apply(&configuration.to_string())?;
    eventually(PATIENCE, || {
        cluster.kubectl(&["create", "namespace", "probe", "--dry-run=server"])?;
        if hook.take().is_empty() { Err(Error::Unexpected("the API server does not ask the webhook".to_owned())) } else { Ok(()) }
    })?;
    let outcome = deploy(cluster, platform, environment)?;
    cluster.must(&["delete", "validatingwebhookconfiguration", "recorder"], "")?;
    if !outcome.refused.is_empty() {
        return Err(Error::Unexpected(outcome.refused.join("\n")));
    }
    let mut reviews = hook.take();
    reviews.retain(|review| review.pointer("/request/object/kind").is_some_and(|kind| kind != "Namespace"));
    Ok(reviews)
}

/// A way to break a rule, which changes the object and its pod template; not every object can break every rule.
type Break = fn(&mut Value, &str) -> bool;

const BREAKS: [(&str, Break); 4] = [
    ("an image from elsewhere", |object, pod| {
        set(object, &format!("{pod}/spec/containers/0/image"), "docker.io/library/nginx:1.27.0".into())
    }),
    ("no resources", |object, pod| remove(object, &format!("{pod}/spec/containers/0"), "resources")),
    ("no preStop hook", |object, pod| remove(object, &format!("{pod}/spec/containers/0/lifecycle"), "preStop")),
    ("no spread", |object, pod| remove(object, &format!("{pod}/spec"), "topologySpreadConstraints")),
];

/// The reviews as they are, which must be allowed, with a broken copy, which must not, after every few.
#[must_use]
pub fn mix(recorded: &[Value]) -> Vec<Review> {
    let mut broken =
        recorded.iter().cycle().zip(BREAKS.iter().cycle()).filter_map(|(review, (name, change))| broken(review, name, *change));
    let mut mixed = Vec::new();
    // Several rounds, so that every way to break a rule has its turn.
    for review in recorded.iter().cycle().take(recorded.len() * BREAKS.len()) {
        mixed.push(Review { name: name_of(review), body: review.to_string(), allowed: true });
        if mixed.len() % RARITY == RARITY - 1 {
            mixed.extend(broken.next());
        }
    }
    mixed
}

fn broken(review: &Value, how: &str, change: Break) -> Option<Review> {
    let mut review = review.clone();
    let object = review.pointer_mut("/request/object")?;
    let pod = if object.get("kind")? == "CronJob" { "/spec/jobTemplate/spec/template" } else { "/spec/template" };
    change(object, pod).then(|| Review { name: format!("{} with {how}", name_of(&review)), body: review.to_string(), allowed: false })
}

fn name_of(review: &Value) -> String {
    let part = |pointer: &str| review.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}/{}", part("/request/kind/kind"), part("/request/namespace"), part("/request/name"))
}

fn set(object: &mut Value, pointer: &str, value: Value) -> bool {
    object.pointer_mut(pointer).map(|place| *place = value).is_some()
}

fn remove(object: &mut Value, pointer: &str, key: &str) -> bool {
    object.pointer_mut(pointer).and_then(Value::as_object_mut).and_then(|fields| fields.remove(key)).is_some()
}
