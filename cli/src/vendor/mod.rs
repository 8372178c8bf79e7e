//! `portcullis vendor`: what is needed, what is there, and the difference from wherever it comes.

mod held;
mod rules;
mod run;
mod warehouse;
mod wish;

pub(crate) use run::{Bundles, Mode, Vendored, vendor};
