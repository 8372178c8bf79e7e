//! Go's regular expressions on the regex crate.

mod compile;
mod matches;
mod translate;

pub(crate) use compile::compile;
pub(crate) use matches::{find_all, replace_all, split};
