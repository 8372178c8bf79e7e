//! The API server as a client sees it; nothing on the way of a review knows of it.
//!
//! 1. [`client`] connects, from inside of a cluster or by a kubeconfig.
//! 2. [`lease`] lets one replica of several do what only one may do.
//! 3. `issue` makes certificates where nobody else does.

pub mod client;
pub(crate) mod issue;
pub mod lease;
