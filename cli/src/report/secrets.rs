//! The places that Secrets are made from, so that no report prints them with the lines around something else.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_policies::Resource;
use portcullis_source::{FileId, Role, SourceFile, Span, Step};

/// What stands for a text that is not shown; its length says nothing of that of the text.
const MASK: &str = "••••••";

/// How many signs stand for it where places must stay.
const SIGNS: usize = 6;

/// Ranges of files that are never shown.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    ranges: BTreeMap<FileId, BTreeSet<(u32, u32)>>,
}

impl Secrets {
    /// The places of all that stands in Secrets: the values, also those that others hide, else what the template or manifest says itself.
    pub(crate) fn of<'a>(resources: impl Iterator<Item = &'a Resource>) -> Self {
        let mut secrets = Self::default();
        secrets.extend(resources);
        secrets
    }

    /// Adds those of more objects.
    pub(crate) fn extend<'a>(&mut self, resources: impl Iterator<Item = &'a Resource>) {
        let is_secret = |resource: &&Resource| &*resource.identity.kind == "Secret" && &*resource.identity.api_version == "v1";
        for resource in resources.filter(is_secret) {
            for part in ["data", "stringData"] {
                let entries = resource.node().and_then(|node| node.get(part)).and_then(|node| node.as_map());
                for entry in entries.into_iter().flat_map(|map| &map.entries) {
                    let mut path = resource.base.clone();
                    path.extend([Step::Key(part.into()), Step::Key(entry.key.clone())]);
                    self.add(&resource.document.origin(&path).links);
                }
            }
        }
    }

    /// These places.
    #[cfg(test)]
    pub(super) fn test(spans: &[Span]) -> Self {
        let mut secrets = Self::default();
        for span in spans {
            secrets.ranges.entry(span.file).or_default().insert((span.start, span.end));
        }
        secrets
    }

    /// One more place.
    pub(crate) fn hide(&mut self, span: Span) {
        self.ranges.entry(span.file).or_default().insert((span.start, span.end));
    }

    /// All places.
    pub(crate) fn spans(&self) -> impl Iterator<Item = Span> {
        self.ranges.iter().flat_map(|(&file, ranges)| ranges.iter().map(move |&(start, end)| Span { file, start, end }))
    }

    fn add(&mut self, links: &[portcullis_source::Link]) {
        let has_values = links.iter().any(|link| link.role == Role::Values);
        for link in links {
            let is_shown = match link.role {
                Role::Values | Role::Shadowed | Role::Manifest => false,
                Role::Template => has_values,
                Role::Rendered | Role::Include | Role::Guard | Role::Other => true,
            };
            if let Some(span) = link.span.filter(|_| !is_shown) {
                self.ranges.entry(span.file).or_default().insert((span.start, span.end));
            }
        }
    }

    /// Whether any of a span must not be shown.
    pub(crate) fn touch(&self, span: Span) -> bool {
        let ranges = self.ranges.get(&span.file);
        ranges.into_iter().flatten().any(|&(start, end)| start < span.end.max(span.start + 1) && span.start < end)
    }

    /// The text of a file with signs and spaces for what must not be shown, so that places in it stay where they are.
    pub(crate) fn masked(&self, file: &SourceFile, text: String) -> String {
        let Some(ranges) = self.ranges.get(&file.id()) else { return text };
        let hidden_from = |at: usize| ranges.iter().find(|&&(start, end)| (start as usize..end as usize).contains(&at));
        let mut masked = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            match hidden_from(at).filter(|_| !matches!(character, '\n' | '\r')) {
                // As many signs whatever its length is.
                Some(&(start, _)) if at - (start as usize) < SIGNS => masked.push_str(&"*".repeat(character.len_utf8())),
                Some(_) => masked.push_str(&" ".repeat(character.len_utf8())),
                None => masked.push(character),
            }
        }
        masked
    }

    /// The lines of a file, each with a mask where something must not be shown.
    pub(crate) fn lines(&self, file: &SourceFile) -> Vec<String> {
        let text = String::from_utf8_lossy(file.bytes());
        let Some(ranges) = self.ranges.get(&file.id()) else { return text.lines().map(str::to_owned).collect() };
        let (mut lines, mut start) = (Vec::new(), 0);
        for line in file.bytes().split(|&byte| byte == b'\n') {
            let (mut shown, mut at) = (String::new(), start);
            let end = start + line.len();
            for &(from, to) in ranges {
                let (from, to) = ((from as usize).clamp(at, end), (to as usize).clamp(at, end));
                if from < to {
                    shown.push_str(&String::from_utf8_lossy(file.bytes().get(at..from).unwrap_or_default()));
                    shown.push_str(MASK);
                    at = to;
                }
            }
            shown.push_str(&String::from_utf8_lossy(file.bytes().get(at..end).unwrap_or_default()));
            lines.push(shown.trim_end_matches('\r').to_owned());
            start = end + 1;
        }
        lines
    }
}
