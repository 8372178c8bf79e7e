//! Templates to the keys of values that they may read, in any branch, whatever the values are.
//!
//! Nothing is executed: values are stood for by their [`paths`](Path), and where it is not known what becomes of one, all of it counts
//! as read. So a key that is not read here is read by no execution.

mod call;
mod index;
mod known;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use portcullis_source::Span;

use index::Index;
pub use walk::{Entry, reads};

/// A step into values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The entry of a key.
    Name(Arc<str>),
    /// Any entry or item.
    Any,
    /// The entry of a key that a template puts together, so that its name stands somewhere in the templates.
    Mentioned,
}

/// A way into the values of a release, those of subcharts below the names of their charts.
pub type Path = Vec<Part>;

/// How much of a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Whether it is there, or true, or what it is, but not what lies below it.
    Own,
    /// The value and everything below it.
    Whole,
}

/// What must hold for a place of a template to be reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// The value at a path is true, or is not.
    Is(Path, bool),
    /// Something that nobody looked into.
    Unknown,
}

/// A value that is printed with nothing to fall back on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bare {
    /// Its path.
    pub path: Path,
    /// Where it is read.
    pub span: Option<Span>,
    /// What must hold for that.
    pub guards: Vec<Guard>,
}

/// What templates may read.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// The values, each with the first place that reads it.
    pub values: BTreeMap<(Path, Extent), Option<Span>>,
    /// The values that are printed with nothing to fall back on.
    pub bare: Vec<Bare>,
    /// The words of the templates, which keys may be put together from.
    pub words: BTreeSet<Arc<str>>,
    /// Whether everything was looked at; if not, more may be read.
    pub complete: bool,
    index: OnceLock<Index>,
}

impl Reads {
    /// The place that reads a value, or something above or below it; a list counts as one value.
    #[must_use]
    pub fn reader(&self, path: &[Arc<str>]) -> Option<Option<Span>> {
        let index = self.index.get_or_init(|| Index::of(&self.values));
        index.reader(path, &|word| self.words.contains(word))
    }
}
