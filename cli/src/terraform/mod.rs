//! The roots of Terraform that a revision holds, evaluated for each of their environments: to lists, to reasons, to what rules see.

mod check;
mod declared;
mod doubt;
mod evaluated;
mod field;
mod kept;
mod plans;
mod promotion;
mod release;
mod states;
mod tell;
mod why;

pub(crate) use check::{Checked, Keep, Released, check, is_ours};
pub(crate) use declared::discover;
pub(crate) use evaluated::{Evaluated, evaluate, roots};
pub(crate) use kept::Kept;
pub(crate) use plans::{PlanFile, Plans, open as open_plans};
pub(crate) use tell::{human, json};
pub(crate) use why::why;

/// The JSON Schema of what `portcullis tf --format json` prints.
pub(crate) const SCHEMA: &str = include_str!("tf.schema.json");
