//! The tokens that the scanner cuts a text into.

use std::borrow::Cow;

use super::fault::Mark;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The start of the text.
    StreamStart,
    /// Its end.
    StreamEnd,
    /// `%YAML`.
    VersionDirective,
    /// `%TAG`.
    TagDirective,
    /// `---`.
    DocumentStart,
    /// `...`.
    DocumentEnd,
    /// The indentation of a list begins.
    BlockSequenceStart,
    /// The indentation of a map begins.
    BlockMappingStart,
    /// An indentation ends.
    BlockEnd,
    /// `[`.
    FlowSequenceStart,
    /// `]`.
    FlowSequenceEnd,
    /// `{`.
    FlowMappingStart,
    /// `}`.
    FlowMappingEnd,
    /// `-`.
    BlockEntry,
    /// `,`.
    FlowEntry,
    /// `?`, or the place of a key without it.
    Key,
    /// `:`.
    Value,
    /// `*name`.
    Alias,
    /// `&name`.
    Anchor,
    /// `!tag`.
    Tag,
    /// A scalar.
    Scalar,
}

/// What a token carries.
#[derive(Clone, Debug, Default)]
pub(super) enum Payload<'a> {
    /// Nothing.
    #[default]
    None,
    /// The version of a `%YAML` directive.
    Version(u8, u8),
    /// The handle and the prefix of a `%TAG` directive, or the handle and the suffix of a tag.
    Tag(Box<(String, String)>),
    /// The name of an anchor.
    Name(&'a str),
    /// The text of a plain scalar.
    Plain(Cow<'a, str>),
    /// The text of a quoted or block scalar.
    Quoted(Cow<'a, str>),
}

/// A token.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it starts.
    pub(super) start: Mark,
    /// Where it ends.
    pub(super) end: Mark,
    /// What it carries.
    pub(super) payload: Payload<'a>,
}
