//! Rules that see a change itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Origin, Partial, Problem, Span, Stage};
use regorus::{Value, value::Object};

use super::{
    Engine, Facts, RuleInput,
    evaluate::{Run, mistaken},
    infrastructure::{identity, root_value},
    settings::Place,
};
use crate::{
    Finding, Identity, Scope,
    change::{Both, Change, ChangedApplication, ChangedField, ChangedInstance, ChangedObject, ChangedRoot, Deployed, Spot},
    finding::order,
    hash,
    input::{object, of_json, text},
};

/// What is wrong with a change, and the line that a person would look at in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFinding {
    /// The finding; its resource is the Argo CD Application, so that waivers name it as `Application/NAME`, or the resource of Terraform.
    pub finding: Finding,
    /// The line: in the change where it can be, while the origin says all of how it came to be.
    pub place: Option<Span>,
}

/// How many hex digits a fingerprint has.
const FINGERPRINT_LENGTH: usize = 32;

impl Engine {
    /// What the rules that see a change find in one.
    #[must_use]
    pub fn check_change(&self, change: &Change) -> Partial<Vec<ChangeFinding>> {
        let facts = Facts::default();
        let mut worker = self.worker();
        let mut run = Run::new(self, &facts, &mut worker);
        let value = run.change(change);
        Partial { value, problems: run.found.problems }
    }

    /// The same, told as inputs and outputs of the single rules.
    #[must_use]
    pub fn change_inputs(&self, change: &Change) -> Vec<RuleInput> {
        let facts = Facts::default();
        let mut worker = self.worker();
        let mut run = Run::new(self, &facts, &mut worker);
        run.record = Some(Vec::new());
        run.change(change);
        run.record.unwrap_or_default()
    }
}

/// What a rule said.
struct Said<'a> {
    message: String,
    subject: Subject<'a>,
    field: Option<&'a ChangedField>,
}

/// What it said that of.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Application(&'a ChangedApplication, Option<&'a ChangedObject>),
    Root(&'a ChangedRoot, Option<&'a ChangedInstance>),
}

impl Subject<'_> {
    fn environment(&self) -> Option<&Arc<str>> {
        match self {
            Self::Application(application, _) => application.environment.as_ref(),
            Self::Root(root, _) => root.environment.as_ref(),
        }
    }

    /// Where it is told, where no field is meant.
    fn spot(&self) -> &Spot {
        match self {
            Self::Application(application, object) => object.map_or_else(|| application.first(), |object| &object.spot),
            Self::Root(root, instance) => instance.map_or(&root.spot, |instance| &instance.spot),
        }
    }
}

