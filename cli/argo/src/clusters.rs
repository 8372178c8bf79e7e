//! Clusters from Secrets in the repository.

use std::collections::BTreeMap;

use portcullis_source::{Document, Node};

use crate::{Cluster, parameters::place};

/// The name of the cluster that Argo CD runs in.
pub(crate) const IN_CLUSTER: &str = "in-cluster";
/// Its URL.
pub(crate) const IN_CLUSTER_SERVER: &str = "https://kubernetes.default.svc";
/// What to do about a cluster that nothing declares.
pub(crate) const DECLARE: &str = "list the clusters with name, server and labels under `clusters` in portcullis.yaml, or commit their Secrets \
                                  (label argocd.argoproj.io/secret-type: cluster)";
/// The label that says what a Secret is for.
pub(crate) const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";
/// The annotation with the cluster's version, which Argo CD itself can keep.
const KUBERNETES_VERSION: &str = "argocd.argoproj.io/kubernetes-version";

/// Whether a manifest declares a cluster: a Secret, or what makes one (ExternalSecret, SealedSecret).
pub(crate) fn is_cluster(root: &Node) -> bool {
    let labels = metadata(root).and_then(|metadata| metadata.at(&["labels", SECRET_TYPE]));
    labels.and_then(Node::as_str) == Some("cluster")
}

/// The metadata of the Secret itself.
fn metadata(root: &Node) -> Option<&Node> {
    match root.get("kind").and_then(Node::as_str)? {
        "Secret" => root.get("metadata"),
        "ExternalSecret" => root.at(&["spec", "target", "template", "metadata"]),
        "SealedSecret" => root.at(&["spec", "template", "metadata"]),
        _ => None,
    }
}

/// The cluster that a manifest declares, where it says the name and the URL.
pub(crate) fn read(document: &Document) -> Option<Cluster> {
    let metadata = metadata(&document.root)?;
    let data = data(&document.root);
    let text = |key: &str| data.get(key).cloned().unwrap_or_default();
    let strings = |key: &str| -> BTreeMap<String, String> {
        let entries = metadata.get(key).and_then(Node::as_map).map(|map| map.entries.iter());
        let pair = |entry: &portcullis_source::Entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned()));
        entries.into_iter().flatten().filter_map(pair).collect()
    };
    let (name, server) = (text("name"), text("server"));
    if name.is_empty() || server.is_empty() {
        return None;
    }
    let annotations = strings("annotations");
    let kubernetes_version = annotations.get(KUBERNETES_VERSION).cloned();
    Some(Cluster {
        name,
        server,
        project: text("project"),
        labels: strings("labels"),
        annotations,
        kubernetes_version,
        api_versions: Vec::new(),
        span: place(document, document.root.range),
    })
}

/// The plain texts: of `stringData`, of decoded `data`, or of an ExternalSecret's template.
fn data(root: &Node) -> BTreeMap<&str, String> {
    let mut found = BTreeMap::new();
    let maps = [(root.get("data"), true), (root.get("stringData"), false), (root.at(&["spec", "target", "template", "data"]), false)];
    for (map, encoded) in maps {
        for entry in map.and_then(Node::as_map).map(|map| map.entries.iter()).into_iter().flatten() {
            let text = entry.value.as_str().and_then(|text| if encoded { decode(text) } else { Some(text.to_owned()) });
            if let Some(text) = text {
                found.insert(&*entry.key, text);
            }
        }
    }
    found
}

/// Base64 of UTF-8 text.
fn decode(text: &str) -> Option<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = ALPHABET.iter().position(|&letter| letter == byte)?;
        bits = (bits << 6 | value as u32) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_decoded() {
        assert_eq!(super::decode("aHR0cHM6Ly8xLjIuMy40").as_deref(), Some("https://1.2.3.4"));
        assert_eq!(super::decode("YQ==").as_deref(), Some("a"));
        assert_eq!(super::decode("!"), None);
    }
}
