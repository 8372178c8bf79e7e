//! Keys whose values differ from environment to environment, each with the line that says so.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_helm::{Held, HeldData};
use portcullis_source::Role;
use serde_json::Value;

use super::{
    entry::{Divergence, Setting},
    layers::dotted,
    survey::{Survey, Variant},
};
use crate::{
    explain::{Shower, json, shortened},
    group,
};

/// The values of one variant that are no maps, by their paths.
pub(super) type Flat<'a> = BTreeMap<Vec<Arc<str>>, &'a Held>;

/// The values of a map that are no maps themselves, or empty ones.
pub(super) fn flat(root: &Held) -> Flat<'_> {
    let mut found = Flat::new();
    collect(root, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(held: &'a Held, path: &mut Vec<Arc<str>>, found: &mut Flat<'a>) {
    match &held.data {
        HeldData::Map(entries) if !entries.is_empty() => {
            for (key, held) in entries {
                path.push(Arc::clone(key));
                collect(held, path, found);
                path.pop();
            }
        }
        _ => _ = found.insert(path.clone(), held),
    }
}

/// The keys of a service that differ.
pub(super) fn find(survey: &Survey<'_>, service: &Arc<str>, variants: &[&Variant<'_>]) -> Vec<Divergence> {
    let flats: Vec<Flat<'_>> = variants.iter().map(|variant| flat(&variant.effective.root)).collect();
    let paths: BTreeSet<&Vec<Arc<str>>> = flats.iter().flat_map(BTreeMap::keys).collect();
    let mut found = Vec::new();
    for path in paths {
        let values: Vec<Option<Value>> = flats.iter().map(|flat| flat.get(path).map(|held| json(held))).collect();
        if values.windows(2).all(|pair| pair.first() == pair.last()) {
            continue;
        }
        let settings = variants.iter().zip(&flats).map(|(variant, flat)| {
            let label = survey.label(variant, variants);
            flat.get(path).map_or_else(|| none(&label), |held| setting(survey, variant, held, label.clone()))
        });
        found.push(Divergence { key: dotted(path), settings: settings.collect(), services: [Arc::clone(service)].into() });
    }
    found
}

fn none(label: &Arc<str>) -> Setting {
    Setting { variant: Arc::clone(label), value: None, location: None, layer: None }
}

/// A value as it is shown, with the line that wins.
pub(super) fn setting(survey: &Survey<'_>, variant: &Variant<'_>, held: &Held, label: Arc<str>) -> Setting {
    let sources = survey.settings.revision.sources();
    let shower = Shower { effective: &variant.effective, secrets: &survey.secrets, stated: &survey.stated, sources };
    let winner = variant.effective.layers(held).into_iter().find(|link| link.role == Role::Values && link.span.is_some());
    let location = winner.as_ref().map(|link| group::location(link.span, sources));
    let value = Some(shortened(&shower.masked(held).to_string()));
    Setting { variant: label, value, location, layer: winner.and_then(|link| link.name) }
}
