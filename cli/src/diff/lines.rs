//! The lines of the head that a change adds or edits, as code hosts count them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_source::{EntryKind, Origin, RepoPath, Revision, Role, Sources, Span};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The most lines of both sides together that are compared one by one; of longer files, everything between the first and the last
/// difference counts as edited.
const MAX_LINES: usize = 40_000;

/// The most files that one which was not there before is held against, to find what it was called.
const MAX_CANDIDATES: usize = 64;

/// How many lines two files must share for the one to be the other under a new name: half of the longer one, as for git.
const ALIKE: usize = 2;

/// The changed lines of the files of a head, looked up when they are asked for.
pub(super) struct ChangedLines<'a> {
    base: Option<&'a Revision>,
    head: &'a Revision,
    known: Mutex<BTreeMap<Arc<str>, Vec<Range<u32>>>>,
}

impl<'a> ChangedLines<'a> {
    /// The lines by which a head differs from a base; without a base, all of them.
    pub(super) fn new(base: Option<&'a Revision>, head: &'a Revision) -> Self {
        Self { base, head, known: Mutex::default() }
    }

    /// The place of a chain that a person would look at in the change: what they would edit if the change touches it, else the first link
    /// that it touches, else what they would edit.
    pub(super) fn place(&self, origin: &Origin, sources: &Sources) -> Option<Span> {
        let edit = origin.edit();
        let touched = |span: &Span| self.touches(*span, sources);
        let may_lead = |role: Role| !matches!(role, Role::Rendered);
        edit.filter(touched)
            .or_else(|| origin.links.iter().filter(|link| may_lead(link.role)).filter_map(|link| link.span).find(touched))
            .or(edit)
    }

    /// Whether the change touches any link of a chain.
    pub(super) fn is_touched(&self, origin: &Origin, sources: &Sources) -> bool {
        origin.links.iter().filter_map(|link| link.span).any(|span| self.touches(span, sources))
    }

    /// The first of several places that the change touches, else the longest in a file that it edits, as of a map in which a line is missing.
    pub(super) fn decisive(&self, spans: &[Span], sources: &Sources) -> Option<Span> {
        let touched = spans.iter().find(|span| self.touches(**span, sources));
        let is_edited = |span: &&Span| sources.locate(**span).is_some_and(|place| self.is_edited(&place.file));
        touched.or_else(|| spans.iter().filter(is_edited).max_by_key(|span| span.end - span.start)).copied()
    }

    fn is_edited(&self, path: &str) -> bool {
        let (Some(base), Ok(path)) = (self.base, RepoPath::new(path)) else { return true };
        match (base.read(&path), self.head.read(&path)) {
            (Ok(before), Ok(after)) => before.bytes() != after.bytes(),
            (before, after) => before.is_ok() || after.is_ok(),
        }
    }

    /// Whether every line of a place is added or edited.
    fn touches(&self, span: Span, sources: &Sources) -> bool {
        let Some(place) = sources.locate(span) else { return false };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = known.entry(Arc::clone(&place.file)).or_insert_with(|| self.lines(&place.file));
        lines.iter().any(|range| range.start <= place.line && place.end_line < range.end)
    }

    fn lines(&self, path: &str) -> Vec<Range<u32>> {
        let all = 1..u32::MAX;
        let Some(base) = self.base else { return vec![all] };
        let Ok(path) = RepoPath::new(path) else { return Vec::new() };
        let Ok(head) = self.head.read(&path) else { return Vec::new() };
        let before = match base.read(&path) {
            Ok(file) => file,
            Err(_) => match self.former(&path, head.bytes()) {
                Some(former) => former,
                None => return vec![all],
            },
        };
        if before.bytes() == head.bytes() { Vec::new() } else { changed(&split(before.bytes()), &split(head.bytes())) }
    }

    /// The file that one was before it was renamed.
    fn former(&self, path: &RepoPath, bytes: &[u8]) -> Option<Arc<portcullis_source::SourceFile>> {
        let base = self.base?;
        let ending = |path: &RepoPath| path.name().rsplit_once('.').map(|(_, ending)| ending.to_owned());
        let gone = |candidate: &&RepoPath| self.head.entry(candidate).is_none();
        let files = base.entries().filter(|(_, kind)| **kind == EntryKind::File).map(|(path, _)| path);
        let mut candidates: Vec<&RepoPath> = files.filter(gone).filter(|other| ending(other) == ending(path)).collect();
        candidates.sort_by_key(|other| (other.name() != path.name(), other.parent() != path.parent()));
        let lines = split(bytes);
        let mut best = None;
        for candidate in candidates.into_iter().take(MAX_CANDIDATES) {
            let Ok(file) = base.read(candidate) else { continue };
            if **file.bytes() == *bytes {
                return Some(file);
            }
            let others = split(file.bytes());
            let shared = shared(&lines, &others);
            if shared * ALIKE >= lines.len().max(others.len()) && best.as_ref().is_none_or(|(most, _)| shared > *most) {
                best = Some((shared, file));
            }
        }
        best.map(|(_, file)| file)
    }
}

/// The lines of a text, whatever they end with.
fn split(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').collect()
}

/// How many distinct lines two texts share.
fn shared(left: &[&[u8]], right: &[&[u8]]) -> usize {
    let left: BTreeSet<&[u8]> = left.iter().copied().filter(|line| !line.is_empty()).collect();
    let right: BTreeSet<&[u8]> = right.iter().copied().collect();
    left.intersection(&right).count()
}

/// The lines (from one) of `after` that are not in `before`.
fn changed(before: &[&[u8]], after: &[&[u8]]) -> Vec<Range<u32>> {
    let start = before.iter().zip(after).take_while(|(left, right)| left == right).count();
    let (left, right) = (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let (left, right) = (left.get(..left.len() - end).unwrap_or_default(), right.get(..right.len() - end).unwrap_or_default());
    let line = |index: usize| (start + index + 1) as u32;
    if left.len() + right.len() > MAX_LINES {
        return std::iter::once(line(0)..line(right.len())).collect();
    }
    let edits = capture_diff_slices(Algorithm::Myers, left, right).into_iter().filter_map(|edit| match edit {
        DiffOp::Equal { .. } | DiffOp::Delete { .. } => None,
        DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
            Some(line(new_index)..line(new_index + new_len))
        }
    });
    edits.collect()
}
