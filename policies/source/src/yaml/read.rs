//! Text to documents.

use crate::{Document, Range, Text};

/// Why a text is no YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// The message in go-yaml's words, such as `yaml: line 3: mapping values are not allowed in this context`.
    pub message: String,
    /// Where it went wrong.
    pub range: Range,
}

/// The documents of a text, up to the first error.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// The whole documents before the error.
    pub documents: Vec<Document>,
    /// What ended the reading early.
    pub error: Option<YamlError>,
}

/// Reads all documents of a text.
#[must_use]
pub fn parse(text: &Text) -> Stream {
    let _ = text;
    Stream::default()
}
