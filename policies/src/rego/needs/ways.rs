//! Sets of keys, one of which is enough.

use std::collections::BTreeSet;

/// How many sets are told apart; where there were more, nothing is asked for instead.
const MAX_WAYS: usize = 16;

/// Sets of keys, of which one must be there as a whole. With the empty set nothing is asked for, and without any set nothing helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ways(BTreeSet<BTreeSet<String>>);

impl Ways {
    /// Nothing is asked for.
    pub(super) fn any() -> Self {
        Self(BTreeSet::from([BTreeSet::new()]))
    }

    /// Nothing helps.
    pub(super) fn none() -> Self {
        Self(BTreeSet::new())
    }

    pub(super) fn key(key: &str) -> Self {
        Self(BTreeSet::from([BTreeSet::from([key.to_owned()])]))
    }

    /// What both ask for.
    pub(super) fn and(self, other: Self) -> Self {
        if self.0.len().saturating_mul(other.0.len()) > MAX_WAYS {
            return if self == Self::any() { other } else { self };
        }
        let both = self.0.iter().flat_map(|one| other.0.iter().map(move |two| one | two)).collect();
        Self(both).least()
    }

    /// What one of them asks for.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        let least = self.least();
        if least.0.len() > MAX_WAYS { Self::any() } else { least }
    }

    /// Without sets that have all of another one.
    fn least(self) -> Self {
        let is_least = |set: &&BTreeSet<String>| !self.0.iter().any(|other| other != *set && other.is_subset(set));
        Self(self.0.iter().filter(is_least).cloned().collect())
    }

    /// The sets, in order.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &BTreeSet<String>> {
        self.0.iter()
    }
}
