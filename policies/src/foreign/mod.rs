//! Policies that were written for other tools, run as they are.
//!
//! 1. [`read`] finds them among the files of a folder: ConstraintTemplates, constraints and suites of Gatekeeper, Rego of conftest.
//! 2. [`template`], [`constraint`] and [`conftest`] turn what was found into rules, or say what is wrong with it.
//! 3. [`matching`] says which objects a constraint is about, [`review`] what it sees of one.
//! 4. [`check`] checks their Rego before anything of it runs.
//! 5. [`program`] is the Rego of one of them, with nothing of any other, on regorus' interpreter.
//! 6. [`suite`] is a suite of `gator verify`.

mod check;
mod conftest;
mod constraint;
mod defaults;
mod level;
mod matching;
mod program;
mod read;
mod review;
mod schema;
mod suite;
mod template;

pub(crate) use program::{Allowance, Failed};
pub use program::{Foreign, Semantics};
pub(crate) use read::take;
pub(crate) use review::{Namespaces, Request, inventory};
pub use suite::{SuiteTrial, run_suites};
