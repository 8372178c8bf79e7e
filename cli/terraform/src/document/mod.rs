//! Resources and roots as the documents that rules see: JSON whose every part remembers the lines of HCL that it came from.
//!
//! What is not known stands as `{"$unknown": reason}`, what is sensitive as `{"$sensitive": true}`: neither has a value in it.

mod explain;
mod manifest;
mod object;
mod release;
mod secret;
mod typed;
mod write;

pub use manifest::{manifest, may_apply};
pub use object::{About, Differing, of_resource, of_root, of_root_alone, secrets};
pub use release::{ChartName, Release, Setting, SettingKind, chart, release};
pub use secret::{is_secret, secret_type};

/// The API version of these documents.
pub const API_VERSION: &str = "terraform/v1";

/// The kind of the document of a whole root.
pub const ROOT_KIND: &str = "terraform_root";

/// The key of a value that is not known.
pub const UNKNOWN: &str = "$unknown";

/// Why nothing is certain about a resource that depends on something unknown.
pub const POSSIBLE: &str = "it is not known whether it is there";

/// The keys of markers. Where somebody writes one of them, it has another `$` in front, so that nobody can pretend that something is not known.
const MARKERS: [&str; 6] = [UNKNOWN, "$attribute", "$either", "$of", "$pieces", "$sensitive"];
