//! Maps in the making: each key once, whatever their size.

use std::{collections::BTreeMap, sync::Arc};

use crate::{Entry, Map, Node, Range};

/// Up to this many entries a key is looked for one by one.
const SMALL: usize = 16;

/// A key and the range of its text.
#[derive(Debug, Default)]
pub(crate) struct Key {
    /// The text that stands for it in JSON.
    pub(crate) text: Arc<str>,
    /// Its range.
    pub(crate) range: Range,
}

/// A map in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    entries: Vec<Entry>,
    /// The places of the keys, once there are many.
    places: BTreeMap<Arc<str>, usize>,
}

impl Builder {
    /// A map that will have so many entries.
    pub(crate) fn new(count: usize) -> Self {
        Self { entries: Vec::with_capacity(count), places: BTreeMap::new() }
    }

    /// Adds an entry, in the place of an earlier one of the same key, which it gives back.
    pub(crate) fn insert(&mut self, key: Key, value: Node) -> Option<Entry> {
        let place = if self.entries.len() <= SMALL {
            self.entries.iter().position(|entry| Arc::ptr_eq(&entry.key, &key.text) || entry.key == key.text)
        } else {
            self.index();
            self.places.get(&key.text).copied()
        };
        let entry = Entry { key: key.text, key_range: key.range, value };
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(earlier) => Some(std::mem::replace(earlier, entry)),
            None => {
                self.entries.push(entry);
                None
            }
        }
    }

    fn index(&mut self) {
        for (place, entry) in self.entries.iter().enumerate().skip(self.places.len()) {
            self.places.insert(Arc::clone(&entry.key), place);
        }
    }

    /// The map, which takes no more memory than it needs: documents are many, and their maps small.
    pub(crate) fn finish(mut self) -> Map {
        self.entries.shrink_to_fit();
        Map { entries: self.entries }
    }
}
