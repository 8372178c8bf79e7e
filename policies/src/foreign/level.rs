//! `spec.enforcementAction` of a constraint: what its findings do.

use portcullis_source::Node;

use crate::Severity;

/// What the findings of a constraint do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Action {
    pub(super) severity: Severity,
    /// Why nobody asks it unless the configuration gives it a level.
    pub(super) off: Option<String>,
}

/// The points at which Gatekeeper decides what our gates decide: before a merge, and before an object is let in.
const POINTS: [&str; 3] = ["*", "gator.gatekeeper.sh", "validation.gatekeeper.sh"];

/// The other points that there are.
const OTHERS: [&str; 2] = ["audit.gatekeeper.sh", "vap.k8s.io"];

/// Reads it: `deny` denies, `warn` and `dryrun` warn, and `scoped` does the strictest of what it does where our gates stand.
pub(super) fn read(spec: Option<&Node>) -> Result<Action, (String, Option<&Node>)> {
    let node = spec.and_then(|spec| spec.get("enforcementAction"));
    let of = |severity| Ok(Action { severity, off: None });
    match node.and_then(Node::as_str) {
        None | Some("" | "deny") => of(Severity::Error),
        Some("warn" | "dryrun") => of(Severity::Warning),
        Some("scoped") => scoped(spec),
        Some(other) => Err((format!("enforcementAction is {other:?}, not deny, warn, dryrun or scoped"), node)),
    }
}

fn scoped(spec: Option<&Node>) -> Result<Action, (String, Option<&Node>)> {
    let Some(list) = spec.and_then(|spec| spec.get("scopedEnforcementActions")) else {
        return Err(("enforcementAction is scoped, and there are no scopedEnforcementActions".to_owned(), spec));
    };
    let mut found: Option<Severity> = None;
    for item in list.items() {
        let severity = match item.get("action").and_then(Node::as_str) {
            Some("deny") => Severity::Error,
            Some("warn" | "dryrun") => Severity::Warning,
            other => return Err((format!("action is {:?}, not deny, warn or dryrun", other.unwrap_or_default()), Some(item))),
        };
        for point in item.get("enforcementPoints").into_iter().flat_map(Node::items) {
            let name = point.get("name").and_then(Node::as_str).unwrap_or_default();
            if POINTS.contains(&name) {
                found = if found == Some(Severity::Error) { found } else { Some(severity) };
            } else if !OTHERS.contains(&name) {
                return Err((format!("there is no enforcement point {name:?}"), Some(point)));
            }
        }
    }
    let off = "Its scopedEnforcementActions name neither gator.gatekeeper.sh nor validation.gatekeeper.sh.";
    Ok(Action { severity: found.unwrap_or(Severity::Warning), off: found.is_none().then(|| off.to_owned()) })
}
