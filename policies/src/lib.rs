//! The policy library that both gates share.
//!
//! 1. [`Config`] is `portcullis.yaml`, read with the place of every value.
//! 2. A [`Resource`] is one Kubernetes object and who it belongs to.
//! 3. A [`Library`] holds the [`Rule`]s, one folder each, and the prelude that they share.
//! 4. An [`Engine`] compiles a library once and evaluates it over resources; rules speak paths, [`Finding`]s speak places.
//! 5. A [`Change`] is what differs between two revisions; rules of scope change look at it, with the same engine.
//! 6. [`admission`] judges requests of an API server with the same engine.
//! 7. [`Foreign`] policies, of Gatekeeper and conftest, are rules too.
//! 8. A [`fixture`] is what a rule is tried on.
//! 9. [`Waivers`] mark the findings that somebody answers for, and find the waivers that nobody should rely on.

pub mod admission;
pub mod change;
pub mod config;
pub mod fixture;
pub mod waiver;

mod alias;
mod builtins;
mod coverage;
mod date;
mod engine;
mod finding;
mod foreign;
mod hash;
mod input;
mod library;
mod own;
mod rego;
mod resource;
mod rule;
mod schema;

pub use admission::group_of;
pub use alias::Alias;
pub use change::Change;
pub use config::{Config, ConfigError};
pub use coverage::{Interpreter, Lines};
pub use date::Date;
pub use engine::{Asked, Budget, ChangeFinding, Engine, EngineError, Examined, Facts, Fault, Memory, Question, RuleInput, Worker, joined};
pub use finding::{Finding, Identity, Level, Waived, sort_findings};
pub use foreign::{Foreign, Semantics, SuiteTrial, run_suites};
pub use input::pod_images;
pub use library::{Library, LibraryError, Plain, json};
pub use own::OwnFile;
pub use resource::{Context, Resource, is_cluster_scoped};
pub use rule::{Group, Kind, Operation, Rule, RuleId, Scope, Severity, Target};
pub use schema::{Faults, InvalidField, Lifecycle, UnknownField};
pub use waiver::Waivers;
