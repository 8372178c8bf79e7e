//! Which resources of an environment belong together: by label selectors, by names, and by what counts whose pods.

mod join;
mod reference;
mod selector;

pub(super) use join::Joins;
