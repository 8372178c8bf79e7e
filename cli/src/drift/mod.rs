//! The environments of a service beside each other: where they differ because a layer says so, and what nobody meant.

mod divergence;
mod entry;
mod layers;
mod redundant;
mod siblings;
mod survey;
mod tell;
mod unread;
mod unset;

pub(crate) use entry::{Class, Drift};
pub(crate) use survey::survey;
pub(crate) use tell::{human, json};
