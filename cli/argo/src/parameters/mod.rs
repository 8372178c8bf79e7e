//! Parameters: values that remember their places, Go's printing of them, and names made fit for Kubernetes.

mod merge;
mod name;
mod print;
mod read;

pub(crate) use merge::{MergeError, merge_over};
pub(crate) use name::normalize;
pub(crate) use print::{flatten, json, print};
pub(crate) use read::{Layer, Reader, block_lines, place};
