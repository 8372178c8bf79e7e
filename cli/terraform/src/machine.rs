//! What evaluates: the files, the modules that were opened, and how much may still be done.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Problem, RepoPath, Revision, Span, Stage};

use crate::{
    limits::{MAX_EVALUATION_DEPTH, MAX_ITEMS, MAX_PROBLEMS, MAX_STRING_BYTES, MAX_WEIGHT},
    module::{Contract, FailedCheck, Inputs, Installed, Instance, Layer},
    value::{Reason, ReasonKind, Value},
};

/// Why an expression has no value.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) hint: String,
    pub(crate) span: Span,
    /// The limit that was reached; nothing catches such a fault.
    pub(crate) limit: Option<&'static str>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), hint: hint.into(), span, limit: None }
    }
}

pub(crate) type Evaluated<T = Value> = Result<T, Fault>;

/// How many values are looked through in a step.
const NODES_PER_STEP: u64 = 64;

/// A name that an expression itself gives to a value.
pub(crate) struct Frame<'s> {
    pub(crate) name: &'s str,
    pub(crate) value: Value,
    pub(crate) parent: Option<&'s Frame<'s>>,
}

/// The names that an expression may use.
#[derive(Clone, Copy, Default)]
pub(crate) struct Scope<'s> {
    /// The module that the expression stands in; none for templates, which know their own names alone.
    pub(crate) module: Option<usize>,
    pub(crate) frames: Option<&'s Frame<'s>>,
    /// Whether it is a template, which may read no other template.
    pub(crate) template: bool,
    /// Whether nothing may be called or referred to, as in files of values.
    pub(crate) constant: bool,
}

impl<'s> Scope<'s> {
    pub(crate) fn of_module(module: usize) -> Self {
        Self { module: Some(module), frames: None, template: false, constant: false }
    }

    pub(crate) fn with(self, frame: &'s Frame<'s>) -> Self {
        Self { frames: Some(frame), ..self }
    }

    pub(crate) fn find(self, name: &str) -> Option<&'s Value> {
        std::iter::successors(self.frames, |frame| frame.parent).find(|frame| frame.name == name).map(|frame| &frame.value)
    }
}

/// An evaluation of one root.
pub(crate) struct Machine<'a> {
    pub(crate) revision: &'a Revision,
    /// The folder that paths are meant from.
    pub(crate) root: RepoPath,
    pub(crate) inputs: &'a Inputs,
    pub(crate) modules: Vec<Instance>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) instances: usize,
    /// The modules that `terraform init` laid down, once somebody asked.
    pub(crate) installed: Option<Vec<Installed>>,
    /// The files of each module, read once.
    pub(crate) configs: BTreeMap<RepoPath, Arc<crate::module::Config>>,
    /// The contracts of modules, as each call has them.
    pub(crate) contracts: BTreeMap<(Contract, Span), Arc<crate::module::Config>>,
    /// What contracts could not make of their arguments.
    pub(crate) unfit: Vec<(Arc<str>, Span)>,
    /// The assertions of `check` blocks that do not hold.
    pub(crate) failed: Vec<FailedCheck>,
    /// Values that must not be shown and do not fit their variables, so that nothing else has them.
    pub(crate) unfitting: Vec<Value>,
    /// The places that decide how often something is there, by its address without a key.
    pub(crate) deciders: BTreeMap<Arc<str>, Arc<[Span]>>,
    /// The roots that are being evaluated for each other, this one being the innermost.
    pub(crate) above: Vec<Layer>,
    /// The circles in which roots read each other's state.
    pub(crate) circles: Vec<Vec<RepoPath>>,
    steps: u64,
    made: u64,
    depth: usize,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(revision: &'a Revision, root: RepoPath, inputs: &'a Inputs) -> Self {
        Self {
            revision,
            root,
            inputs,
            modules: Vec::new(),
            problems: Vec::new(),
            instances: 0,
            installed: None,
            configs: BTreeMap::new(),
            contracts: BTreeMap::new(),
            unfit: Vec::new(),
            failed: Vec::new(),
            unfitting: Vec::new(),
            deciders: BTreeMap::new(),
            above: Vec::new(),
            circles: Vec::new(),
            steps: 0,
            made: 0,
            depth: 0,
        }
    }

    pub(crate) fn limit(name: &'static str, hint: &str, span: Span) -> Fault {
        Fault { message: format!("evaluation reached {name}"), hint: hint.to_owned(), span, limit: Some(name) }
    }

    /// Counts a step.
    pub(crate) fn step(&mut self, span: Span) -> Evaluated<()> {
        self.steps += 1;
        if self.steps > self.inputs.limits.steps {
            return Err(Self::limit("MAX_STEPS", "evaluate less, or let collections be smaller", span));
        }
        Ok(())
    }

    /// Counts the steps of looking through a value.
    pub(crate) fn charge(&mut self, value: &Value, span: Span) -> Evaluated<()> {
        self.steps += value.weight() as u64 / NODES_PER_STEP;
        self.step(span)
    }

    /// Counts what a value takes.
    pub(crate) fn make(&mut self, value: &Value, span: Span) -> Evaluated<()> {
        let size = match (value.as_str(), value.items(), value.members()) {
            (Some(text), _, _) => text.len(),
            (_, Some(items), _) => items.len() * size_of::<Value>(),
            (_, _, Some(members)) => members.len() * 2 * size_of::<Value>(),
            _ => 0,
        };
        self.made += size as u64;
        if self.made > self.inputs.limits.made {
            return Err(Self::limit("MAX_MADE", "make fewer or smaller values", span));
        }
        if value.as_str().is_some_and(|text| text.len() > MAX_STRING_BYTES) {
            return Err(Self::limit("MAX_STRING_BYTES", "make smaller strings", span));
        }
        if value.weight() > MAX_WEIGHT {
            return Err(Self::limit("MAX_WEIGHT", "make smaller collections", span));
        }
        if value.parts().nth(MAX_ITEMS).is_some() {
            return Err(Self::limit("MAX_ITEMS", "make smaller collections", span));
        }
        Ok(())
    }

    /// Does something one level deeper.
    pub(crate) fn deeper<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Evaluated<T>) -> Evaluated<T> {
        if self.depth >= MAX_EVALUATION_DEPTH {
            return Err(Self::limit("MAX_EVALUATION_DEPTH", "let fewer things refer to each other", span));
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    /// Whether a limit of the whole evaluation was reached, so that nothing more is done.
    pub(crate) fn is_spent(&self) -> bool {
        self.steps > self.inputs.limits.steps || self.made > self.inputs.limits.made
    }

    /// Reports a fault, and gives the reason that it makes of a value.
    pub(crate) fn report(&mut self, fault: &Fault) -> Reason {
        if let Some(reason) = self.contract_at(fault.span).filter(|_| fault.limit.is_none()) {
            let told = (Arc::from(&*fault.message), fault.span);
            if self.unfit.len() < MAX_PROBLEMS && !self.unfit.contains(&told) {
                self.unfit.push(told);
            }
            return reason;
        }
        self.problem(&fault.message, &fault.hint, Some(fault.span));
        let kind = fault.limit.map_or(ReasonKind::Failed, |limit| ReasonKind::Limit(Arc::from(limit)));
        Reason { kind, span: Some(fault.span) }
    }

    /// Reports something once.
    pub(crate) fn problem(&mut self, message: &str, hint: &str, span: Option<Span>) {
        let problem = Problem::new(Stage::Terraform, message, hint).at(span);
        if self.problems.len() < MAX_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}
