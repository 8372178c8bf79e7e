//! What is known at one point of a script, and what comes of two ways to get there.

use std::{collections::BTreeMap, sync::Arc};

/// The most variables that are kept.
const MAX_VARIABLES: usize = 64;
/// The longest value that is kept.
const MAX_VALUE: usize = 4096;

/// The text of a variable, an argument or an output; none where it is not known.
pub(super) type Known = Option<Arc<str>>;

/// What a hook does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Effort {
    /// It surely does nothing, and takes no time for it.
    pub(crate) idle: bool,
    /// How long it sleeps on the longest way through it.
    pub(crate) seconds: f64,
    /// There is a way on which it never ends.
    pub(crate) endless: bool,
}

/// What is known at a point.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Seconds since the start.
    pub(super) now: f64,
    /// The latest end of the ways that ended before.
    pub(super) longest: f64,
    /// Something has been done but waiting.
    pub(super) acts: bool,
    /// There is a way that never ends.
    pub(super) endless: bool,
    /// When the last of what runs in the background ends.
    pub(super) background: f64,
    variables: BTreeMap<Arc<str>, Known>,
}

impl State {
    pub(super) fn with(variables: impl IntoIterator<Item = (Arc<str>, Arc<str>)>) -> Self {
        let mut state = Self::default();
        for (name, value) in variables {
            state.set(&name, Some(value));
        }
        state
    }

    pub(super) fn get(&self, name: &str) -> Known {
        self.variables.get(name).cloned().flatten()
    }

    pub(super) fn set(&mut self, name: &str, value: Known) {
        let value = value.filter(|value| value.len() <= MAX_VALUE);
        if value.is_some() && self.variables.len() >= MAX_VARIABLES && !self.variables.contains_key(name) {
            return;
        }
        match value {
            Some(value) => self.variables.insert(name.into(), Some(value)),
            None => self.variables.remove(name),
        };
    }

    pub(super) fn forget_all(&mut self) {
        self.variables.clear();
    }

    pub(super) fn knows_the_same(&self, other: &Self) -> bool {
        self.variables == other.variables
    }

    /// Takes over what a subshell has done, and none of its variables.
    pub(super) fn after(&mut self, inner: Self) {
        let variables = std::mem::take(&mut self.variables);
        *self = Self { variables, background: self.background, ..inner };
    }

    /// Another way has ended: what it did may have been done.
    pub(super) fn beside(&mut self, other: &Self) {
        self.longest = self.longest.max(other.longest).max(other.now);
        self.acts |= other.acts;
        self.endless |= other.endless;
        self.background = self.background.max(other.background);
    }

    /// Two ways meet.
    pub(super) fn meet(&mut self, other: Self) {
        self.beside(&other);
        self.now = self.now.max(other.now);
        self.variables.retain(|name, value| other.variables.get(name) == Some(value));
    }

    pub(super) fn effort(&self) -> Effort {
        let seconds = (self.longest.max(self.now) * 1000.0).round() / 1000.0;
        Effort { idle: !self.acts && !self.endless && seconds <= 0.0, seconds, endless: self.endless }
    }
}

/// Where a shell goes on after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return,
    Exit,
}

/// How a command ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub(super) flow: Flow,
    /// Whether it succeeded, where that is known.
    pub(super) success: Option<bool>,
    /// There was a way that left for good.
    pub(super) may_leave: bool,
}

impl Outcome {
    pub(super) const fn of(success: Option<bool>) -> Self {
        Self { flow: Flow::Next, success, may_leave: false }
    }

    pub(super) const fn go(flow: Flow, success: Option<bool>) -> Self {
        Self { flow, success, may_leave: false }
    }

    const fn leaves(self) -> bool {
        self.may_leave || matches!(self.flow, Flow::Break | Flow::Return | Flow::Exit)
    }

    /// Joins two ways, each with the state that it led to.
    pub(super) fn join(self, state: &mut State, other: Self, mut others: State) -> Self {
        let may_leave = self.leaves() || other.leaves();
        match (self.flow, other.flow) {
            (Flow::Next, Flow::Next) => {
                state.meet(others);
                let success = if self.success == other.success { self.success } else { None };
                Self { flow: Flow::Next, success, may_leave }
            }
            (Flow::Next, _) => {
                state.beside(&others);
                Self { may_leave, ..self }
            }
            (_, Flow::Next) => {
                others.beside(state);
                *state = others;
                Self { may_leave, ..other }
            }
            _ => {
                state.meet(others);
                let flow = if other.flow == Flow::Exit { self.flow } else { other.flow };
                Self { flow, success: None, may_leave }
            }
        }
    }
}
