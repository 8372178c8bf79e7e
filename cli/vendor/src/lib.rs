//! Charts of Helm repositories and OCI registries into a folder, locked by their digests, and bundles of rules by theirs.
//!
//! 1. [`Credentials`] are what helm's repositories.yaml and the configuration files of registries say.
//! 2. A [`Client`] fetches: a [`Repository`] over http by its index, or an OCI registry by its tags and manifests.
//! 3. [`bundle`] brings a bundle of rules and its signature from an OCI registry, by its digest.
//! 4. The [`Lock`] remembers the digest of each packed chart, and [`store`] writes one into place.
//!
//! Only `portcullis vendor` uses the network; nothing that renders does.

mod bundle;
mod client;
mod credentials;
mod error;
mod index;
mod lock;
mod oci;
mod packed;
mod place;
mod repository;

pub use bundle::bundle;
pub use client::{Client, Progress, Proxy, public};
pub use credentials::{Credentials, Known, Login};
pub use error::VendorError;
pub use lock::{Artifact, LOCK_NAME, Lock, LockError, SCHEMA};
pub use packed::{Packed, digest, inspect};
pub use place::{remove, remove_folder, store};
pub use repository::{Fetched, Repository, open};
