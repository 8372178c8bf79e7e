//! The Rego of one foreign policy, and what it says of an input.
//!
//! It runs on regorus' interpreter: the machine that our own rules run on is right for the Rego that they are kept to, and nobody can keep other
//! people's Rego to that.

use std::{
    num::NonZeroU32,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use regorus::{LimitError, Value, utils::limits::ExecutionTimerConfig};

use super::{conftest::Exception, matching::Match};
use crate::{
    builtins,
    engine::{Broken, hoist},
    input::text,
    rego::{outline, sums::sums},
};

/// The version of the language that a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// Before OPA 1.0.
    V0,
    /// Since then.
    V1,
}

/// A text of Rego.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(crate) path: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) version: Version,
}

/// Texts that are compiled together, and with nothing else.
#[derive(Debug)]
pub(crate) struct Program {
    modules: Vec<Module>,
    ready: OnceLock<Result<regorus::Engine, String>>,
}

/// Whose semantics a policy has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Semantics {
    /// Those of Gatekeeper: a constraint and its template.
    Gatekeeper,
    /// Those of conftest.
    Conftest,
}

/// What a policy is asked with.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// A constraint is asked about the objects that it matches.
    Constraint {
        /// Which these are.
        matching: Box<Match>,
        /// `input.parameters`.
        parameters: Value,
        /// Whether the template reads `data.inventory`.
        inventory: bool,
        /// Whether it reads the namespace of the object.
        namespace: bool,
    },
    /// A rule of conftest is asked about every object.
    Conftest(Option<Exception>),
}

/// A policy that was written for another tool.
#[derive(Clone, Debug)]
pub struct Foreign {
    pub(crate) program: Arc<Program>,
    /// The path of what it finds.
    pub(crate) path: String,
    pub(crate) question: Question,
}

/// Why a policy gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) reason: String,
    /// Whether the limit was too small for it.
    pub(crate) exhausted: bool,
}

impl From<String> for Failed {
    fn from(reason: String) -> Self {
        Self { reason, exhausted: false }
    }
}

/// How many steps of the interpreter one evaluation may take at most; one looks at a whole platform.
const MAX_STEPS: NonZeroU32 = NonZeroU32::MIN.saturating_add(20_000_000);

/// What an evaluation may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// How many steps, where there is no deadline.
    pub(crate) steps: usize,
    /// When it must be done.
    pub(crate) deadline: Option<Instant>,
}

impl Allowance {
    /// As much as anything may take.
    pub(crate) const WHOLE: Self = Self { steps: usize::MAX, deadline: None };

    /// Steps that the interpreter can count.
    fn steps(self) -> NonZeroU32 {
        u32::try_from(self.steps).ok().and_then(NonZeroU32::new).map_or(MAX_STEPS, |steps| steps.min(MAX_STEPS))
    }
}

/// How long one evaluation may take where there is a deadline.
const MAX_TIME: Duration = Duration::from_secs(1);

/// How many steps pass between two looks at the clock, where there is a deadline.
const CLOCK_INTERVAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

/// How deep negations may nest.
const MAX_ROUNDS: usize = 16;

/// The longest message that is kept.
const MAX_MESSAGE: usize = 4096;

impl Program {
    pub(crate) fn new(modules: Vec<Module>) -> Self {
        Self { modules, ready: OnceLock::new() }
    }

    /// Its texts.
    pub(crate) fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// Parses and checks everything.
    ///
    /// # Errors
    /// What regorus says, and of which module.
    pub(crate) fn parse(&self) -> Result<regorus::Engine, (Arc<str>, Broken)> {
        let mut engine = regorus::Engine::new();
        // As in OPA, a builtin that fails is undefined.
        engine.set_strict_builtin_errors(false);
        builtins::extend(&mut engine);
        // What a policy prints nobody reads, here as in the other tool.
        engine.set_gather_prints(true);
        for module in &self.modules {
            engine.set_rego_v0(module.version == Version::V0);
            let added = engine.add_policy(module.path.to_string(), module.text.to_string());
            added.map_err(|error| (Arc::clone(&module.path), Broken::of(&error)))?;
        }
        Ok(engine)
    }

    /// The same texts in the words that regorus reads as OPA does.
    pub(crate) fn hoisted(&self) -> Result<Self, String> {
        let mut modules = self.modules.clone();
        for round in 0..MAX_ROUNDS {
            let asts = outline::asts(&Self::new(modules.clone()).parse().map_err(|(_, broken)| broken.reason)?)?;
            let mut is_changed = false;
            for (module, ast) in modules.iter_mut().zip(&asts) {
                if let Some(text) = hoist::hoist(&module.text, ast, round)? {
                    module.text = text.into();
                    is_changed = true;
                }
            }
            if !is_changed {
                let reckoned = |(module, ast): (&mut Module, &serde_json::Value)| {
                    if let Some(text) = sums(&module.text, ast) {
                        module.text = text.into();
                    }
                };
                modules.iter_mut().zip(&asts).for_each(reckoned);
                return Ok(Self::new(modules));
            }
        }
        Err(format!("negations nest more than {MAX_ROUNDS} deep"))
    }

