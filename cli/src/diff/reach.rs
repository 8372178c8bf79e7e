//! What has to be made of two sides: what differs on both of them, and on the head what rules may join with that.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::Resource;
use portcullis_source::Problem;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{
    compare::Extent,
    objects::{is_same, pairs},
    side::{Made, Name, Side, Unit},
};

/// What was made of two sides.
pub(super) struct Reached {
    /// What differs or is on one side only, in the order of the head, then of the base.
    pub(super) changed: Vec<Name>,
    /// What was made of the base, of what differs.
    pub(super) base: BTreeMap<Name, Made>,
    /// What was made of the head, of what differs.
    pub(super) head: BTreeMap<Name, Made>,
    /// What is the same on both sides and may have to do with it.
    pub(super) shared: BTreeMap<Name, Made>,
}

/// Where a change may be felt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Touched {
    environment: Option<Arc<str>>,
    /// None for all namespaces.
    namespace: Option<Arc<str>>,
}

impl Reached {
    /// Makes what the change reaches; what Terraform makes otherwise beneath some environments is felt in all of each.
    pub(super) fn make(base: &Side<'_>, head: &Side<'_>, extent: Extent, beneath: &BTreeSet<Option<Arc<str>>>) -> Self {
        let differs = |name: &&Name| extent == Extent::Exhaustive || differs(name, base, head);
        let gone = base.units.keys().filter(|name| !head.units.contains_key(*name));
        let changed: Vec<Name> = head.units.keys().chain(gone).filter(differs).cloned().collect();
        let progress = &head.settings.progress;
        let make = |side: &Side<'_>, name: &Name| {
            let made = side.make(name);
            progress.step();
            (name.clone(), made)
        };
        let made = |side: &Side<'_>| -> BTreeMap<Name, Made> {
            let there: Vec<&Name> = changed.iter().filter(|name| side.units.contains_key(*name)).collect();
            progress.expect(there.len());
            there.par_iter().map(|name| make(side, name)).collect()
        };
        let (of_base, of_head) = rayon::join(|| made(base), || made(head));
        let mut touched = touched(&changed, &of_base, &of_head);
        touched.extend(beneath.iter().map(|environment| Touched { environment: environment.clone(), namespace: None }));
        let is_changed: BTreeSet<&Name> = changed.iter().collect();
        let reached: Vec<&Name> = head
            .units
            .iter()
            .filter(|(name, unit)| {
                !is_changed.contains(name)
                    && (extent == Extent::Everything
                        || unit.spread.defines && !changed.is_empty()
                        || touched.iter().any(|at| at.meets(unit)))
            })
            .map(|(name, _)| name)
            .collect();
        progress.expect(reached.len());
        let shared = reached.par_iter().map(|name| make(head, name)).collect();
        Self { changed, base: of_base, head: of_head, shared }
    }

    /// What could not be made of the head: first of what differs, which nobody knows the change of, whatever the base came to; then of the rest,
    /// and of the manifests, of which each has a file of its own.
    pub(super) fn problems(&self, base: &Side<'_>, head: &Side<'_>) -> (Vec<Problem>, Vec<Problem>) {
        let (mut reached, mut rest) = (Vec::new(), Vec::new());
        for (name, made) in self.head.iter().chain(&self.shared) {
            let list = if *name != Name::Manifests && differs(name, base, head) { &mut reached } else { &mut rest };
            list.extend(made.problems.iter().cloned());
        }
        (reached, rest)
    }

    /// The objects of what differs, on one side.
    pub(super) fn of<'a>(&'a self, side: &'a BTreeMap<Name, Made>) -> impl Iterator<Item = &'a Resource> {
        self.changed.iter().filter_map(|name| side.get(name)).flat_map(|made| &made.resources)
    }

    /// The objects that are the same on both sides.
    pub(super) fn of_both(&self) -> impl Iterator<Item = &Resource> {
        self.shared.values().flat_map(|made| &made.resources)
    }
}

/// Whether a unit is on one side only, or is made of something else there.
fn differs(name: &Name, base: &Side<'_>, head: &Side<'_>) -> bool {
    let key = |side: &Side<'_>| side.units.get(name).map(|unit| unit.key);
    key(base) != key(head)
}

/// Where the objects of what differs are; an object without a namespace, or a NodePool, is felt in its whole environment once it changes.
fn touched(changed: &[Name], base: &BTreeMap<Name, Made>, head: &BTreeMap<Name, Made>) -> BTreeSet<Touched> {
    let mut touched = BTreeSet::new();
    let resources = |side: &'_ BTreeMap<Name, Made>, name: &Name| side.get(name).map(|made| made.resources.clone()).unwrap_or_default();
    for name in changed {
        let (before, after) = (resources(base, name), resources(head, name));
        for pair in pairs(&before, &after) {
            let stays = is_same(&pair);
            for resource in [pair.0, pair.1].into_iter().flatten() {
                let environment = resource.context.environment.clone();
                match &resource.identity.namespace {
                    Some(namespace) if stays || &*resource.identity.kind != "NodePool" => {
                        touched.insert(Touched { environment, namespace: Some(Arc::clone(namespace)) });
                    }
                    None if stays => {}
                    Some(_) | None => {
                        touched.insert(Touched { environment, namespace: None });
                    }
                }
            }
        }
    }
    touched
}

impl Touched {
    /// Whether objects of a unit may be here.
    fn meets(&self, unit: &Unit) -> bool {
        let (here, there) = (&self.environment, &unit.context.environment);
        let in_environment = here.is_none() || there.is_none() || here == there;
        let own = unit.context.namespace.as_ref();
        let in_namespace = self.namespace.as_ref().is_none_or(|here| own.is_none_or(|own| own == here));
        in_environment && (in_namespace || unit.spread.roams || unit.spread.pools)
    }
}
