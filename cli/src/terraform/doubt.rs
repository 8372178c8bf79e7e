//! Findings that rest on what is not known: they are told as such, and deny nothing.

use portcullis_policies::{Finding, Resource};
use portcullis_source::{Data, Node, Step};
use portcullis_terraform::document::UNKNOWN;

/// Why a rule cannot tell.
pub(crate) struct Doubt {
    /// In words.
    pub(crate) reason: String,
}

/// How long the path of a resource in its root is, `/resources/ADDRESS`.
const BESIDE: usize = 2;

/// What a finding rests on that is not known; none where it is certain.
pub(crate) fn doubt(resource: &Resource, finding: &Finding) -> Option<Doubt> {
    let root = resource.node()?;
    // What is missing beside a resource may stand in what could not be read.
    if finding.path.len() == BESIDE && root.get("partial").is_some_and(|partial| matches!(partial.data, Data::Bool(true))) {
        return Some(Doubt { reason: "a part of the module could not be read".to_owned() });
    }
    let mut node = Some(root);
    let mut is_possible = is_possible(root);
    for step in &finding.path {
        let Some(here) = node else { break };
        if let Some(reason) = unknown(here) {
            return Some(Doubt { reason });
        }
        is_possible = is_possible || self::is_possible(here);
        node = match step {
            Step::Key(key) => here.get(key),
            Step::Index(index) => here.items().get(*index),
        };
    }
    if let Some(reason) = node.and_then(unknown) {
        return Some(Doubt { reason });
    }
    is_possible.then(|| Doubt { reason: "it is not known whether it is there".to_owned() })
}

fn unknown(node: &Node) -> Option<String> {
    node.get(UNKNOWN).and_then(Node::as_str).map(str::to_owned)
}

/// Whether a resource is only there if something unknown is so.
fn is_possible(node: &Node) -> bool {
    node.get("existence").and_then(Node::as_str) == Some("possible")
}
