//! The Application object: its fields, how templates are put together, and its text with places.

mod conform;
mod emit;
mod fields;
mod fill;
mod patch;
mod shared;

pub(crate) use conform::{conform, trim};
pub(crate) use emit::emit;
pub(crate) use fields::{APPLICATION, TEMPLATE};
pub(crate) use fill::fill;
pub(crate) use patch::patch;
pub(crate) use shared::Shared;
