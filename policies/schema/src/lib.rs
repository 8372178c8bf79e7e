//! Whether an API server would take an object, told from what API servers publish of themselves.
//!
//! 1. [`Kubernetes`] is what is recorded of several versions: which kinds they serve, the definitions of these, and which are on their way out.
//! 2. A [`Custom`] kind is what a CustomResourceDefinition says.
//! 3. Both are made of [`Shape`]s; a walk over an object and its shape finds fields that there are not and values that are none.
//! 4. What API servers refuse beyond that is told in [`server`], as far as it is certain.
//! 5. [`Schemas`] are all of that for one repository; they tell the [`Faults`](portcullis_policies::Faults) of a resource.

mod constraints;
mod custom;
mod instance;
mod kubernetes;
mod lifecycle;
mod openapi;
mod scalar;
mod schemas;
pub mod server;
mod shape;
mod version;
mod walk;

pub use custom::Custom;
pub use kubernetes::Kubernetes;
pub use schemas::{Schemas, tell};
pub use shape::Shape;
pub use version::Minor;
