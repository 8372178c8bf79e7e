//! Keys that the files of single applications set differently: no layer that they share says so, and nobody sees them together.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Role;

use super::{
    divergence::{flat, setting},
    entry::{Class, Hidden, Setting},
    layers::dotted,
    survey::{Survey, Variant},
};
use crate::explain::json;

/// The value of a key in one variant.
struct Set {
    value: serde_json::Value,
    /// Whether a file that one application alone reads sets it.
    is_own: bool,
    setting: Setting,
}

/// The keys of a service.
pub(super) fn find(survey: &Survey<'_>, service: &Arc<str>, variants: &[&Variant<'_>]) -> Vec<Hidden> {
    let mut by_key: BTreeMap<Vec<Arc<str>>, Vec<Set>> = BTreeMap::new();
    for variant in variants {
        let label = survey.label(variant, variants);
        for (path, held) in flat(&variant.effective.root) {
            let set = Set {
                value: json(held),
                is_own: is_own(survey, variant, held),
                setting: setting(survey, variant, held, Arc::clone(&label)),
            };
            by_key.entry(path).or_default().push(set);
        }
    }
    let mut found = Vec::new();
    for (path, all) in by_key {
        let own: Vec<&Set> = all.iter().filter(|set| set.is_own).collect();
        let differ = own.windows(2).any(|pair| pair.first().map(|set| &set.value) != pair.last().map(|set| &set.value));
        let shown: Vec<Setting> = if differ {
            own.iter().map(|set| set.setting.clone()).collect()
        } else if is_written_in_two_ways(&all) {
            all.iter().map(|set| set.setting.clone()).collect()
        } else {
            continue;
        };
        let Some((first, location)) = shown.iter().find_map(|setting| Some((setting.clone(), setting.location.clone()?))) else { continue };
        found.push(Hidden {
            class: Class::Siblings,
            location,
            key: dotted(&path),
            layer: first.layer,
            value: first.value,
            others: shown,
            services: [Arc::clone(service)].into(),
        });
    }
    found
}

/// Whether a value is set in a file that one application alone reads.
fn is_own(survey: &Survey<'_>, variant: &Variant<'_>, held: &portcullis_helm::Held) -> bool {
    let winner = variant.effective.layers(held).into_iter().find(|link| link.role == Role::Values);
    let file = winner.and_then(|link| link.span).and_then(|span| survey.settings.revision.sources().get(span.file));
    let Some(file) = file else { return false };
    let own = variant.files.iter().find(|path| path.as_str() == &**file.path());
    own.is_some_and(|path| survey.users(path).len() == 1)
}

/// Whether a number or boolean is written as such in one environment and as a string in another: templates may make different things of them.
fn is_written_in_two_ways(settings: &[Set]) -> bool {
    let plain = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => (true, text.clone()),
        other => (false, other.to_string()),
    };
    let written: Vec<(bool, String)> = settings.iter().filter(|set| !set.value.is_null()).map(|set| plain(&set.value)).collect();
    written.iter().any(|(is_text, text)| *is_text && written.iter().any(|(other, same)| !other && same == text))
}
