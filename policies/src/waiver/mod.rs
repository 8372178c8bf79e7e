//! Findings that somebody answers for, and waivers that nobody should rely on.

mod apply;
mod inline;

pub use apply::{Coverage, MAX_WAIVER_DAYS, Waivers};
pub use inline::{InlineWaiver, scan};

pub(crate) use apply::by_config;
