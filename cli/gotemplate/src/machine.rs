//! Executes templates.

use portcullis_source::{Span, Trace};

use crate::{ExecError, Failure, Str, Templates, Value};

/// What a key gives that a map does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// No value at all, as Go does by default.
    #[default]
    Invalid,
    /// The zero of the map's element type, as Helm does.
    Zero,
    /// An error, as Argo CD does on demand.
    Error,
}

/// How much one machine may do before it gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of evaluation.
    pub steps: u64,
    /// Bytes of output, those of nested templates counted each time.
    pub output: usize,
    /// Bytes of the thread's stack that nested templates may take.
    pub stack: usize,
}

/// What the caller decides about an execution.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Random, certificate and time functions give the specified constants.
    pub deterministic: bool,
    /// What a missing key gives.
    pub missing_key: MissingKey,
    /// When to give up.
    pub limits: Limits,
}

/// One execution on one thread: the trace that it fills, and its limits.
#[derive(Debug)]
pub struct Machine<'set> {
    /// What every byte came from.
    pub trace: Trace,
    /// What the caller decided.
    pub settings: Settings,
    templates: &'set Templates,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 50_000_000, output: 64 << 20, stack: 1 << 20 }
    }
}

impl<'set> Machine<'set> {
    /// A machine over a set of templates.
    #[must_use]
    pub fn new(templates: &'set Templates, settings: Settings) -> Self {
        Self { trace: Trace::default(), settings, templates }
    }

    /// The text that a template makes of a value; call it for one template after the other, they share trace and limits.
    ///
    /// # Errors
    /// Go's error, or a limit.
    pub fn execute(&mut self, name: &str, data: Value) -> Result<Str, ExecError> {
        let _ = (name, data, self.templates);
        Ok(Str::from(""))
    }

    /// Helm's `include`: the text that a named template makes of a value.
    ///
    /// # Errors
    /// There is no such template, it is nested too deeply, or its execution failed.
    pub fn include(&mut self, name: &str, data: Value, site: Option<Span>) -> Result<Value, Failure> {
        let _ = (name, data, site);
        Ok(Value::string(""))
    }

    /// Helm's `tpl`: the text that a string makes of a value when it is taken as a template.
    ///
    /// # Errors
    /// The string is no template, or its execution failed.
    pub fn tpl(&mut self, source: Value, data: Value, site: Option<Span>) -> Result<Value, Failure> {
        let _ = (source, data, site);
        Ok(Value::string(""))
    }
}
