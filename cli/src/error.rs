//! What stops a run: usage and configuration errors, each with its place.

use std::fmt::Write as _;

use portcullis_source::{Location, ReadError};

use crate::settings::Surroundings;

/// What to do about rules that come with the program and do not work.
pub(crate) const BROKEN_BUILD: &str = "the embedded rules are broken, which is a fault of this build: take another one, and report it";

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line asks for what can't be.
    #[error("{message}")]
    Usage {
        /// What can't be.
        message: String,
        /// What to do about it.
        hint: String,
    },
    /// The configuration is wrong.
    #[error("the configuration is not valid")]
    Config {
        /// Each mistake.
        mistakes: Vec<Mistake>,
    },
    /// What helm would write to its standard error, where it would stop with exit code 1.
    #[error("{0}")]
    Helm(String),
    /// The same, after some of the work is done.
    #[error("{message}")]
    Stopped {
        /// What helm would have written to its standard output by then.
        printed: Vec<u8>,
        /// What it would write to its standard error.
        message: String,
    },
    /// Something could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// One mistake in the configuration.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// What is wrong.
    pub(crate) message: String,
    /// Where.
    pub(crate) location: Option<Location>,
    /// The line that it stands on.
    pub(crate) line: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Error {
    /// What helm says, and exits with 1.
    pub(crate) fn helm(message: impl std::fmt::Display) -> Self {
        Self::Helm(format!("Error: {message}\n"))
    }

    /// A usage error with what to do about it.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    /// The same after what is written before it.
    pub(crate) fn after(self, before: &str) -> Self {
        match self {
            Self::Stopped { printed, message } => Self::Stopped { printed, message: format!("{before}{message}") },
            other => other,
        }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Helm(_) | Self::Stopped { .. } => 1,
            Self::Usage { .. } | Self::Config { .. } | Self::Read(_) => 2,
        }
    }

    /// The error in one line.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Config { mistakes } => match mistakes.first() {
                Some(Mistake { message, location: Some(place), .. }) => format!("{}:{}: {message}", place.file, place.line),
                Some(Mistake { message, location: None, .. }) => message.clone(),
                None => self.to_string(),
            },
            Self::Usage { .. } | Self::Helm(_) | Self::Stopped { .. } | Self::Read(_) => self.to_string(),
        }
    }

    /// What goes to standard output all the same.
    pub(crate) fn printed(&self) -> &[u8] {
        match self {
            Self::Stopped { printed, .. } => printed,
            Self::Helm(_) | Self::Usage { .. } | Self::Config { .. } | Self::Read(_) => &[],
        }
    }

    /// What goes to standard error.
    pub(crate) fn print(&self, _surroundings: &Surroundings) -> String {
        match self {
            Self::Helm(text) | Self::Stopped { message: text, .. } => text.clone(),
            Self::Config { mistakes } => mistakes.iter().map(Mistake::print).collect(),
            Self::Usage { message, hint } => format!("error: {message}\n  hint: {hint}\n"),
            Self::Read(error) => format!("error: {error}\n  hint: {}\n", error.hint()),
        }
    }
}

/// Why the system refuses, as Go says it: `no such file or directory`.
pub(crate) fn reason(error: &std::io::Error) -> String {
    lowercase(&error.to_string())
}

/// The same of what Rust says: `No such file or directory (os error 2)`.
pub(crate) fn lowercase(said: &str) -> String {
    let mut letters = said.split(" (os error").next().unwrap_or_default().chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

impl Mistake {
    fn print(&self) -> String {
        let mut text = format!("error: {}\n", self.message);
        if let Some(place) = &self.location {
            let number = place.line.to_string();
            let margin = " ".repeat(number.len());
            let width = if place.end_line == place.line { place.end_column.saturating_sub(place.column).max(1) } else { 1 };
            let _ = writeln!(text, "{margin} --> {}:{}:{}", place.file, place.line, place.column);
            let _ = writeln!(text, "{number} | {}", self.line);
            let _ = writeln!(text, "{margin} | {}{}", " ".repeat(place.column.saturating_sub(1) as usize), "^".repeat(width as usize));
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "  hint: {hint}");
        }
        text
    }
}
