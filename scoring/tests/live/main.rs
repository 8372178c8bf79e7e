//! The service against what it meets in production: a real database, a real pair of brokers, a real object store, each of which fails.
//! `tests/live/tools` brings these and tells where they are: `eval "$(scoring/tests/live/tools)"`, and then
//! `cargo test -p portcullis-scoring --features live --test live`.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "starts processes and says what was counted; what cannot be set up fails its test"
)]

mod brokers;
mod cut;
mod database;
#[path = "../service/fleet.rs"]
mod fleet;
mod flow;
mod interruption;
mod objects;
#[path = "../service/process.rs"]
mod process;
mod servers;
