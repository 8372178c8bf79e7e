//! Rules over resources: what each one sees, and what it says, brought back to places.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_source::{Origin, Partial, Problem, Stage, Step};
use regorus::{Value, rvm::vm::VmError, value::Object};

use super::{
    Asked, Engine, Examined, Facts, Fault, Worker, fingerprint,
    place::{Field, Lead, Place, join, place},
    settings::{self, Resolved, resolve},
};
use crate::{
    Finding, Level, Resource, Rule, RuleId, Scope, Target,
    finding::order,
    input::{MAX_DEPTH, misshapen, object, of_resource, pod_of, pod_spec, text},
};

/// What one rule saw and what it said, for comparison with another engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInput {
    /// The rule.
    pub rule: RuleId,
    /// The path of its findings.
    pub entry_point: String,
    /// `input`, as JSON.
    pub input: String,
    /// Its findings, as a JSON array in the order of values.
    pub findings: String,
}

impl Engine {
    /// Everything that the rules find in the resources of a run, whatever their order.
    #[must_use]
    pub fn evaluate(&self, resources: &[Resource]) -> Partial<Vec<Finding>> {
        let facts = Facts::collect(resources);
        let mut found = self.check(resources, &facts);
        let platform = self.check_platform(resources, &facts);
        let findings = platform.take(&mut found.problems);
        found.value.extend(findings);
        found.value.sort_by_cached_key(order);
        found
    }

    /// What the rules that see one resource at a time find; a run may be cut into parts for several threads.
    #[must_use]
    pub fn check(&self, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        let mut worker = self.worker();
        let mut run = Run::new(self, facts, &mut worker);
        for resource in resources {
            run.resource(resource, &Asked::LINT);
        }
        run.found.value.sort_by_cached_key(order);
        run.found
    }

    /// What the rules that see one resource at a time find in a single one, as part of a request.
    #[must_use]
    pub fn examine(&self, worker: &mut Worker, resource: &Resource, facts: &Facts, asked: &Asked<'_>) -> Examined {
        worker.prepare(self, asked.budget);
        let mut run = Run::new(self, facts, worker);
        run.resource(resource, asked);
        run.found.value.sort_by_cached_key(order);
        Examined { findings: run.found.value, faults: run.faults }
    }

    /// What the rules that see a whole environment find.
    #[must_use]
    pub fn check_platform(&self, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        self.platform(resources, facts, |_| true)
    }

    /// What those of them find that join nothing but what carries pods, autoscalers and disruption budgets; policies that were written for
    /// other tools may join anything.
    #[must_use]
    pub fn check_stored(&self, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        self.platform(resources, facts, |rule| rule.joins.is_empty() && rule.foreign.is_none())
    }

    fn platform(&self, resources: &[Resource], facts: &Facts, wanted: impl Fn(&Rule) -> bool) -> Partial<Vec<Finding>> {
        let mut worker = self.worker();
        let mut run = Run::new(self, facts, &mut worker);
        run.platform(resources, wanted);
        run.found.value.sort_by_cached_key(order);
        run.found.value.dedup();
        run.found
    }

    /// What the only rule of this engine takes for an input: the shortest of some rounds.
    ///
    /// # Errors
    /// What the machine says where it cannot tell.
    pub fn time(&self, input: &RuleInput, rounds: usize) -> Result<Duration, String> {
        let mut worker = self.worker();
        let input = Value::from_json_str(&input.input).map_err(|error| error.to_string())?;
        let mut shortest = Duration::MAX;
        for _ in 0..rounds {
            let machine = worker.machine(self, 0)?;
            machine.set_input(input.clone());
            let begun = Instant::now();
            machine.execute_entry_point_by_index(0).map_err(|error| error.to_string())?;
            shortest = shortest.min(begun.elapsed());
        }
        Ok(shortest)
    }

    /// The same as [`Engine::evaluate`], told as inputs and outputs of the single rules.
    #[must_use]
    pub fn rule_inputs(&self, resources: &[Resource]) -> Vec<RuleInput> {
        let facts = Facts::collect(resources);
        let mut worker = self.worker();
        let mut run = Run::new(self, &facts, &mut worker);
        run.record = Some(Vec::new());
        for resource in resources {
            run.resource(resource, &Asked::LINT);
        }
        run.platform(resources, |_| true);
        run.record.unwrap_or_default()
    }
}

