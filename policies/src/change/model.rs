//! What changes from one revision to another: applications, their objects and fields, and where services are deployed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Origin, Span};

use super::ChangedRoot;

/// What a change does, between two revisions of a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// The environments in the order of promotion; none where nobody says one.
    pub environments: Vec<Arc<str>>,
    /// How many applications each environment has.
    pub totals: BTreeMap<Arc<str>, Both<usize>>,
    /// The applications of which something changes.
    pub applications: Vec<ChangedApplication>,
    /// The services of these applications, with every environment that they are or were deployed to.
    pub services: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Deployed>>,
    /// The roots of Terraform of which something changes, each in one environment.
    pub roots: Vec<ChangedRoot>,
    /// What the messages of its commits end with, by name in small letters: `change-request: CHG0012345`.
    pub trailers: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// What there was, and what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Both<T> {
    /// On the base.
    pub before: T,
    /// On the head.
    pub after: T,
}

/// What happens to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It becomes another.
    Changed,
    /// It stays as it is.
    Unchanged,
}

impl Effect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Added, Self::Removed, Self::Changed, Self::Unchanged];

    /// The word for it in rules and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Where something is told, and how it came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The line that a person would look at in the change.
    pub place: Option<Span>,
    /// The chain.
    pub origin: Origin,
}

impl Spot {
    /// A place that is its own chain.
    #[must_use]
    pub fn at(place: Option<Span>) -> Self {
        Self { place, origin: place.map(Origin::of_file).unwrap_or_default() }
    }
}

/// An application of which something changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedApplication {
    /// Its name.
    pub name: Arc<str>,
    /// Its service.
    pub service: Option<Arc<str>>,
    /// Its environment.
    pub environment: Option<Arc<str>>,
    /// The namespace that it deploys to, which levels may depend on.
    pub namespace: Option<Arc<str>>,
    /// What happens to it.
    pub effect: Effect,
    /// Its objects that change.
    pub objects: Vec<ChangedObject>,
    /// Where the application itself is from.
    pub spot: Spot,
}

impl ChangedApplication {
    /// Where its first change is; where the application itself is, if none has a place or all of it goes.
    #[must_use]
    pub fn first(&self) -> &Spot {
        if self.effect == Effect::Removed && self.spot.place.is_some() {
            return &self.spot;
        }
        let mut spots = self.objects.iter().flat_map(|object| object.fields.iter().map(|field| &field.spot).chain([&object.spot]));
        spots.find(|spot| spot.place.is_some()).unwrap_or(&self.spot)
    }
}

/// An object that changes, comes or goes.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedObject {
    /// Its API group, empty for the core group.
    pub group: Arc<str>,
    /// Its kind.
    pub kind: Arc<str>,
    /// Its namespace.
    pub namespace: Option<Arc<str>>,
    /// Its name.
    pub name: Arc<str>,
    /// What happens to it.
    pub effect: Effect,
    /// What a person should look at twice.
    pub hazards: Vec<String>,
    /// Its fields that change; none where the whole object comes or goes.
    pub fields: Vec<ChangedField>,
    /// Where that is told.
    pub spot: Spot,
}

/// A field that changes, comes or goes.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedField {
    /// Its JSON pointer, in which items of lists that have names count by them.
    pub path: String,
    /// What happens to it.
    pub effect: Effect,
    /// What it was; text of secrets is a hash.
    pub before: Option<serde_json::Value>,
    /// What it becomes.
    pub after: Option<serde_json::Value>,
    /// Where that is told.
    pub spot: Spot,
}

/// A service in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// What happens to it there.
    pub effect: Effect,
    /// Whether its applications could be rendered, so that `images` are all that run.
    pub known: bool,
    /// The images of its pods.
    pub images: Both<BTreeSet<String>>,
    /// Its applications, as places in [`Change::applications`].
    pub applications: Vec<usize>,
}
