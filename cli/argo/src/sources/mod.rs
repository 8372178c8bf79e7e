//! The sources of an Application, resolved against the revision.

mod detect;
mod directory;
mod environment;
mod helm;
mod inline;
mod kustomize;
mod overrides;
mod resolve;
mod value_files;

pub(crate) use resolve::resolve;
