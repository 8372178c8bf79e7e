//! What a container has in its environment, and where that comes from.

use portcullis_source::Node;

use super::{Found, name, text};

/// The fields of a pod that a variable may have.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The fields of a pod that a file may have beside its name, namespace and uid.
const FILE_FIELDS: [&str; 2] = ["metadata.labels", "metadata.annotations"];

/// The amounts that a variable or a file may have.
const AMOUNTS: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// Says what is wrong with the variables of a container.
pub(super) fn check(container: &Node, found: &mut Found) {
    found.each(container, "env", variable);
    found.each(container, "envFrom", |from, found| {
        let sources = ["configMapRef", "secretRef"];
        let set: Vec<&Node> = sources.iter().filter_map(|source| from.get(source)).filter(|source| !source.is_null()).collect();
        match set.as_slice() {
            [] => found.say("", "names no source: it has none of configMapRef, secretRef"),
            [_] => {}
            _ => found.say("", "names more than one source"),
        }
        for source in sources {
            found.within(from, source, reference);
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
        found.within(from, "fieldRef", |field, found| field_of(field, &FIELDS, found));
        found.within(from, "resourceFieldRef", amount);
        for source in ["configMapKeyRef", "secretKeyRef"] {
            found.within(from, source, |source, found| {
                reference(source, found);
                if let Some(reason) = text(source, "key").and_then(name::file_key) {
                    found.say("key", reason);
                }
            });
        }
    });
    if let Some(own) = text(variable, "name").filter(|own| own.contains('=') || !own.bytes().all(|byte| (b' '..=b'~').contains(&byte))) {
        found.say("name", format!("is {own:?}, which is no name of a variable"));
    }
}

/// Says what is wrong with a file of the downward API.
pub(super) fn file(item: &Node, found: &mut Found) {
    match (item.get("fieldRef").filter(|field| !field.is_null()), item.get("resourceFieldRef").filter(|amount| !amount.is_null())) {
        (None, None) => found.say("", "names no source: it has none of fieldRef, resourceFieldRef"),
        (Some(_), Some(_)) => found.say("resourceFieldRef", "is set beside fieldRef, of which only one may be"),
        _ => {}
    }
    found.within(item, "fieldRef", |field, found| {
        let of_files: Vec<&str> = FIELDS.iter().filter(|field| field.starts_with("metadata.")).chain(&FILE_FIELDS).copied().collect();
        field_of(field, &of_files, found);
    });
    found.within(item, "resourceFieldRef", |of, found| {
        amount(of, found);
        if text(of, "containerName").is_none() {
            found.say("containerName", "is missing: a file is no container's own");
        }
    });
}

fn reference(source: &Node, found: &mut Found) {
    if let Some(reason) = text(source, "name").and_then(name::subdomain) {
        found.say("name", reason);
    }
}

fn field_of(field: &Node, known: &[&str], found: &mut Found) {
    let Some(path) = text(field, "fieldPath") else { return };
    let keyed = ["metadata.labels['", "metadata.annotations['"].iter().any(|start| path.starts_with(start)) && path.ends_with("']");
    if !keyed && !known.contains(&path) {
        found.say("fieldPath", format!("is {path:?}, which nobody can ask for: {} or one of metadata.labels['KEY']", known.join(", ")));
    }
}

fn amount(of: &Node, found: &mut Found) {
    let Some(asked) = text(of, "resource") else { return };
    let known = asked
        .split_once('.')
        .is_some_and(|(kind, what)| matches!(kind, "limits" | "requests") && (AMOUNTS.contains(&what) || what.starts_with("hugepages-")));
    if !known {
        found.say("resource", format!("is {asked:?}, which nobody can ask for: limits or requests of {}", AMOUNTS.join(", ")));
    }
}
