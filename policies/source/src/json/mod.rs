//! Reads JSON with places, and writes it as Go does.

mod literal;
mod read;
mod scanner;
mod write;

pub use literal::{Html, float, string};
pub use read::{JsonError, Manner, parse, parse_with};
pub use write::{Layout, WriteError, Writer};
