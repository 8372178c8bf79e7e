//! The guarded service: scores card transactions in real time.

mod clock;
pub mod features;
pub mod history;
pub mod manifest;
pub mod model;
pub mod money;
mod problem;
pub mod transaction;

pub use clock::Clock;
pub use problem::{FieldError, Problem};
