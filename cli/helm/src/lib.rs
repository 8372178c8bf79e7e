//! Charts and values in, documents out: what `helm template` does, byte for byte.
//!
//! 1. [`Chart::load`] reads a folder or a packed chart once; all applications that use it share it.
//! 2. [`Layer`]s of values, from the lowest to the highest, and a [`Release`] say what differs between applications.
//! 3. A [`Compat`] says whether Helm 3 or Helm 4 is followed where they differ.
//! 4. [`render`] gives the [`Rendered`] manifests in Helm's order; every byte of them knows its origin.

mod archive;
mod chart;
mod coalesce;
mod context;
mod decode;
mod dependency;
mod effective;
mod error;
mod execute;
#[cfg(test)]
mod expressions;
mod ignore;
mod keys_read;
mod layer;
mod live;
mod loader;
mod manifest;
mod metadata;
mod pattern;
mod readings;

mod release;
mod render;
mod resolve;
mod schema;
mod set;
mod show;
mod table;
mod tree;
mod version;
mod warning;

pub use chart::Chart;
pub use dependency::{LockFile, Pin, RemoteChart, Requirement, Requirements, Shelf, Supply, file_name};
pub use effective::{Effective, Held, HeldData, effective};
pub use error::{ChartError, RenderError};
pub use layer::{Layer, LayerContent, set_file_paths};
pub use live::live_objects;
pub use portcullis_gotemplate::reads;
pub use portcullis_gotemplate::{Chance, Limits, LiveObjects, funcs::Compat};
pub use readings::Readings;
pub use release::{Capabilities, Release, check_name, release_name};
pub use render::{Hook, Manifest, Options, Part, Rendered, render};