/// One thread's work on some resources: what they are checked with, and what was found.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) facts: &'a Facts,
    pub(super) found: Partial<Vec<Finding>>,
    faults: Vec<Fault>,
    pub(super) worker: &'a mut Worker,
    pub(super) record: Option<Vec<RuleInput>>,
}

/// Why a rule gave no answer.
pub(super) struct Failure {
    pub(super) reason: String,
    /// Whether the budget was too small for it.
    pub(super) exhausted: bool,
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self { reason, exhausted: false }
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(engine: &'a Engine, facts: &'a Facts, worker: &'a mut Worker) -> Self {
        Self { engine, facts, found: Partial::default(), faults: Vec::new(), worker, record: None }
    }

    fn resource(&mut self, resource: &Resource, asked: &Asked<'_>) {
        let settings = self.settings_of(resource);
        let carries = pod_spec(resource).is_some();
        let engine = self.engine;
        let wanted = |(rule, resolved): (&Rule, &Resolved)| {
            let is_targeted = match &rule.target {
                Target::Pod => carries,
                Target::Any => true,
                Target::Change => false,
                Target::Kinds(kinds) => kinds.iter().any(|kind| kind.covers(resource.group(), &resource.identity.kind)),
            };
            // What the schema says nothing against needs no rule to say so.
            let is_targeted = is_targeted && (!rule.reads_schema() || resource.faults.is_some());
            // In a repository, what reads namespaces is asked where all objects are seen together.
            let is_single = if asked.beside.is_some() { rule.is_of_requests() } else { rule.scope == Scope::Resource };
            let is_asked = is_targeted && is_single && rule.operations.contains(&asked.operation);
            resolved.level.filter(|_| is_asked)
        };
        let (of_schema, rules): (Vec<_>, Vec<_>) = engine
            .rules
            .iter()
            .zip(settings.iter())
            .map(wanted)
            .enumerate()
            .filter_map(|(index, level)| Some((index, level?)))
            .partition(|(index, _)| engine.rules.get(*index).is_some_and(Rule::reads_schema));
        // What an object has too much, or otherwise, can be told of those that no other rule can read.
        if let Some(faults) = resource.faults.as_deref().filter(|_| !of_schema.is_empty()) {
            let input = [(text("params"), Value::Null), (text("schema"), faults.value())].into_iter().collect::<Object>();
            self.apply(resource, asked, (&of_schema, &settings), input);
        }
        let worst = rules.iter().map(|(index, level)| (engine.on_error(*index, *level), *index)).max();
        // Where only schemas are asked, they have said it.
        let is_read = engine.rules.iter().any(|rule| !rule.reads_schema());
        if let Some(misshapen) = misshapen(resource).filter(|_| is_read) {
            let reason = format!("cannot be checked: {}", misshapen.reason);
            self.fault(None, worst, reason.clone());
            return self.problem_at(resource, &misshapen.path, &reason);
        }
        if rules.is_empty() {
            return;
        }
        let Some(input) = resource_input(resource, self.facts, asked.review.filter(|_| engine.reads_review)) else {
            let reason = format!("is nested more than {MAX_DEPTH} deep");
            self.fault(None, worst, reason.clone());
            return self.problem(resource, &reason);
        };
        self.apply(resource, asked, (&rules, &settings), input);
    }

    /// Applies rules to a resource, of which they see the same but for their parameters.
    fn apply(&mut self, resource: &Resource, asked: &Asked<'_>, (rules, settings): (&[(usize, Level)], &[Resolved]), input: Object) {
        let params = text("params");
        // As a value it is in the form that takes another value of a key that it has in place.
        let Ok(input) = input.into_value().as_object().cloned() else { return };
        for &(index, level) in rules {
            let (Some(rule), Some(resolved)) = (self.engine.rules.get(index), settings.get(index)) else { continue };
            let found = match &rule.foreign {
                Some(foreign) => self.foreign(index, foreign, resource, &input, asked),
                None => {
                    let mut input = input.clone();
                    input.insert(params.clone(), resolved.params.clone());
                    self.run(index, input.into_value()).and_then(|found| limited(&found, asked.budget.findings))
                }
            };
            match found {
                Ok(found) => found.into_iter().for_each(|said| self.finding(index, level, resource, &[], said)),
                Err(failure) => {
                    let reason = format!("could not be checked by rule {}: {}", rule.id, failure.reason);
                    let level = self.engine.on_error(index, level);
                    self.faults.push(Fault { rule: Some(rule.id.clone()), level, reason: reason.clone(), exhausted: failure.exhausted });
                    self.problem(resource, &reason);
                }
            }
        }
    }

