//! What a change does to what is deployed: applications, their objects, and each field with the lines that it came from.

use std::sync::Arc;

use portcullis_source::{Location, Span};

use super::{ChainLink, ResourceName};

/// What changes from a base to a head.
#[derive(Debug)]
pub(crate) struct Changes {
    /// What is compared with.
    pub(crate) base: Side,
    /// What is judged.
    pub(crate) head: Side,
    /// The applications that change, by service and environment; last, what belongs to no application.
    pub(crate) applications: Vec<ApplicationChange>,
    /// How many applications are the same on both sides.
    pub(crate) unchanged: usize,
    /// Why nothing is known of the base, so that the head is judged alone.
    pub(crate) base_unknown: Option<String>,
    /// Which findings decide about the run.
    pub(crate) counted: Counted,
}

/// Which findings decide about a run that compares two revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// The new ones.
    New,
    /// Those on both sides too.
    All,
}

/// One of the two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    /// How the user named it, or `the work tree`, `the index`.
    pub(crate) name: String,
    /// The full name of the commit, where it is one.
    pub(crate) commit: Option<String>,
}

/// How much of a commit's name tells it from others.
const SHORT: usize = 12;

impl Side {
    /// The name, with the start of the commit's where that says more.
    pub(crate) fn text(&self) -> String {
        match self.commit.as_deref().map(|commit| commit.get(..SHORT).unwrap_or(commit)) {
            Some(commit) if !self.name.starts_with(commit) => format!("{} ({commit})", self.name),
            Some(_) | None => self.name.clone(),
        }
    }
}

/// What happens to an application, an object or a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ChangeKind {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It becomes another.
    Changed,
}

impl ChangeKind {
    /// The word for it in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// An application of which some object changes, comes or goes.
#[derive(Debug)]
pub(crate) struct ApplicationChange {
    /// Its name; none for what belongs to no application.
    pub(crate) name: Option<Arc<str>>,
    /// Its service.
    pub(crate) service: Option<Arc<str>>,
    /// Its environment.
    pub(crate) environment: Option<Arc<str>>,
    /// What happens to it.
    pub(crate) kind: ChangeKind,
    /// Its objects that change, sorted by kind, namespace and name.
    pub(crate) objects: Vec<ObjectChange>,
    /// Why the base side of it is not known, so that its objects count as unchanged and its findings as new.
    pub(crate) base_unknown: Option<String>,
}

/// An object that changes, comes or goes.
#[derive(Debug)]
pub(crate) struct ObjectChange {
    /// Which one.
    pub(crate) object: ResourceName,
    /// What happens to it.
    pub(crate) kind: ChangeKind,
    /// What a person should look at twice before it is applied, such as a field that Kubernetes never lets change.
    pub(crate) hazards: Vec<String>,
    /// The fields that change, in the order of their paths; none where the whole object comes or goes.
    pub(crate) fields: Vec<FieldChange>,
    /// Its text before, as YAML, with secrets as short keyed hashes.
    pub(crate) before: Option<Arc<str>>,
    /// Its text afterwards, in the same way.
    pub(crate) after: Option<Arc<str>>,
    /// The line that a person would look at for the whole of it.
    pub(crate) place: Option<(Span, Location)>,
}

/// A field that changes, comes or goes.
#[derive(Clone, Debug)]
pub(crate) struct FieldChange {
    /// Its JSON pointer, in which items of lists that have names count by them: `/spec/containers/[name=app]/image`.
    pub(crate) path: String,
    /// What happens to it.
    pub(crate) kind: ChangeKind,
    /// What it was, as JSON on one line, with secrets as short keyed hashes.
    pub(crate) before: Option<String>,
    /// What it becomes, in the same way.
    pub(crate) after: Option<String>,
    /// What a person would edit if the change touches it, else the first link of its chain that the change touches, else what they would
    /// edit; of the base for a field that goes, unless the change touches what keeps it away.
    pub(crate) place: Option<(Span, Location)>,
    /// How it came to be; of the base for a field that goes, unless the change touches what keeps it away.
    pub(crate) chain: Vec<ChainLink>,
}
