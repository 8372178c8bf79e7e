//! The functions that templates may call, by where they come from.

pub mod argo;
pub mod core;
pub mod helm;
pub mod sprig;
pub mod text;

pub(crate) mod argument;
mod cast;
mod equal;
mod merge;
mod sets;

pub(crate) use argument::Args;
pub use cast::{to_float, to_int};
pub use equal::{deep_copy, deep_equal};
pub use merge::{Winner, merge};
pub use sets::{Compat, argo_functions, helm_functions};
pub(crate) use sprig::encoding::BASE64;
