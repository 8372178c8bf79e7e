//! Objects of a repository to the requests that will make them.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Text, yaml};
use serde_json::{Value, json};

use super::{bundle::Vector, kinds::KNOWN, review::API_VERSION, seal::sorted};
use crate::{Context, Library, Resource};

/// Who makes the objects of a repository.
const USER: &str = "portcullis:lint";

/// The AdmissionReview by which an object is going to be made.
#[must_use]
pub fn review_of(resource: &Resource, uid: &str) -> Option<Value> {
    let mut object = crate::json(resource.node()?);
    let identity = &resource.identity;
    let namespace = identity.namespace.as_deref().unwrap_or_default();
    if !namespace.is_empty()
        && let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
    {
        // As the API server fills it in.
        metadata.insert("namespace".to_owned(), namespace.into());
    }
    let (group, version) = identity.api_version.rsplit_once('/').unwrap_or(("", &identity.api_version));
    let plural = KNOWN.iter().find(|(kind, own, _)| *kind == &*identity.kind && *own == group);
    let plural = plural.map_or_else(|| format!("{}s", identity.kind.to_lowercase()), |(_, _, plural)| (*plural).to_owned());
    let name = if identity.name.ends_with('*') { "" } else { &*identity.name };
    Some(sorted(json!({
        "apiVersion": API_VERSION,
        "kind": "AdmissionReview",
        "request": {
            "uid": uid,
            "kind": {"group": group, "version": version, "kind": &*identity.kind},
            "resource": {"group": group, "version": version, "resource": plural},
            "name": name,
            "namespace": namespace,
            "operation": "CREATE",
            "userInfo": {"username": USER, "groups": ["system:authenticated"]},
            "object": object,
            "oldObject": null,
            "dryRun": false,
            "options": null,
        },
    })))
}

/// The smallest fixture of each kind of every rule that sees single objects, as requests without answers.
pub(super) fn fixtures(library: &Library) -> Vec<Vector> {
    let mut found = BTreeMap::new();
    for rule in library.rules().iter().filter(|rule| rule.is_of_requests()) {
        for (folder, fixtures) in [("pass", &rule.passes), ("fail", &rule.fails)] {
            let Some((name, text)) = fixtures.iter().min_by_key(|(name, text)| (text.len(), name.clone())) else { continue };
            let context = Context { namespace: Some("default".into()), ..Context::default() };
            let documents = yaml::parse(&Text::nowhere(text.as_bytes())).documents;
            let resources = documents.into_iter().flat_map(|document| Resource::read(&Arc::new(document), &context).value);
            for (index, resource) in resources.enumerate() {
                let name = format!("{}/{folder}/{name}#{index}", rule.id);
                if let Some(review) = review_of(&resource, &format!("test-{index}")) {
                    found.insert(name.clone(), Vector { name, review, answer: String::new() });
                }
            }
        }
    }
    found.into_values().collect()
}
