//! `--set` and its kin.

mod object;
mod parser;
mod value;

pub(crate) use object::{is_object, object};
pub(crate) use parser::{Argument, Style, apply, paths};
