//! Writes YAML as sigs.k8s.io/yaml and Helm's `toYamlPretty` do.

mod analysis;
mod emitter;
mod order;
mod output;
mod passage;
mod scalar;

pub use emitter::{EmitError, Emitter, Event, Style};
pub use order::{natural_order, pretty_order, sort_by_key};
pub use output::{float, float_through_json};
