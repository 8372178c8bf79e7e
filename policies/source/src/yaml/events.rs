//! The parts of a document in the order of its text.

use std::borrow::Cow;

use crate::Range;

/// A part of a document.
#[derive(Clone, Debug)]
pub(super) enum Event<'a> {
    /// The text ends.
    StreamEnd,
    /// A document starts; the byte of its marker, or of its first token.
    DocumentStart(u32),
    /// A document ends.
    DocumentEnd,
    /// A repetition of an anchored value.
    Alias(&'a str, Range),
    /// A scalar.
    Scalar(Scalar<'a>),
    /// A list or map starts.
    Start(Collection, Option<&'a str>, u32),
    /// A list or map ends; the byte after its closing bracket, if it has one.
    End(Option<u32>),
}

/// The two collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    /// A sequence.
    List,
    /// A mapping.
    Map,
}

/// A scalar.
#[derive(Clone, Debug, Default)]
pub(super) struct Scalar<'a> {
    /// Its text.
    pub(super) text: Cow<'a, str>,
    /// Its tag, where it has one.
    pub(super) tag: Option<Box<str>>,
    /// Whether its text says what it is.
    pub(super) implicit: bool,
    /// Its anchor.
    pub(super) anchor: Option<&'a str>,
    /// Its range.
    pub(super) range: Range,
}
