//! Ingresses and NetworkPolicies.

use portcullis_source::Node;

use super::{
    Found, has, name, number, selector, text,
    workload::{port_number, port_reference},
};

/// Says what is wrong with an Ingress.
pub(super) fn ingress(spec: &Node, found: &mut Found) {
    if let Some(reason) = text(spec, "ingressClassName").and_then(name::subdomain) {
        found.say("ingressClassName", reason);
    }
    found.within(spec, "defaultBackend", backend);
    if !has(spec, "defaultBackend") && spec.get("rules").is_none_or(|rules| rules.items().is_empty()) {
        found.say("rules", "is missing, and there is no defaultBackend");
    }
    found.each(spec, "rules", |rule, found| {
        if let Some(reason) = text(rule, "host").and_then(host) {
            found.say("host", reason);
        }
        found.within(rule, "http", |http, found| found.each(http, "paths", path));
    });
    found.each(spec, "tls", |tls, found| {
        found.each(tls, "hosts", |one, found| {
            if let Some(reason) = host(one.as_str().unwrap_or_default()) {
                found.say("", reason);
            }
        });
    });
}

fn path(path: &Node, found: &mut Found) {
    let own = text(path, "path");
    match text(path, "pathType") {
        Some(kind @ ("Exact" | "Prefix")) => match own {
            Some(own) if !own.starts_with('/') => found.say("path", format!("is {own:?}, which must start with /")),
            None => found.say("path", format!("is missing, and the type is {kind}")),
            Some(_) => {}
        },
        Some("ImplementationSpecific") => {
            if let Some(own) = own.filter(|own| !own.starts_with('/')) {
                found.say("path", format!("is {own:?}, which must start with /"));
            }
        }
        _ => {}
    }
    found.within(path, "backend", backend);
}

fn backend(backend: &Node, found: &mut Found) {
    match (has(backend, "service"), has(backend, "resource")) {
        (false, false) => found.say("", "names neither a service nor a resource"),
        (true, true) => found.say("resource", "is set beside service, of which only one may be"),
        _ => {}
    }
    found.within(backend, "service", |service, found| {
        if let Some(reason) = text(service, "name").and_then(name::label) {
            found.say("name", reason);
        }
        let Some(port) = service.get("port").filter(|port| !port.is_null()) else {
            return found.say("port", "is missing");
        };
        match (text(port, "name"), has(port, "number")) {
            (None, false) => found.say("port", "has neither a name nor a number"),
            (Some(_), true) => found.say("port", "has a name and a number, of which only one may be"),
            _ => found.within(service, "port", |port, found| {
                port_reference(port, "name", found);
                port_reference(port, "number", found);
            }),
        }
    });
}

/// Why a text is no host of an Ingress: a DNS name, or one whose first part is a star.
fn host(text: &str) -> Option<String> {
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Some(format!("is {text}, an address, and must be a DNS name"));
    }
    name::subdomain(text.strip_prefix("*.").unwrap_or(text)).map(|_| format!("is {text:?}, which is no DNS name"))
}

/// Says what is wrong with a NetworkPolicy.
pub(super) fn policy(spec: &Node, found: &mut Found) {
    found.within(spec, "podSelector", selector::labels);
    for (way, peers) in [("ingress", "from"), ("egress", "to")] {
        found.each(spec, way, |rule, found| {
            found.each(rule, peers, peer);
            found.each(rule, "ports", |port, found| {
                port_reference(port, "port", found);
                ports(port, found);
            });
        });
    }
}

/// Says what is wrong with a range of ports.
fn ports(range: &Node, found: &mut Found) {
    let Some(end) = number(range, "endPort") else { return };
    match number(range, "port") {
        None => found.say("endPort", "is set, but the port is no number"),
        Some(port) if end < port => found.say("endPort", format!("is {end}, less than the port {port}")),
        Some(_) => port_number(range, "endPort", found),
    }
}

fn peer(peer: &Node, found: &mut Found) {
    let selects = has(peer, "podSelector") || has(peer, "namespaceSelector");
    match (selects, has(peer, "ipBlock")) {
        (false, false) => found.say("", "names nobody: it has none of podSelector, namespaceSelector, ipBlock"),
        (true, true) => found.say("ipBlock", "is set beside a selector, of which only one may be"),
        _ => {}
    }
    found.within(peer, "podSelector", selector::labels);
    found.within(peer, "namespaceSelector", selector::labels);
    found.within(peer, "ipBlock", |block, found| {
        if let Some(text) = text(block, "cidr").filter(|text| !is_block(text)) {
            found.say("cidr", format!("is {text:?}, which is no block of addresses such as 10.0.0.0/16"));
        }
        found.each(block, "except", |one, found| {
            let text = one.as_str().unwrap_or_default();
            if !is_block(text) {
                found.say("", format!("is {text:?}, which is no block of addresses such as 10.0.0.0/16"));
            }
        });
    });
}

fn is_block(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= most)
}
