//! A small memory of what was recorded last, so that a loop does not record the same again for each of its rounds.

use std::hash::{Hash, Hasher};

use portcullis_source::OriginId;

/// How many records are remembered; one that is forgotten is recorded again, which costs memory and nothing else.
const SLOTS: usize = 256;

/// The latest records by their keys.
#[derive(Debug)]
pub(super) struct Recent<Key> {
    slots: Vec<Option<(Key, OriginId)>>,
}

impl<Key> Default for Recent<Key> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

impl<Key: Copy + Eq + Hash> Recent<Key> {
    /// What was recorded for a key, or what is recorded now.
    pub(super) fn get_or(&mut self, key: Key, record: impl FnOnce() -> OriginId) -> OriginId {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, None);
        }
        let mut mix = Mix(0);
        key.hash(&mut mix);
        let Some(slot) = self.slots.get_mut(mix.finish() as usize % SLOTS) else { return record() };
        match slot {
            Some((known, origin)) if *known == key => *origin,
            Some(_) | None => {
                let origin = record();
                *slot = Some((key, origin));
                origin
            }
        }
    }
}

/// A hash that is the same in every run.
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, part: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(part)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}
