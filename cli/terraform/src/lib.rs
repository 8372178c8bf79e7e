//! Terraform's language, evaluated with provenance and without providers.
//!
//! 1. [`syntax`] reads configurations, in native syntax or JSON, into a tree whose every part has its [`Span`](portcullis_source::Span).
//! 2. A [`Value`] is known, or unknown for a [`Reason`](value::Reason), may be secret, and remembers its [`Origin`].
//! 3. [`roots::discover`] finds the root modules of a [`Revision`](portcullis_source::Revision) and their environments.
//! 4. [`module::evaluate`] evaluates one of them: variables, locals, calls, resources, outputs.
//! 5. [`plan::read`] reads a plan, which an evaluation may be given too: what providers know is known then.
//! 6. [`document`] shows what came of it to rules.
//!
//! Nothing is skipped silently: what cannot be evaluated is a value that says why, or a problem with a place.

pub mod document;
pub mod limits;
pub mod module;
pub mod plan;
pub mod roots;
pub mod syntax;
pub mod value;

mod constraint;
mod convert;
mod eval;
mod funcs;
mod machine;
mod merge;
mod number;
mod origin;
mod types;

pub use funcs::names as function_names;
pub use number::Number;
pub use origin::{Origin, Role, Step};
pub use types::Type;
pub use value::Value;
