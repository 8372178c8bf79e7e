//! Go's `path.Match`, which the git directory generator uses: `**` is `*`, and neither crosses a separator.

use super::token::{BadPattern, ClassSyntax, Slash, Token, class, matches};

/// A pattern of `path.Match`.
#[derive(Clone, Debug)]
pub(crate) struct GoPath(Vec<Token>);

impl GoPath {
    /// Reads a pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, BadPattern> {
        let syntax = ClassSyntax { negations: &['^'], slash: Slash::Crossed };
        let mut tokens = Vec::new();
        let mut rest = pattern.chars().peekable();
        while let Some(character) = rest.next() {
            tokens.push(match character {
                '*' => Token::Many(Slash::Kept),
                '?' => Token::One(Slash::Kept),
                '[' => class(&mut rest, syntax)?,
                '\\' => Token::Char(rest.next().ok_or(BadPattern("a backslash stands at the end"))?),
                other => Token::Char(other),
            });
        }
        Ok(Self(tokens))
    }

    /// Whether a whole path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        matches(&self.0, path)
    }
}
