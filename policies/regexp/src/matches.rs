//! Finding, replacing and splitting with Go's rules for empty matches.

use std::ops::Range;

use regex::bytes::{Captures, Regex};

/// The longest character.
const MAX_WIDTH: usize = 4;

/// How many bytes the character at a place takes: one, where it is no UTF-8, and none at the end.
fn width(text: &[u8], at: usize) -> usize {
    let here = text.get(at..).map(|rest| rest.get(..MAX_WIDTH).unwrap_or(rest)).unwrap_or_default();
    let first = here.utf8_chunks().next().map(|chunk| chunk.valid().chars().next().map_or(1, char::len_utf8));
    first.unwrap_or(0)
}

/// The matches, at most `limit` unless that is negative; none is empty right after another.
#[must_use]
pub fn find_all(regex: &Regex, text: &[u8], limit: i64) -> Vec<Range<usize>> {
    all(text, limit, |at| regex.find_at(text, at).map(|found| found.range()), Range::clone)
}

/// The same matches with their groups.
#[must_use]
pub fn find_all_groups<'t>(regex: &Regex, text: &'t [u8], limit: i64) -> Vec<Captures<'t>> {
    all(text, limit, |at| regex.captures_at(text, at), |found| found.get(0).map_or(0..0, |whole| whole.range()))
}

fn all<M>(text: &[u8], limit: i64, find: impl Fn(usize) -> Option<M>, whole: impl Fn(&M) -> Range<usize>) -> Vec<M> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let (mut at, mut previous) = (0, None);
    while found.len() < limit && at <= text.len() {
        let Some(one) = find(at) else { break };
        let range = whole(&one);
        let mut accepted = true;
        if range.end == at {
            accepted = previous != Some(range.start);
            at += width(text, at).max(1);
        } else {
            at = range.end;
        }
        previous = Some(range.end);
        if accepted {
            found.push(one);
        }
    }
    found
}

/// Tells a text piece by piece, in its order: what stands between the matches, and each match with its groups.
///
/// # Errors
/// Whoever is told has enough.
pub fn replace_all<E>(
    regex: &Regex,
    text: &[u8],
    mut piece: impl FnMut(Range<usize>, Option<&Captures<'_>>) -> Result<(), E>,
) -> Result<(), E> {
    let (mut at, mut end) = (0, 0);
    while at <= text.len() {
        let Some(captures) = regex.captures_at(text, at) else { break };
        let Some(range) = captures.get(0).map(|found| found.range()) else { break };
        piece(end..range.start, None)?;
        if range.end > end || range.start == 0 {
            piece(range.clone(), Some(&captures))?;
        }
        end = range.end;
        let step = width(text, at);
        at = match () {
            () if at + step > range.end => at + step,
            () if at + 1 > range.end => at + 1,
            () => range.end,
        };
    }
    piece(end..text.len(), None)
}

/// The parts between the matches.
#[must_use]
pub fn split(regex: &Regex, pattern: &str, text: &[u8], limit: i64) -> Vec<Range<usize>> {
    if limit == 0 {
        return Vec::new();
    }
    if !pattern.is_empty() && text.is_empty() {
        return std::iter::once(0..0).collect();
    }
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in find_all(regex, text, limit) {
        if limit > 0 && parts.len() as i64 == limit - 1 {
            break;
        }
        end = found.start;
        if found.end != 0 {
            parts.push(begin..end);
        }
        begin = found.end;
    }
    if end != text.len() {
        parts.push(begin..text.len());
    }
    parts
}
