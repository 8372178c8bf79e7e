//! Shares equal short texts of a stream, of which manifests are full.

use std::sync::Arc;

/// How many texts are remembered; a power of two.
const SLOTS: usize = 512;

/// Longer texts are hardly ever equal.
const LONGEST: usize = 32;

/// The texts that were last seen.
#[derive(Debug)]
pub(crate) struct Shared {
    slots: Vec<Option<Arc<str>>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self { slots: vec![None; SLOTS] }
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
