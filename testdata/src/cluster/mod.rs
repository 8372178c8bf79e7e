//! A real Kubernetes cluster in a temporary folder, made for one test and gone with it.
//!
//! 1. [`authority`] makes the certificates; [`process`] starts programs that never outlive this one; [`https`] speaks to them.
//! 2. [`control`] puts etcd, the API server, and, where asked for, controllers and a scheduler together as a [`control::Cluster`].
//! 3. [`nodes`] are KWOK's: they run every pod without running anything, over three zones.
//! 4. [`definitions`] installs the custom resources that the platform uses; [`deployment`] applies the whole rendered platform.
//! 5. [`hook`] is an admission webhook that keeps what it is asked; [`scenes`] record what that is when pods come, change and go.
//! 6. [`gate`] is our own webhook, started as its chart does; [`balancer`] stands in front of several as a Service would.

pub mod authority;
pub mod balancer;
pub mod control;
pub mod definitions;
pub mod deployment;
pub mod gate;
pub mod hook;
pub mod https;
pub mod nodes;
pub mod process;
pub mod scenes;
pub mod trials;
