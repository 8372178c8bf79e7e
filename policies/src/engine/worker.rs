//! What one thread evaluates with, and the single resource of a request.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use regorus::{Value, rvm::vm::RegoVM, utils::limits::ExecutionTimerConfig};

use super::{
    Engine,
    compile::{MAX_INSTRUCTIONS, Programs, machine},
    plan::Known,
    settings::Place,
};
use crate::{
    Finding, Foreign, Level, Operation, Resource, RuleId,
    foreign::{Allowance, Namespaces},
};

/// How much an evaluation may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many instructions each rule may take.
    pub instructions: usize,
    /// How many findings each rule may have about one resource: what nobody can read is not worth its memory.
    pub findings: usize,
    /// When all of them must be done.
    pub deadline: Option<Instant>,
}

impl Budget {
    /// As much as a rule may take that sees a whole platform.
    pub const WHOLE: Self = Self { instructions: MAX_INSTRUCTIONS, findings: usize::MAX, deadline: None };

    /// As much as a rule may take that sees one object, in both gates: hundreds of containers need less, and what a rule makes meanwhile takes memory.
    pub const ONE: Self = Self { instructions: 1_000_000, ..Self::WHOLE };
}

/// What is asked of the rules about one resource.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What the request does.
    pub operation: Operation,
    /// `input.review`, where a rule looks at it.
    pub review: Option<&'a Value>,
    /// How much the answer may cost.
    pub budget: Budget,
    /// What policies that were written for other tools see beside the object, where a request asks.
    pub(crate) beside: Option<Beside<'a>>,
}

/// What else is known where one object is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside<'a> {
    /// The request, as the API server sent it; none where nobody sent one.
    pub(crate) request: Option<&'a Value>,
    /// The namespaces that the repository declares.
    pub(crate) namespaces: &'a Namespaces,
    /// The object as it was.
    pub(crate) old: Option<&'a Resource>,
}

impl Asked<'_> {
    /// Everything in a repository is going to be made.
    pub(super) const LINT: Self = Self { operation: Operation::Create, review: None, budget: Budget::ONE, beside: None };
}

/// A rule that gave no answer, or a resource that no rule can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule; none where it is the resource.
    pub rule: Option<RuleId>,
    /// What that does.
    pub level: Level,
    /// Why, as the end of a sentence about the resource.
    pub reason: String,
    /// Whether the budget was too small.
    pub exhausted: bool,
}

/// What is known of one resource.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    /// What the rules found.
    pub findings: Vec<Finding>,
    /// What they could not tell.
    pub faults: Vec<Fault>,
}

/// The machines of one thread, and the settings that it has resolved so far; for one engine and the facts beside it.
#[derive(Debug)]
pub struct Worker {
    /// By rule, once it was asked.
    machines: Vec<Option<RegoVM>>,
    /// By rule, once it was asked, of those that were written for other tools.
    interpreters: BTreeMap<usize, regorus::Engine>,
    pub(super) places: BTreeMap<Place, Known>,
    programs: Programs,
    instructions: usize,
    deadline: Option<Instant>,
}

/// How many instructions pass between two looks at the clock.
const CLOCK_INTERVAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

impl Worker {
    pub(super) fn new(engine: &Engine) -> Self {
        let programs = Arc::clone(engine.programs());
        let machines = programs.iter().map(|_| None).collect();
        Self { machines, interpreters: BTreeMap::new(), places: BTreeMap::new(), programs, instructions: MAX_INSTRUCTIONS, deadline: None }
    }

    /// Readies it for an evaluation; one that was made for another engine is made anew.
    pub(super) fn prepare(&mut self, engine: &Engine, budget: Budget) {
        if !Arc::ptr_eq(&self.programs, engine.programs()) {
            *self = engine.worker();
        }
        self.instructions = budget.instructions.min(MAX_INSTRUCTIONS);
        self.deadline = budget.deadline;
    }

    /// The interpreter of a policy that was written for another tool, and what it may take.
    pub(super) fn interpreter(&mut self, rule: usize, foreign: &Foreign) -> Result<(&mut regorus::Engine, Allowance), String> {
        let known = match self.interpreters.entry(rule) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(foreign.program.engine()?),
        };
        Ok((known, Allowance { steps: self.instructions, deadline: self.deadline }))
    }

    /// Drops the machine of a rule, which keeps the last input that it was given: where that is a whole platform, it is not to stay while other rules
    /// are asked.
    pub(super) fn forget(&mut self, rule: usize) {
        if let Some(place) = self.machines.get_mut(rule) {
            *place = None;
        }
    }

    /// The machine of a rule, left no more time than there is.
    pub(super) fn machine(&mut self, engine: &Engine, rule: usize) -> Result<&mut RegoVM, String> {
        let Some(place) = self.machines.get_mut(rule) else { return Err("there is no such rule".to_owned()) };
        let known = match place {
            Some(known) => known,
            None => place.insert(machine(engine.program(rule)?)),
        };
        known.set_max_instructions(self.instructions);
        known.set_execution_timer_config(self.deadline.map(|deadline| {
            let limit = deadline.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
            ExecutionTimerConfig { limit, check_interval: CLOCK_INTERVAL }
        }));
        Ok(known)
    }
}
