//! What stops Helm, in Helm's own words.

use portcullis_source::Span;

/// Why a chart could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ChartError {
    /// What helm prints after `Error: `.
    pub message: String,
    /// The place in the chart.
    pub span: Option<Span>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Why a chart could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RenderError {
    /// What helm prints after `Error: `.
    pub message: String,
    /// The place in a template or in the values.
    pub span: Option<Span>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether templates were already being executed, which is when helm advises `--debug`.
    pub rendering: bool,
    /// What helm would write to its standard error before, a line each.
    pub warnings: Vec<String>,
}

impl ChartError {
    /// An error in Helm's words.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), span: None, hint: None }
    }

    /// The same with a place.
    pub(crate) fn at(self, span: Option<Span>) -> Self {
        Self { span, ..self }
    }

    /// The same with a hint.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same with more said before it.
    pub(crate) fn within(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }
}

impl RenderError {
    /// An error in Helm's words.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), span: None, hint: None, rendering: false, warnings: Vec::new() }
    }

    /// The same with a place.
    pub(crate) fn at(self, span: Option<Span>) -> Self {
        Self { span, ..self }
    }

    /// The same with a hint.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same, met while templates were executed.
    pub(crate) fn rendering(self) -> Self {
        Self { rendering: true, ..self }
    }

    /// Exactly what helm writes to its standard error after the warnings.
    #[must_use]
    pub fn print(&self) -> String {
        let advice = if self.rendering { "\n\nUse --debug flag to render out invalid YAML" } else { "" };
        format!("Error: {}{advice}\n", self.message)
    }
}

impl From<ChartError> for RenderError {
    fn from(error: ChartError) -> Self {
        Self { message: error.message, span: error.span, hint: error.hint, rendering: false, warnings: Vec::new() }
    }
}
