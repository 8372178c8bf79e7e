//! Rules tried on their fixtures: what came of it, what it took, and how that is told.

mod measure;
mod run;
mod tell;

pub(crate) use measure::{Compared, Measurement, compare};
pub(crate) use run::{Asked, Tried, run};
pub(crate) use tell::{human, json, junit};
