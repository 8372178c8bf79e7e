//! The pod that a resource carries, whatever its kind, so that no rule walks kinds and none is forgotten.

use portcullis_source::{Node, Step};
use regorus::{Value, value::Object};

use super::{Services, hook::hook, image::Image, object, of_path, quantity::quantity, service::TargetPort, text, value::at as value_at};
use crate::Resource;

/// The kinds that carry a pod, their API groups, and where it is. Some write the kinds of `apps` under `v1`, which no server takes: what is wrong with
/// their pods is said all the same.
const CARRIERS: [(&str, &[&str], &[&str]); 11] = [
    ("Pod", &[""], &[]),
    ("PodTemplate", &[""], &["template"]),
    ("ReplicationController", &[""], &["spec", "template"]),
    ("Deployment", &["apps", "extensions", ""], &["spec", "template"]),
    ("StatefulSet", &["apps", ""], &["spec", "template"]),
    ("DaemonSet", &["apps", "extensions", ""], &["spec", "template"]),
    ("ReplicaSet", &["apps", "extensions", ""], &["spec", "template"]),
    ("Job", &["batch"], &["spec", "template"]),
    ("CronJob", &["batch"], &["spec", "jobTemplate", "spec", "template"]),
    ("Rollout", &["argoproj.io"], &["spec", "template"]),
    ("DeploymentConfig", &["apps.openshift.io", ""], &["spec", "template"]),
];

/// The lists of containers and what their members are.
const LISTS: [(&str, &str); 3] = [("containers", "main"), ("initContainers", "init"), ("ephemeralContainers", "ephemeral")];

/// The pod template of a resource, the keys that lead to it, and its spec.
fn template(resource: &Resource) -> Option<(&Node, &'static [&'static str], &Node)> {
    let (_, _, keys) = CARRIERS.iter().find(|(kind, groups, _)| *kind == &*resource.identity.kind && groups.contains(&resource.group()))?;
    let template = resource.node()?.at(keys)?;
    let spec = template.get("spec").filter(|spec| spec.as_map().is_some())?;
    Some((template, keys, spec))
}

/// The metadata of the pod that a resource carries, where it carries one.
pub(crate) fn pod_metadata(resource: &Resource) -> Option<Option<&Node>> {
    template(resource).map(|(template, _, _)| template.get("metadata"))
}

/// The spec of the pod that a resource carries, where it carries one.
pub(crate) fn pod_spec(resource: &Resource) -> Option<&Node> {
    template(resource).map(|(_, _, spec)| spec)
}

/// The path of that spec.
pub(crate) fn pod_path(resource: &Resource) -> Option<Vec<Step>> {
    let (_, keys, _) = template(resource)?;
    Some(keys.iter().copied().chain(["spec"]).map(|key| Step::Key(key.into())).collect())
}

/// The images that the pod of a resource pulls, as they are written: those of its containers and those that it mounts as volumes.
pub fn pod_images(resource: &Resource) -> impl Iterator<Item = &Node> {
    let spec = pod_spec(resource);
    let items = move |list: &str| spec.and_then(|spec| spec.get(list)).map(Node::items).unwrap_or_default();
    let of_containers = LISTS.into_iter().flat_map(move |(list, _)| items(list)).filter_map(|container| container.get("image"));
    of_containers.chain(items("volumes").iter().filter_map(|volume| volume.at(&["image", "reference"])))
}

/// `{spec, at, metadata, labels, containers: [{container, at, role, amounts, pre_stop, targeted}], images, amounts}`; none for a resource
/// without a pod. `whole` is the resource as a value, of which the pod's parts are shared.
pub(crate) fn pod_of(resource: &Resource, whole: &Value, services: &Services) -> Option<Value> {
    let (_, keys, spec) = template(resource)?;
    let at = pod_path(resource)?;
    let metadata_at: Vec<Step> = keys.iter().copied().chain(["metadata"]).map(|key| Step::Key(key.into())).collect();
    let map_or_empty = |value: Option<&Value>| match value {
        Some(value @ Value::Object(_)) => value.clone(),
        Some(_) | None => Value::new_object(),
    };
    let template = value_at(whole, keys)?;
    let metadata = value_at(template, &["metadata"]);
    let value = value_at(template, &["spec"])?;
    Some(object([
        ("spec", value.clone()),
        ("at", of_path(&at)),
        ("metadata", map_or_empty(metadata)),
        ("metadata_at", of_path(&metadata_at)),
        ("labels", map_or_empty(metadata.and_then(|metadata| value_at(metadata, &["labels"])))),
        ("containers", containers((spec, value), &at, &services.targets(resource))),
        ("images", images(spec, &at)),
        ("amounts", amounts(spec)),
    ]))
}

