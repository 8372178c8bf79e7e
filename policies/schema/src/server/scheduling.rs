//! Where pods may go: tolerations, spread over zones and nodes, affinity.

use portcullis_source::{Data, Node};

use super::{Found, has, name, number, selector, text};

/// Says what is wrong with what a pod asks of its node.
pub(super) fn check(spec: &Node, found: &mut Found) {
    found.each(spec, "tolerations", toleration);
    let mut spreads: Vec<(String, String)> = Vec::new();
    found.each(spec, "topologySpreadConstraints", |constraint, found| {
        spread(constraint, found);
        let (Some(key), Some(way)) = (text(constraint, "topologyKey"), text(constraint, "whenUnsatisfiable")) else { return };
        let own = (key.to_owned(), way.to_owned());
        if spreads.contains(&own) {
            found.say("topologyKey", format!("is {key} with {way}, as another constraint of the pod has"));
        }
        spreads.push(own);
    });
    found.within(spec, "nodeSelector", super::object::label_map);
    found.within(spec, "affinity", affinity);
}

fn toleration(toleration: &Node, found: &mut Found) {
    let key = text(toleration, "key");
    let operator = text(toleration, "operator");
    if let Some(reason) = key.and_then(name::label_key) {
        found.say("key", reason);
    }
    if key.is_none() && operator != Some("Exists") {
        found.say("operator", "must be Exists where there is no key");
    }
    if has(toleration, "tolerationSeconds") && text(toleration, "effect") != Some("NoExecute") {
        found.say("effect", "must be NoExecute where tolerationSeconds is set");
    }
    match (operator, text(toleration, "value")) {
        (Some("Exists"), Some(value)) => found.say("value", format!("is {value:?}, but with Exists there may be none")),
        (None | Some("Equal"), Some(value)) => {
            if let Some(reason) = name::value(value) {
                found.say("value", reason);
            }
        }
        _ => {}
    }
}

fn spread(constraint: &Node, found: &mut Found) {
    if let Some(skew) = number(constraint, "maxSkew").filter(|skew| *skew < 1) {
        found.say("maxSkew", format!("is {skew}, less than 1"));
    }
    if let Some(domains) = number(constraint, "minDomains") {
        if domains < 1 {
            found.say("minDomains", format!("is {domains}, less than 1"));
        } else if text(constraint, "whenUnsatisfiable").is_some_and(|way| way != "DoNotSchedule") {
            found.say("minDomains", "is set, but counts with DoNotSchedule alone");
        }
    }
    found.within(constraint, "labelSelector", selector::labels);
    let selector = constraint.get("labelSelector");
    if constraint.get("matchLabelKeys").is_some_and(|keys| !keys.items().is_empty()) && !has(constraint, "labelSelector") {
        found.say("labelSelector", "is missing, and matchLabelKeys add to it");
    }
    found.each(constraint, "matchLabelKeys", |key, found| {
        let key = key.as_str().unwrap_or_default();
        if let Some(reason) = name::label_key(key) {
            found.say("", reason);
        } else if selector.and_then(|selector| selector.at(&["matchLabels", key])).is_some() {
            found.say("", format!("is {key}, which labelSelector has too"));
        }
    });
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn affinity(affinity: &Node, found: &mut Found) {
    found.within(affinity, "nodeAffinity", |nodes, found| {
        found.within(nodes, REQUIRED, selector::nodes);
        found.each(nodes, PREFERRED, |preferred, found| {
            weight(preferred, found);
            found.within(preferred, "preference", selector::term);
        });
    });
    for pods in ["podAffinity", "podAntiAffinity"] {
        found.within(affinity, pods, |pods, found| {
            found.each(pods, REQUIRED, pod_term);
            found.each(pods, PREFERRED, |preferred, found| {
                weight(preferred, found);
                found.within(preferred, "podAffinityTerm", pod_term);
            });
        });
    }
}

fn weight(preferred: &Node, found: &mut Found) {
    if let Some(weight) = number(preferred, "weight").filter(|weight| !(1..=100).contains(weight)) {
        found.say("weight", format!("is {weight}, not a number from 1 to 100"));
    }
}

fn pod_term(term: &Node, found: &mut Found) {
    if let Some(reason) = text(term, "topologyKey").and_then(name::label_key) {
        found.say("topologyKey", reason);
    } else if term.get("topologyKey").is_some_and(|key| matches!(&key.data, Data::String(key) if key.is_empty())) {
        found.say("topologyKey", "is empty");
    }
    found.within(term, "labelSelector", selector::labels);
    found.within(term, "namespaceSelector", selector::labels);
    found.each(term, "namespaces", |namespace, found| {
        if let Some(reason) = name::label(namespace.as_str().unwrap_or_default()) {
            found.say("", reason);
        }
    });
}
