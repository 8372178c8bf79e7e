//! Shares equal short texts, of which manifests are full, among all that a thread reads.

use std::{cell::Cell, sync::Arc};

/// How many texts are remembered; a power of two.
const SLOTS: usize = 1024;

/// Longer texts are hardly ever equal.
const LONGEST: usize = 32;

type Slots = Vec<Option<Arc<str>>>;

thread_local! {
    /// What the thread saw, while nothing is read.
    static SEEN: Cell<Slots> = const { Cell::new(Vec::new()) };
}

/// The texts that a thread saw last; what is read meanwhile by the same thread begins with none.
#[derive(Debug)]
pub(crate) struct Shared {
    slots: Slots,
}

impl Default for Shared {
    fn default() -> Self {
        let mut slots = SEEN.take();
        slots.resize(SLOTS, None);
        Self { slots }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        SEEN.set(std::mem::take(&mut self.slots));
    }
}

impl Shared {
    /// The shared form of a text.
    pub(crate) fn text(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return Arc::from(text);
        }
        let Some(slot) = self.slots.get_mut(slot_of(text.as_bytes())) else { return Arc::from(text) };
        match slot {
            Some(known) if **known == *text => Arc::clone(known),
            Some(_) | None => Arc::clone(slot.insert(Arc::from(text))),
        }
    }
}

/// Mixes the length and both ends.
fn slot_of(text: &[u8]) -> usize {
    let ends = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
        _ => text.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)),
    };
    let mixed = (ends ^ text.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 48) as usize % SLOTS
}
