//! AppProjects: which repositories, destinations and objects the Applications of one may have.

use std::sync::Arc;

use portcullis_source::{Data, Document, Node};

use crate::{
    Destination,
    pattern::{GoPath, Gobwas},
};

/// What an AppProject permits.
#[derive(Clone, Debug)]
pub struct Project {
    document: Arc<Document>,
}

/// An object that an Application deploys.
#[derive(Clone, Copy, Debug)]
pub struct Deployed<'a> {
    /// The group, empty for that of Pods.
    pub group: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// The name.
    pub name: &'a str,
    /// The namespace that it is for.
    pub namespace: Option<&'a str>,
    /// Whether its kind has a namespace, where that is known.
    pub is_namespaced: Option<bool>,
}

/// The start of a pattern that says what is not permitted.
const DENY: char = '!';

impl Project {
    /// An AppProject, where a document is one.
    #[must_use]
    pub fn read(document: &Arc<Document>) -> Option<Self> {
        let text = |key| document.root.get(key).and_then(Node::as_str).unwrap_or_default();
        let is_project = text("kind") == "AppProject" && text("apiVersion").starts_with("argoproj.io/");
        is_project.then(|| Self { document: Arc::clone(document) })
    }

    /// The whole object.
    #[must_use]
    pub fn object(&self) -> &Node {
        &self.document.root
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.document.root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default()
    }

    /// Whether Applications may deploy from a repository: a pattern of `sourceRepos` takes it, and none forbids it.
    #[must_use]
    pub fn permits_source(&self, url: &str) -> bool {
        let wanted = normal(url);
        let mut is_permitted = false;
        for pattern in self.list("sourceRepos").iter().filter_map(Node::as_str) {
            let (pattern, is_denial) = pattern.strip_prefix(DENY).map_or((pattern, false), |rest| (rest, true));
            let pattern = normal(pattern);
            let matches = (pattern == "*" && !is_denial) || Gobwas::of_parts(&pattern).is_ok_and(|glob| glob.matches(&wanted));
            match (is_denial, matches) {
                (true, true) => return false,
                // A denial of something else permits.
                (true, false) | (false, true) => is_permitted = true,
                (false, false) => {}
            }
        }
        is_permitted
    }

    /// Whether Applications may deploy to a namespace of a cluster; nothing where the cluster's address or name would decide it, and is not known.
    #[must_use]
    pub fn permits_destination(&self, to: &Destination, namespace: &str) -> Option<bool> {
        let mut is_permitted = false;
        let is_known = !to.server.is_empty() && !to.name.is_empty();
        for item in self.list("destinations") {
            let pattern = |key| item.get(key).and_then(Node::as_str).unwrap_or_default();
            let (name, server, own) = (pattern("name"), pattern("server"), pattern("namespace"));
            let by_name = !to.name.is_empty() && takes(name, &to.name);
            let by_server = !to.server.is_empty() && takes(server, &to.server);
            let by_namespace = takes(own, namespace);
            if (by_name || by_server) && by_namespace {
                is_permitted = true;
            } else if (!by_name && is_denial(name))
                || (!by_server && is_denial(server) && by_namespace)
                || (!by_namespace && is_denial(own) && by_server)
            {
                return is_known.then_some(false);
            }
        }
        (is_permitted || is_known).then_some(is_permitted)
    }

    /// Why an object of an Application is not permitted, as the rest of a sentence about the project.
    #[must_use]
    pub fn refuses(&self, object: &Deployed<'_>, to: &Destination) -> Option<String> {
        let is_permitted = match object.is_namespaced {
            Some(is_namespaced) => self.permits_kind(object, is_namespaced),
            None => self.permits_kind(object, true) || self.permits_kind(object, false),
        };
        if !is_permitted {
            let scope = if object.is_namespaced == Some(false) { ", which belongs to the whole cluster" } else { "" };
            return Some(format!("permits no {}{scope}", object.kind));
        }
        let namespace = object.namespace.filter(|namespace| object.is_namespaced == Some(true) && !namespace.is_empty())?;
        let cluster = if to.name.is_empty() { &to.server } else { &to.name };
        (self.permits_destination(to, namespace) == Some(false))
            .then(|| format!("permits no namespace {namespace} of the cluster {cluster}"))
    }

    fn permits_kind(&self, object: &Deployed<'_>, is_namespaced: bool) -> bool {
        let lists = |item: &Node| {
            let pattern = |key| item.get(key).and_then(Node::as_str).unwrap_or_default();
            let name = pattern("name");
            let is_named = is_namespaced || name.is_empty() || takes_part(name, object.name);
            takes_part(pattern("kind"), object.kind) && takes_part(pattern("group"), object.group) && is_named
        };
        let is_in = |key: &str| self.list(key).iter().any(lists);
        if is_namespaced {
            let is_open = self.spec("namespaceResourceWhitelist").is_none_or(|list| matches!(list.data, Data::Null));
            return (is_open || is_in("namespaceResourceWhitelist")) && !is_in("namespaceResourceBlacklist");
        }
        is_in("clusterResourceWhitelist") && !is_in("clusterResourceBlacklist")
    }

    fn spec(&self, key: &str) -> Option<&Node> {
        self.document.root.at(&["spec", key])
    }

    fn list(&self, key: &str) -> &[Node] {
        self.spec(key).map(Node::items).unwrap_or_default()
    }
}

fn is_denial(pattern: &str) -> bool {
    pattern.starts_with(DENY)
}

/// A glob of clusters and namespaces, or what one after `!` does not match.
fn takes(pattern: &str, text: &str) -> bool {
    let glob = |pattern: &str| pattern == "*" || Gobwas::new(pattern).is_ok_and(|glob| glob.matches(text));
    pattern.strip_prefix(DENY).map_or_else(|| glob(pattern), |denied| !glob(denied))
}

/// A repository's URL, or a pattern of some, as AppProjects compare them: without case, `.git` and the scheme of SSH, but with users and other schemes.
fn normal(url: &str) -> String {
    let lower = url.trim().to_lowercase();
    let ssh = lower.strip_prefix("ssh://");
    let rest = ssh.unwrap_or(&lower);
    let is_ssh = rest.split_once('@').is_some_and(|(user, host)| !user.contains(['/', ':']) && !host.is_empty() && !host.contains('@'));
    let plain = match (ssh, is_ssh) {
        (None, true) => lower.replacen(':', "/", 1),
        (Some(rest), _) => rest.to_owned(),
        (None, false) => lower,
    };
    let plain = plain.strip_suffix(".git").unwrap_or(&plain);
    // Argo CD reads patterns as URLs, too, in which braces are none.
    if plain.contains(['{', '}']) { String::new() } else { plain.to_owned() }
}

/// A glob of groups, kinds and names, as Go matches file names.
fn takes_part(pattern: &str, text: &str) -> bool {
    GoPath::new(pattern).is_ok_and(|glob| glob.matches(text))
}
