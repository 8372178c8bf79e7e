//! What of an application's values must not be shown.

use std::sync::Arc;

use portcullis_helm::{Effective, Held, HeldData};
use portcullis_source::{Role, Span};

use super::Target;
use crate::diff::Secrets;

/// Parts of keys whose values are hidden where nobody knows what the chart makes of them.
const TELLING: [&str; 8] = ["password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "privatekey"];

/// Finds what the charts put into Secrets; of an application that does not render wholly, what has the name of a secret instead.
pub(crate) fn hidden<'a>(targets: impl Iterator<Item = &'a Target> + Clone, key: &str) -> Secrets {
    let mut guessed = Vec::new();
    for target in targets.clone().filter(|target| !target.problems.is_empty()) {
        target.values.iter().for_each(|values| guess(&values.effective, &values.effective.root, false, &mut guessed));
    }
    Secrets::beside(targets.flat_map(|target| &target.resources), guessed.into_iter(), key)
}

fn guess(effective: &Effective, held: &Held, named: bool, into: &mut Vec<Span>) {
    match &held.data {
        HeldData::Map(entries) => entries.iter().for_each(|(key, held)| guess(effective, held, named || is_telling(key), into)),
        HeldData::List(items) => items.iter().for_each(|item| guess(effective, item, named, into)),
        HeldData::String(text) if named && !text.is_empty() => {
            let links = effective.layers(held).into_iter().filter(|link| link.role == Role::Values);
            into.extend(links.filter_map(|link| link.span));
        }
        HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) => {}
    }
}

fn is_telling(key: &Arc<str>) -> bool {
    let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    TELLING.iter().any(|word| letters.contains(word))
}
