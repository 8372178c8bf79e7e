//! Go's text/template with provenance.
//!
//! 1. A [`Templates`] set parses texts once; it is immutable afterwards and shared between threads.
//! 2. A [`Machine`] executes its templates over a [`Value`] and records in a [`Trace`](portcullis_source::Trace) what every byte came from.
//! 3. [`Functions`] says which functions a template may call: [`funcs::core`], [`funcs::sprig`] and [`funcs::helm`].

pub mod convert;
pub mod format;
pub mod funcs;
pub mod reads;
pub mod semver;

mod assigned;
mod ast;
mod crypto;
mod error;
mod exec;
mod function;
mod items;
mod keys;
mod layered;
mod live;
mod machine;
mod opened;
mod parse;
mod recurring;
mod regard;
mod stack;
mod templates;
mod time;
mod value;

pub use error::{ExecError, ParseError};
pub use function::{Call, Failure, Function, Functions, Native, Param};
pub use live::LiveObjects;
pub use machine::{Chance, Limits, Machine, MissingKey, Settings};
pub use recurring::Recurring;
pub use templates::{Templates, Trees};
pub use value::{Data, List, Map, MapType, Member, Object, Str, Value};
