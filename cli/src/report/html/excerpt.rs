//! Lines of the repository around the places that a page speaks of, each excerpt once.

use std::{collections::BTreeMap, fmt::Write as _};

use indexmap::IndexMap;
use portcullis_source::{FileId, Sources, Span};

use crate::report::{Secrets, escape::html};

/// How many lines are shown before and after a place.
const AROUND: u32 = 2;

/// How many lines of a place are shown.
const MAX_LINES: u32 = 6;

/// The longest line that is shown whole, in characters.
const MAX_WIDTH: usize = 240;

/// How many excerpts a page has; links beyond have a place only.
const MAX_EXCERPTS: usize = 3_000;

/// The excerpts of a page.
pub(super) struct Excerpts<'a> {
    sources: &'a Sources,
    secrets: &'a Secrets,
    lines: BTreeMap<FileId, Vec<String>>,
    found: IndexMap<Span, String>,
    left_out: usize,
}

impl<'a> Excerpts<'a> {
    /// A page without excerpts.
    pub(super) fn of(sources: &'a Sources, secrets: &'a Secrets) -> Self {
        Self { sources, secrets, lines: BTreeMap::new(), found: IndexMap::new(), left_out: 0 }
    }

    /// The number of the excerpt around a place; none where there is nothing to show.
    pub(super) fn add(&mut self, span: Span) -> Option<usize> {
        if let Some(index) = self.found.get_index_of(&span) {
            return Some(index);
        }
        if self.found.len() >= MAX_EXCERPTS {
            self.left_out += 1;
            return None;
        }
        let text = self.text(span)?;
        Some(self.found.insert_full(span, text).0)
    }

    /// The excerpt around a place.
    pub(super) fn text(&mut self, span: Span) -> Option<String> {
        let file = self.sources.get(span.file).filter(|file| !file.bytes().contains(&0))?;
        let place = file.location(span.start, span.end);
        let lines = self.lines.entry(span.file).or_insert_with(|| self.secrets.lines(&file));
        let last = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let end = place.end_line.min(place.line + MAX_LINES - 1);
        let mut text = "<pre>".to_owned();
        for number in place.line.saturating_sub(AROUND).max(1)..=(end + AROUND).min(last) {
            let class = if (place.line..=end).contains(&number) { " class=\"hit\"" } else { "" };
            let _ = write!(text, "<span{class}><i>{number:>4}</i> {}</span>", shown(lines.get(number as usize - 1)));
        }
        text.push_str("</pre>");
        Some(text)
    }

    /// All of them, for readers without a script.
    pub(super) fn print(&self) -> String {
        let mut text = String::new();
        for (index, (span, excerpt)) in self.found.iter().enumerate() {
            let Some(place) = self.sources.locate(*span) else { continue };
            let _ =
                writeln!(text, "<figure id=\"x{index}\"><figcaption>{}:{}</figcaption>{excerpt}</figure>", html(&place.file), place.line);
        }
        if self.left_out > 0 {
            let _ = writeln!(text, "<p>{} more places are told without their lines.</p>", self.left_out);
        }
        text
    }
}

/// A line, cut where it is too long to read.
fn shown(line: Option<&String>) -> String {
    let text = line.map_or("", |line| line);
    match text.char_indices().nth(MAX_WIDTH) {
        Some((end, _)) => format!("{}…", html(text.get(..end).unwrap_or_default())),
        None => html(text),
    }
}
