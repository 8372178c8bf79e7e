//! The commands, one file each.

pub(crate) mod admission;
pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod bundle;
pub(crate) mod diff;
pub(crate) mod drift;
pub(crate) mod graph;
pub(crate) mod init;
pub(crate) mod lint;
pub(crate) mod man;
pub(crate) mod merge;
pub(crate) mod rule;
mod rule_new;
pub(crate) mod schema;
pub(crate) mod spot;
pub(crate) mod stamp;
pub(crate) mod template;
pub(crate) mod test;
pub(crate) mod tf;
mod tree;
pub(crate) mod values;
pub(crate) mod vendor;
pub(crate) mod waive;
pub(crate) mod why;

use crate::error::Error;

/// What a command prints, and how it ends.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// For standard output.
    pub(crate) output: Vec<u8>,
    /// For standard error.
    pub(crate) notes: String,
    /// The exit code.
    pub(crate) code: Exit,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Nothing at deny level.
    #[default]
    Clean = 0,
    /// Findings at deny level.
    Findings = 1,
    /// A rule of somebody's own is broken.
    Broken = 2,
    /// Something could not be rendered or read.
    Incomplete = 3,
}

impl Exit {
    /// The end of an exit code.
    pub(crate) fn of_number(code: u8) -> Option<Self> {
        [Self::Clean, Self::Findings, Self::Broken, Self::Incomplete].into_iter().find(|exit| *exit as u8 == code)
    }
}

/// What a command gives.
pub(crate) type Outcome = Result<Done, Error>;
