//! The roots of Terraform on both sides: which of their resources become others, come or go, for reports and for rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::{
    Resource,
    change::{ChangedField, ChangedInstance, ChangedRoot, DriftedInstance, Effect, Spot},
};
use portcullis_source::RepoPath;
use portcullis_terraform::{
    document::{is_secret, secret_type},
    module::Mode,
    plan::{Action, Planned, Shown},
};
use serde_json::Value;

use super::{
    change::{effect, field},
    objects::{Telling, pairs},
    tell::Told,
};
use crate::{
    report::{ApplicationChange, ChangeKind, FieldChange, ObjectChange},
    terraform::Kept,
};

/// A root in an environment, and the resources of it that the configuration changes.
pub(super) struct RootChange<'a> {
    folder: &'a RepoPath,
    environment: Option<Arc<str>>,
    /// The root as it is, else as it was.
    kept: &'a Kept,
    /// Those of the base that stay in no state.
    forgotten: BTreeSet<String>,
    objects: Vec<ObjectChange>,
}

/// What of a resource's document is no part of what its configuration says.
const TOLD: [&str; 3] = ["/values", "/tags", "/lifecycle"];

/// How many addresses a note names.
const MAX_NAMED: usize = 10;

/// What each root changes, and what nobody knows of that; those of which nothing changes are left out, unless they have a plan.
pub(super) fn compare<'a>(told: &Told<'a>, telling: &Telling<'_>) -> (Vec<RootChange<'a>>, Vec<String>) {
    let mut roots: BTreeMap<_, (Option<&Kept>, Option<&Kept>)> = BTreeMap::new();
    for kept in &told.terraform.0.roots {
        roots.entry((&kept.folder, &kept.environment)).or_default().0 = Some(kept);
    }
    for kept in &told.terraform.1.roots {
        roots.entry((&kept.folder, &kept.environment)).or_default().1 = Some(kept);
    }
    let (mut changes, mut notes) = (Vec::new(), Vec::new());
    for ((folder, environment), (before, after)) in roots {
        let Some(kept) = after.or(before) else { continue };
        let Compared { objects, forgotten, untold } = objects(before, after, telling);
        let name =
            environment.as_ref().map_or_else(|| shown_folder(folder).to_owned(), |name| format!("{} ({name})", shown_folder(folder)));
        notes.extend(untold.into_iter().map(|(addresses, why)| {
            let named: Vec<&str> = addresses.iter().take(MAX_NAMED).map(|address| &**address).collect();
            let more = addresses.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{name}: {}{more} {why}", named.join(", "))
        }));
        if !objects.is_empty() || kept.plan.is_some() {
            changes.push(RootChange { folder, environment: environment.clone(), kept, forgotten, objects });
        }
    }
    (changes, notes)
}

