//! The report as one page that needs nothing else: [`page`] puts the parts together, each of which is read without its script.

mod changes;
mod excerpt;
mod findings;
mod page;
mod parts;

pub(crate) use page::{fill, html, integrity};
