//! The pattern languages of Argo CD: Go's `path.Match`, git's pathspecs, doublestar and gobwas.

mod doublestar;
mod gobwas;
mod gopath;
mod pathspec;
mod token;

pub(crate) use doublestar::Doublestar;
pub(crate) use gobwas::Gobwas;
pub(crate) use gopath::GoPath;
pub(crate) use pathspec::Pathspec;
pub(crate) use token::BadPattern;
