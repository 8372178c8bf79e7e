//! Which of the kinds that rules read the server has, and in which version.

use hyper::Request;
use kube::Client;
use portcullis_policies::admission::stored::Read;
use serde_json::Value;

use super::settings::Reports;
use crate::cluster::client::{Unanswered, in_time};

/// The API that reports are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// wgpolicyk8s.io/v1alpha2.
    Wgpolicy,
    /// openreports.io/v1alpha1.
    OpenReports,
}

impl Dialect {
    /// Its group and version.
    pub(crate) fn group_version(self) -> (&'static str, &'static str) {
        match self {
            Self::Wgpolicy => ("wgpolicyk8s.io", "v1alpha2"),
            Self::OpenReports => ("openreports.io", "v1alpha1"),
        }
    }

    /// Kind and resource of the reports of a namespace, or of those of no namespace.
    pub(crate) fn kind(self, is_namespaced: bool) -> (&'static str, &'static str) {
        match (self, is_namespaced) {
            (Self::Wgpolicy, true) => ("PolicyReport", "policyreports"),
            (Self::Wgpolicy, false) => ("ClusterPolicyReport", "clusterpolicyreports"),
            (Self::OpenReports, true) => ("Report", "reports"),
            (Self::OpenReports, false) => ("ClusterReport", "clusterreports"),
        }
    }
}

/// The version in which the server has a kind, by its own preference; none where it has no such kind.
pub(crate) async fn version(client: &Client, read: &Read) -> Result<Option<String>, Unanswered> {
    if read.group.is_empty() {
        return Ok(has(client, "/api/v1", read.resource).await?.then(|| "v1".to_owned()));
    }
    let Some(group) = get(client, &format!("/apis/{}", read.group)).await? else { return Ok(None) };
    let preferred = group.pointer("/preferredVersion/version").and_then(Value::as_str);
    let all = group.get("versions").and_then(Value::as_array).into_iter().flatten();
    let others = all.filter_map(|version| version.get("version").and_then(Value::as_str)).filter(|version| Some(*version) != preferred);
    for version in preferred.into_iter().chain(others) {
        if has(client, &format!("/apis/{}/{version}", read.group), read.resource).await? {
            return Ok(Some(version.to_owned()));
        }
    }
    Ok(None)
}

/// Which reports can be written.
pub(crate) async fn dialect(client: &Client, wanted: Reports) -> Result<Option<Dialect>, Unanswered> {
    let candidates: &[Dialect] = match wanted {
        Reports::Auto => &[Dialect::OpenReports, Dialect::Wgpolicy],
        Reports::Wgpolicy => &[Dialect::Wgpolicy],
        Reports::Openreports => &[Dialect::OpenReports],
        Reports::None => &[],
    };
    for dialect in candidates {
        let (group, version) = dialect.group_version();
        if has(client, &format!("/apis/{group}/{version}"), dialect.kind(true).1).await? {
            return Ok(Some(*dialect));
        }
    }
    Ok(None)
}

async fn has(client: &Client, path: &str, resource: &str) -> Result<bool, Unanswered> {
    let Some(list) = get(client, path).await? else { return Ok(false) };
    let resources = list.get("resources").and_then(Value::as_array).into_iter().flatten();
    Ok(resources.filter_map(|known| known.get("name").and_then(Value::as_str)).any(|name| name == resource))
}

async fn get(client: &Client, path: &str) -> Result<Option<Value>, Unanswered> {
    let request = Request::get(path).body(Vec::new());
    let request = request.map_err(|error| Unanswered { status: 0, message: error.to_string() })?;
    match in_time(client.request::<Value>(request)).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_unknown() => Ok(None),
        Err(error) => Err(error),
    }
}
