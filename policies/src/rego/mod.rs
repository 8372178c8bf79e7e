//! Texts of Rego before anything of them runs, whoever wrote them.
//!
//! 1. [`words`] are what no text may call.
//! 2. [`nesting`] says whether a text can be parsed in any time that somebody has.
//! 3. [`outline`] says what it names, and whether anything in it goes in circles.
//!
//! 4. [`unlike`] says what in it the register machine would read in its own way.
//!
//! `hoist.rs`, `walks.rs` and `defined.rs` beside them write a text in the words that regorus reads as OPA does; they belong to `engine::program`, which the
//! build uses, too.

pub(crate) mod nesting;
pub(crate) mod outline;
pub(crate) mod sums;
pub(crate) mod unlike;
pub(crate) mod words;
