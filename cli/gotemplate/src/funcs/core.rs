//! The functions that Go itself has.

use crate::Function;

/// `and or not eq ne lt le gt ge index slice len call`; the printing ones are in [`crate::funcs`]' other modules.
pub const FUNCTIONS: &[Function] = &[];
