//! Go's times, durations and layouts.

mod duration;
mod format;
mod instant;
mod layout;
mod parse;

pub(crate) use duration::{Duration, SECOND};
pub(crate) use instant::{Time, Zone, now};
