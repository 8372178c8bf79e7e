//! What a shell script of a container's hook does: whether it does anything, and how long it takes.
//!
//! 1. A [`read`] script is a [`List`](ast::List), by the grammar of POSIX with a few additions of bash; no crate at hand reads hostile text
//!    without a panic, and the gate in the cluster must.
//! 2. [`weigh`] walks it as a shell would, with what is known of variables, and gives an [`Effort`].

mod arithmetic;
mod ast;
mod commands;
mod expand;
mod read;
mod state;
mod walk;

pub(crate) use state::Effort;
pub(crate) use walk::weigh;
