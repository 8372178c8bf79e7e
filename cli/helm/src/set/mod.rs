//! `--set` and its kin.

mod parser;
mod value;

pub(crate) use parser::{Style, apply, paths};
