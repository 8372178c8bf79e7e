//! What earlier runs found out, kept where somebody wants it: whole runs, and what rules said of single objects.

mod answers;
mod runs;
mod store;

pub(crate) use answers::Answers;
pub(crate) use runs::Run;

/// The code that made it: one that was built otherwise may say otherwise.
const BUILD: &str = env!("PORTCULLIS_BUILD");
