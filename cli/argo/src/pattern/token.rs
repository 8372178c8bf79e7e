//! What all the pattern languages boil down to, and the matcher of it, which takes at most pattern × text steps.

/// The most alternatives that braces may multiply to.
pub(super) const MAX_ALTERNATIVES: usize = 1_024;

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadPattern(pub(crate) &'static str);

/// Whether a wildcard matches the separator of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slash {
    /// It does.
    Crossed,
    /// It does not.
    Kept,
}

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This character.
    Char(char),
    /// Any one character.
    One(Slash),
    /// Any number of characters.
    Many(Slash),
    /// One character of a class.
    Class(Class),
}

/// A character class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// Matches what is not in the ranges.
    pub(super) negated: bool,
    /// The ranges, both ends included.
    pub(super) ranges: Vec<(char, char)>,
    /// Whether it may match a separator.
    pub(super) slash: Slash,
}

impl Token {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::Char(wanted) => *wanted == character,
            Self::One(slash) | Self::Many(slash) => *slash == Slash::Crossed || character != '/',
            Self::Class(class) => {
                let within = class.ranges.iter().any(|&(low, high)| low <= character && character <= high);
                within != class.negated && (class.slash == Slash::Crossed || character != '/')
            }
        }
    }
}

/// Whether a text matches as a whole. All wildcards of a pattern treat separators alike, so that only the last one needs to be tried again.
pub(super) fn matches(tokens: &[Token], text: &str) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let next = text.get(at..).and_then(|rest| rest.chars().next());
        match (tokens.get(token), next) {
            (None, None) => return true,
            (Some(Token::Many(_)), _) => {
                token += 1;
                retry = Some((token, at));
                continue;
            }
            (Some(one), Some(character)) if one.accepts(character) => {
                token += 1;
                at += character.len_utf8();
                continue;
            }
            (None, Some(_)) | (Some(_), _) => {}
        }
        let Some((after, from)) = retry else { return false };
        let many = after.checked_sub(1).and_then(|many| tokens.get(many));
        let Some(taken) = text.get(from..).and_then(|rest| rest.chars().next()) else { return false };
        if !many.is_some_and(|many| many.accepts(taken)) {
            return false;
        }
        retry = Some((after, from + taken.len_utf8()));
        (token, at) = (after, from + taken.len_utf8());
    }
}

/// The characters that every match starts with.
pub(super) fn literal_start(tokens: &[Token]) -> String {
    let literal = tokens.iter().map_while(|token| if let Token::Char(character) = token { Some(*character) } else { None });
    literal.collect()
}

/// The texts that braces stand for, outermost first; escapes and classes are stepped over.
pub(super) fn alternatives(pattern: &str) -> Result<Vec<String>, BadPattern> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(text) = open.pop() {
        match first_braces(&text)? {
            None => done.push(text),
            Some((before, choices, after)) => open.extend(choices.iter().rev().map(|choice| format!("{before}{choice}{after}"))),
        }
        if done.len() + open.len() > MAX_ALTERNATIVES {
            return Err(BadPattern("braces stand for too many alternatives"));
        }
    }
    Ok(done)
}

type Braces<'a> = (&'a str, Vec<&'a str>, &'a str);

fn first_braces(text: &str) -> Result<Option<Braces<'_>>, BadPattern> {
    let (mut depth, mut start, mut from, mut in_class, mut escaped) = (0_usize, 0, 0, false, false);
    let mut choices = Vec::new();
    for (at, character) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match character {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '{' if !in_class => {
                if depth == 0 {
                    (start, from) = (at, at + 1);
                }
                depth += 1;
            }
            ',' if depth == 1 && !in_class => {
                choices.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            '}' if depth > 0 && !in_class => {
                depth -= 1;
                if depth == 0 {
                    choices.push(text.get(from..at).unwrap_or_default());
                    return Ok(Some((text.get(..start).unwrap_or_default(), choices, text.get(at + 1..).unwrap_or_default())));
                }
            }
            _ => {}
        }
    }
    if depth > 0 { Err(BadPattern("a brace is not closed")) } else { Ok(None) }
}

/// How a language writes its classes.
#[derive(Clone, Copy)]
pub(super) struct ClassSyntax {
    /// What negates.
    pub(super) negations: &'static [char],
    /// Whether it may match a separator.
    pub(super) slash: Slash,
}

/// Reads a class whose `[` was taken already.
pub(super) fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, syntax: ClassSyntax) -> Result<Token, BadPattern> {
    const OPEN: BadPattern = BadPattern("a bracket is not closed");
    let negated = rest.next_if(|character| syntax.negations.contains(character)).is_some();
    let mut ranges = Vec::new();
    loop {
        let low = match rest.next().ok_or(OPEN)? {
            ']' if !ranges.is_empty() => break,
            '\\' => rest.next().ok_or(OPEN)?,
            character => character,
        };
        let mut high = low;
        if rest.peek() == Some(&'-') {
            let mut ahead = rest.clone();
            ahead.next();
            if ahead.peek().is_some_and(|&character| character != ']') {
                rest.next();
                high = match rest.next().ok_or(OPEN)? {
                    '\\' => rest.next().ok_or(OPEN)?,
                    character => character,
                };
            }
        }
        ranges.push((low, high));
    }
    Ok(Token::Class(Class { negated, ranges, slash: syntax.slash }))
}
