//! The entries of `library` that name bundles in registries, and what no schema can say of them.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{Document, Node, RepoPath};

use super::{ConfigError, Located, Reference, RuleBundle, Trust, shape};

/// The bundles that a configuration names, and what is wrong with them.
pub(super) fn bundles(document: &Document) -> (Vec<RuleBundle>, Vec<ConfigError>) {
    let (mut bundles, mut errors) = (Vec::new(), Vec::new());
    let mut digests = BTreeSet::new();
    let entries = document.root.get("library").map(Node::items).unwrap_or_default();
    for entry in entries.iter().filter(|entry| entry.as_map().is_some()) {
        match bundle(document, entry) {
            Ok(bundle) if !digests.insert(bundle.reference.sha256.clone()) => {
                let message = format!("bundle {} is there twice", bundle.reference.shown());
                errors.push(ConfigError { message, span: bundle.span, hint: Some("name every bundle once".to_owned()) });
            }
            Ok(bundle) => bundles.push(bundle),
            Err(error) => errors.push(error),
        }
    }
    (bundles, errors)
}

fn bundle(document: &Document, entry: &Node) -> Result<RuleBundle, ConfigError> {
    let wrong = |node: &Node, message: String, hint: &str| {
        let span = shape::span(document, node.range);
        ConfigError { message, span, hint: Some(hint.to_owned()) }
    };
    let text = |key: &str| {
        let node = entry.get(key)?;
        Some((node, Located { value: Arc::<str>::from(node.as_str()?), span: shape::span(document, node.range) }))
    };
    let Some((node, oci)) = text("oci") else { return Err(wrong(entry, "library: a bundle has no oci".to_owned(), TRUST)) };
    let reference = Reference::parse(&oci.value).map_err(|error| wrong(node, format!("library: {error}"), &error.hint))?;
    let unsigned = entry.get("unsigned");
    let trust = match (text("key"), unsigned, text("reason")) {
        (Some((node, key)), None, None) => {
            if key.value.contains("://") || key.value.starts_with("pkcs11:") {
                let hint = format!("write the public half to a file and commit it: `cosign public-key --key {} > rules.pub`", key.value);
                return Err(wrong(node, format!("library: key {:?} is kept elsewhere, and nobody is asked for it", key.value), &hint));
            }
            if let Err(error) = RepoPath::new(&key.value) {
                return Err(wrong(node, format!("library: key: {error}"), "name a file of this repository, from its root"));
            }
            Trust::Key(key)
        }
        (None, Some(_), Some((_, reason))) => Trust::Unsigned(reason),
        (None, Some(node), None) => {
            let hint = "add `reason:` and why its rules may be trusted all the same; or sign it, and name the key";
            return Err(wrong(node, format!("library: {} is unsigned without a reason", reference.shown()), hint));
        }
        (Some((node, _)), Some(_), _) => {
            return Err(wrong(
                node,
                format!("library: {} has a key and is unsigned", reference.shown()),
                "keep the key, or say why there is none",
            ));
        }
        (Some(_), None, Some((node, _))) => {
            let message = format!("library: {} has a key and a reason", reference.shown());
            return Err(wrong(node, message, "take the reason out: what is signed needs none"));
        }
        (None, None, _) => return Err(wrong(entry, format!("library: {} has no key", reference.shown()), TRUST)),
    };
    Ok(RuleBundle { reference, span: oci.span, trust })
}

/// What a bundle has to say for itself.
const TRUST: &str = "add `key:` and the file with the public key that it is signed with, or `unsigned: true` and a `reason:`";