fn containers((spec, value): (&Node, &Value), at: &[Step], targets: &[&TargetPort]) -> Value {
    let targeted = targeted(spec, targets);
    let mut found = Vec::new();
    for (key, role) in LISTS {
        let values = value_at(value, &[key]).and_then(|list| list.as_array().ok());
        for (index, container) in spec.get(key).map(Node::items).unwrap_or_default().iter().enumerate() {
            let role = if role == "init" && is_sidecar(container) { "sidecar" } else { role };
            let path: Vec<Step> = at.iter().cloned().chain([Step::Key(key.into()), Step::Index(index)]).collect();
            found.push(object([
                ("container", values.and_then(|values| values.get(index)).cloned().unwrap_or(Value::Null)),
                ("at", of_path(&path)),
                ("role", text(role)),
                ("amounts", amounts(container)),
                ("pre_stop", hook(container, "preStop")),
                ("targeted", Value::Bool(targeted.iter().any(|target| std::ptr::eq(*target, container)))),
            ]));
        }
    }
    Value::from(found)
}

fn is_sidecar(init: &Node) -> bool {
    init.get("restartPolicy").and_then(Node::as_str) == Some("Always")
}

/// The containers that get the requests of Services: for each port those that declare it. Nobody has to, so where none does it is the first
/// one, which tools take for the main one as well.
fn targeted<'a>(spec: &'a Node, targets: &[&TargetPort]) -> Vec<&'a Node> {
    let list = |key| spec.get(key).map(Node::items).unwrap_or_default();
    let staying: Vec<&Node> = list("containers").iter().chain(list("initContainers").iter().filter(|init| is_sidecar(init))).collect();
    let mut found = Vec::new();
    for target in targets {
        let before = found.len();
        found.extend(staying.iter().copied().filter(|container| target.is_declared_by(container)));
        if found.len() == before {
            found.extend(staying.first().copied());
        }
    }
    found
}

/// `{requests: {cpu: NUMBER}, limits: {…}}` in units and bytes, of a container or of a whole pod; what is no quantity is null.
fn amounts(owner: &Node) -> Value {
    let of = |kind: &str| {
        let entries = owner.at(&["resources", kind]).and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
        let entries = entries.filter(|entry| !entry.value.is_null());
        let amounts = entries.map(|entry| (text(&entry.key), quantity(&entry.value).map_or(Value::Null, Value::from)));
        amounts.collect::<Object>().into_value()
    };
    object([("requests", of("requests")), ("limits", of("limits"))])
}

/// Every image that the pod pulls, as `{of, at, image, pull: {at, policy}}`: those of its containers and those that it mounts as volumes.
fn images(spec: &Node, at: &[Step]) -> Value {
    let mut found = Vec::new();
    let mut add = |what: &str, owner: &Node, list: &str, index: usize, (below, field): (Option<&str>, &str)| {
        let steps = [Step::Key(list.into()), Step::Index(index)];
        let path = |field: &str| -> Vec<Step> {
            let keys = below.into_iter().chain([field]).map(|key| Step::Key(key.into()));
            at.iter().cloned().chain(steps.clone()).chain(keys).collect()
        };
        let name = owner.get("name").and_then(Node::as_str).unwrap_or("without a name");
        let holder = below.map_or(Some(owner), |key| owner.get(key));
        let reference = holder.and_then(|holder| holder.get(field));
        let key = if below.is_some() { "pullPolicy" } else { "imagePullPolicy" };
        let said = holder.and_then(|holder| holder.get(key)).and_then(Node::as_str).filter(|policy| !policy.is_empty());
        let policy = said.unwrap_or_else(|| pull_policy(reference.and_then(Node::as_str)));
        let pull = object([("at", of_path(&path(key))), ("policy", text(policy))]);
        let of = text(&format!("{what} {name}"));
        found.push(object([("of", of), ("at", of_path(&path(field))), ("image", image(reference)), ("pull", pull)]));
    };
    for (list, _) in LISTS {
        for (index, container) in spec.get(list).map(Node::items).unwrap_or_default().iter().enumerate() {
            add("container", container, list, index, (None, "image"));
        }
    }
    for (index, volume) in spec.get("volumes").map(Node::items).unwrap_or_default().iter().enumerate() {
        if volume.get("image").is_some_and(|image| !image.is_null()) {
            add("volume", volume, "volumes", index, (Some("image"), "reference"));
        }
    }
    Value::from(found)
}

/// When an image is pulled where nobody says it: always, where its tag is `latest` or it has neither tag nor digest.
fn pull_policy(reference: Option<&str>) -> &'static str {
    match reference.map(Image::parse) {
        Some(Ok(Image { tag: Some("latest"), .. } | Image { tag: None, digest: None, .. })) => "Always",
        _ => "IfNotPresent",
    }
}

/// `{text, registry, repository, tag, digest, account, region}`, or `{text, error, part}`; what is not there is null.
fn image(node: Option<&Node>) -> Value {
    let Some(reference) = node.and_then(Node::as_str) else {
        return object([("text", Value::Null), ("error", text("is missing")), ("part", Value::Null)]);
    };
    let some = |part: Option<&str>| part.map_or(Value::Null, text);
    match Image::parse(reference) {
        Ok(image) => object([
            ("text", text(reference)),
            ("registry", text(image.registry)),
            ("repository", text(&image.repository)),
            ("tag", some(image.tag)),
            ("digest", some(image.digest)),
            ("account", some(image.ecr.map(|(account, _)| account))),
            ("region", some(image.ecr.map(|(_, region)| region))),
        ]),
        Err(malformed) => object([("text", text(reference)), ("error", text(malformed.reason)), ("part", some(malformed.part))]),
    }
}
