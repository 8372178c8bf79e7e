//! Findings that somebody answers for, and waivers that nobody should rely on.

mod apply;
mod baseline;
mod draft;
mod inline;
mod insert;

pub use apply::{Coverage, MAX_WAIVER_DAYS, Waivers};
pub use baseline::{Baseline, SCHEMA as BASELINE_SCHEMA};
pub use draft::{Draft, Pledge, drafts, scalar};
pub use inline::{InlineWaiver, scan};
pub use insert::{LayoutError, insert};

pub(crate) use apply::by_config;