/// What two states of a root differ in.
struct Compared {
    objects: Vec<ObjectChange>,
    /// Those of the base that stay in no state.
    forgotten: BTreeSet<String>,
    /// The addresses of what may come, go or stay, with why that is not known.
    untold: Vec<(Vec<Arc<str>>, &'static str)>,
}

fn objects(before: Option<&Kept>, after: Option<&Kept>, telling: &Telling<'_>) -> Compared {
    let none: &[Resource] = &[];
    let own = |kept: Option<&'_ Kept>| kept.map_or_else(|| none.to_vec(), |kept| kept.resources.clone());
    let (mut old, new) = (own(before), own(after));
    for resource in &mut old {
        if let Some(address) = after.and_then(|after| after.moved_to(&resource.identity.name)) {
            resource.identity.name = Arc::from(address);
        }
    }
    // Where something could not be evaluated, nobody knows whether what is missing is.
    let is_partial = [before, after].into_iter().flatten().any(|kept| kept.is_partial);
    let may_stay = |pair: &(Option<&Resource>, Option<&Resource>)| match pair {
        (Some(gone), None) => after.is_some_and(|after| after.may_have(&gone.identity.name)),
        _ => false,
    };
    let (told, left): (Vec<_>, Vec<_>) = pairs(&old, &new).into_iter().partition(|pair| !is_partial || matches!(pair, (Some(_), Some(_))));
    let (maybe, told): (Vec<_>, Vec<_>) = told.into_iter().partition(may_stay);
    let addresses = |pairs: Vec<(Option<&Resource>, Option<&Resource>)>| -> Vec<Arc<str>> {
        pairs.into_iter().filter_map(|(before, after)| Some(Arc::clone(&before.or(after)?.identity.name))).collect()
    };
    let untold = [
        (addresses(left), "may come, go or be there on both sides, since one of them could not be evaluated as a whole"),
        (addresses(maybe), "may go or stay, since how many instances there will be is not known"),
    ];
    let untold = untold.into_iter().filter(|(addresses, _)| !addresses.is_empty()).collect();
    let mut objects: Vec<ObjectChange> = told.into_iter().filter_map(|pair| object(pair, telling)).collect();
    for object in objects.iter_mut().filter(|object| object.kind == ChangeKind::Removed) {
        // What is gone was written in the base; what there is of it in the change is what says that it is not there.
        let spans = after.and_then(|after| after.deciders(&object.object.name));
        let span = spans.and_then(|spans| telling.lines.decisive(spans, telling.sources));
        let place = span.and_then(|span| Some((span, telling.sources.locate(span)?)));
        object.place = place.or_else(|| object.place.take());
    }
    let is_forgotten =
        |object: &&ObjectChange| object.kind == ChangeKind::Removed && after.is_some_and(|after| after.forgets(&object.object.name));
    let forgotten = objects.iter().filter(is_forgotten).map(|object| object.object.name.clone()).collect();
    Compared { objects, forgotten, untold }
}

fn object(pair: (Option<&Resource>, Option<&Resource>), telling: &Telling<'_>) -> Option<ObjectChange> {
    let mut change = telling.object(pair)?;
    let is_part = |path: &str, part: &str| path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // What all tags are is told once, and why something is not known is no change of it.
    let is_told = |field: &FieldChange| {
        TOLD.iter().any(|part| is_part(&field.path, part))
            && !is_part(&field.path, "/values/tags_all")
            && !field.path.ends_with("/$unknown")
    };
    change.fields.retain(is_told);
    let ty = [pair.0, pair.1].into_iter().flatten().map(type_of).max_by_key(|ty| ty.ends_with("secret")).unwrap_or_default();
    change.fields.iter_mut().for_each(|field| hide(field, &ty, telling));
    if change.kind == ChangeKind::Changed && change.fields.is_empty() {
        return None;
    }
    let text = |resource: Option<&Resource>| resource.map(|resource| shown(resource, telling));
    change.before = text(pair.0);
    change.after = text(pair.1);
    Some(change)
}

/// The type that tells which values of a resource are secrets.
fn type_of(resource: &Resource) -> String {
    let text = |path: &[&str]| resource.node()?.at(path)?.as_str();
    secret_type(&resource.identity.kind, text(&["values", "manifest", "kind"]), text(&["values", "yaml_body"])).to_owned()
}

/// Puts hashes in the place of what is secret by its name.
fn hide(field: &mut FieldChange, ty: &str, telling: &Telling<'_>) {
    for text in [&mut field.before, &mut field.after].into_iter().flatten() {
        let Ok(mut value) = serde_json::from_str::<Value>(text) else { continue };
        mask(&mut value, &mut field.path.split('/').map(str::to_owned).collect(), ty, telling);
        *text = value.to_string();
    }
}

fn mask(value: &mut Value, path: &mut Vec<String>, ty: &str, telling: &Telling<'_>) {
    match value {
        Value::String(text) if is_secret(ty, path.iter().map(String::as_str)) => *value = telling.secrets.hash(text).into(),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, path, ty, telling)),
        Value::Object(members) => {
            for (name, value) in members {
                path.push(name.clone());
                mask(value, path, ty, telling);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a resource is set to, as text.
fn shown(resource: &Resource, telling: &Telling<'_>) -> Arc<str> {
    let part = |name: &str| Some((name.to_owned(), portcullis_policies::json(resource.node()?.get(name)?)));
    let mut value = Value::Object(["values", "tags", "lifecycle"].into_iter().filter_map(part).collect());
    mask(&mut value, &mut Vec::new(), &type_of(resource), telling);
    Arc::from(format!("{value:#}\n"))
}

impl RootChange<'_> {
    /// For reports.
    pub(super) fn entry(self) -> Option<ApplicationChange> {
        (!self.objects.is_empty()).then_some(ApplicationChange {
            name: None,
            service: None,
            environment: self.environment,
            kind: ChangeKind::Changed,
            objects: self.objects,
            base_unknown: None,
        })
    }

    /// For rules.
    pub(super) fn changed(&self) -> ChangedRoot {
        let shown = self.kept.plan.as_ref().and_then(|plan| plan.shown.as_ref());
        ChangedRoot {
            folder: Arc::from(shown_folder(self.folder)),
            environment: self.environment.clone(),
            is_planned: shown.is_some(),
            instances: shown.map_or_else(|| self.configured(), |shown| self.planned(shown)),
            drifted: shown.into_iter().flat_map(|shown| &shown.drifted).map(drifted).collect(),
            spot: Spot::at(self.kept.span),
        }
    }

    /// What both sides of the configuration say.
    fn configured(&self) -> Vec<ChangedInstance> {
        let instance = |object: &ObjectChange| {
            let action = match object.kind {
                ChangeKind::Added => Action::Create,
                ChangeKind::Changed => Action::Update,
                ChangeKind::Removed if self.forgotten.contains(&object.object.name) => Action::Forget,
                ChangeKind::Removed => Action::Delete,
            };
            ChangedInstance {
                address: Arc::from(object.object.name.as_str()),
                ty: Arc::from(object.object.kind.as_str()),
                effect: effect(object.kind),
                actions: vec![Arc::from(action.name())],
                reason: None,
                previous: None,
                replaced_for: Vec::new(),
                fields: fields(object),
                spot: Spot::at(object.place.as_ref().map(|(span, _)| *span)),
            }
        };
        self.objects.iter().map(instance).collect()
    }

    /// What the plan says, each with what the configuration changes of it.
    fn planned(&self, shown: &Shown) -> Vec<ChangedInstance> {
        let does = |planned: &&Planned| {
            planned.mode == Mode::Managed && !matches!(planned.actions.as_slice(), [] | [Action::Nothing | Action::Read])
        };
        let objects: BTreeMap<&str, &ObjectChange> = self.objects.iter().map(|object| (object.object.name.as_str(), object)).collect();
        let own: BTreeMap<&str, &Resource> = self.kept.resources.iter().map(|resource| (&*resource.identity.name, resource)).collect();
        let instance = |planned: &Planned| {
            let object = objects.get(&*planned.address).copied();
            let own = || own.get(&*planned.address);
            let place = object.and_then(|object| object.place.as_ref()).map(|(span, _)| *span);
            let place = place.or_else(|| own().and_then(|resource| resource.document.origin(&[]).edit())).or(self.kept.span);
            ChangedInstance {
                address: Arc::clone(&planned.address),
                ty: Arc::clone(&planned.ty),
                effect: match planned.actions.as_slice() {
                    [Action::Create] => Effect::Added,
                    [Action::Delete | Action::Forget] => Effect::Removed,
                    _ => Effect::Changed,
                },
                actions: planned.actions.iter().map(|action| Arc::from(action.name())).collect(),
                reason: planned.reason.clone(),
                previous: planned.previous.clone(),
                replaced_for: planned.replaced_for.clone(),
                fields: object.map(fields).unwrap_or_default(),
                spot: Spot::at(place),
            }
        };
        shown.resources.values().filter(does).map(instance).collect()
    }
}

fn shown_folder(folder: &RepoPath) -> &str {
    if folder.as_str().is_empty() { "." } else { folder.as_str() }
}

fn fields(object: &ObjectChange) -> Vec<ChangedField> {
    object.fields.iter().map(field).collect()
}

fn drifted(drifted: &portcullis_terraform::plan::Drifted) -> DriftedInstance {
    DriftedInstance {
        address: Arc::clone(&drifted.address),
        ty: Arc::clone(&drifted.ty),
        attributes: drifted.attributes.iter().map(ToString::to_string).collect(),
    }
}
