//! Keys that templates print although no layer sets them, so that nothing is printed.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_helm::{
    Effective, Held,
    reads::{Bare, Guard, Part},
};
use portcullis_source::Span;

use super::{
    entry::{Class, Hidden, Setting},
    layers::dotted,
    survey::{Survey, Variant},
};
use crate::group;

/// The keys of a service.
pub(super) fn find(survey: &Survey<'_>, service: &Arc<str>, variants: &[&Variant<'_>]) -> Vec<Hidden> {
    let mut by_place: BTreeMap<(Span, Vec<Arc<str>>), Vec<&Variant<'_>>> = BTreeMap::new();
    for variant in variants {
        let Some(reads) = survey.reads.get(&variant.helm.chart) else { continue };
        let Some(chart) = survey.charts.get(&variant.helm.chart) else { continue };
        let subcharts = chart.subchart_names();
        for bare in &reads.bare {
            let Some((path, span)) = plain(bare) else { continue };
            if path.first().is_some_and(|first| subcharts.contains(first)) || !is_missing(&variant.effective, &path) {
                continue;
            }
            if bare.guards.iter().all(|guard| holds(&variant.effective, guard)) {
                let users = by_place.entry((span, path)).or_default();
                if !users.iter().any(|known| std::ptr::eq(*known, *variant)) {
                    users.push(variant);
                }
            }
        }
    }
    let sources = survey.settings.revision.sources();
    let hidden = |((span, path), users): ((Span, Vec<Arc<str>>), Vec<&Variant<'_>>)| Hidden {
        class: Class::Unset,
        location: group::location(Some(span), sources),
        key: dotted(&path),
        layer: None,
        value: None,
        others: if users.len() == variants.len() {
            Vec::new()
        } else {
            let none = |user: &&Variant<'_>| Setting { variant: survey.label(user, variants), value: None, location: None, layer: None };
            users.iter().map(none).collect()
        },
        services: [Arc::clone(service)].into(),
    };
    by_place.into_iter().map(hidden).collect()
}

/// The keys of a path that stands for one value, and its place.
fn plain(bare: &Bare) -> Option<(Vec<Arc<str>>, Span)> {
    let path: Option<Vec<Arc<str>>> = bare.path.iter().map(name).collect();
    Some((path.filter(|path| !path.is_empty())?, bare.span?))
}

fn name(part: &Part) -> Option<Arc<str>> {
    match part {
        Part::Name(name) => Some(Arc::clone(name)),
        Part::Any | Part::Mentioned => None,
    }
}

/// Whether a map lacks the last key of a path; a null is a value that somebody wrote.
fn is_missing(effective: &Effective, path: &[Arc<str>]) -> bool {
    let Some((last, above)) = path.split_last() else { return false };
    let holder = above.iter().try_fold(&effective.root, |held: &Held, key| held.as_map()?.get(key));
    holder.and_then(Held::as_map).is_some_and(|entries| !entries.contains_key(last))
}

fn holds(effective: &Effective, guard: &Guard) -> bool {
    match guard {
        Guard::Unknown => false,
        Guard::Is(path, wanted) => {
            let Some(path) = path.iter().map(name).collect::<Option<Vec<_>>>() else { return false };
            let held = path.iter().try_fold(&effective.root, |held: &Held, key| held.as_map()?.get(key));
            held.is_some_and(Held::truth) == *wanted
        }
    }
}
