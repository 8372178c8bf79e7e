//! `portcullis.yaml`: its schema, its values with their places, and the patterns in it.

mod error;
mod glob;
mod hint;
mod library;
mod model;
mod params;
mod read;
mod reference;
mod shape;
mod terraform;

pub use error::{ConfigError, nearest};
pub use glob::glob_matches;
pub use model::{
    Admission, Argocd, BreakGlass, Cluster, Config, Environment, Generator, Layer, Located, Registry, Repository, RuleBundle, RuleSettings,
    Scoring, Setting, SettingLevel, Terraform, TerraformAssume, TerraformEnvironment, TerraformModule, TerraformRoot, Trust, WaiverEntry,
};
pub use reference::{Reference, ReferenceError};
pub use shape::SCHEMA;

pub(crate) use model::any_glob;
pub(crate) use params::{Element, Params};
pub(crate) use shape::check;
