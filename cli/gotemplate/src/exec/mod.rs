//! The execution of one template: [`walk`] goes through its nodes, [`pipeline`], [`field`] and [`call`] evaluate, [`origin`] remembers where from.

mod argument;
mod call;
mod fault;
mod field;
mod origin;
mod pipeline;
mod recent;
mod state;
mod walk;

pub(crate) use field::zero_element;
pub(crate) use origin::{Inputs, Origins, Texts, all_of};
pub(crate) use state::Exec;
