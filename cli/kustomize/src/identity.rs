//! What names an object: group, version, kind, name and namespace.

use std::{collections::BTreeSet, fmt, sync::OnceLock};

use crate::Node;

const SCOPES: &str = include_str!("../data/scopes.txt");

/// The namespace that stands for no namespace at all.
const NOWHERE: &str = "_non_namespaceable_";

const DEFAULT: &str = "default";

/// Group, version and kind; in a selector, an empty part takes anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gvk {
    /// The group, empty for the core.
    pub(crate) group: String,
    /// The version.
    pub(crate) version: String,
    /// The kind.
    pub(crate) kind: String,
}

impl Gvk {
    /// Those of an `apiVersion` and a `kind`.
    pub(crate) fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    /// Those of an object.
    pub(crate) fn of(node: &Node) -> Self {
        Self::new(node.get("apiVersion").map_or("", Node::text), node.get("kind").map_or("", Node::text))
    }

    /// The `apiVersion`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Whether a selector takes it.
    pub(crate) fn is_selected(&self, selector: &Self) -> bool {
        let takes = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
        takes(&selector.group, &self.group) && takes(&selector.version, &self.version) && takes(&selector.kind, &self.kind)
    }

    /// Whether it is known to have no namespace.
    pub(crate) fn is_cluster_scoped(&self) -> bool {
        static KINDS: OnceLock<BTreeSet<&str>> = OnceLock::new();
        let kinds = KINDS.get_or_init(|| SCOPES.lines().collect());
        kinds.contains(format!("{} {}", self.api_version(), self.kind).as_str())
    }

    /// What kustomize sorts by where kinds have no order.
    pub(crate) fn sort_text(&self) -> String {
        let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"))
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &str, none: &'static str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        write!(formatter, "{}.{}.{}", or(&self.kind, "[noKind]"), or(&self.version, "[noVer]"), or(&self.group, "[noGrp]"))
    }
}

/// The full name of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Id {
    /// Group, version and kind.
    pub(crate) gvk: Gvk,
    /// The name.
    pub(crate) name: String,
    /// The namespace as written.
    pub(crate) namespace: String,
    /// Whether it is known to have no namespace.
    pub(crate) cluster: bool,
}

impl Id {
    /// The present one of an object.
    pub(crate) fn of(node: &Node) -> Self {
        let gvk = Gvk::of(node);
        let meta = |key| node.at(&["metadata", key]).filter(|node| !node.is_empty()).map_or("", Node::text).to_owned();
        let cluster = gvk.is_cluster_scoped();
        Self { gvk, name: meta("name"), namespace: meta("namespace"), cluster }
    }

    /// The namespace that counts.
    pub(crate) fn effective_namespace(&self) -> &str {
        match self.namespace.as_str() {
            _ if self.cluster => NOWHERE,
            "" | DEFAULT => DEFAULT,
            namespace => namespace,
        }
    }

    /// Whether both lie in the same namespace.
    pub(crate) fn shares_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// Whether both name the same object.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.shares_namespace(other) && self.equals_but_namespace(other)
    }

    /// Whether both have the same kind and name.
    pub(crate) fn equals_but_namespace(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk
    }

    /// Whether a selector without patterns takes it.
    pub(crate) fn is_selected_by(&self, selector: &Self) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.shares_namespace(self))
            && self.gvk.is_selected(&selector.gvk)
    }

    /// Whether nothing is said at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.gvk == Gvk::default() && self.name.is_empty() && self.namespace.is_empty()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &str, none: &'static str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        write!(formatter, "{}/{}.{}", self.gvk, or(&self.name, "[noName]"), or(&self.namespace, "[noNs]"))
    }
}
