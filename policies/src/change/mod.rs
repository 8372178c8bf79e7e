//! A change itself, as the rules of scope change see it: which applications become others, field by field, and which images run where.

mod model;
mod read;
mod root;

pub use root::{ChangedInstance, ChangedRoot, DriftedInstance};

pub use model::{Both, Change, ChangedApplication, ChangedField, ChangedObject, Deployed, Effect, Spot};
