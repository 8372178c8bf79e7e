//! What one thread evaluates with, and the single resource of a request.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use regorus::{
    Value,
    rvm::{program::Program, vm::RegoVM},
    utils::limits::ExecutionTimerConfig,
};

use super::{
    Engine,
    compile::MAX_INSTRUCTIONS,
    settings::{Place, Resolved},
};
use crate::{Finding, Level, Operation, RuleId};

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
}

impl Asked<'_> {
    /// Everything in a repository is going to be made.
    pub(super) const LINT: Self = Self { operation: Operation::Create, review: None, budget: Budget::WHOLE };
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

/// The machine of one thread, and the settings that it has resolved so far; for one engine and the facts beside it.
#[derive(Debug)]
pub struct Worker {
    pub(super) machine: RegoVM,
    pub(super) settings: BTreeMap<Place, Arc<Vec<Resolved>>>,
    program: Option<Arc<Program>>,
    deadline: Option<Instant>,
}

/// How many instructions pass between two looks at the clock.
const CLOCK_INTERVAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

impl Worker {
    pub(super) fn new(machine: RegoVM, program: Option<Arc<Program>>) -> Self {
        Self { machine, settings: BTreeMap::new(), program, deadline: None }
    }

    /// Readies the machine for an evaluation; one that was made for another engine is made anew.
    pub(super) fn prepare(&mut self, engine: &Engine, budget: Budget) {
        let is_same = match (&self.program, &engine.program) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_same {
            *self = engine.worker();
        }
        self.machine.set_max_instructions(budget.instructions.min(MAX_INSTRUCTIONS));
        if self.deadline.is_some() && budget.deadline.is_none() {
            self.machine.set_execution_timer_config(None);
        }
        self.deadline = budget.deadline;
    }

    /// Leaves the next rule no more time than there is.
    pub(super) fn limit(&mut self) {
        let Some(deadline) = self.deadline else { return };
        let limit = deadline.saturating_duration_since(Instant::now()).max(Duration::from_nanos(1));
        self.machine.set_execution_timer_config(Some(ExecutionTimerConfig { limit, check_interval: CLOCK_INTERVAL }));
    }
}
