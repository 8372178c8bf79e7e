//! What a run says: one [`Report`], and one module for each format of it.

mod alike;
mod changes;
mod compare;
pub(crate) mod escape;
#[cfg(test)]
mod fixture;

mod github;
mod gitlab;
pub(crate) mod html;
mod human;
mod json;
pub(crate) mod junit;
mod markdown;
mod matrix;
mod outline;
mod places;
mod reach;
mod sarif;
mod scrub;
mod secrets;
pub(crate) mod tally;
mod terraform;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub(crate) use changes::{ApplicationChange, ChangeKind, Changes, Counted, FieldChange, ObjectChange, Side};
pub(crate) use human::{Style, human, place};
pub(crate) use json::{SCHEMA, json, problem};
pub(crate) use reach::Reach;
pub(crate) use secrets::Secrets;
pub(crate) use view::{
    Accounting, ChainLink, Finding, Issue, NotEvaluated, NotExpanded, NotRendered, Report, ResourceName, Status, Terraform, Undecided,
};
pub(crate) use write::{Material, Prints, prints, to_file, write};
