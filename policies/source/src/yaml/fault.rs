//! What ends the reading of a text, and where.

use std::borrow::Cow;

use super::read::YamlError;
use crate::Range;

/// A place between two characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The byte in the characters' text.
    pub(super) at: u32,
    /// The characters before it.
    pub(super) index: u32,
    /// The line breaks before it.
    pub(super) line: u32,
    /// The characters between it and the line break before it.
    pub(super) column: u32,
}

/// Which part of the reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The decoding of bytes.
    Reader,
    /// The cutting into tokens.
    Scanner,
    /// The grammar.
    Parser,
    /// The making of values.
    Decoder,
}

/// The fault that ends the reading.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    part: Part,
    problem: Cow<'static, str>,
    line: u32,
    range: Range,
}

/// What may end in a fault.
pub(super) type Result<T> = std::result::Result<T, Box<Fault>>;

impl Fault {
    /// A fault at a mark.
    pub(super) fn at(part: Part, problem: impl Into<Cow<'static, str>>, mark: Mark) -> Box<Self> {
        Box::new(Self { part, problem: problem.into(), line: mark.line, range: Range { start: mark.at, end: mark.at } })
    }

    /// A fault of a value.
    pub(super) fn of(problem: impl Into<Cow<'static, str>>, range: Range) -> Box<Self> {
        Box::new(Self { part: Part::Decoder, problem: problem.into(), line: 0, range })
    }

    /// The byte of the characters where it starts.
    pub(super) fn start(&self) -> u32 {
        self.range.start
    }

    /// The error in go-yaml's words; `place` turns a range of the characters into one of the input.
    pub(super) fn into_error(self, place: impl FnOnce(Range) -> Range) -> YamlError {
        let Self { part, problem, line, range } = self;
        // go-yaml counts lines from zero, corrects that for the scanner alone, and leaves out line zero.
        let message = match (part, line) {
            (Part::Scanner, 1..) => format!("yaml: line {}: {problem}", line + 1),
            (Part::Parser, 1..) => format!("yaml: line {line}: {problem}"),
            (Part::Scanner | Part::Parser, 0) | (Part::Reader, _) => format!("yaml: {problem}"),
            (Part::Decoder, _) => problem.into_owned(),
        };
        YamlError { message, range: place(range) }
    }
}
