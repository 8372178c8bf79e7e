//! Rules, compiled once and evaluated over resources.
//!
//! They run on regorus' register machine, which takes about a quarter of the interpreter's time on our rules (`cargo bench --bench engines`). It
//! is the younger of the two: it swallows the errors of builtins, and reads some constructs in its own way. So it is given other words than
//! people write (`../rego/defined.rs`, `../rego/hoist.rs`), and more stands around it: fixtures run on both and on opa, and so do changed fixtures
//! (`tests/agree.rs`) and constructs (`tests/constructs.rs`); `tests/tidy.rs` keeps Rego to what all of them understand, and what could make a
//! builtin fail (misshapen resources, broken patterns in parameters) is told before a rule sees it.
//!
//! A rule is asked about what it targets (`plan.rs`), and of that only about objects that have what it looks at (`keys.rs`, of what the build made of
//! its text in `../rego/needs`).

mod apart;
pub(crate) mod arithmetic;
mod change;
mod compile;
mod evaluate;
mod facts;
mod fingerprint;
mod foreign;
mod ground;
mod infrastructure;
mod joins;
mod keys;
mod memory;
mod names;
mod place;
mod plan;
mod platform;
mod program;
mod said;
mod settings;
mod worker;

pub use change::ChangeFinding;
pub use compile::{Engine, EngineError};
pub(crate) use compile::{circle, compiles, parses};
pub use evaluate::RuleInput;
pub use facts::Facts;
pub(crate) use fingerprint::{place_key, stable_path};
pub use memory::{Memory, Question};
pub use platform::joined;
#[cfg(test)]
pub(crate) use program::rewritten;
pub(crate) use program::{Broken, hoist, walks};
pub(crate) use worker::Beside;
pub use worker::{Asked, Budget, Examined, Fault, Worker};
