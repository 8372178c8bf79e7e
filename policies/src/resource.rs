//! Documents to resources: one Kubernetes object each, with its identity and who it belongs to.

use std::sync::Arc;

use portcullis_source::{Document, Node, Partial, Problem, RepoPath, Stage, Step};

use crate::{Faults, Identity};

/// What a resource does not say itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The environment that it is for; a resource without one is for all of them.
    pub environment: Option<Arc<str>>,
    /// The cluster that it goes to; a resource without one is in all of them.
    pub cluster: Option<Arc<str>>,
    /// The Argo CD application that it is part of.
    pub application: Option<Arc<str>>,
    /// The service that it is part of.
    pub service: Option<Arc<str>>,
    /// The namespace of a namespaced object that names none.
    pub namespace: Option<Arc<str>>,
    /// The file that makes it where no application does: of the same object out of two files, no cluster has both.
    pub home: Option<RepoPath>,
}

/// One rendered or plain Kubernetes object.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The document that holds it.
    pub document: Arc<Document>,
    /// Where in the document it is: the root, or an item of a `List`.
    pub base: Vec<Step>,
    /// Which object it is.
    pub identity: Identity,
    /// Who it belongs to.
    pub context: Context,
    /// What the schema of its kind says against it, where somebody looked and there is something.
    pub faults: Option<Arc<Faults>>,
}

/// How deep lists of lists are opened.
const MAX_LIST_DEPTH: usize = 8;

/// Kinds without a namespace that occur in GitOps repositories; an unknown kind counts as namespaced.
const CLUSTER_SCOPED: [&str; 21] = [
    "APIService",
    "CSIDriver",
    "ClusterExternalSecret",
    "ClusterIssuer",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "CustomResourceDefinition",
    "EC2NodeClass",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "NodeClaim",
    "NodePool",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
];

impl Resource {
    /// The objects of a document; a `List` gives its items, an empty document nothing.
    #[must_use]
    pub fn read(document: &Arc<Document>, context: &Context) -> Partial<Vec<Self>> {
        let mut found = Partial::default();
        collect(document, &document.root, Vec::new(), context, &mut found);
        found
    }

    /// The object itself.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        self.document.node_at(&self.base)
    }

    /// The group of its API version, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.identity.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }
}

fn collect(document: &Arc<Document>, node: &Node, base: Vec<Step>, context: &Context, found: &mut Partial<Vec<Resource>>) {
    if node.is_null() {
        return;
    }
    let kind = node.get("kind").and_then(Node::as_str).filter(|kind| !kind.is_empty());
    let api_version = node.get("apiVersion").and_then(Node::as_str).filter(|version| !version.is_empty());
    let (Some(kind), Some(api_version)) = (kind, api_version) else {
        let missing = if kind.is_none() { "kind" } else { "apiVersion" };
        found.problems.push(problem(
            document,
            node,
            format!("document has no {missing}, so it is no Kubernetes object"),
            "give it apiVersion and kind, or let the template print nothing",
            context,
        ));
        return;
    };
    if let (true, Some(items)) = (kind.ends_with("List"), node.get("items")) {
        if base.len() / 2 >= MAX_LIST_DEPTH {
            found.problems.push(problem(
                document,
                node,
                format!("lists are nested more than {MAX_LIST_DEPTH} deep"),
                "write the objects as documents of their own; the limit is MAX_LIST_DEPTH",
                context,
            ));
            return;
        }
        for (index, item) in items.items().iter().enumerate() {
            let path = base.iter().cloned().chain([Step::Key("items".into()), Step::Index(index)]).collect();
            collect(document, item, path, context, found);
        }
        return;
    }
    let identity =
        Identity { api_version: api_version.into(), kind: kind.into(), namespace: namespace(node, kind, context), name: name(node) };
    found.value.push(Resource { document: Arc::clone(document), base, identity, context: context.clone(), faults: None });
}

fn name(node: &Node) -> Arc<str> {
    let field = |key| node.at(&["metadata", key]).and_then(Node::as_str);
    field("name").map_or_else(|| format!("{}*", field("generateName").unwrap_or_default()).into(), Arc::from)
}

/// Whether objects of a kind are known to have no namespace.
#[must_use]
pub fn is_cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}

fn namespace(node: &Node, kind: &str, context: &Context) -> Option<Arc<str>> {
    if is_cluster_scoped(kind) {
        return None;
    }
    let own = node.at(&["metadata", "namespace"]).and_then(Node::as_str).filter(|namespace| !namespace.is_empty());
    own.map(Arc::from).or_else(|| context.namespace.clone())
}

fn problem(document: &Document, node: &Node, message: String, hint: &str, context: &Context) -> Problem {
    let application = context.application.as_deref().map(str::to_owned);
    Problem { application, ..Problem::new(Stage::Policy, message, hint).at(document.text.origin(node.range).edit()) }
}
