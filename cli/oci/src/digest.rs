//! The SHA-256 that a blob is named by.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::{OciError, error::shown};

/// The digits of a SHA-256.
const DIGITS: usize = 64;

/// The SHA-256 that a blob is named by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    /// The digest of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads `sha256:` and 64 digits in lower case.
    ///
    /// # Errors
    /// It is anything else, other algorithms included.
    pub fn parse(text: &str) -> Result<Self, OciError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        let digits = text.strip_prefix("sha256:").filter(|digits| digits.len() == DIGITS && digits.bytes().all(is_digit));
        digits.map(|digits| Self(digits.to_owned())).ok_or_else(|| {
            OciError::new(format!("names the digest {}, which is no SHA-256", shown(text)), "push the bundle again with SHA-256 digests")
        })
    }

    /// The 64 digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sha256:{}", self.0)
    }
}
