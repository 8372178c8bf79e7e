//! What ends a build, where, and what to do about it.

use portcullis_source::{ReadError, Span};

/// What sort of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// kustomize refuses it too.
    Refused,
    /// kustomize may render it, but not without the network, other programs or what is not done here.
    Unrendered,
    /// It is over one of the [`limits`](crate::limits).
    TooMuch,
}

/// What ends a build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What sort of fault it is.
    pub kind: FaultKind,
    /// The thing and the fact.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Where; none where a file as a whole is missing.
    pub span: Option<Span>,
}

/// What may end in a fault.
pub(crate) type Result<T> = std::result::Result<T, Box<Fault>>;

impl Fault {
    /// What kustomize refuses too.
    pub(crate) fn refused(message: impl Into<String>, hint: impl Into<String>) -> Box<Self> {
        Box::new(Self { kind: FaultKind::Refused, message: message.into(), hint: hint.into(), span: None })
    }

    /// What is not rendered here.
    pub(crate) fn unrendered(message: impl Into<String>, hint: impl Into<String>) -> Box<Self> {
        Box::new(Self { kind: FaultKind::Unrendered, message: message.into(), hint: hint.into(), span: None })
    }

    /// What is over a limit.
    pub(crate) fn too_much(name: &str, limit: usize, of: &str) -> Box<Self> {
        let message = format!("the build has more than {name} = {limit} {of}");
        Box::new(Self { kind: FaultKind::TooMuch, message, hint: "build a part of it".to_owned(), span: None })
    }

    /// A file that could not be read.
    pub(crate) fn unread(error: &ReadError) -> Box<Self> {
        Self::refused(error.to_string(), error.hint())
    }

    /// The same with a place, where there is none yet.
    pub(crate) fn at(mut self: Box<Self>, span: Span) -> Box<Self> {
        self.span = self.span.or(Some(span));
        self
    }
}
