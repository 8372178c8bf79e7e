//! The service as those see it who ask it: the real program, started, asked, loaded, and ended.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "starts processes and says what was counted; what cannot be set up fails its test"
)]

mod drift;
mod fleet;
mod hostile;
mod idempotency;
mod identity;
mod interruption;
mod openapi;
mod parity;
mod process;
mod properties;
mod sample;
mod tidy;
mod traces;
mod versions;
