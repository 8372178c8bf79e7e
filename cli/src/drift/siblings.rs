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

/// The keys of a service.
pub(super) fn find(survey: &Survey<'_>, service: &Arc<str>, variants: &[&Variant<'_>]) -> Vec<Hidden> {
    let mut by_key: BTreeMap<Vec<Arc<str>>, Vec<(serde_json::Value, bool, Setting)>> = BTreeMap::new();
    for variant in variants {
        let label = survey.label(variant, variants);
        for (path, held) in flat(&variant.effective.root) {
            let is_own = is_own(survey, variant, held);
            by_key.entry(path).or_default().push((json(held), is_own, setting(survey, variant, held, Arc::clone(&label))));
        }
    }
    let mut found = Vec::new();
    for (path, settings) in by_key {
        let own: Vec<_> = settings.iter().filter(|(_, is_own, _)| *is_own).collect();
        let differ = |values: &[&(serde_json::Value, bool, Setting)]| {
            values.windows(2).any(|pair| pair.first().map(|one| &one.0) != pair.last().map(|one| &one.0))
        };
        let all: Vec<_> = settings.iter().collect();
        let shown: Vec<Setting> = if differ(&own) {
            own.iter().map(|(_, _, setting)| setting.clone()).collect()
        } else if is_written_in_two_ways(&all) {
            all.iter().map(|(_, _, setting)| setting.clone()).collect()
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
fn is_written_in_two_ways(settings: &[&(serde_json::Value, bool, Setting)]) -> bool {
    let plain = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => (true, text.clone()),
        other => (false, other.to_string()),
    };
    let written: Vec<(bool, String)> = settings.iter().filter(|(value, _, _)| !value.is_null()).map(|(value, _, _)| plain(value)).collect();
    written.iter().any(|(is_text, text)| *is_text && written.iter().any(|(other, same)| !other && same == text))
}
