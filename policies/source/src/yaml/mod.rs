//! Reads YAML as go-yaml v2 does, and writes it so.

mod read;

pub use read::{Stream, YamlError, parse};
