//! Shares equal short texts of a stream, of which manifests are full.

use std::sync::Arc;

/// How many texts are remembered; a power of two.
const SLOTS: usize = 512;

/// Longer texts are hardly ever equal.
const LONGEST: usize = 32;

/// The texts that were last seen.
#[derive(Debug)]
pub(crate) struct Shared {
    slots: Vec<Arc<str>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self { slots: vec![Arc::from(""); SLOTS] }
    }
}

impl Shared {
    /// The shared form of a text.
    pub(crate) fn text(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return Arc::from(text);
        }
        let hash = text.bytes().fold(0xCBF2_9CE4_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let Some(slot) = self.slots.get_mut((hash ^ hash >> 15) as usize % SLOTS) else { return Arc::from(text) };
        if **slot != *text {
            *slot = Arc::from(text);
        }
        Arc::clone(slot)
    }
}
