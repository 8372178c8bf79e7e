//! Why a text is no template, and why a template could not be executed; both in Go's words.

use std::sync::Arc;

use portcullis_source::Span;

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
}
