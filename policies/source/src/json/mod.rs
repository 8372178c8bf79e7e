//! Reads JSON with places, and writes it as Go does.

mod literal;
mod read;
mod scanner;
mod seek;
mod write;

pub use literal::{Html, float, string};
pub use read::{JsonError, Manner, parse, parse_with};
pub use seek::seek;
pub use write::{Layout, WriteError, Writer};
