//! Pods: containers, volumes, ports, probes.

use portcullis_source::{Data, Node};

use super::{Found, has, name, text, workload::port_number};

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
        let entries = volume.as_map().into_iter().flat_map(|map| &map.entries);
        let sources: Vec<&str> = entries.filter(|entry| &*entry.key != "name" && !entry.value.is_null()).map(|entry| &*entry.key).collect();
        if let [_, second, ..] = sources.as_slice() {
            found.say(second, format!("is set beside {}, but a volume has one source", sources.first().copied().unwrap_or_default()));
        }
    });
    names
}

fn container(container: &Node, volumes: Option<&[String]>, found: &mut Found) {
    if has(container, "image") && container.get("image").and_then(Node::as_str).is_some_and(|image| image.trim() != image) {
        found.say("image", "starts or ends with white space");
    }
    found.each(container, "env", variable);
    let mut ports: Vec<String> = Vec::new();
    found.each(container, "ports", |port, found| {
        port_number(port, "containerPort", found);
        if port.get("hostPort").is_some_and(|port| !matches!(port.data, Data::Int(0))) {
            port_number(port, "hostPort", found);
        }
        let Some(own) = text(port, "name") else { return };
        if let Some(reason) = service_name(own) {
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
        if text(mount, "subPath").is_some() && text(mount, "subPathExpr").is_some() {
            found.say("subPathExpr", "is set beside subPath, of which only one may be");
        }
    });
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        found.within(container, probe, |probe, found| handler(probe, &PROBES, found));
    }
    found.within(container, "lifecycle", |lifecycle, found| {
        for hook in ["postStart", "preStop"] {
            found.within(lifecycle, hook, |hook, found| handler(hook, &HOOKS, found));
        }
    });
}

fn variable(variable: &Node, found: &mut Found) {
    let says = text(variable, "value").is_some();
    found.within(variable, "valueFrom", |from, found| {
        let count = from.as_map().map_or(0, |map| map.entries.iter().filter(|entry| !entry.value.is_null()).count());
        if says && count > 0 {
            found.say("", "is set beside a value, of which only one may be");
        } else if count > 1 {
            found.say("", "names more than one source");
        } else if count == 0 {
            found.say("", "names no source");
        }
    });
    if let Some(own) = text(variable, "name").filter(|own| own.contains('=') || !own.bytes().all(|byte| (b' '..=b'~').contains(&byte))) {
        found.say("name", format!("is {own:?}, which is no name of a variable"));
    }
}

fn handler(node: &Node, known: &[&str], found: &mut Found) {
    let set: Vec<&&str> = known.iter().filter(|key| has(node, key)).collect();
    match set.as_slice() {
        [] => found.say("", format!("does nothing: it has none of {}", known.join(", "))),
        [_] => {}
        [_, second, ..] => found.say(second, "is another thing to do, of which there may be one"),
    }
}

/// Why a text is no name of a port.
fn service_name(text: &str) -> Option<String> {
    let is_word =
        !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_good = is_word
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-');
    (!is_good).then(|| format!("is {text:?}, which is no name of a port: small letters, digits and -, no longer than 15"))
}