impl Run<'_> {
    /// Evaluates each rule once for every environment, with the parameters of that environment, and takes what it says of its applications.
    fn change(&mut self, change: &Change) -> Vec<ChangeFinding> {
        let rules: Vec<usize> =
            (0..).zip(&self.engine.rules).filter(|(_, rule)| rule.scope == Scope::Change).map(|(index, _)| index).collect();
        let of_applications = change.applications.iter().map(|application| application.environment.clone());
        let of_roots = change.roots.iter().map(|root| root.environment.clone());
        let environments: BTreeSet<_> = of_applications.chain(of_roots).collect();
        let mut found = Vec::new();
        if rules.is_empty() || environments.is_empty() {
            return found;
        }
        let value = value(change);
        for environment in environments {
            for &rule in &rules {
                found.extend(self.change_rule(rule, environment.as_ref(), change, &value));
            }
        }
        found.sort_by_cached_key(|found| order(&found.finding));
        found.dedup();
        number(&mut found);
        found
    }

    fn change_rule(&mut self, index: usize, environment: Option<&Arc<str>>, change: &Change, value: &Value) -> Vec<ChangeFinding> {
        let resolved = self.settings_at(&Place { environment: environment.cloned(), namespace: None }, index);
        let (Some(rule), Some(resolved)) = (self.engine.rules.get(index), resolved) else { return Vec::new() };
        let input = object([("change", value.clone()), ("params", resolved.params.clone())]);
        let said = match self.run(index, true, input).and_then(|found| Ok(read_all(&found, change)?)) {
            Ok(said) => said,
            Err(failure) => {
                let problem = mistaken(rule, &failure).unwrap_or_else(|| {
                    let message = format!("the change could not be checked by rule {}: {}", rule.id, failure.reason);
                    Problem::new(Stage::Policy, message, "make the change smaller, or switch the rule off for it")
                });
                self.found.problems.push(problem);
                return Vec::new();
            }
        };
        let here = said.into_iter().filter(|said| said.subject.environment() == environment);
        here.filter_map(|said| self.change_finding(index, said)).collect()
    }

    fn change_finding(&mut self, index: usize, said: Said<'_>) -> Option<ChangeFinding> {
        let Said { message, subject, field } = said;
        let environment = subject.environment().cloned();
        // The level is that of the application's own namespace.
        let namespace = match subject {
            Subject::Application(application, _) => application.namespace.clone(),
            Subject::Root(..) => None,
        };
        let level = self.settings_at(&Place { environment: environment.clone(), namespace }, index)?.level?;
        let rule = self.engine.rules.get(index)?;
        let Spot { place, origin } = field.map_or_else(|| subject.spot(), |field| &field.spot);
        let path = field.map(|field| field.path.as_str()).unwrap_or_default();
        let name = environment.as_deref().unwrap_or_default();
        // The message is no part of it: it counts and lists what may be more in the next version of the same change.
        let mut fingerprint = match subject {
            Subject::Application(application, object) => {
                let namespace = object.and_then(|object| object.namespace.as_deref()).unwrap_or_default();
                let [group, kind, own] = object.map_or([""; 3], |object| [&*object.group, &*object.kind, &*object.name]);
                hash::of_parts([rule.id.as_str(), "change", name, &application.name, group, kind, namespace, own, path])
            }
            Subject::Root(root, instance) => {
                let address = instance.map(|instance| &*instance.address).unwrap_or_default();
                hash::of_parts([rule.id.as_str(), "change of terraform", name, &root.folder, address, path])
            }
        };
        fingerprint.truncate(FINGERPRINT_LENGTH);
        let (resource, application, service) = match subject {
            Subject::Application(application, _) => {
                let named = Identity {
                    api_version: "argoproj.io/v1alpha1".into(),
                    kind: "Application".into(),
                    namespace: None,
                    name: Arc::clone(&application.name),
                };
                (named, Some(Arc::clone(&application.name)), application.service.clone())
            }
            Subject::Root(root, instance) => (identity(root, instance), None, None),
        };
        let finding = Finding {
            rule: rule.id.clone(),
            level,
            message,
            resource: Some(resource),
            path: Vec::new(),
            origin: Origin::clone(origin),
            environment,
            application,
            service,
            waived: None,
            fingerprint,
        };
        Some(ChangeFinding { finding, place: *place })
    }
}

/// Gives findings of one rule about one thing names of their own, in their order.
fn number(found: &mut [ChangeFinding]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for ChangeFinding { finding, .. } in found {
        let nth = seen.entry(finding.fingerprint.clone()).or_default();
        if *nth > 0 {
            finding.fingerprint = hash::of_parts([finding.fingerprint.as_str(), &nth.to_string()]);
            finding.fingerprint.truncate(FINGERPRINT_LENGTH);
        }
        *nth += 1;
    }
}

/// The findings of a rule; anything but a set of `{application, object?, field?, message}` or `{root, resource?, field?, message}` that name what
/// changes is an error.
fn read_all<'a>(value: &Value, change: &'a Change) -> Result<Vec<Said<'a>>, String> {
    let Value::Set(found) = value else { return Err(format!("its findings are {value}, not a set")) };
    let mut known: BTreeMap<&str, Vec<&ChangedApplication>> = BTreeMap::new();
    for application in &change.applications {
        known.entry(&application.name).or_default().push(application);
    }
    let read = |said| read(said, &known).or_else(|| read_of_root(said, change));
    found.iter().map(|said| read(said).ok_or_else(|| format!("it says {said}, which is no finding about this change"))).collect()
}

/// A number that names a place in a list, where it is there; none where it is no place.
fn place(said: &Value, key: &str) -> Option<Option<usize>> {
    match said.as_object().ok()?.get(&text(key)) {
        Some(place) => Some(Some(usize::try_from(place.as_i64().ok()?).ok()?)),
        None => Some(None),
    }
}

