//! What is known of a value without executing anything: which values of the release it may be or hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Part, Path};

/// The most paths that one value may stand for.
const MAX_PATHS: usize = 256;

/// The most keys of a made map that are told apart.
const MAX_FIELDS: usize = 128;

/// The deepest path.
pub(super) const MAX_DEPTH: usize = 24;

/// Stands within a text for what is not known of it.
pub(super) const ANY: &str = "\0";

/// Whether a name may be a text of which parts are not known.
pub(super) fn may_be(text: &str, name: &str) -> bool {
    let mut parts = text.split(ANY);
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

/// What a value may be.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    /// Values of the release; whether something else takes their place where they are missing.
    pub(super) paths: BTreeMap<Path, bool>,
    /// The root maps of charts, by the paths of their values.
    pub(super) roots: BTreeSet<Path>,
    /// The entries of a map that a template made.
    pub(super) fields: BTreeMap<Arc<str>, Known>,
    /// The items of a list that a template made, or the entries of a map whose keys are not known.
    pub(super) items: Option<Box<Known>>,
    /// Strings that stand in the template.
    pub(super) texts: BTreeSet<Arc<str>>,
    /// The parts of such strings, in their order.
    pub(super) sequences: BTreeSet<Vec<Arc<str>>>,
}

impl Known {
    pub(super) fn root(prefix: Path) -> Self {
        Self { roots: [prefix].into(), ..Self::default() }
    }

    pub(super) fn path(path: Path) -> Self {
        Self { paths: [(path, false)].into(), ..Self::default() }
    }

    pub(super) fn text(text: &str) -> Self {
        Self { texts: [Arc::from(text)].into(), ..Self::default() }
    }

    pub(super) fn holding(items: Self) -> Self {
        Self { items: Some(Box::new(items)), ..Self::default() }
    }

    /// Whether it is nothing of the release.
    pub(super) fn is_nothing(&self) -> bool {
        self.paths.is_empty() && self.roots.is_empty() && self.fields.is_empty() && self.items.is_none()
    }

    /// Whether it is more than can be followed.
    pub(super) fn is_too_much(&self) -> bool {
        self.paths.len() > MAX_PATHS || self.fields.len() > MAX_FIELDS || self.paths.keys().any(|path| path.len() > MAX_DEPTH)
    }

    /// One or the other.
    pub(super) fn or(mut self, other: Self) -> Self {
        for (path, soft) in other.paths {
            let known = self.paths.entry(path).or_insert(soft);
            *known = *known && soft;
        }
        self.roots.extend(other.roots);
        for (key, value) in other.fields {
            let known = self.fields.remove(&key).unwrap_or_default();
            self.fields.insert(key, known.or(value));
        }
        self.items = match (self.items, other.items) {
            (Some(own), Some(other)) => Some(Box::new(own.or(*other))),
            (own, other) => own.or(other),
        };
        self.texts.extend(other.texts);
        self.sequences.extend(other.sequences);
        self
    }

    /// The same where something else takes the place of what is missing.
    pub(super) fn soft(mut self) -> Self {
        self.paths.values_mut().for_each(|soft| *soft = true);
        self.fields = self.fields.into_iter().map(|(key, value)| (key, value.soft())).collect();
        self.items = self.items.map(|items| Box::new(items.soft()));
        self
    }

    /// The same without the root maps of charts, wherever they are held.
    pub(super) fn without_roots(mut self) -> Self {
        self.roots.clear();
        self.fields = self.fields.into_iter().map(|(key, value)| (key, value.without_roots())).collect();
        self.items = self.items.map(|items| Box::new(items.without_roots()));
        self
    }

    /// Any item or entry.
    pub(super) fn any(&self) -> Self {
        self.below(&Part::Any)
    }

    /// The items and entries that one part of a path may lead to.
    pub(super) fn below(&self, part: &Part) -> Self {
        let mut found = self.items.as_deref().cloned().unwrap_or_default();
        found.texts.extend(self.sequences.iter().flatten().cloned());
        for value in self.fields.values() {
            found = found.or(value.clone());
        }
        let below = |(path, soft): (&Path, &bool)| (path.iter().cloned().chain([part.clone()]).collect(), *soft);
        found.or(Self { paths: self.paths.iter().map(below).collect(), ..Self::default() })
    }

    /// The entry of a key; `stored` is what templates put into maps under it.
    pub(super) fn entry(&self, key: &Arc<str>, stored: Option<&Self>) -> Self {
        let mut found = self.fields.get(key).cloned().unwrap_or_default();
        if let Some(items) = &self.items {
            found = found.or((**items).clone());
        }
        let below = |(path, soft): (&Path, &bool)| (path.iter().cloned().chain([Part::Name(Arc::clone(key))]).collect(), *soft);
        found = found.or(Self { paths: self.paths.iter().map(below).collect(), ..Self::default() });
        for root in &self.roots {
            found = found.or(match &**key {
                "Values" => Self::path(root.clone()),
                "Subcharts" => Self { items: Some(Box::new(Self::default())), ..Self::default() }.or(Self::subcharts(root)),
                _ => Self::default(),
            });
        }
        match stored {
            Some(stored) => found.or(stored.clone().soft()),
            None => found,
        }
    }

    /// The map of the root maps of subcharts; any key of it may be one.
    fn subcharts(root: &Path) -> Self {
        let mut path = root.clone();
        path.push(Part::Any);
        Self::holding(Self::root(path))
    }
}
