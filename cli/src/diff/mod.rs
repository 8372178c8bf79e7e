//! Two revisions to what a change does: which objects of which applications become others, and which findings come and go.
//!
//! What is made depends on its [`key`] alone, so what has the same one on both sides is the same. Only what has another one is rendered twice, and
//! of the rest only what rules may join with it ([`spread`]); `--exhaustive` renders everything on both sides, with the same result.

mod change;
mod compare;
mod fields;
mod hazard;
mod judge;
mod key;
mod lines;
mod objects;
mod reach;
mod roots;
mod show;
mod side;
mod spread;
mod tell;
mod trailers;

pub(crate) use compare::{Comparison, Extent, compare, denies};
pub(crate) use show::{Secrets, secret_key};
