//! What a repository holds to the files that it starts with.

mod config;
mod files;
mod layers;
mod names;
mod survey;

pub(crate) use config::config;
pub(crate) use files::{Owner, Planned, ci_of, files, placeholder};
pub(crate) use survey::survey;
