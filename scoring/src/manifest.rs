//! What a version of a model says of itself, from the JSON that training wrote.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::features;

/// The largest file of a model, in bytes.
pub const MAX_MODEL: usize = 64 << 20;

/// A version of a model: an immutable file and what it was trained to see.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name of the version, such as `2026-11-01.1`.
    pub version: String,
    /// The file's name, beside the manifest.
    pub file: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// From which scores on something is done.
    pub thresholds: Thresholds,
    /// The columns of the model's input, in order.
    pub features: Vec<Feature>,
    /// Euros for one unit of a currency.
    pub rates: BTreeMap<String, f64>,
    /// Facts of the training, for people.
    pub training: serde_json::Value,
}

/// Probabilities of fraud.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// From here on a person looks.
    pub review: f64,
    /// From here on the payment is declined.
    pub decline: f64,
}

/// A column of the model's input.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Its usual value among honest payments, which reasons are measured from.
    pub reference: f32,
    /// The inner edges of the bins that drift is measured in; an edge belongs to the bin below it.
    pub edges: Vec<f32>,
    /// The share of training's rows in each bin.
    pub shares: Vec<f64>,
}

/// Why a model is not used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The manifest is no JSON of the expected form.
    #[error("the manifest cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The manifest contradicts itself, or what the service computes.
    #[error("the manifest of {version} does not fit: {fact}")]
    Unfit {
        /// The version.
        version: String,
        /// What does not fit.
        fact: String,
    },
    /// The file is not the one that the manifest names.
    #[error("the file of {version} has the SHA-256 {found}, and {expected} is expected")]
    Hash {
        /// The version.
        version: String,
        /// In hexadecimal.
        found: String,
        /// In hexadecimal.
        expected: String,
    },
}

impl Manifest {
    /// Reads a manifest and holds it against the features that the service computes.
    ///
    /// # Errors
    /// It is unreadable, or was made for other features.
    pub fn read(json: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(json)?;
        match manifest.fault() {
            Some(fact) => Err(ManifestError::Unfit { version: manifest.version, fact }),
            None => Ok(manifest),
        }
    }

    /// Says whether bytes are those of the file.
    ///
    /// # Errors
    /// They are not.
    pub fn check(&self, file: &[u8]) -> Result<(), ManifestError> {
        let found = hex(&Sha256::digest(file));
        if found == self.sha256 {
            return Ok(());
        }
        Err(ManifestError::Hash { version: self.version.clone(), found, expected: self.sha256.clone() })
    }

    fn fault(&self) -> Option<String> {
        let names: Vec<&str> = self.features.iter().map(|feature| feature.name.as_str()).collect();
        if names != features::NAMES {
            return Some(format!("its features are {names:?}, and the service computes {:?}", features::NAMES));
        }
        let Thresholds { review, decline } = self.thresholds;
        if !(0.0 < review && review <= decline && decline <= 1.0) {
            return Some(format!("the thresholds {review} and {decline} are not ordered between 0 and 1"));
        }
        if self.rates.values().any(|rate| !(rate.is_finite() && *rate > 0.0)) {
            return Some("a rate is not above 0".to_owned());
        }
        let odd = self.features.iter().find(|feature| {
            let unordered = feature.edges.windows(2).any(|pair| matches!(pair, [low, high] if low >= high));
            feature.shares.len() != feature.edges.len() + 1 || unordered || !feature.reference.is_finite()
        });
        odd.map(|feature| format!("the bins of {} are not ordered, or not as many as their shares", feature.name))
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