    /// An interpreter of its own.
    pub(crate) fn engine(&self) -> Result<regorus::Engine, String> {
        let make = || {
            let mut engine = self.hoisted()?.parse().map_err(|(_, broken)| broken.reason)?;
            // There is no such rule: asked for one, regorus readies itself, which whoever copies it then need not.
            limit(&mut engine, Allowance::WHOLE);
            let _ = engine.eval_rule("data.portcullis.none".to_owned());
            Ok(engine)
        };
        self.ready.get_or_init(make).clone()
    }
}

impl Foreign {
    /// Whose semantics it has.
    #[must_use]
    pub fn semantics(&self) -> Semantics {
        match self.question {
            Question::Constraint { .. } => Semantics::Gatekeeper,
            Question::Conftest(_) => Semantics::Conftest,
        }
    }

    /// What it says, on an interpreter of its program.
    ///
    /// # Errors
    /// It gives no answer, or one that is none.
    pub(crate) fn ask(&self, engine: &mut regorus::Engine, input: Value, allowance: Allowance) -> Result<Vec<String>, Failed> {
        limit(engine, allowance);
        engine.set_input(input);
        let found = evaluate(engine, &self.path, allowance);
        drop(engine.take_prints());
        let found = found?;
        let found: Vec<Value> = match found {
            Value::Undefined => Vec::new(),
            Value::Set(found) => found.iter().cloned().collect(),
            Value::Array(found) if self.semantics() == Semantics::Conftest => found.iter().cloned().collect(),
            other => return Err(format!("{} is {}, not a set", self.path, shown(&other)).into()),
        };
        let mut messages = found.iter().map(|one| self.message(one)).collect::<Result<Vec<_>, _>>()?;
        messages.sort();
        if let (Question::Conftest(Some(exception)), false) = (&self.question, messages.is_empty())
            && exception.holds(&evaluate(engine, &exception.path, allowance)?)
        {
            return Ok(Vec::new());
        }
        Ok(messages)
    }

    /// The message of one thing that it says.
    fn message(&self, said: &Value) -> Result<String, Failed> {
        let (field, plain) = match self.question {
            Question::Constraint { .. } => (said.as_object().ok().and_then(|said| said.get(&text("msg"))), None),
            Question::Conftest(_) => (said.as_object().ok().and_then(|said| said.get(&text("msg"))), said.as_string().ok()),
        };
        let message = field.and_then(|field| field.as_string().ok()).or(plain);
        let message = message.ok_or_else(|| match self.semantics() {
            Semantics::Gatekeeper => format!("it says {}, which has no text as msg, so that Gatekeeper does not tell it", shown(said)),
            Semantics::Conftest => format!("it says {}, which is no text and has none as msg", shown(said)),
        })?;
        Ok(shortened(message))
    }
}

fn evaluate(engine: &mut regorus::Engine, path: &str, allowance: Allowance) -> Result<Value, Failed> {
    engine.eval_rule(path.to_owned()).map_err(|error| Failed {
        exhausted: error.downcast_ref::<LimitError>().is_some(),
        reason: match error.downcast_ref::<LimitError>() {
            Some(&LimitError::MemoryLimitExceeded { usage, limit }) => builtins::reason(usage, limit),
            Some(_) if allowance.deadline.is_some() => "it takes more than there is time for".to_owned(),
            Some(_) => format!("it takes more than {} steps", allowance.steps()),
            None => Broken::of(&error).reason,
        },
    })
}

/// Sets how long an evaluation may take. Regorus looks at the clock once in so many steps: a clock that it looks at once only, and that is over
/// then whatever it shows, is a count of steps, the same on every machine.
fn limit(engine: &mut regorus::Engine, allowance: Allowance) {
    let config = match allowance.deadline {
        None => ExecutionTimerConfig { limit: Duration::from_nanos(1), check_interval: allowance.steps() },
        Some(deadline) => {
            // What is made meanwhile takes memory, however much time there is.
            let limit = deadline.saturating_duration_since(Instant::now()).clamp(Duration::from_nanos(1), MAX_TIME);
            ExecutionTimerConfig { limit, check_interval: CLOCK_INTERVAL }
        }
    };
    engine.set_execution_timer_config(config);
}

/// How much of a value that is no message is told.
const MAX_SHOWN: usize = 80;

fn shortened(message: &str) -> String {
    let mut end = MAX_MESSAGE.min(message.len());
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message.get(..end).unwrap_or_default().to_owned()
}

/// The beginning of a value: one that holds another one many times over has no end.
fn shown(value: &Value) -> String {
    let mut text = String::new();
    if builtins::write(value, &mut text, MAX_SHOWN).is_err() {
        text = text.chars().take(MAX_SHOWN - 1).chain(['…']).collect();
    }
    text
}
