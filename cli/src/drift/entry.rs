//! What is said of the environments of services.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{Location, Problem};

/// A kind of hidden drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Class {
    /// The files of single applications set a key differently, or layers write one value in two ways.
    Siblings,
    /// No template reads the key.
    Unread,
    /// A template prints the key, and no layer sets it.
    Unset,
    /// The layer says what holds without it.
    Redundant,
}

impl Class {
    /// All of them, in the order of reports.
    pub(crate) const ALL: [Self; 4] = [Self::Siblings, Self::Unread, Self::Unset, Self::Redundant];

    /// The word for it in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Siblings => "siblings",
            Self::Unread => "unread",
            Self::Unset => "unset",
            Self::Redundant => "redundant",
        }
    }

    /// The heading for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Siblings => "set differently in sibling layers",
            Self::Unread => "set, but read by no template",
            Self::Unset => "printed by a template, but set by no layer",
            Self::Redundant => "equal to what it overrides",
        }
    }
}

/// A value of one environment, and where it is set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Setting {
    /// The environment; the application where that says more.
    pub(crate) variant: Arc<str>,
    /// The value as JSON on one line; none where it is not set.
    pub(crate) value: Option<String>,
    /// Where.
    pub(crate) location: Option<Location>,
    /// The layer.
    pub(crate) layer: Option<Arc<str>>,
}

/// A key that environments set differently, where it is set for each of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Divergence {
    /// The key.
    pub(crate) key: String,
    /// The value of each environment, in their order.
    pub(crate) settings: Vec<Setting>,
    /// The services.
    pub(crate) services: BTreeSet<Arc<str>>,
}

/// What nobody meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hidden {
    /// Its kind.
    pub(crate) class: Class,
    /// Where it stands.
    pub(crate) location: Location,
    /// The key.
    pub(crate) key: String,
    /// The layer.
    pub(crate) layer: Option<Arc<str>>,
    /// The value as JSON on one line.
    pub(crate) value: Option<String>,
    /// The other places that it has to do with, each with its layer and value.
    pub(crate) others: Vec<Setting>,
    /// The services.
    pub(crate) services: BTreeSet<Arc<str>>,
}

/// The environments of services beside each other.
#[derive(Debug, Default)]
pub(crate) struct Drift {
    /// The services.
    pub(crate) services: BTreeSet<Arc<str>>,
    /// The environments, in their order.
    pub(crate) environments: Vec<Arc<str>>,
    /// Where they differ because a layer says so.
    pub(crate) deliberate: Vec<Divergence>,
    /// What nobody meant.
    pub(crate) hidden: Vec<Hidden>,
    /// The charts whose templates are too entangled to know what they read.
    pub(crate) entangled: BTreeSet<String>,
    /// What could not be done.
    pub(crate) problems: Vec<Problem>,
}
