//! The functions that templates may call, by where they come from.

pub mod core;
pub mod helm;
pub mod sprig;
