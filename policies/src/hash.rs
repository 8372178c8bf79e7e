//! Hashes of lists of texts, in which no two lists collide by moving a border.

use sha2::{Digest as _, Sha256};

/// The SHA-256 of a list of texts, in hex.
pub(crate) fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
