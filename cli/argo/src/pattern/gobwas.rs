//! gobwas globs, which directory sources use without separators: `*` crosses them, `[!x]` negates, `{a,b}` chooses; and AppProjects for repositories,
//! where a single `*` stays between two separators.

use super::token::{BadPattern, ClassSyntax, Slash, Token, alternatives, class, matches};

/// A gobwas glob.
#[derive(Clone, Debug)]
pub(crate) struct Gobwas(Vec<Vec<Token>>);

impl Gobwas {
    /// Reads a pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, BadPattern> {
        Self::with(pattern, Slash::Crossed)
    }

    /// Reads a pattern whose single stars and question marks cross no separator.
    pub(crate) fn of_parts(pattern: &str) -> Result<Self, BadPattern> {
        Self::with(pattern, Slash::Kept)
    }

    fn with(pattern: &str, slash: Slash) -> Result<Self, BadPattern> {
        alternatives(pattern)?.iter().map(|pattern| tokens(pattern, slash)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a whole path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.iter().any(|tokens| matches(tokens, path) || overlaps(tokens, path))
    }
}

/// Whether a path has what stands before and after a lone star that crosses separators, which gobwas lets overlap: `ab*bc` matches `abc`.
fn overlaps(tokens: &[Token], path: &str) -> bool {
    let plain = |tokens: &[Token]| -> Option<String> {
        tokens.iter().map(|token| if let Token::Char(character) = token { Some(*character) } else { None }).collect()
    };
    let mut parts = tokens.split(|token| matches!(token, Token::Many(Slash::Crossed)));
    let (Some(before), Some(after), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    plain(before).zip(plain(after)).is_some_and(|(before, after)| path.starts_with(&before) && path.ends_with(&after))
}

fn tokens(pattern: &str, slash: Slash) -> Result<Vec<Token>, BadPattern> {
    let syntax = ClassSyntax { negations: &['!'], slash: Slash::Crossed };
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        tokens.push(match character {
            '*' if rest.next_if_eq(&'*').is_some() => Token::Many(Slash::Crossed),
            '*' => Token::Many(slash),
            '?' => Token::One(slash),
            '[' => class(&mut rest, syntax)?,
            '\\' => Token::Char(rest.next().ok_or(BadPattern("a backslash stands at the end"))?),
            other => Token::Char(other),
        });
    }
    Ok(tokens)
}
