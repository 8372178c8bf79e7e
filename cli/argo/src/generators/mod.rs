//! Generators to parameter sets.

mod clusters;
mod field;
mod generation;
mod git;
mod git_directories;
mod git_files;
mod kind;
mod list;
mod matrix;
mod merge;
mod outside;
mod path;
mod selector;
pub(crate) mod stand_in;
mod transform;
mod values;

pub(crate) use field::{field, flag};
pub(crate) use generation::Generation;
pub(crate) use kind::Kind;
pub(crate) use stand_in::is_stand_in;
pub(crate) use transform::{Level, transform};
