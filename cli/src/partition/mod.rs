//! One run in several parts: each checks its own applications, and what they found joins into the same report as of one run.

mod decode;
mod encode;
mod files;
mod part;

pub(crate) use decode::{Piece, Pieces, restore};
pub(crate) use encode::{Asked, encode};
pub(crate) use part::Part;
