//! What a rule may see: resources as Rego values, made without a detour over text.

mod hook;
mod image;
mod pod;
mod quantity;
mod service;
mod shape;
mod shell;
mod value;

pub(crate) use image::split_registry;
pub use pod::pod_images;
pub(crate) use pod::{pod_metadata, pod_of, pod_path, pod_spec};
pub(crate) use quantity::parse as quantity_of_text;
pub(crate) use service::{Services, TargetPort, is_of_one, served};
pub(crate) use shape::{dotted, misshapen};
pub(crate) use value::{MAX_DEPTH, at, object, of_json, of_node, of_path, of_resource, text};
