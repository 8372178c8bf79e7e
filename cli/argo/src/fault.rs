//! What went wrong within one ApplicationSet or Application.

use portcullis_source::{Range, SourceFile, Span, Text};

use crate::Unrendered;

/// What went wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The thing and the fact.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// Where.
    pub(crate) span: Option<Span>,
}

impl Fault {
    /// A fault without place or hint.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, span: None }
    }

    /// The same with a place, where there is none yet.
    pub(crate) fn at(self, span: Option<Span>) -> Self {
        Self { span: self.span.or(span), ..self }
    }

    /// The same at a range of a file.
    pub(crate) fn in_file(self, file: &SourceFile, range: Range) -> Self {
        Self { span: Text::of_file(file).span(range), ..self }
    }

    /// The same with a hint.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same with what it is part of said first.
    pub(crate) fn within(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    /// The reason why something is not rendered.
    pub(crate) fn unrendered(&self) -> Unrendered {
        Unrendered { reason: self.message.clone(), hint: self.hint.clone(), span: self.span }
    }
}
