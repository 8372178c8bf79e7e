//! Installs the custom resources of the controllers that the platform relies on, without the controllers.

use std::fs;
use std::time::Duration;

use super::control::Cluster;
use super::process::eventually;
use crate::tools::{Error, Tools};

/// The kinds that the platform uses or is judged by, each with its group, as `testdata/tools/build schemas` names their definitions.
pub const KINDS: [(&str, &str); 15] = [
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("argoproj.io", "AppProject"),
    ("argoproj.io", "Rollout"),
    ("cert-manager.io", "Certificate"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "SecretStore"),
    ("karpenter.k8s.aws", "EC2NodeClass"),
    ("karpenter.sh", "NodeClaim"),
    ("karpenter.sh", "NodePool"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "Probe"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "ServiceMonitor"),
];

/// The reports of the background scan: those of `OpenReports` as its module has them.
pub const OPEN_REPORTS: [(&str, &str); 2] = [("openreports.io", "ClusterReport"), ("openreports.io", "Report")];

/// Those of wgpolicyk8s.io, with the fields that ours have.
pub const POLICY_REPORTS: &str = include_str!("policyreports.yaml");

/// How long the API server may take until it serves a new kind.
const PATIENCE: Duration = Duration::from_secs(60);

/// Installs all of them and waits until they are served.
///
/// # Errors
/// If a definition was not built or is refused.
pub fn install(cluster: &Cluster, tools: &Tools) -> Result<(), Error> {
    install_of(cluster, tools, &KINDS)
}

/// Installs some and waits until they are served.
///
/// # Errors
/// If a definition was not built or is refused.
pub fn install_of(cluster: &Cluster, tools: &Tools, kinds: &[(&str, &str)]) -> Result<(), Error> {
    let mut manifests = String::new();
    for (group, kind) in kinds {
        let path = tools.path("definitions").join(format!("{group}_{kind}.yaml"));
        manifests += "---\n";
        manifests += &fs::read_to_string(&path).map_err(|source| Error::file(&path, source))?;
        manifests += "\n";
    }
    cluster.apply(&manifests)?;
    eventually(PATIENCE, || all_established(cluster))
}

fn all_established(cluster: &Cluster) -> Result<(), Error> {
    let definitions = cluster.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")?;
    let items = definitions.get("items").and_then(|items| items.as_array()).map(Vec::as_slice).unwrap_or_default();
    for item in items {
        let conditions = item.pointer("/status/conditions").and_then(|conditions| conditions.as_array());
        let is_established = |condition: &&serde_json::Value| {
            condition.get("type").is_some_and(|kind| kind == "Established")
                && condition.get("status").is_some_and(|status| status == "True")
        };
        if conditions.into_iter().flatten().find(is_established).is_none() {
            let name = item.pointer("/metadata/name").and_then(|name| name.as_str()).unwrap_or_default();
            return Err(Error::Unexpected(format!("{name} is not served")));
        }
    }
    Ok(())
}
