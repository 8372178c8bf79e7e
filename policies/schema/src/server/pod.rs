//! Pods: containers, volumes, ports, probes.

use portcullis_source::{Data, Node};

use super::{
    Found, has, is_true, name, number, scheduling, text, variable,
    workload::{port_number, port_reference},
};

/// The lists of containers of a pod.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What a probe may do, of which it does one.
const PROBES: [&str; 4] = ["exec", "grpc", "httpGet", "tcpSocket"];

/// What a hook may do, of which it does one.
const HOOKS: [&str; 4] = ["exec", "httpGet", "sleep", "tcpSocket"];

/// Which volumes a pod has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Volumes {
    /// Those of its spec.
    Own,
    /// Those that its owner adds, too.
    More,
}

/// Says what is wrong with the spec of a pod.
pub(super) fn spec(spec: &Node, known: Volumes, found: &mut Found) {
    if spec.get("containers").is_none_or(|list| list.items().is_empty()) {
        found.say("containers", "is missing");
    }
    let names = volumes(spec, found);
    let volumes = (known == Volumes::Own).then_some(names);
    let mut names: Vec<String> = Vec::new();
    for list in LISTS {
        found.each(spec, list, |container, found| {
            if let Some(own) = text(container, "name") {
                if let Some(reason) = name::label(own) {
                    found.say("name", reason);
                }
                if names.iter().any(|known| known == own) {
                    found.say("name", format!("is {own:?}, which another container has too"));
                }
                names.push(own.to_owned());
            }
            self::container(container, volumes.as_deref(), found);
        });
    }
    scheduling::check(spec, found);
    for (key, reason) in [("serviceAccountName", name::subdomain as fn(&str) -> Option<String>), ("hostname", name::label)] {
        if let Some(reason) = text(spec, key).and_then(reason) {
            found.say(key, reason);
        }
    }
    if let Some(seconds) = number(spec, "terminationGracePeriodSeconds").filter(|seconds| *seconds < 0) {
        found.say("terminationGracePeriodSeconds", format!("is {seconds}, less than 0"));
    }
}

fn volumes(spec: &Node, found: &mut Found) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    found.each(spec, "volumes", |volume, found| {
        if let Some(own) = text(volume, "name") {
            if let Some(reason) = name::label(own) {
                found.say("name", reason);
            }
            if names.iter().any(|known| known == own) {
                found.say("name", format!("is {own:?}, which another volume has too"));
            }
            names.push(own.to_owned());
        }
        source(volume, found);
        let entries = volume.as_map().into_iter().flat_map(|map| &map.entries);
        let sources: Vec<&str> = entries.filter(|entry| &*entry.key != "name" && !entry.value.is_null()).map(|entry| &*entry.key).collect();
        if let [_, second, ..] = sources.as_slice() {
            found.say(second, format!("is set beside {}, but a volume has one source", sources.first().copied().unwrap_or_default()));
        }
    });
    names
}

/// What a volume is made of, where its parts say more than their types.
fn source(volume: &Node, found: &mut Found) {
    found.within(volume, "hostPath", |host, found| {
        if let Some(reason) = text(host, "path").and_then(climbs) {
            found.say("path", reason);
        }
    });
    files(volume, found);
    found.within(volume, "projected", |projected, found| {
        found.each(projected, "sources", |source, found| {
            files(source, found);
            found.within(source, "serviceAccountToken", item);
        });
    });
}

/// What an object becomes as a folder.
fn files(source: &Node, found: &mut Found) {
    for object in ["configMap", "secret"] {
        found.within(source, object, |of, found| found.each(of, "items", item));
    }
    found.within(source, "downwardAPI", |of, found| {
        found.each(of, "items", |one, found| {
            item(one, found);
            variable::file(one, found);
        });
    });
}

fn item(item: &Node, found: &mut Found) {
    if let Some(reason) = text(item, "path").and_then(outside) {
        found.say("path", reason);
    }
}

