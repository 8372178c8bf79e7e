//! The API server as a client sees it; nothing on the way of a review knows of it.
//!
//! 1. [`client`] connects, from inside of a cluster or by a kubeconfig.
//! 2. [`lease`] lets one replica of several do what only one may do.

pub mod client;
pub mod lease;
