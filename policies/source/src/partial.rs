//! As much as could be done, and what could not.

use crate::Span;

/// The stage that had a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Reading a file or a commit.
    Source,
    /// Expanding ApplicationSets and reading Applications.
    Argo,
    /// Loading or rendering a chart.
    Helm,
    /// Reading and evaluating Terraform modules.
    Terraform,
    /// Taking a rule of somebody's own into the library.
    Rules,
    /// Evaluating a rule.
    Policy,
}

impl Stage {
    /// The word for it in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Argo => "argo",
            Self::Helm => "helm",
            Self::Terraform => "terraform",
            Self::Rules => "rules",
            Self::Policy => "policy",
        }
    }
}

/// Something that a stage could not do; it is reported, work goes on, and the run ends with exit code 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stage.
    pub stage: Stage,
    /// The thing and the fact, lowercase, without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Where.
    pub span: Option<Span>,
    /// The application that it concerns.
    pub application: Option<String>,
}

impl Problem {
    /// A problem without a place; every problem says what to do about it.
    pub fn new(stage: Stage, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { stage, message: message.into(), hint: hint.into(), span: None, application: None }
    }

    /// The same with a place.
    #[must_use]
    pub fn at(self, span: Option<Span>) -> Self {
        Self { span, ..self }
    }
}

/// A value with the problems met on the way to it.
#[derive(Clone, Debug, Default)]
pub struct Partial<T> {
    /// What could be done.
    pub value: T,
    /// What could not.
    pub problems: Vec<Problem>,
}

impl<T> Partial<T> {
    /// A value without problems.
    pub fn whole(value: T) -> Self {
        Self { value, problems: Vec::new() }
    }

    /// Changes the value and keeps the problems.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Partial<U> {
        Partial { value: change(self.value), problems: self.problems }
    }

    /// Takes the value and adds the problems to those of another stage.
    pub fn take(self, problems: &mut Vec<Problem>) -> T {
        problems.extend(self.problems);
        self.value
    }
}
