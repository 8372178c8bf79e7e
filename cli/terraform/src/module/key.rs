//! Which instance of something it is, as addresses write it.

use std::{fmt, sync::Arc};

use crate::syntax::quoted;

/// Which instance of something it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// By `count`.
    Index(usize),
    /// By `for_each`.
    Name(Arc<str>),
    /// It is not known which there are: it stands for all.
    Unknown,
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(at) => write!(formatter, "[{at}]"),
            Self::Name(name) => write!(formatter, "[{}]", quoted(name)),
            Self::Unknown => formatter.write_str("[?]"),
        }
    }
}
