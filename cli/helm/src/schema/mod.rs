//! Values against values.schema.json.

mod check;
mod compiled;
mod report;

pub(crate) use check::check;
pub(crate) use compiled::{Compiled, Schema};
