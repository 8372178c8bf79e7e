//! Why a text is no template, and why a template could not be executed; both in Go's words.

use std::sync::Arc;

use portcullis_source::Span;

use crate::layered::layered;

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template: {name}:{line}: {message}")]
pub struct ParseError {
    /// The name that the text was parsed under.
    pub name: Arc<str>,
    /// The line in the text, as Go counts it.
    pub line: u32,
    /// What is wrong, without the place.
    pub message: String,
    /// The token at which it went wrong, where the text is a file's.
    pub span: Option<Span>,
}

/// Why a template could not be executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExecError {
    /// Go's whole text, with all templates on the way.
    pub message: String,
    /// `NAME:LINE:COLUMN` of the action of the outermost template.
    pub location: Option<String>,
    /// The innermost action that failed, where it stands in a file.
    pub span: Option<Span>,
    /// What the template itself said through `fail` or `required`.
    pub raised: Option<String>,
    /// A limit stopped the execution.
    pub fatal: bool,
    /// How many bytes at the end of the message are an error of their own that this one wraps; the innermost comes first.
    pub causes: Vec<usize>,
}

impl ExecError {
    /// The message as Helm 4 lays it out: the place, what was executed there, and what went wrong, for each template on the way.
    #[must_use]
    pub fn layered(&self) -> String {
        layered(&self.message, &self.causes)
    }
}
