//! Names for findings that survive moved lines and renamed files.

use portcullis_source::{Node, Role, Step};

use crate::{Finding, Resource, hash};

/// How many hex digits a fingerprint has.
const LENGTH: usize = 32;

/// The fingerprint of a finding: its rule, resource, field and values key, in which items of lists count by their names; what it says may tell
/// numbers and names that change while the fault stays. Where it stands at the name of the object, as all does that policies of other tools say, the
/// field tells nothing apart, so that what is said counts, unless a rule of ours says it.
pub(super) fn of(finding: &Finding, resource: &Resource, is_ours: bool) -> String {
    let identity = &resource.identity;
    let field = stable_path(resource, &finding.path);
    let key = finding.origin.first(Role::Values).and_then(|link| link.key.as_deref()).unwrap_or_default();
    let parts = [
        finding.rule.as_str(),
        resource.group(),
        &identity.kind,
        identity.namespace.as_deref().unwrap_or_default(),
        &identity.name,
        finding.environment.as_deref().unwrap_or_default(),
        finding.application.as_deref().unwrap_or_default(),
        &field,
        key,
    ];
    let message = (!is_ours && field == "/metadata/name").then_some(&*finding.message);
    let mut digest = hash::of_parts(parts.into_iter().chain(message));
    digest.truncate(LENGTH);
    digest
}

/// Names what a rule finds in a field of an object, whoever it belongs to and whatever the rule says: hex.
pub(crate) fn place_key(finding: &Finding, resource: &Resource) -> String {
    let identity = &resource.identity;
    let field = stable_path(resource, &finding.path);
    let parts = [
        finding.rule.as_str(),
        resource.group(),
        &identity.kind,
        identity.namespace.as_deref().unwrap_or_default(),
        &identity.name,
        finding.environment.as_deref().unwrap_or_default(),
        &field,
    ];
    let mut digest = hash::of_parts(parts);
    digest.truncate(LENGTH);
    digest
}

/// A field as a path in which items of lists count by their names.
pub(crate) fn stable_path(resource: &Resource, path: &[Step]) -> String {
    let mut node = resource.node();
    let mut text = String::new();
    for step in path {
        text.push('/');
        match step {
            Step::Key(key) => {
                text.push_str(key);
                node = node.and_then(|node| node.get(key));
            }
            Step::Index(index) => {
                node = node.and_then(|node| node.items().get(*index));
                match node.and_then(|node| node.get("name")).and_then(Node::as_str) {
                    Some(name) => text.push_str(name),
                    None => text.push_str(&index.to_string()),
                }
            }
        }
    }
    text
}
