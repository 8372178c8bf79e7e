//! Finding, replacing and splitting with Go's rules for empty matches.

use std::ops::Range;

use regex::bytes::{Captures, Regex};

use crate::format::first_rune;

fn width(text: &[u8], at: usize) -> usize {
    text.get(at..).and_then(first_rune).map_or(0, |(_, width)| width)
}

/// The matches, at most `limit` unless that is negative; none is empty right after another.
pub(crate) fn find_all(regex: &Regex, text: &[u8], limit: i64) -> Vec<Range<usize>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let (mut at, mut previous) = (0, None);
    while found.len() < limit && at <= text.len() {
        let Some(range) = regex.find_at(text, at).map(|found| found.range()) else { break };
        let mut accepted = true;
        if range.end == at {
            accepted = previous != Some(range.start);
            at += width(text, at).max(1);
        } else {
            at = range.end;
        }
        previous = Some(range.end);
        if accepted {
            found.push(range);
        }
    }
    found
}

/// Calls `keep` for what stands between the matches and `replace` for each match, in the order of the text.
pub(crate) fn replace_all<E>(
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
pub(crate) fn split(regex: &Regex, pattern: &str, text: &[u8], limit: i64) -> Vec<Range<usize>> {
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
