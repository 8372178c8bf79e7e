//! The change itself as rules see it, and what they find in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::{
    Change, ChangeFinding, Context, Finding, Resource, Scope, Waivers,
    change::{Both, ChangedApplication, ChangedField, ChangedObject, Deployed, Effect, Spot},
    pod_images,
    waiver::Coverage,
};
use portcullis_source::{Link, Location, Origin, Partial, Sources, Span};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{
    roots::RootChange,
    show::Secrets,
    side::{Made, Name, Side},
    tell::Told,
    trailers::trailers,
};
use crate::{
    group,
    report::{self, ApplicationChange, ChainLink, ChangeKind, FieldChange, ObjectChange, Status},
};

/// What the rules that see a change find in it, each marked where somebody answers for it.
pub(super) fn findings(
    told: &Told<'_>,
    applications: &[ApplicationChange],
    roots: &[RootChange<'_>],
    secrets: &Secrets,
) -> Partial<Vec<ChangeFinding>> {
    if !told.engine.rules().iter().any(|rule| rule.scope == Scope::Change) {
        return Partial::default();
    }
    let mut found = told.engine.check_change(&change(told, applications, roots, secrets));
    if !found.value.is_empty() {
        let head = told.comparison.head;
        let files = head.revision.files_read();
        let waivers = Waivers {
            config: &head.config,
            rules: told.engine.rules(),
            sources: head.revision.sources(),
            files: &files,
            today: told.comparison.today,
            coverage: Coverage::Part,
        };
        waivers.mark(found.value.iter_mut().map(|found| &mut found.finding));
    }
    found
}

/// What a report shows of them: what a change does is always new.
pub(super) fn entries(found: &[ChangeFinding], sources: &Sources) -> Vec<report::Finding> {
    let places: BTreeMap<&str, Option<Span>> = found.iter().map(|found| (found.finding.fingerprint.as_str(), found.place)).collect();
    let mut findings: Vec<Finding> = found.iter().map(|found| found.finding.clone()).collect();
    let place = |finding: &Finding| places.get(finding.fingerprint.as_str()).copied().flatten();
    findings.sort_by_cached_key(|finding| place(finding).and_then(|span| sources.locate(span)));
    let grouped = group::findings_at(findings, sources, place);
    grouped.into_iter().map(|finding| report::Finding { status: Some(Status::New), ..finding }).collect()
}

/// The change as rules see it.
fn change(told: &Told<'_>, applications: &[ApplicationChange], roots: &[RootChange<'_>], secrets: &Secrets) -> Change {
    let (base, head) = told.sides;
    let mut totals: BTreeMap<Arc<str>, Both<usize>> = BTreeMap::new();
    for context in base.units.values().map(|unit| &unit.context) {
        context.environment.iter().for_each(|environment| totals.entry(Arc::clone(environment)).or_default().before += 1);
    }
    for (_, context) in after(told) {
        context.environment.iter().for_each(|environment| totals.entry(Arc::clone(environment)).or_default().after += 1);
    }
    let environments = &head.settings.config.environments;
    Change {
        environments: environments.iter().map(|environment| Arc::clone(&environment.name.value)).collect(),
        totals,
        services: services(told, applications, secrets),
        applications: applications.iter().filter_map(|change| application(told, change)).collect(),
        roots: roots.iter().map(RootChange::changed).collect(),
        trailers: trailers(&told.comparison.messages),
    }
}

/// What there is after the change: also the Applications of an ApplicationSet that can't be expanded, which stay as they are.
fn after<'a>(told: &'a Told<'_>) -> impl Iterator<Item = (&'a Name, &'a Context)> {
    let (base, head) = told.sides;
    let unmade: BTreeSet<&str> = head.expanded.unmade().iter().map(|application| &*application.name).collect();
    let stays = move |name: &&Name| match name {
        Name::Application(name, _) => unmade.contains(&**name),
        Name::Chart(_) | Name::Manifests => false,
    };
    let left = base.units.iter().filter(move |(name, _)| !head.units.contains_key(*name) && stays(name));
    head.units.iter().chain(left).map(|(name, unit)| (name, &unit.context))
}

/// A service in an environment.
type Place = (Arc<str>, Arc<str>);

fn place(context: &Context) -> Option<Place> {
    Some((context.service.clone()?, context.environment.clone()?))
}

/// The applications of a service in an environment.
#[derive(Default)]
struct Deployment<'a> {
    before: BTreeSet<&'a Name>,
    after: BTreeSet<&'a Name>,
}

