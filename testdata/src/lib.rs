//! Recorded truth and the pinned real tools that it is recorded from.
//!
//! 1. [`tools`] finds the tools that `testdata/tools/build` made and runs them.
//! 2. [`charts`], [`expressions`] and [`applicationsets`] turn their inputs into the files that the tools say are right.
//! 3. [`platform`] does the same for the repository's own platform: its Applications, their renders, their validity.
//! 4. [`vendor`] makes corpora of charts out of git histories; [`parity`] renders them with helm ([`oracle`]) and with the library ([`ours`]).
//! 5. [`fuzz`] does the same with random values and random templates.
//! 6. [`corpus`] measures rendering whole corpora; [`expansion`] compares what ApplicationSets of repositories, and random ones, expand to.
//! 7. `cluster` (with the feature `live`) is a real Kubernetes cluster for one test; `bench` measures webhooks beside it; `browser` looks at pages, `registry` is
//!    one of OCI artifacts.
//! 8. [`truth`] writes such files (recording) or compares them with those on disk (the live suite).
#![expect(clippy::disallowed_methods, reason = "records from other programs, which is what the product itself must not do")]

pub mod applicationsets;
#[cfg(feature = "live")]
pub mod bench;
#[cfg(feature = "live")]
pub mod browser;
pub mod charts;
#[cfg(feature = "live")]
pub mod cluster;
pub mod corpus;
pub mod dryrun;
pub mod expansion;
pub mod expressions;
pub mod fuzz;
pub mod oracle;
pub mod ours;
pub mod parity;
pub mod platform;
#[cfg(feature = "live")]
pub mod registry;
pub mod tools;
pub mod truth;
pub mod vendor;
