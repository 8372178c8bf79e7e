//! The guarded service: scores card transactions in real time.
//!
//! 1. [`Options`] are the flags, each of which may stand in the environment too; [`start`] makes a running process of them.
//! 2. [`serve`] accepts connections, [`api`] and [`probe`] are the paths that they ask; a [`Phase`] says where the process stands.
//! 3. [`Transaction`] is a request's body, read strictly; what it cannot be is a [`Problem`].
//! 4. [`Engine`] is the bounded way from there to an answer that stands: it asks the [`Store`] what is known of the card,
//!    [`features`] are computed, the [`Model`] scores them, the [`decision`] is written.
//! 5. [`events`] are the other way in and out: transactions of a broker, decisions to it.
//! 6. [`catalogue`] holds versions of models, [`models`] the one that scores and the one that is tried beside it.
//! 7. [`identity`] says who may ask, [`limits`] how often.
//! 8. [`Metrics`] count it, [`Traces`] tell how long it took; [`drift`] says how far features are from those of training.

pub mod api;
pub mod catalogue;
mod clock;
pub mod decision;
pub mod drift;
pub mod engine;
pub mod events;
pub mod features;
pub mod history;
pub mod identity;
pub mod limits;
mod logging;
pub mod manifest;
mod metrics;
pub mod model;
pub mod models;
pub mod money;
mod options;
mod phase;
pub mod probe;
mod problem;
mod sample;
pub mod serve;
mod start;
pub mod store;
mod traces;
pub mod transaction;
mod trees;

pub use clock::Clock;
pub use engine::Engine;
pub use metrics::Metrics;
pub use model::Model;
pub use options::{Command, Options, Program, Sample, Verbosity};
pub use phase::{Phase, Phases};
pub use problem::{FieldError, Problem};
pub use sample::sample;
pub use start::{Failure, start};
pub use store::Store;
pub use traces::Traces;
pub use transaction::Transaction;
