//! What carries pods, and the kinds beside them that people write most.

use portcullis_source::{Data, Node};

use super::{Found, access, has, name, network, number, object, pod, schedule, selector, share, text};

/// Says what is wrong with an object of a kind that is known here.
pub(super) fn check(node: &Node, (version, kind): (&str, &str), found: &mut Found) {
    match (version, kind) {
        ("v1", "Pod") => found.within(node, "spec", |spec, found| pod::spec(spec, pod::Volumes::Own, found)),
        ("apps/v1", "Deployment") => workload(node, &["Always"], found, deployment),
        ("apps/v1", "StatefulSet") => workload(node, &["Always"], found, |spec, found| {
            found.each(spec, "volumeClaimTemplates", |template, found| found.within(template, "spec", access::claim));
        }),
        ("apps/v1", "DaemonSet" | "ReplicaSet") => workload(node, &["Always"], found, |_, _| {}),
        ("batch/v1", "Job") => workload(node, &["OnFailure", "Never"], found, |_, _| {}),
        ("batch/v1", "CronJob") => found.within(node, "spec", |spec, found| {
            if let Some(reason) = text(spec, "schedule").and_then(schedule::fault) {
                found.say("schedule", reason);
            }
            found.within(spec, "jobTemplate", |job, found| workload(job, &["OnFailure", "Never"], found, |_, _| {}));
        }),
        ("v1", "PersistentVolumeClaim") => found.within(node, "spec", access::claim),
        ("rbac.authorization.k8s.io/v1", "Role") => access::role(node, true, found),
        ("rbac.authorization.k8s.io/v1", "ClusterRole") => access::role(node, false, found),
        ("v1", "Service") => found.within(node, "spec", service),
        ("v1", "ConfigMap") => {
            ["data", "binaryData"].iter().for_each(|part| found.within(node, part, keys));
        }
        ("v1", "Secret") => {
            ["data", "stringData"].iter().for_each(|part| found.within(node, part, keys));
        }
        ("autoscaling/v2", "HorizontalPodAutoscaler") => found.within(node, "spec", autoscaler),
        ("networking.k8s.io/v1", "Ingress") => found.within(node, "spec", network::ingress),
        ("networking.k8s.io/v1", "NetworkPolicy") => found.within(node, "spec", network::policy),
        ("policy/v1", "PodDisruptionBudget") => found.within(node, "spec", |spec, found| {
            found.within(spec, "selector", selector::labels);
            share(spec, "minAvailable", found);
            share(spec, "maxUnavailable", found);
            if has(spec, "minAvailable") && has(spec, "maxUnavailable") {
                found.say("maxUnavailable", "is set beside minAvailable, of which only one may be");
            }
        }),
        _ => {}
    }
}

fn workload(node: &Node, restarts: &[&str], found: &mut Found, own: impl FnOnce(&Node, &mut Found)) {
    found.within(node, "spec", |spec, found| {
        let volumes = if has(spec, "volumeClaimTemplates") { pod::Volumes::More } else { pod::Volumes::Own };
        own(spec, found);
        found.within(spec, "selector", selector::labels);
        found.within(spec, "template", |template, found| {
            found.within(template, "metadata", |metadata, found| {
                object::labels(metadata, found);
                object::annotations(metadata, found);
            });
            found.within(template, "spec", |spec, found| {
                let policy = text(spec, "restartPolicy");
                // Without a policy it is Always.
                if !restarts.contains(&policy.unwrap_or("Always")) {
                    found.say("restartPolicy", format!("is {}, but it must be {}", policy.unwrap_or("not set"), restarts.join(" or ")));
                }
                pod::spec(spec, volumes, found);
            });
        });
    });
}

/// How long a rollout may last where nobody says, in seconds.
const PROGRESS_DEADLINE: i64 = 600;

fn deployment(spec: &Node, found: &mut Found) {
    let (deadline, ready) =
        (number(spec, "progressDeadlineSeconds").unwrap_or(PROGRESS_DEADLINE), number(spec, "minReadySeconds").unwrap_or(0));
    if deadline <= ready {
        found.say("progressDeadlineSeconds", format!("is {deadline}, not more than the {ready} of minReadySeconds"));
    }
    found.within(spec, "strategy", |strategy, found| {
        if text(strategy, "type") == Some("Recreate") && has(strategy, "rollingUpdate") {
            found.say("rollingUpdate", "is set, but the type is Recreate");
        }
        found.within(strategy, "rollingUpdate", |rolling, found| {
            share(rolling, "maxSurge", found);
            share(rolling, "maxUnavailable", found);
        });
        let zero = |key: &str| strategy.at(&["rollingUpdate", key]).is_some_and(is_zero);
        if zero("maxSurge") && zero("maxUnavailable") {
            found.path.push(portcullis_source::Step::Key("rollingUpdate".into()));
            found.say("maxUnavailable", "is 0, and so is maxSurge, so that nothing could ever roll");
            found.path.pop();
        }
    });
}

