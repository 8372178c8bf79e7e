//! A chart as its files say it is.

use portcullis_source::{RepoPath, Revision};

use crate::ChartError;

/// A chart with its subcharts, read once and shared by all applications that use it.
#[derive(Debug)]
pub struct Chart {
    name: String,
    version: String,
}

impl Chart {
    /// Loads a folder or a packed chart (`.tgz`).
    ///
    /// # Errors
    /// What helm says where it can't load the chart.
    pub fn load(revision: &Revision, path: &RepoPath) -> Result<Self, ChartError> {
        let _ = revision;
        Err(ChartError::new(path.as_str()))
    }

    /// The name in Chart.yaml.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version in Chart.yaml.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}
