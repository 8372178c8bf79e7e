//! Which rules are asked about a resource, by what can be told without looking into it: its place and kind, and the request.
//!
//! A rule that is about other kinds is met once for each kind and place, and never again: objects do not pay for it.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use super::{
    Asked,
    evaluate::Run,
    settings::{Place, Resolved, resolve},
};
use crate::{Level, Operation, Resource, Rule, Scope, Target, input::pod_spec, rule::TERRAFORM};

/// What of a resource and a request decides which rules are asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    kind: Arc<str>,
    api_version: Arc<str>,
    carries_pod: bool,
    has_faults: bool,
    operation: Operation,
    /// Whether a request asks: in a repository, what reads namespaces is asked where all objects are seen together.
    is_request: bool,
}

/// The rules that are asked.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Those that tell what a schema says.
    pub(super) of_schema: Vec<Wanted>,
    /// The others.
    pub(super) rules: Vec<Wanted>,
    /// The strictest of what the latter do where they can't be evaluated.
    pub(super) worst: Option<(Level, usize)>,
    /// Whether some of these were written for other tools.
    pub(super) has_foreign: bool,
    /// The part of a question that ours are.
    pub(super) code: OnceLock<Option<[u8; 32]>>,
}

/// One of them, with what holds for it at a place.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) rule: usize,
    pub(super) level: Level,
    pub(super) resolved: Arc<Resolved>,
}

/// What is known of a place so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    resolved: BTreeMap<usize, Arc<Resolved>>,
    plans: BTreeMap<Subject, Arc<Plan>>,
}

/// For how many environments and namespaces a worker remembers settings.
const MAX_PLACES: usize = 1024;

/// For how many kinds a place remembers which rules are asked; whoever sends requests makes kinds up.
const MAX_SUBJECTS: usize = 1024;

impl Subject {
    /// What it is for a resource that somebody asks about.
    pub(super) fn of(resource: &Resource, asked: &Asked<'_>) -> Self {
        Self {
            kind: Arc::clone(&resource.identity.kind),
            api_version: Arc::clone(&resource.identity.api_version),
            carries_pod: pod_spec(resource).is_some(),
            has_faults: resource.faults.is_some(),
            operation: asked.operation,
            is_request: asked.beside.is_some(),
        }
    }

    fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// Whether a rule is about it.
    fn is_for(&self, rule: &Rule) -> bool {
        let is_targeted = match &rule.target {
            Target::Pod => self.carries_pod,
            Target::Any => true,
            Target::Change => false,
            Target::Kinds(kinds) => kinds.iter().any(|kind| kind.covers(self.group(), &self.kind)),
        };
        let is_single = if self.is_request { rule.is_of_requests() } else { rule.scope == Scope::Resource };
        // Policies for other tools know nothing of our documents of Terraform.
        let is_known = rule.foreign.is_none() || self.group() != TERRAFORM;
        // What the schema says nothing against needs no rule to say so.
        is_targeted && is_known && (!rule.reads_schema() || self.has_faults) && is_single && rule.operations.contains(&self.operation)
    }
}

impl Run<'_> {
    /// The rules that are asked about a resource.
    pub(super) fn plan(&mut self, resource: &Resource, asked: &Asked<'_>) -> Arc<Plan> {
        let (place, subject) = (Place::of(resource), Subject::of(resource, asked));
        if let Some(known) = self.known(&place).plans.get(&subject) {
            return Arc::clone(known);
        }
        let engine = self.engine;
        let rules = || engine.rules.iter().enumerate().filter(|(_, rule)| subject.is_for(rule)).map(|(index, _)| index);
        // Where no rule looks at the namespace, that of the environment is the plan of all its namespaces.
        let anywhere = place.anywhere();
        let plan = if place != anywhere && rules().all(|rule| !engine.is_bound(rule)) {
            let known = self.known(&anywhere).plans.get(&subject).cloned();
            known.unwrap_or_else(|| self.make(&anywhere, &subject, rules()))
        } else {
            self.make(&place, &subject, rules())
        };
        self.store(&place, subject, &plan);
        plan
    }

    fn make(&mut self, place: &Place, subject: &Subject, rules: impl Iterator<Item = usize>) -> Arc<Plan> {
        let engine = self.engine;
        let mut plan = Plan::default();
        for index in rules {
            let (Some(rule), Some(resolved)) = (engine.rules.get(index), self.settings_at(place, index)) else { continue };
            let Some(level) = resolved.level else { continue };
            let wanted = Wanted { rule: index, level, resolved };
            if rule.reads_schema() {
                plan.of_schema.push(wanted);
            } else {
                plan.worst = plan.worst.max(Some((engine.on_error(index, level), index)));
                plan.has_foreign |= rule.foreign.is_some();
                plan.rules.push(wanted);
            }
        }
        let plan = Arc::new(plan);
        self.store(place, subject.clone(), &plan);
        plan
    }

    fn store(&mut self, place: &Place, subject: Subject, plan: &Arc<Plan>) {
        let plans = &mut self.known(place).plans;
        if plans.len() >= MAX_SUBJECTS {
            plans.clear();
        }
        plans.insert(subject, Arc::clone(plan));
    }

    /// The settings of a rule at a place.
    pub(super) fn settings_at(&mut self, place: &Place, rule: usize) -> Option<Arc<Resolved>> {
        let engine = self.engine;
        let anywhere = place.anywhere();
        let place = if engine.is_bound(rule) { place } else { &anywhere };
        if let Some(known) = self.known(place).resolved.get(&rule) {
            return Some(Arc::clone(known));
        }
        let resolved = Arc::new(resolve(engine.rules.get(rule)?, &engine.config, self.facts, place));
        self.known(place).resolved.insert(rule, Arc::clone(&resolved));
        Some(resolved)
    }

    fn known(&mut self, place: &Place) -> &mut Known {
        let places = &mut self.worker.places;
        if places.len() >= MAX_PLACES && !places.contains_key(place) {
            places.clear();
        }
        places.entry(place.clone()).or_default()
    }
}