/// The services of the applications that change, wherever they are deployed; of those that stay the same, all that is asked is made here.
fn services(told: &Told<'_>, applications: &[ApplicationChange], secrets: &Secrets) -> BTreeMap<Arc<str>, BTreeMap<Arc<str>, Deployed>> {
    let (base, head) = told.sides;
    let changed: BTreeSet<&str> = applications.iter().filter_map(|change| change.service.as_deref()).collect();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, name) in applications.iter().filter_map(|change| change.name.as_deref()).enumerate() {
        ids.entry(name).or_insert(id);
    }
    let mut found: BTreeMap<Place, Deployment<'_>> = BTreeMap::new();
    let of_changed = |context: &Context| place(context).filter(|(service, _)| changed.contains(&**service));
    for (name, unit) in &base.units {
        of_changed(&unit.context).into_iter().for_each(|place| _ = found.entry(place).or_default().before.insert(name));
    }
    for (name, context) in after(told) {
        of_changed(context).into_iter().for_each(|place| _ = found.entry(place).or_default().after.insert(name));
    }
    let unknown: BTreeSet<&str> =
        applications.iter().filter(|change| change.base_unknown.is_some()).filter_map(|change| change.name.as_deref()).collect();
    let siblings = siblings(told, &found);
    let mut services: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Deployed>> = BTreeMap::new();
    for ((service, environment), deployment) in found {
        let images = |side: &Side<'_>, own: &BTreeMap<Name, Made>, names: &BTreeSet<&Name>| {
            let made = |name: &&Name| {
                side.units
                    .contains_key(*name)
                    .then(|| own.get(*name).or_else(|| told.reached.shared.get(*name)).or_else(|| siblings.get(*name)))
                    .flatten()
            };
            let all: Option<Vec<&Made>> = names.iter().map(made).collect();
            let all = all.filter(|all| all.iter().all(|made| made.problems.is_empty()));
            all.map(|all| all.into_iter().flat_map(|made| images(made, secrets)).collect::<BTreeSet<String>>())
        };
        let before = images(base, &told.reached.base, &deployment.before);
        let after = images(head, &told.reached.head, &deployment.after);
        let names: Vec<&str> = deployment.before.union(&deployment.after).filter_map(|name| label(name)).collect();
        let is_unknown = names.iter().any(|name| unknown.contains(name));
        let applications: BTreeSet<usize> = names.iter().filter_map(|name| ids.get(*name).copied()).collect();
        let effect = match (deployment.before.is_empty(), deployment.after.is_empty()) {
            (true, _) => Effect::Added,
            (false, true) => Effect::Removed,
            (false, false) if applications.is_empty() => Effect::Unchanged,
            (false, false) => Effect::Changed,
        };
        let deployed = Deployed {
            effect,
            known: before.is_some() && after.is_some() && !is_unknown,
            images: Both { before: before.unwrap_or_default(), after: after.unwrap_or_default() },
            applications: applications.into_iter().collect(),
        };
        services.entry(service).or_default().insert(environment, deployed);
    }
    services
}

/// What is the same on both sides, belongs to a service that changes elsewhere, and is not made yet.
fn siblings(told: &Told<'_>, found: &BTreeMap<Place, Deployment<'_>>) -> BTreeMap<Name, Made> {
    let (reached, head) = (told.reached, told.sides.1);
    let made: BTreeSet<&Name> = reached.changed.iter().chain(reached.shared.keys()).collect();
    let named: BTreeSet<&Name> = found.values().flat_map(|deployment| &deployment.after).copied().collect();
    let named: Vec<&Name> = named.into_iter().filter(|name| !made.contains(*name) && head.units.contains_key(*name)).collect();
    named.par_iter().map(|name| ((*name).clone(), head.make(name))).collect()
}

fn label(name: &Name) -> Option<&str> {
    match name {
        Name::Application(name, _) => Some(name),
        Name::Chart(_) | Name::Manifests => None,
    }
}

/// The images of what was made; what a Secret is made of shows as everywhere.
fn images<'a>(made: &'a Made, secrets: &Secrets) -> impl Iterator<Item = String> {
    let of = move |resource: &'a Resource| {
        let shown = move |node| match serde_json::from_str(&secrets.field(resource, node)) {
            Ok(serde_json::Value::String(image)) => Some(image),
            Ok(_) | Err(_) => None,
        };
        pod_images(resource).filter_map(shown)
    };
    made.resources.iter().flat_map(of)
}

fn application(told: &Told<'_>, change: &ApplicationChange) -> Option<ChangedApplication> {
    let name = change.name.clone()?;
    let unit_name = Name::Application(Arc::clone(&name), 0);
    let (base, head) = told.sides;
    let side = if head.units.contains_key(&unit_name) { head } else { base };
    let namespace = side.units.get(&unit_name).and_then(|unit| unit.context.namespace.clone());
    Some(ChangedApplication {
        name,
        service: change.service.clone(),
        environment: change.environment.clone(),
        namespace,
        effect: effect(change.kind),
        objects: change.objects.iter().map(object).collect(),
        spot: Spot::at(side.application(&unit_name).and_then(|application| application.origin)),
    })
}

fn object(change: &ObjectChange) -> ChangedObject {
    let object = &change.object;
    ChangedObject {
        group: object.api_version.rsplit_once('/').map_or("", |(group, _)| group).into(),
        kind: object.kind.as_str().into(),
        namespace: object.namespace.as_deref().map(Arc::from),
        name: object.name.as_str().into(),
        effect: effect(change.kind),
        hazards: change.hazards.clone(),
        fields: change.fields.iter().map(field).collect(),
        spot: Spot::at(change.place.as_ref().map(|(span, _)| *span)),
    }
}

pub(super) fn field(change: &FieldChange) -> ChangedField {
    let value = |shown: &Option<String>| shown.as_deref().and_then(|shown| serde_json::from_str(shown).ok());
    ChangedField {
        path: change.path.clone(),
        effect: effect(change.kind),
        before: value(&change.before),
        after: value(&change.after),
        spot: spot(&change.place, &change.chain),
    }
}

fn spot(place: &Option<(Span, Location)>, chain: &[ChainLink]) -> Spot {
    let link = |link: &ChainLink| Link {
        role: link.role,
        span: link.place.as_ref().map(|(span, _)| *span),
        line: link.line,
        key: link.key.clone(),
        name: link.name.clone(),
    };
    Spot { place: place.as_ref().map(|(span, _)| *span), origin: Origin { links: chain.iter().map(link).collect() } }
}

pub(super) fn effect(kind: ChangeKind) -> Effect {
    match kind {
        ChangeKind::Added => Effect::Added,
        ChangeKind::Removed => Effect::Removed,
        ChangeKind::Changed => Effect::Changed,
    }
}
