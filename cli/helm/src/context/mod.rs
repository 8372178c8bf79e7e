//! What a template sees: the root map and the objects in it.

mod chart;
mod files;
mod record;
mod root;
mod versions;

pub(crate) use root::{Context, contexts, values_type};
