//! A shell script, as far as its time and its effects go.

use std::sync::Arc;

/// Commands one after the other.
pub(super) type List = Vec<Item>;

/// Pipelines joined by `&&` and `||`, and whether the shell goes on without waiting for them.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) first: Pipeline,
    pub(super) rest: Vec<(Operator, Pipeline)>,
    pub(super) background: bool,
}

/// When the next pipeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
}

/// Commands that run at the same time.
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    pub(super) negated: bool,
    pub(super) commands: Vec<Command>,
}

/// A command and the files that it writes to.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) what: What,
    pub(super) writes: Vec<Word>,
}

/// The kinds of commands.
#[derive(Clone, Debug)]
pub(super) enum What {
    Simple { assignments: Vec<(String, Word)>, words: Vec<Word> },
    Subshell(List),
    Group(List),
    If { branches: Vec<(List, List)>, otherwise: List },
    Loop { until: bool, condition: List, body: List },
    For { name: String, words: Option<Vec<Word>>, body: List },
    Count { first: String, test: String, step: String, body: List },
    Case { word: Word, bodies: Vec<List> },
    Arithmetic(String),
    Function { name: String, body: Arc<List> },
}

/// One word, of parts that are side by side.
pub(super) type Word = Vec<Piece>;

/// A part of a word.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text as it stands, and whether it was quoted.
    Text(String, bool),
    /// A variable, what stands in for it where it is not set, and whether it was quoted.
    Variable(String, Option<String>, bool),
    /// `$((…))`.
    Arithmetic(String),
    /// What commands print.
    Output(List, bool),
    /// Anything else.
    Unknown,
}

/// The text of a word that is nothing but text.
pub(super) fn plain(word: &[Piece]) -> Option<String> {
    word.iter().map(|piece| if let Piece::Text(text, _) = piece { Some(text.as_str()) } else { None }).collect()
}

/// The same, but only where nothing of it was quoted: only such words are keywords.
pub(super) fn bare(word: &[Piece]) -> Option<&str> {
    match word {
        [Piece::Text(text, false)] => Some(text),
        _ => None,
    }
}
