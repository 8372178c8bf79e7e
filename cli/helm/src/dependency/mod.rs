//! Subcharts that Chart.yaml declares and charts/ does not have, from where else they may lie.

mod fill;
mod local;
mod lock;
mod requirement;
mod supply;

pub(crate) use fill::{Wants, fill, is_named};
pub(crate) use lock::{Lock, list_as_json};
pub(crate) use requirement::requirements;
pub use requirement::{LockFile, Requirement, Requirements};
pub(crate) use supply::remote;
pub use supply::{Pin, RemoteChart, Shelf, Supply, file_name};
