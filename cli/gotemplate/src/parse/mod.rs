//! Text to templates: [`lexer`] makes tokens, [`parser`] makes trees of them.

mod control;
mod lexer;
mod literal;
mod parser;
mod pipeline;
mod rune;
mod token;

pub(crate) use parser::{Parsed, Template, parse};
