//! gobwas globs without separators, which directory sources use: `*` crosses separators, `[!x]` negates, `{a,b}` chooses.

use super::token::{BadPattern, ClassSyntax, Slash, Token, alternatives, class, matches};

/// A gobwas glob.
#[derive(Clone, Debug)]
pub(crate) struct Gobwas(Vec<Vec<Token>>);

impl Gobwas {
    /// Reads a pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, BadPattern> {
        alternatives(pattern)?.iter().map(|pattern| tokens(pattern)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a whole path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.iter().any(|tokens| matches(tokens, path))
    }
}

fn tokens(pattern: &str) -> Result<Vec<Token>, BadPattern> {
    let syntax = ClassSyntax { negations: &['!'], slash: Slash::Crossed };
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        tokens.push(match character {
            '*' => Token::Many(Slash::Crossed),
            '?' => Token::One(Slash::Crossed),
            '[' => class(&mut rest, syntax)?,
            '\\' => Token::Char(rest.next().ok_or(BadPattern("a backslash stands at the end"))?),
            other => Token::Char(other),
        });
    }
    Ok(tokens)
}
