//! Parameters: values that remember their places, Go's printing of them, and names made fit for Kubernetes.

mod merge;
mod name;
mod own;
mod print;
mod read;

pub(crate) use merge::merge_over;
pub(crate) use name::normalize;
pub(crate) use own::{own, own_map};
pub(crate) use print::{escape, flatten, json, json_float, print, stands_for_itself};
pub(crate) use read::{Made, Reader, block_lines, place, read_made, too_deep};
