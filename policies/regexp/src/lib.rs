//! Go's regular expressions on the regex crate: what Helm, Terraform and OPA take for a pattern means here what it means there.
//!
//! A pattern is rewritten before it is compiled: `\d`, `\w`, `\s` and `\b` are of ASCII, `\Q…\E` quotes, a brace that counts nothing is text. What Go
//! refuses is refused, in Go's words.

mod compile;
mod matches;
mod translate;

pub use compile::{Broken, MAX_COMPILED, compile};
pub use matches::{find_all, find_all_groups, replace_all, split};
pub use regex::bytes::{Captures, Regex};
