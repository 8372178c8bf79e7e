//! Roles: what a rule of one says.

use portcullis_source::Node;

use super::{Found, has};

/// Says what is wrong with the rules of a role; one of a namespace grants no paths.
pub(super) fn role(role: &Node, is_namespaced: bool, found: &mut Found) {
    found.each(role, "rules", |rule, found| {
        let is_empty = |key: &str| rule.get(key).is_none_or(|list| list.items().is_empty());
        if is_empty("verbs") {
            found.say("verbs", "is missing");
        }
        if !is_empty("nonResourceURLs") {
            if is_namespaced {
                found.say("nonResourceURLs", "is set, but a Role grants nothing outside of its namespace");
            }
            if let Some(other) = ["apiGroups", "resources", "resourceNames"].iter().find(|key| !is_empty(key)) {
                found.say(other, "is set beside nonResourceURLs, of which a rule has one");
            }
            return;
        }
        for key in ["apiGroups", "resources"] {
            if is_empty(key) {
                found.say(key, "is missing");
            }
        }
    });
}

/// Says what is wrong with a claim of a volume.
pub(super) fn claim(spec: &Node, found: &mut Found) {
    if spec.get("accessModes").is_none_or(|modes| modes.items().is_empty()) {
        found.say("accessModes", "is missing");
    }
    if !spec.at(&["resources", "requests"]).is_some_and(|requests| has(requests, "storage")) {
        found.say("resources", "is missing requests.storage");
    }
}
