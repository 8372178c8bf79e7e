//! Which services meet a checklist: what every rule on it says of every service in every environment.

mod survey;
mod tell;

pub(crate) use survey::{Readiness, survey};
pub(crate) use tell::{human, json};
