//! The kinds of generators.

/// A kind of generator, in the order in which Argo CD runs several kinds of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `list`.
    List,
    /// `clusters`.
    Clusters,
    /// `git`.
    Git,
    /// `scmProvider`.
    ScmProvider,
    /// `clusterDecisionResource`.
    ClusterDecisionResource,
    /// `pullRequest`.
    PullRequest,
    /// `matrix`.
    Matrix,
    /// `merge`.
    Merge,
    /// `plugin`.
    Plugin,
    /// `oci`, from Argo CD 3.6 on.
    Oci,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 10] = [
        Self::List,
        Self::Clusters,
        Self::Git,
        Self::ScmProvider,
        Self::ClusterDecisionResource,
        Self::PullRequest,
        Self::Matrix,
        Self::Merge,
        Self::Plugin,
        Self::Oci,
    ];

    /// The key of an entry.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Clusters => "clusters",
            Self::Git => "git",
            Self::ScmProvider => "scmProvider",
            Self::ClusterDecisionResource => "clusterDecisionResource",
            Self::PullRequest => "pullRequest",
            Self::Matrix => "matrix",
            Self::Merge => "merge",
            Self::Plugin => "plugin",
            Self::Oci => "oci",
        }
    }

    /// Whether it combines other generators.
    pub(crate) fn combines(self) -> bool {
        matches!(self, Self::Matrix | Self::Merge)
    }

    /// Whether it has `values` that are rendered over its own parameters.
    pub(crate) fn has_values(self) -> bool {
        !matches!(self, Self::List | Self::Matrix | Self::Merge)
    }

    /// What a generator needs that no repository holds.
    pub(crate) fn needs(self) -> Option<&'static str> {
        match self {
            Self::ScmProvider => Some("the repositories of a code host"),
            Self::PullRequest => Some("the open pull requests of a code host"),
            Self::ClusterDecisionResource => Some("the status of a resource in the cluster"),
            Self::Plugin => Some("the answer of a plugin's service"),
            Self::Oci => Some("an artifact of an OCI registry"),
            Self::List | Self::Clusters | Self::Git | Self::Matrix | Self::Merge => None,
        }
    }
}
