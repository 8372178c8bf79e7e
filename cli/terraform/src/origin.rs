//! Where a value came from: the place where it was written, and every name that it went through.

use std::sync::Arc;

use portcullis_source::Span;

use crate::value::Value;

/// What a value went through at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It was written there.
    Written,
    /// An expression made it there.
    Computed,
    /// It was the value of a local.
    Local,
    /// It was the default of a variable.
    Default,
    /// A file of values, or an argument of the command, set a variable to it.
    Given,
    /// A module was called with it.
    Argument,
    /// A module gave it back.
    Output,
    /// An attribute of a resource was set to it.
    Attribute,
}

/// One step of the way of a value.
#[derive(Debug)]
pub struct Step {
    /// What happened.
    pub role: Role,
    /// Where.
    pub span: Span,
    /// The name of the local, variable, argument, output or attribute; empty where there is none.
    pub name: Arc<str>,
    /// The value that a text was made of. Such a step is none of the way: it only keeps the places of the parts.
    encoded: Option<Arc<Value>>,
    /// The way to here.
    before: Origin,
    length: usize,
}

/// The way of a value; empty for what nobody wrote.
#[derive(Clone, Debug, Default)]
pub struct Origin(Option<Arc<Step>>);

/// How many steps a way keeps; those after the first ones are forgotten.
const MAX_STEPS_KEPT: usize = 64;

impl Origin {
    /// A value that stands in a file.
    #[must_use]
    pub fn written(span: Span) -> Self {
        Self(Some(Arc::new(Step { role: Role::Written, span, name: Arc::default(), encoded: None, before: Self(None), length: 1 })))
    }

    /// A value that an expression makes of others: the way of the first that came through a name leads to it.
    pub(crate) fn computed<'a>(span: Span, inputs: impl Iterator<Item = &'a Self>) -> Self {
        let mut inputs = inputs.filter(|input| input.is_named());
        let before = inputs.next().cloned().unwrap_or_default();
        before.step(Role::Computed, span, &Arc::default())
    }

    /// The same way with one more step.
    #[must_use]
    pub(crate) fn step(&self, role: Role, span: Span, name: &Arc<str>) -> Self {
        let length = self.0.as_ref().map_or(0, |step| step.length);
        if length >= MAX_STEPS_KEPT {
            return self.clone();
        }
        Self(Some(Arc::new(Step { role, span, name: Arc::clone(name), encoded: None, before: self.clone(), length: length + 1 })))
    }

    /// The same way of a text that was made of a value.
    #[must_use]
    pub(crate) fn encoding(&self, value: &Value, span: Span) -> Self {
        let length = self.0.as_ref().map_or(0, |step| step.length);
        let (role, name, encoded) = (Role::Computed, Arc::default(), Some(Arc::new(value.clone())));
        Self(Some(Arc::new(Step { role, span, name, encoded, before: self.clone(), length })))
    }

    /// The value that a text was made of last, where it was made of one.
    pub(crate) fn encoded(&self) -> Option<&Value> {
        self.all().find_map(|step| step.encoded.as_deref())
    }

    /// The step that the value went through last.
    pub(crate) fn last(&self) -> Option<&Step> {
        self.steps().next()
    }

    /// Whether it went through a name.
    pub(crate) fn is_named(&self) -> bool {
        self.steps().any(|step| !matches!(step.role, Role::Written | Role::Computed))
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.all().filter(|step| step.encoded.is_none())
    }

    fn all(&self) -> impl Iterator<Item = &Step> {
        std::iter::successors(self.0.as_deref(), |step| step.before.0.as_deref())
    }

    /// The place to edit: where the value, or the expression that it begins with, was written.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.steps().last().map(|step| step.span)
    }

    /// The whole way, from where the value was written to where it is used.
    #[must_use]
    pub fn chain(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = self.steps().collect();
        steps.reverse();
        steps
    }
}
