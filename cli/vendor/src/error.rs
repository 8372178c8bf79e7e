//! Why a chart could not be fetched.

/// Why a chart could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct VendorError {
    /// The thing and the fact.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl VendorError {
    /// An error with what to do about it.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}
