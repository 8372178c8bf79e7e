//! The manual of rules, from their folders alone: pages for the terminal, for programs, and a site.

mod page;
mod site;

pub(crate) use page::{as_json, list, page};
pub(crate) use site::files;
