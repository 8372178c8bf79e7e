//! Reads YAML as go-yaml v2 does, and writes it so.

pub mod emit;
pub mod limits;

mod decode;
mod events;
mod fault;
mod golang;
mod input;
pub(crate) mod map;
mod parser;
mod read;
mod resolve;
mod scan;
pub(crate) mod share;
mod timestamp;
mod token;
mod tree;
mod values;

pub use read::{Stream, YamlError, parse};
pub use resolve::resolve_plain;
