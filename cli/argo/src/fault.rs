//! What went wrong within one ApplicationSet or Application, and what to do about it.

use portcullis_source::{ReadError, Span};

use crate::Unrendered;

/// What went wrong; it becomes a [`Fault`] with a hint only, so that none is reported without.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) struct Fact {
    message: String,
    span: Option<Span>,
}

/// What went wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The thing and the fact.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
    /// Where.
    pub(crate) span: Option<Span>,
}

impl Fact {
    /// A fact without a place.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), span: None }
    }

    /// The same with a place, where there is none yet.
    pub(crate) fn at(self, span: Option<Span>) -> Self {
        Self { span: self.span.or(span), ..self }
    }

    /// The fault with what to do about it.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Fault {
        Fault { message: self.message, hint: hint.into(), span: self.span }
    }
}

impl Fault {
    /// A file that could not be read.
    pub(crate) fn unread(error: &ReadError) -> Self {
        Fact::new(error.to_string()).hint(error.hint())
    }

    /// The same with a place, where there is none yet.
    pub(crate) fn at(self, span: Option<Span>) -> Self {
        Self { span: self.span.or(span), ..self }
    }

    /// The same with another hint.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// The same with what it is part of said first.
    pub(crate) fn within(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    /// The reason why something is not rendered.
    pub(crate) fn unrendered(&self) -> Unrendered {
        Unrendered { reason: self.message.clone(), hint: self.hint.clone(), span: self.span, is_unknown: false }
    }
}
