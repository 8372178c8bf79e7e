//! Rules, compiled once and evaluated over resources.

mod compile;
mod evaluate;
mod facts;
mod fingerprint;
mod joins;
mod platform;
mod settings;

pub use compile::{Engine, EngineError};
pub use evaluate::RuleInput;
pub use facts::Facts;
