//! doublestar globs, which values files and the newer git file generator use: `**` stands for any number of folders, `{a,b}` chooses.

use super::token::{BadPattern, ClassSyntax, Slash, Token, alternatives, class, matches};

/// A doublestar glob.
#[derive(Clone, Debug)]
pub(crate) struct Doublestar(Vec<Vec<Part>>);

#[derive(Clone, Debug)]
enum Part {
    Folders,
    Name(Vec<Token>),
}

impl Doublestar {
    /// Reads a pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, BadPattern> {
        alternatives(pattern)?.iter().map(|pattern| parts(pattern)).collect::<Result<_, _>>().map(Self)
    }

    /// The same without braces, as git's `:(glob)` has it.
    pub(super) fn without_braces(pattern: &str) -> Result<Self, BadPattern> {
        parts(pattern).map(|parts| Self(vec![parts]))
    }

    /// Whether a whole path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        self.0.iter().any(|parts| part_matches(parts, &names))
    }
}

fn parts(pattern: &str) -> Result<Vec<Part>, BadPattern> {
    pattern.split('/').map(|part| if part == "**" { Ok(Part::Folders) } else { tokens(part).map(Part::Name) }).collect()
}

fn tokens(part: &str) -> Result<Vec<Token>, BadPattern> {
    let syntax = ClassSyntax { negations: &['^', '!'], slash: Slash::Kept };
    let mut tokens = Vec::new();
    let mut rest = part.chars().peekable();
    while let Some(character) = rest.next() {
        tokens.push(match character {
            '*' => Token::Many(Slash::Kept),
            '?' => Token::One(Slash::Kept),
            '[' => class(&mut rest, syntax)?,
            '\\' => Token::Char(rest.next().ok_or(BadPattern("a backslash stands at the end"))?),
            other => Token::Char(other),
        });
    }
    Ok(tokens)
}

/// The same walk as for characters, one folder at a time.
fn part_matches(parts: &[Part], names: &[&str]) -> bool {
    let mut reached = vec![false; parts.len() + 1];
    reach(parts, &mut reached, 0);
    for name in names {
        let mut next = vec![false; parts.len() + 1];
        for (index, part) in parts.iter().enumerate().filter(|(index, _)| reached.get(*index) == Some(&true)) {
            match part {
                Part::Folders => reach(parts, &mut next, index),
                Part::Name(tokens) if matches(tokens, name) => reach(parts, &mut next, index + 1),
                Part::Name(_) => {}
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

fn reach(parts: &[Part], reached: &mut [bool], from: usize) {
    let mut at = from;
    while let Some(mark) = reached.get_mut(at) {
        *mark = true;
        if !matches!(parts.get(at), Some(Part::Folders)) {
            break;
        }
        at += 1;
    }
}