    /// What is wrong with a resource as a whole does what the strictest of its rules would do.
    fn fault(&mut self, rule: Option<RuleId>, worst: Option<(Level, usize)>, reason: String) {
        if let Some((level, _)) = worst {
            self.faults.push(Fault { rule, level, reason, exhausted: false });
        }
    }

    /// The settings of all rules where a resource is.
    pub(super) fn settings_of(&mut self, resource: &Resource) -> Arc<Vec<Resolved>> {
        let place = settings::Place { environment: resource.context.environment.clone(), namespace: resource.identity.namespace.clone() };
        self.settings_at(place)
    }

    /// The settings of all rules at a place.
    pub(super) fn settings_at(&mut self, place: settings::Place) -> Arc<Vec<Resolved>> {
        if let Some(known) = self.worker.settings.get(&place) {
            return Arc::clone(known);
        }
        let resolved = Arc::new(resolve(&self.engine.rules, &self.engine.config, self.facts, &place));
        if self.worker.settings.len() >= MAX_PLACES {
            self.worker.settings.clear();
        }
        self.worker.settings.insert(place, Arc::clone(&resolved));
        resolved
    }

    /// Evaluates one rule.
    pub(super) fn run(&mut self, rule: usize, input: Value) -> Result<Value, Failure> {
        let recorded = self.record.is_some().then(|| input.clone());
        let machine = self.worker.machine(self.engine, rule)?;
        machine.set_input(input);
        let result = machine.execute_entry_point_by_index(0).map_err(|error| Failure {
            exhausted: matches!(error, VmError::InstructionLimitExceeded { .. } | VmError::TimeLimitExceeded { .. }),
            reason: error.to_string(),
        });
        if let (Some(record), Some(input), Some(rule)) = (&mut self.record, recorded, self.engine.rules.get(rule)) {
            let findings = match &result {
                Ok(Value::Set(found)) => serde_json::to_string(&found.iter().collect::<Vec<_>>()).unwrap_or_default(),
                Ok(other) => other.to_string(),
                Err(failure) => failure.reason.clone(),
            };
            let input = serde_json::to_string(&input).unwrap_or_default();
            record.push(RuleInput { rule: rule.id.clone(), entry_point: rule.entry_point(), input, findings });
        }
        result
    }

    /// Turns what a rule says about a resource, which may be one of several that it joins, into a finding with a place.
    pub(super) fn finding(&mut self, rule: usize, level: Level, resource: &Resource, members: &[&Resource], said: Said) {
        let Some(rule) = self.engine.rules.get(rule) else { return };
        let explained = said.explain(resource);
        let lead = if explained.is_some() { Lead::Stands } else { Lead::Strongest };
        let Place { path, origin } = place(resource, said.at.clone());
        let origin = join(explained.unwrap_or(origin), Field { resource, path: &said.at }, &said.others(resource, members), lead);
        let mut finding = Finding {
            rule: rule.id.clone(),
            level,
            message: said.message,
            resource: Some(resource.identity.clone()),
            path,
            origin,
            environment: resource.context.environment.clone(),
            application: resource.context.application.clone(),
            service: resource.context.service.clone(),
            waived: None,
            fingerprint: String::new(),
        };
        finding.fingerprint = fingerprint::of(&finding, resource);
        self.found.value.push(finding);
    }

    /// Reports that a resource could not be checked.
    pub(super) fn problem(&mut self, resource: &Resource, reason: &str) {
        self.problem_at(resource, &[], reason);
    }

    fn problem_at(&mut self, resource: &Resource, path: &[Step], reason: &str) {
        let identity = &resource.identity;
        let namespace = identity.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let whole: Vec<Step> = resource.base.iter().chain(path).cloned().collect();
        let message = format!("{} {namespace}{} {reason}", identity.kind, identity.name);
        let hint = "the object was not checked by every rule; make it what Kubernetes takes, or smaller";
        let problem = Problem::new(Stage::Policy, message, hint).at(resource.document.origin(&whole).edit());
        let application = resource.context.application.as_deref().map(str::to_owned);
        self.found.problems.push(Problem { application, ..problem });
    }
}

/// For how many environments and namespaces a worker remembers settings.
const MAX_PLACES: usize = 1024;

