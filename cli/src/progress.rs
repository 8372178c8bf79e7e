//! How far long work has come, on a terminal that somebody looks at.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long work must take before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is drawn, at most, in a second.
const RATE: u8 = 8;

/// The applications that are to be rendered, and how many of them are.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Whether somebody looks at standard error.
    watched: bool,
    started: Instant,
    total: AtomicU64,
    done: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// The start of work.
    pub(crate) fn new(watched: bool) -> Self {
        Self { watched, started: Instant::now(), total: AtomicU64::new(0), done: AtomicU64::new(0), bar: OnceLock::new() }
    }

    /// More is to be rendered.
    pub(crate) fn expect(&self, more: usize) {
        let total = self.total.fetch_add(more as u64, Ordering::Relaxed) + more as u64;
        if let Some(bar) = self.bar.get() {
            bar.set_length(total);
        }
    }

    /// One more is rendered.
    pub(crate) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.watched && self.started.elapsed() > PATIENCE {
            self.bar.get_or_init(|| self.line()).set_position(done);
        }
    }

    fn line(&self) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(self.total.load(Ordering::Relaxed)), ProgressDrawTarget::stderr_with_hz(RATE));
        // The template is ours and valid; without it the bar is a plain one.
        match ProgressStyle::with_template("{pos} of {len} rendered {wide_bar} {eta} left") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
