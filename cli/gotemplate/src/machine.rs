//! Executes templates.

use std::marker::PhantomData;

use portcullis_source::Trace;

/// What the caller decides about an execution.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Random, certificate and time functions give the specified constants.
    pub deterministic: bool,
}

/// One execution: the trace that it fills, and its limits.
pub struct Machine<'set> {
    /// What every byte came from.
    pub trace: Trace,
    /// What the caller decided.
    pub settings: Settings,
    templates: PhantomData<&'set ()>,
}