/// `{params, resource, pod, review}`; the parameters come per rule.
fn resource_input(resource: &Resource, facts: &Facts, review: Option<&Value>) -> Option<Object> {
    let whole = of_resource(resource.node()?)?;
    let pod = pod_of(resource, &whole, facts.services());
    let review = review.cloned().unwrap_or_else(|| object([("operation", text("CREATE"))]));
    let fields = [("params", Some(Value::Null)), ("resource", Some(whole)), ("pod", pod), ("review", Some(review))];
    let fields = fields.into_iter().filter_map(|(key, value)| Some((text(key), value?)));
    Some(fields.collect())
}

/// What a rule said.
pub(super) struct Said {
    pub(super) at: Vec<Step>,
    pub(super) message: String,
    /// For rules that see a platform: which of its resources.
    pub(super) resource: Option<usize>,
    /// For rules that see a platform: the kind of object that the resource goes without, so that the place is where it was left out.
    pub(super) lacks: Option<String>,
    /// The field that this one contradicts; the one of the stronger values layer is where a person would look.
    pub(super) other: Option<Vec<Step>>,
    /// More fields on which the verdict rests, each with the resource of the platform that has it, where that is another one.
    pub(super) others: Vec<(Option<usize>, Vec<Step>)>,
}

impl Said {
    fn others<'a>(&'a self, resource: &'a Resource, members: &'a [&'a Resource]) -> Vec<Field<'a>> {
        let owner = |id: &Option<usize>| id.map_or(Some(resource), |id| members.get(id).copied());
        self.others.iter().filter_map(|(id, path)| Some(Field { resource: owner(id)?, path })).collect()
    }

    /// Where more than the field itself tells the place: another field that it contradicts, or an object that was left out.
    fn explain(&self, resource: &Resource) -> Option<Origin> {
        let document = &resource.document;
        let whole = |path: &[Step]| -> Vec<Step> { resource.base.iter().chain(path).cloned().collect() };
        if let Some(other) = &self.other {
            return Some(document.origin_of_pair(&whole(&self.at), &whole(other)));
        }
        document.text.origin_of_absent(document.root.range, self.lacks.as_deref()?)
    }
}

/// The findings of a rule, where they are no more than they may be.
fn limited(found: &Value, most: usize) -> Result<Vec<Said>, Failure> {
    match found {
        Value::Set(all) if all.len() > most => Err(Failure { reason: format!("it finds more than {most} faults"), exhausted: true }),
        _ => Ok(read_findings(found)?),
    }
}

/// The findings of a rule; anything but a set of `{at, message}` is an error, since a mistaken rule must not pass for a clean resource.
pub(super) fn read_findings(value: &Value) -> Result<Vec<Said>, String> {
    let Value::Set(found) = value else { return Err(format!("its findings are {value}, not a set")) };
    found.iter().map(|said| read_finding(said).ok_or_else(|| format!("it says {said}, which is no finding"))).collect()
}

fn read_finding(said: &Value) -> Option<Said> {
    let said = said.as_object().ok()?;
    let message = said.get(&text("message"))?.as_string().ok()?.to_string();
    let at = read_path(said.get(&text("at"))?)?;
    let other = match said.get(&text("other")) {
        Some(path) => Some(read_path(path)?),
        None => None,
    };
    let resource = said.get(&text("resource")).and_then(|id| id.as_i64().ok()).and_then(|id| usize::try_from(id).ok());
    let optional = |key| said.get(&text(key)).and_then(|value| value.as_string().ok()).map(|value| value.to_string());
    let others = match said.get(&text("others")) {
        Some(others) => read_others(others)?,
        None => Vec::new(),
    };
    Some(Said { at, message, other, others, resource, lacks: optional("lacks") })
}

/// `[{at, resource?}]`, as a list or a set.
fn read_others(others: &Value) -> Option<Vec<(Option<usize>, Vec<Step>)>> {
    let read = |other: &Value| {
        let other = other.as_object().ok()?;
        let resource = match other.get(&text("resource")) {
            Some(id) => Some(usize::try_from(id.as_i64().ok()?).ok()?),
            None => None,
        };
        Some((resource, read_path(other.get(&text("at"))?)?))
    };
    match others {
        Value::Array(others) => others.iter().map(read).collect(),
        Value::Set(others) => others.iter().map(read).collect(),
        _ => None,
    }
}

fn read_path(value: &Value) -> Option<Vec<Step>> {
    let step = |step: &Value| match step {
        Value::String(key) => Some(Step::Key(Arc::clone(key))),
        other => other.as_i64().ok().and_then(|index| usize::try_from(index).ok()).map(Step::Index),
    };
    value.as_array().ok()?.iter().map(step).collect()
}
