//! What a function is to the evaluator: a name, the types of its parameters, and the Rust function behind it.

use std::collections::BTreeMap;

use portcullis_source::{OriginId, Span};

use crate::{
    Machine, Value,
    exec::{Inputs, all_of},
    regard::Regard,
};

/// The Go type of a parameter; the evaluator checks and converts arguments before the call, as Go's does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// `interface {}`.
    Any,
    /// `reflect.Value`: as `interface {}`, but the callee sees an invalid value too.
    Reflect,
    /// `string`.
    String,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `int64`.
    Int64,
    /// `uint32`; templates have no value of that type, but constants become one.
    Uint32,
    /// `float64`.
    Float,
    /// `map[string]interface {}`.
    Map,
    /// `[]interface {}`.
    List,
    /// `[]string`.
    Strings,
    /// `time.Time`.
    Time,
}

impl Param {
    /// The name of the Go type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::Map => "map[string]interface {}",
            Self::List => "[]interface {}",
            Self::Strings => "[]string",
            Self::Time => "time.Time",
        }
    }
}

/// Why a function failed; the evaluator puts `error calling NAME: ` and the place before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Go's text.
    pub message: String,
    /// A limit stopped the evaluation: no template may recover from it.
    pub fatal: bool,
    /// What the chart's author said through `fail` or `required`.
    pub raised: Option<String>,
    /// The innermost action that failed, where it stands in a file.
    pub span: Option<Span>,
    /// `NAME:LINE:COLUMN` of the outermost action that failed so far.
    pub location: Option<String>,
    /// How many bytes at the end of the message are an error of their own that this one wraps; the innermost comes first.
    pub causes: Vec<usize>,
}

impl Failure {
    /// A failure with Go's text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), fatal: false, raised: None, span: None, location: None, causes: Vec::new() }
    }

    /// A failure that the template asked for, as `fail` and `required` do; [`ExecError`](crate::ExecError) tells it apart.
    pub fn raise(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { raised: Some(message.clone()), ..Self::new(message) }
    }

    /// The same failure with more said before it; what it was is kept as the cause.
    #[must_use]
    pub(crate) fn within(mut self, what: impl std::fmt::Display) -> Self {
        self.causes.push(self.message.len());
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    /// A failure that stops everything: a limit was reached.
    pub fn limit(message: impl Into<String>) -> Self {
        Self { fatal: true, ..Self::new(message) }
    }
}

/// What a function may use besides its arguments.
pub struct Call<'call, 'set> {
    /// The machine that evaluates, for nested templates, settings and the trace.
    pub machine: &'call mut Machine<'set>,
    /// The action that the call stands in, where its template lies in a file.
    pub site: Option<Span>,
}

impl Call<'_, '_> {
    /// A value that is the result because of what others are.
    pub fn chosen(&mut self, value: Value, by: &[Value]) -> Value {
        let by = self.join(by);
        self.machine.decided(value, by, self.site)
    }

    /// A part of a value: where the whole was chosen, so was the part.
    pub fn part(&mut self, whole: &Value, part: Value) -> Value {
        let origin = self.machine.part_of(whole.origin, part.origin);
        part.from(origin)
    }

    /// The union of the origins of values, with those of the pieces of strings.
    pub fn join(&mut self, values: &[Value]) -> OriginId {
        self.machine.join(values.iter().flat_map(all_of))
    }

    /// The union of the origins of values and of all that lies in them.
    pub fn join_all(&mut self, values: &[Value]) -> OriginId {
        let all = Inputs::of(values).deep();
        // Looking at everything is work too; a loop over it must come to the limit.
        self.machine.steps = self.machine.steps.saturating_sub(all.len() as u64 / 4);
        self.machine.join(all)
    }
}

/// The Rust side of a function; it gets as many arguments as its signature says, each of its type.
pub type Native = fn(&mut Call<'_, '_>, Vec<Value>) -> Result<Value, Failure>;

/// A function that templates may call.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// The types of the fixed parameters.
    pub params: &'static [Param],
    /// The type of further parameters, where it takes any number.
    pub variadic: Option<Param>,
    /// The Rust side.
    pub run: Native,
    /// How it regards its arguments, which goes by its name.
    pub(crate) regard: Regard,
}

impl Function {
    /// A function with a fixed number of parameters.
    #[must_use]
    pub const fn fixed(name: &'static str, params: &'static [Param], run: Native) -> Self {
        Self { name, params, variadic: None, run, regard: Regard::WHOLE }
    }

    /// A function that takes any number of further arguments.
    #[must_use]
    pub const fn variadic(name: &'static str, params: &'static [Param], rest: Param, run: Native) -> Self {
        Self { name, params, variadic: Some(rest), run, regard: Regard::WHOLE }
    }
}

/// The functions of one kind of template, by name.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    by_name: BTreeMap<&'static str, Function>,
}

impl Functions {
    /// Adds functions; one of a name that is there already replaces it.
    #[must_use]
    pub fn with(mut self, functions: &[Function]) -> Self {
        let functions = functions.iter().map(|function| Function { regard: Regard::of(function.name), ..*function });
        self.by_name.extend(functions.map(|function| (function.name, function)));
        self
    }

    /// Takes functions away.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.by_name.retain(|name, _| !names.contains(name));
        self
    }

    /// The function of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.by_name.get(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.by_name.keys().copied()
    }
}
