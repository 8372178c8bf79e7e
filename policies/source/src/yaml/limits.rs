//! The limits that keep a hostile text from costing more than its size.

/// The largest text that is read, in bytes.
pub const MAX_INPUT_BYTES: usize = 64 << 20;

/// How many lists and maps may lie within each other, aliases followed.
pub const MAX_DEPTH: usize = 1_000;

/// How many values one text may have, those that aliases repeat included.
pub const MAX_NODES: usize = 4_000_000;

/// How many characters may lie between the start of a key without `?` and its colon.
pub(super) const MAX_SIMPLE_KEY: u32 = 1_024;

/// How many flow collections the scanner opens within each other, and how many block collections.
pub(super) const MAX_SCANNER_DEPTH: usize = 10_000;

/// The bytes that go-yaml decodes at a time; a fault is noticed when its window is read.
pub(super) const WINDOW_BYTES: usize = 512;

/// Below this many values, nearly all of them may come from aliases.
const ALIAS_FREE: usize = 400_000;

/// From this many values on, a tenth of them may come from aliases.
const ALIAS_STRICT: usize = 4_000_000;

/// Whether go-yaml refuses a document because most of its values come from aliases.
pub(super) fn is_excessive(aliased: usize, decoded: usize) -> bool {
    aliased > 100 && decoded > 1_000 && aliased as f64 / decoded as f64 > allowed_ratio(decoded)
}

fn allowed_ratio(decoded: usize) -> f64 {
    if decoded <= ALIAS_FREE {
        0.99
    } else if decoded >= ALIAS_STRICT {
        0.10
    } else {
        0.99 - 0.89 * ((decoded - ALIAS_FREE) as f64 / (ALIAS_STRICT - ALIAS_FREE) as f64)
    }
}
