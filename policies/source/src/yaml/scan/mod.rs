//! Cuts characters into tokens as go-yaml's scanner does.

mod block;
mod comment;
mod plain;
mod property;
mod queue;
mod quoted;
mod scanner;

pub(super) use scanner::Scanner;
