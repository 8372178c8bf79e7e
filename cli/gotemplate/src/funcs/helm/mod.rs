//! The functions that Helm adds to sprig's.

pub mod durations;
pub mod json;
pub mod nested;
pub mod toml;
pub mod yaml;

mod json_read;
mod json_text;
mod provenance;
mod toml_number;
mod toml_read;
mod toml_scan;
mod toml_text;
