//! The functions that Helm adds to sprig's.

pub mod json;
pub mod nested;
pub mod yaml;

mod json_read;
mod json_text;
mod provenance;
