//! ApplicationSets in, Applications out.
//!
//! 1. An [`Inventory`] says what no repository can: the clusters, which repository the tree is, how Argo CD is installed.
//! 2. [`expand`] runs the generators of every ApplicationSet, renders their templates and follows apps of apps.
//! 3. Each [`Application`] holds its object with the place of every field, and its [`Source`]s resolved to paths of the revision:
//!    chart and value layers, manifests of a folder, or why it can't be rendered.

mod application;
mod assemble;
mod clusters;
mod documents;
mod expand;
mod fault;
mod files;
mod generators;
mod inventory;
mod links;
mod object;
mod parameters;
mod pattern;
mod project;
mod repository;
mod set;
mod source;
mod sources;
mod template;
mod template_application;

pub use application::{Application, Destination, StandsFor};
pub use documents::{installed, is_settings};
pub use expand::{Rendering, expand, expand_with};
pub use inventory::{BuildOptions, Cluster, Generated, Globbing, HiddenFolders, InCluster, Inventory, Repository, Settings, Version};
pub use project::{Deployed, Project};
pub use repository::base;
pub use source::{
    ChartLocation, DirectorySource, FileParameter, HelmSource, Inline, InlineKind, KustomizeHelm, KustomizeSource, Parameter, Source,
    SourceKind, Unrendered, ValuesFile, ValuesPlace,
};