fn is_zero(node: &Node) -> bool {
    match &node.data {
        Data::Int(number) => *number == 0,
        Data::String(text) => matches!(&**text, "0" | "0%"),
        _ => false,
    }
}

/// The types of a Service that have ports of nodes.
const ON_NODES: [&str; 2] = ["NodePort", "LoadBalancer"];

fn service(spec: &Node, found: &mut Found) {
    let own_type = text(spec, "type").unwrap_or("ClusterIP");
    let many = spec.get("ports").map_or(0, |ports| ports.items().len()) > 1;
    let mut names: Vec<String> = Vec::new();
    found.each(spec, "ports", |port, found| {
        port_number(port, "port", found);
        if number(port, "nodePort").is_some_and(|port| port != 0) && !ON_NODES.contains(&own_type) {
            found.say("nodePort", format!("is set, but the type is {own_type}"));
        }
        // What is empty or 0 is the port itself.
        if text(port, "targetPort").is_some() || number(port, "targetPort").is_some_and(|port| port != 0) {
            port_reference(port, "targetPort", found);
        }
        let own = text(port, "name");
        if many && own.is_none() {
            found.say("name", "is missing, and every port of several has one");
        }
        let Some(own) = own else { return };
        if let Some(reason) = name::label(own) {
            found.say("name", reason);
        }
        if names.iter().any(|known| known == own) {
            found.say("name", format!("is {own:?}, which another port has too"));
        }
        names.push(own.to_owned());
    });
    let is_external = own_type == "ExternalName";
    let is_headless = text(spec, "clusterIP") == Some("None");
    if spec.get("ports").is_none_or(|ports| ports.items().is_empty()) && !is_external && !is_headless {
        found.say("ports", "is missing");
    }
}

/// Says what is wrong with the number of a port, where it is one.
pub(super) fn port_number(node: &Node, key: &str, found: &mut Found) {
    let number = match node.get(key).map(|value| &value.data) {
        Some(Data::Int(number)) => *number,
        _ => return,
    };
    if !(1..=65535).contains(&number) {
        found.say(key, format!("is {number}, not a port from 1 to 65535"));
    }
}

/// Says what is wrong with a port that is told by its number or its name.
pub(super) fn port_reference(node: &Node, key: &str, found: &mut Found) {
    port_number(node, key, found);
    // A text of digits is a name here, and no good one.
    if let Some(reason) = node.get(key).and_then(Node::as_str).and_then(name::port) {
        found.say(key, reason);
    }
}

fn keys(data: &Node, found: &mut Found) {
    for entry in data.as_map().into_iter().flat_map(|map| &map.entries) {
        if name::file_key(&entry.key).is_some() {
            found.say(&entry.key, "has a key that is none: letters, digits, -, _ and .");
        }
    }
}

fn autoscaler(spec: &Node, found: &mut Found) {
    found.each(spec, "metrics", metric);
    let (least, most) = (number(spec, "minReplicas"), number(spec, "maxReplicas"));
    if let Some(most) = most.filter(|most| *most < 1) {
        found.say("maxReplicas", format!("is {most}, less than 1"));
    } else if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        found.say("maxReplicas", format!("is {most}, less than the {least} of minReplicas"));
    }
}

/// The field in which each type of metric says what it is, and what its target may be.
const METRICS: [(&str, &str, &[&str]); 5] = [
    ("Resource", "resource", &["averageUtilization", "averageValue"]),
    ("ContainerResource", "containerResource", &["averageUtilization", "averageValue"]),
    ("Pods", "pods", &["averageValue"]),
    ("Object", "object", &["value", "averageValue"]),
    ("External", "external", &["value", "averageValue"]),
];

fn metric(metric: &Node, found: &mut Found) {
    let known = METRICS.iter().find(|(name, ..)| text(metric, "type") == Some(name));
    let Some((name, field, targets)) = known else { return };
    if !has(metric, field) {
        return found.say(field, format!("is missing, and the type is {name}"));
    }
    found.within(metric, field, |of, found| {
        found.within(of, "target", |target, found| {
            if !targets.iter().any(|key| has(target, key)) {
                found.say(
                    targets.first().copied().unwrap_or_default(),
                    format!("is missing: a metric of type {name} aims at {}", targets.join(" or ")),
                );
            }
        });
    });
}
