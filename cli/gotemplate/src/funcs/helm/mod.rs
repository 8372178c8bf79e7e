//! The functions that Helm adds to sprig's.

pub mod json;
pub mod nested;

mod json_text;
