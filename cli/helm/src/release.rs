//! What a chart is released as, and the cluster that it is released to.

use std::sync::Arc;

use crate::RenderError;

/// What a chart is released as.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its name; see [`check_name`].
    pub name: Arc<str>,
    /// The namespace.
    pub namespace: Arc<str>,
    /// Whether it is an upgrade rather than an installation.
    pub is_upgrade: bool,
    /// The number of the revision, 1 with `helm template`.
    pub revision: u32,
    /// The cluster.
    pub capabilities: Arc<Capabilities>,
}

/// What a chart may know about the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of Kubernetes, such as `v1.37.0`.
    pub kube_version: Arc<str>,
    /// Its major number.
    pub major: Arc<str>,
    /// Its minor number.
    pub minor: Arc<str>,
    /// The API versions, such as `apps/v1`.
    pub api_versions: Vec<Arc<str>>,
}

impl Capabilities {
    /// The cluster that helm believes in, with further API versions (`--api-versions`).
    ///
    /// # Errors
    /// The version (`--kube-version`) is none.
    pub fn new(kube_version: Option<&str>, api_versions: &[String]) -> Result<Self, RenderError> {
        let _ = api_versions;
        Err(RenderError::new(kube_version.unwrap_or_default()))
    }
}

/// Checks the name of a release.
///
/// # Errors
/// It is none that helm takes.
pub fn check_name(name: &str) -> Result<(), RenderError> {
    let _ = name;
    Ok(())
}
