//! What is kept of contents that come again and again.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

/// What was made of contents, kept from the second time on that one is offered: most come only once, and need no room.
#[derive(Debug)]
pub struct Recurring<T> {
    known: Mutex<Known<T>>,
}

#[derive(Debug)]
struct Known<T> {
    /// The hashes of what came once; two contents of one hash are kept too early, and nothing else.
    once: BTreeSet<u64>,
    kept: BTreeMap<Arc<[u8]>, Arc<T>>,
}

impl<T> Default for Recurring<T> {
    fn default() -> Self {
        Self { known: Mutex::new(Known { once: BTreeSet::new(), kept: BTreeMap::new() }) }
    }
}

impl<T> Recurring<T> {
    /// What was made of a content, if it was kept.
    pub fn get(&self, content: &[u8]) -> Option<Arc<T>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).kept.get(content).map(Arc::clone)
    }

    /// Keeps what was made of a content that came before.
    pub fn offer(&self, content: &Arc<[u8]>, made: impl FnOnce() -> Arc<T>) {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let hash = hasher.finish();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.once.insert(hash) {
            known.kept.insert(Arc::clone(content), made());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_twice_is_kept() {
        let recurring = Recurring::default();
        let contents: [Arc<[u8]>; 2] = [Arc::from(*b"often"), Arc::from(*b"once")];
        recurring.offer(&contents[0], || Arc::new(1));
        recurring.offer(&contents[1], || Arc::new(2));
        assert_eq!((recurring.get(b"often"), recurring.get(b"once")), (None, None));
        recurring.offer(&contents[0], || Arc::new(3));
        assert_eq!((recurring.get(b"often"), recurring.get(b"once")), (Some(Arc::new(3)), None));
    }
}
