//! Why a bundle is not taken.

/// Why a bundle is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OciError {
    /// The fact, to follow the name of the bundle.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl OciError {
    /// An error with what to do about it.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

/// What to do about a bundle that is broken, or worse.
pub(crate) const PUBLISHER: &str = "ask whoever publishes the bundle, or name the digest of another one";

/// A text of somebody else's, short enough to be shown and without what a terminal would obey.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut letters = text.chars();
    let mut start: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() {
        start.push('…');
    }
    format!("{start:?}")
}
