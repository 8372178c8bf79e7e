//! The grammar: turns tokens into events as go-yaml's parser does.

mod block;
mod flow;
mod state;

pub(super) use state::Parser;
