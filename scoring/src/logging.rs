//! Log lines as JSON, in which nothing from outside can begin a line of its own, and nothing of a card stands.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    prelude::*,
};

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Verbosity {
    /// Only what went wrong.
    Error,
    /// And what may go wrong soon.
    Warn,
    /// And what was begun, swapped and ended.
    Info,
    /// And more than anybody wants to read.
    Debug,
}

/// Sends log lines to standard error.
pub(crate) fn start(verbosity: Verbosity) {
    let level = match verbosity {
        Verbosity::Error => LevelFilter::ERROR,
        Verbosity::Warn => LevelFilter::WARN,
        Verbosity::Info => LevelFilter::INFO,
        Verbosity::Debug => LevelFilter::DEBUG,
    };
    let ours = Targets::new().with_target("portcullis_scoring", level);
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false).with_writer(std::io::stderr);
    // A second start, as tests have it, keeps the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
}
