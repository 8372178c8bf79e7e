//! Patterns of paths, as `fileset` takes them.

use crate::limits::MAX_ITEMS;

/// A pattern: what its braces stand for, one after the other.
pub(super) struct Glob {
    patterns: Vec<Vec<Vec<Piece>>>,
}

/// A piece of a part of a path.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(char),
    One,
    Many,
    /// Any number of whole parts.
    Parts,
    Class(bool, Vec<(char, char)>),
}

/// How many patterns braces may stand for.
const MAX_PATTERNS: usize = 1_000;

impl Glob {
    /// Reads a pattern; none where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut patterns = Vec::new();
        for plain in alternatives(text)? {
            let parts: Option<Vec<Vec<Piece>>> = plain.split('/').map(part).collect();
            patterns.push(parts?);
        }
        Some(Self { patterns })
    }

    /// Whether a path fits.
    pub(super) fn matches(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        self.patterns.iter().any(|pattern| matches_parts(pattern, &parts))
    }
}

/// The patterns that a pattern with braces stands for.
fn alternatives(text: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut open = vec![text.to_owned()];
    while let Some(next) = open.pop() {
        if done.len() + open.len() > MAX_PATTERNS || next.len() > MAX_ITEMS {
            return None;
        }
        let Some(start) = next.find('{') else {
            done.push(next);
            continue;
        };
        let (before, rest) = next.split_at(start);
        let mut depth = 0;
        let mut cuts = Vec::new();
        let mut end = None;
        for (at, character) in rest.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        end = Some(at);
                        break;
                    }
                }
                ',' if depth == 1 => cuts.push(at),
                _ => {}
            }
        }
        let end = end?;
        cuts.push(end);
        let mut from = 1;
        for cut in cuts {
            open.push(format!("{before}{}{}", rest.get(from..cut)?, rest.get(end + 1..)?));
            from = cut + 1;
        }
    }
    Some(done)
}

fn part(text: &str) -> Option<Vec<Piece>> {
    if text == "**" {
        return Some(vec![Piece::Parts]);
    }
    let mut pieces = Vec::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        pieces.push(match character {
            '*' => Piece::Many,
            '?' => Piece::One,
            '[' => class(&mut rest)?,
            '\\' => Piece::Literal(rest.next()?),
            _ => Piece::Literal(character),
        });
    }
    pieces.dedup_by(|next, last| *next == Piece::Many && *last == Piece::Many);
    Some(pieces)
}

fn class(rest: &mut std::str::Chars<'_>) -> Option<Piece> {
    let mut ranges = Vec::new();
    let mut next = rest.next()?;
    let negated = matches!(next, '^' | '!');
    if negated {
        next = rest.next()?;
    }
    loop {
        if next == ']' {
            return (!ranges.is_empty()).then_some(Piece::Class(negated, ranges));
        }
        let from = if next == '\\' { rest.next()? } else { next };
        next = rest.next()?;
        if next == '-' {
            ranges.push((from, rest.next()?));
            next = rest.next()?;
        } else {
            ranges.push((from, from));
        }
    }
}

/// One table for all places, so that no pattern takes longer than its length times that of the path.
fn matches_parts(pattern: &[Vec<Piece>], path: &[&str]) -> bool {
    let mut reached = vec![false; path.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for pieces in pattern {
        let mut next = vec![false; path.len() + 1];
        let spans = pieces.first() == Some(&Piece::Parts);
        let mut open = false;
        for at in 0..=path.len() {
            let here = reached.get(at).copied().unwrap_or(false);
            open |= here;
            if spans && open {
                mark(&mut next, at);
            }
            if here && !spans && path.get(at).is_some_and(|part| matches_part(pieces, part)) {
                mark(&mut next, at + 1);
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

fn mark(places: &mut [bool], at: usize) {
    if let Some(place) = places.get_mut(at) {
        *place = true;
    }
}

fn matches_part(pieces: &[Piece], text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let mut reached = vec![false; characters.len() + 1];
    mark(&mut reached, 0);
    for piece in pieces {
        let mut next = vec![false; characters.len() + 1];
        let mut open = false;
        for at in 0..=characters.len() {
            let here = reached.get(at).copied().unwrap_or(false);
            open |= here;
            let character = characters.get(at).copied();
            match piece {
                Piece::Many | Piece::Parts => {
                    if open {
                        mark(&mut next, at);
                    }
                }
                Piece::One if here && character.is_some() => mark(&mut next, at + 1),
                Piece::Literal(wanted) if here && character == Some(*wanted) => mark(&mut next, at + 1),
                Piece::Class(negated, ranges) if here => {
                    let within = character.map(|found| ranges.iter().any(|(from, to)| (*from..=*to).contains(&found)) != *negated);
                    if within == Some(true) {
                        mark(&mut next, at + 1);
                    }
                }
                Piece::One | Piece::Literal(_) | Piece::Class(..) => {}
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}