fn container(container: &Node, volumes: Option<&[String]>, found: &mut Found) {
    if has(container, "image") && container.get("image").and_then(Node::as_str).is_some_and(|image| image.trim() != image) {
        found.say("image", "starts or ends with white space");
    }
    variable::check(container, found);
    found.within(container, "securityContext", security);
    let mut ports: Vec<String> = Vec::new();
    found.each(container, "ports", |port, found| {
        port_number(port, "containerPort", found);
        if port.get("hostPort").is_some_and(|port| !matches!(port.data, Data::Int(0))) {
            port_number(port, "hostPort", found);
        }
        let Some(own) = text(port, "name") else { return };
        if let Some(reason) = name::port(own) {
            found.say("name", reason);
        }
        if ports.iter().any(|known| known == own) {
            found.say("name", format!("is {own:?}, which another port of the container has too"));
        }
        ports.push(own.to_owned());
    });
    let mut paths: Vec<String> = Vec::new();
    found.each(container, "volumeMounts", |mount, found| {
        if let Some(own) = text(mount, "name").filter(|own| volumes.is_some_and(|volumes| !volumes.iter().any(|volume| volume == own))) {
            found.say("name", format!("is {own:?}, which is no volume of the pod"));
        }
        if let Some(path) = text(mount, "mountPath") {
            if paths.iter().any(|known| known == path) {
                found.say("mountPath", format!("is {path:?}, where another volume is mounted"));
            }
            paths.push(path.to_owned());
        }
        for key in ["subPath", "subPathExpr"] {
            if let Some(reason) = text(mount, key).and_then(outside) {
                found.say(key, reason);
            }
        }
        if text(mount, "subPath").is_some() && text(mount, "subPathExpr").is_some() {
            found.say("subPathExpr", "is set beside subPath, of which only one may be");
        }
    });
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        found.within(container, probe, |node, found| {
            handler(node, &PROBES, found);
            if let Some(times) = number(node, "successThreshold").filter(|times| *times > 1 && probe != "readinessProbe") {
                found.say("successThreshold", format!("is {times}, and must be 1: the {probe} counts one success"));
            }
        });
    }
    found.within(container, "lifecycle", |lifecycle, found| {
        for hook in ["postStart", "preStop"] {
            found.within(lifecycle, hook, |hook, found| handler(hook, &HOOKS, found));
        }
    });
}

/// Why a path below a volume leads out of it.
fn outside(path: &str) -> Option<String> {
    if path.starts_with('/') { Some(format!("is {path:?}, which must be relative")) } else { climbs(path) }
}

/// Why a path is refused wherever it starts.
fn climbs(path: &str) -> Option<String> {
    path.split('/').any(|part| part == "..").then(|| format!("is {path:?}, which must not contain .."))
}

fn security(context: &Node, found: &mut Found) {
    if !context.get("allowPrivilegeEscalation").is_some_and(|node| matches!(node.data, Data::Bool(false))) {
        return;
    }
    let added = context.at(&["capabilities", "add"]).map(Node::items).unwrap_or_default();
    if is_true(context, "privileged") {
        found.say("allowPrivilegeEscalation", "is false, but the container is privileged");
    } else if added.iter().any(|one| one.as_str() == Some("CAP_SYS_ADMIN")) {
        found.say("allowPrivilegeEscalation", "is false, but the container adds CAP_SYS_ADMIN");
    }
}

fn handler(node: &Node, known: &[&str], found: &mut Found) {
    let set: Vec<&&str> = known.iter().filter(|key| has(node, key)).collect();
    match set.as_slice() {
        [] => found.say("", format!("does nothing: it has none of {}", known.join(", "))),
        [_] => {
            for to in ["httpGet", "tcpSocket"] {
                found.within(node, to, |to, found| port_reference(to, "port", found));
            }
        }
        [_, second, ..] => found.say(second, "is another thing to do, of which there may be one"),
    }
}