fn message(said: &Value) -> Option<String> {
    Some(said.as_object().ok()?.get(&text("message"))?.as_string().ok()?.to_string())
}

fn read<'a>(said: &Value, known: &BTreeMap<&str, Vec<&'a ChangedApplication>>) -> Option<Said<'a>> {
    let named = known.get(&**said.as_object().ok()?.get(&text("application"))?.as_string().ok()?)?;
    let (message, object, field) = (message(said)?, place(said, "object")?, place(said, "field")?);
    // Where several have one name, it is the first that has such a field.
    named.iter().find_map(|application| {
        let object = match object {
            Some(place) => Some(application.objects.get(place)?),
            None => None,
        };
        let field = match field {
            Some(place) => Some(object?.fields.get(place)?),
            None => None,
        };
        Some(Said { message: message.clone(), subject: Subject::Application(application, object), field })
    })
}

fn read_of_root<'a>(said: &Value, change: &'a Change) -> Option<Said<'a>> {
    let root = change.roots.get(place(said, "root")??)?;
    let instance = match place(said, "resource")? {
        Some(place) => Some(root.instances.get(place)?),
        None => None,
    };
    let field = match place(said, "field")? {
        Some(place) => Some(instance?.fields.get(place)?),
        None => None,
    };
    Some(Said { message: message(said)?, subject: Subject::Root(root, instance), field })
}

/// `{environments, totals, applications, services, roots, trailers}`, as the manual of rules describes it.
fn value(change: &Change) -> Value {
    let totals = change.totals.iter().map(|(name, total)| (text(name), both(total, |count| Value::from(*count))));
    let services = change.services.iter().map(|(service, places)| {
        let places = places.iter().map(|(environment, deployed)| (text(environment), deployed_value(deployed)));
        (text(service), places.collect::<Object>().into_value())
    });
    let trailers = change.trailers.iter().map(|(name, values)| (text(name), list(values, |value| text(value))));
    object([
        ("environments", list(&change.environments, |name| text(name))),
        ("totals", totals.collect::<Object>().into_value()),
        ("applications", list(&change.applications, application_value)),
        ("services", services.collect::<Object>().into_value()),
        ("roots", list(&change.roots, root_value)),
        ("trailers", trailers.collect::<Object>().into_value()),
    ])
}

fn application_value(application: &ChangedApplication) -> Value {
    object([
        ("application", text(&application.name)),
        ("service", text(application.service.as_deref().unwrap_or_default())),
        ("environment", text(application.environment.as_deref().unwrap_or_default())),
        ("change", text(application.effect.name())),
        ("objects", list(&application.objects, object_value)),
    ])
}

fn object_value(changed: &ChangedObject) -> Value {
    object([
        ("group", text(&changed.group)),
        ("kind", text(&changed.kind)),
        ("namespace", text(changed.namespace.as_deref().unwrap_or_default())),
        ("name", text(&changed.name)),
        ("change", text(changed.effect.name())),
        ("hazards", list(&changed.hazards, |hazard| text(hazard))),
        ("fields", list(&changed.fields, field_value)),
    ])
}

pub(super) fn field_value(field: &ChangedField) -> Value {
    let values = [("before", &field.before), ("after", &field.after)];
    let values = values.into_iter().filter_map(|(key, value)| Some((text(key), of_json(value.as_ref()?))));
    let fields = [("path", text(&field.path)), ("change", text(field.effect.name()))];
    fields.into_iter().map(|(key, value)| (text(key), value)).chain(values).collect::<Object>().into_value()
}

fn deployed_value(deployed: &Deployed) -> Value {
    object([
        ("change", text(deployed.effect.name())),
        ("known", Value::Bool(deployed.known)),
        ("images", both(&deployed.images, |images| list(images, |image| text(image)))),
        ("applications", list(&deployed.applications, |id| Value::from(*id))),
    ])
}

fn both<T>(both: &Both<T>, of: impl Fn(&T) -> Value) -> Value {
    object([("before", of(&both.before)), ("after", of(&both.after))])
}

pub(super) fn list<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, of: impl Fn(&T) -> Value) -> Value {
    Value::from(items.into_iter().map(of).collect::<Vec<_>>())
}
