//! Templates of strings and of trees of strings, in both of Argo CD's languages.

mod fast;
mod go;
mod pieces;
mod render;

pub(crate) use pieces::{Pieces, char_origins};
pub(crate) use render::{Failed, Language, Renderer, names, span_of};
