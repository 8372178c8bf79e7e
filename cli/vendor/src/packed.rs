//! The bytes of a packed chart, looked into before they are kept.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_helm::{Chart, Compat};
use portcullis_source::{RepoPath, Revision, Sources};
use sha2::{Digest, Sha256};

use crate::VendorError;

/// What a packed chart says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The name in its Chart.yaml.
    pub name: String,
    /// The version in its Chart.yaml.
    pub version: String,
}

/// SHA-256 of bytes, as 64 digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Loads a packed chart as rendering will, so that what is broken, too large, or leads out of its folder is never kept.
///
/// # Errors
/// What helm says where it can't load the chart.
pub fn inspect(file: &str, bytes: &Arc<[u8]>) -> Result<Packed, VendorError> {
    let refused = |reason: String| {
        VendorError::new(format!("{file} is refused: {reason}"), "ask whoever publishes the chart, or take another version")
    };
    let path = RepoPath::new(file).map_err(|error| refused(error.to_string()))?;
    let revision = Revision::memory(BTreeMap::from([(path.clone(), Arc::clone(bytes))]), Arc::new(Sources::default()));
    let chart = Chart::load(&revision, &path, Compat::default()).map_err(|error| refused(error.message))?;
    Ok(Packed { name: chart.name().to_owned(), version: chart.version().to_owned() })
}
