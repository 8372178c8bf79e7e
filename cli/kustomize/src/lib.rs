//! Kustomizations in, objects out that know where every field came from.
//!
//! 1. [`render`] builds a folder of a [`Revision`] as `kustomize build` does: bases, components, generators, patches, transformers, names.
//! 2. A [`Rendered`] build has its objects as trees whose every [`Node`] has a [`Place`], and the text that kustomize prints, byte for byte.
//! 3. Charts that a kustomization asks for are rendered by [`portcullis_helm`], where [`Helm`] says with what.
//! 4. [`Settings`] hold what Argo CD lets an Application change, as `kustomize edit` would.
//! 5. What kustomize refuses, what is not rendered here and what is over one of the [`limits`] is a [`Fault`] with a place and a hint.

pub mod limits;

mod charts;
mod config;
mod crds;
mod fault;
mod fieldspec;
mod generate;
mod hash;
mod identity;
mod jsonpatch;
mod kustomization;
mod load;
mod merge;
mod nameref;
mod nearest;
mod order;
mod patches;
mod place;
mod plugins;
mod read;
mod render;
mod replacement;
mod resource;
mod schema;
mod selector;
mod settings;
mod target;
mod time;
mod transform;
mod tree;
mod vars;
mod write;

pub use charts::Helm;
pub use fault::{Fault, FaultKind};
pub use load::{FILE_NAMES, LoadRestriction, Remotes};
pub use place::Place;
pub use render::{Options, Reach, Rendered, reach, render};
pub use settings::{Places, Settings};
pub use tree::{Entry, Node, Scalar, Tag, Value};
