//! Findings that rest on what is not known: they are told as such, and deny nothing.

use portcullis_policies::{Finding, Resource};
use portcullis_source::{Data, Node, Step};
use portcullis_terraform::document::{POSSIBLE, ROOT_KIND, UNKNOWN};

/// How long the path of a resource in its root is, `/resources/ADDRESS`.
const BESIDE: usize = 2;

/// Why a finding is not certain, in words; none where it rests on nothing that is not known.
pub(crate) fn doubt(resource: &Resource, finding: &Finding) -> Option<String> {
    let root = resource.node()?;
    if let Some(reason) = unseen(root, &finding.path) {
        return Some(reason);
    }
    // What is missing beside a resource may stand in what could not be read.
    if finding.path.len() == BESIDE && root.get("partial").is_some_and(|partial| matches!(partial.data, Data::Bool(true))) {
        return Some("a part of the module could not be read".to_owned());
    }
    // Other parts may have keys of the same names.
    let own = if &*resource.identity.kind == ROOT_KIND { BESIDE } else { 0 };
    let (mut node, mut is_possible) = (Some(root), false);
    for at in 0..=finding.path.len() {
        let Some(here) = node else { break };
        if let Some(reason) = unknown(here) {
            return Some(reason);
        }
        is_possible |= at == own && self::is_possible(here);
        node = finding.path.get(at).and_then(|step| next(here, step));
    }
    let beside = finding.path.get(own..).unwrap_or_default();
    if let Some(reason) = within(root, finding.path.get(..own).unwrap_or_default()).and_then(|here| unmapped(here, beside)) {
        return Some(reason);
    }
    is_possible.then(|| POSSIBLE.to_owned())
}

/// Why nobody knows of all that a root makes, where that is what the finding points at.
fn unseen(root: &Node, path: &[Step]) -> Option<String> {
    match path {
        [Step::Key(partial)] if &**partial == "partial" => Some("a part of the module could not be read".to_owned()),
        [Step::Key(calls), Step::Key(call), Step::Key(found)] if (&**calls, &**found) == ("calls", "found") => {
            let source = root.get("calls")?.get(call)?.get("source").and_then(Node::as_str).unwrap_or_default();
            Some(format!("{call} is not here, and nobody knows what {source} makes"))
        }
        _ => None,
    }
}

fn next<'a>(node: &'a Node, step: &Step) -> Option<&'a Node> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.items().get(*index),
    }
}

fn within<'a>(node: &'a Node, path: &[Step]) -> Option<&'a Node> {
    path.iter().try_fold(node, next)
}

fn unknown(node: &Node) -> Option<String> {
    node.get(UNKNOWN).and_then(Node::as_str).map(str::to_owned)
}

/// Why nobody knows of an attribute of a resource whether it is set: a contract makes it, and says nothing of that.
fn unmapped(resource: &Node, path: &[Step]) -> Option<String> {
    let contract = resource.get("contract")?;
    let [Step::Key(values), Step::Key(attribute), ..] = path else { return None };
    let is_mapped = contract.get("mapped")?.items().iter().any(|name| name.as_str() == Some(attribute));
    (&**values == "values" && !is_mapped).then(|| {
        let module = contract.get("module").and_then(Node::as_str).unwrap_or_default();
        format!("the contract of {module} does not say what the module sets")
    })
}

/// Whether a resource is only there if something unknown is so.
fn is_possible(node: &Node) -> bool {
    node.get("existence").and_then(Node::as_str) == Some("possible")
}
