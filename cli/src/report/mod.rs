//! What a run says: one [`Report`], and one module for each format of it.

mod changes;
mod human;
mod json;
mod reach;
mod view;

pub(crate) use changes::{ApplicationChange, ChangeKind, Changes, FieldChange, ObjectChange, Side};
pub(crate) use human::{Style, human, place};
pub(crate) use json::{SCHEMA, json, problem};
pub(crate) use reach::Reach;
pub(crate) use view::{Accounting, ChainLink, Finding, Issue, NotExpanded, NotRendered, Report, ResourceName, Status};
