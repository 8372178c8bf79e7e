//! The places that Secrets are made from, so that no report prints them with the lines around something else.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use portcullis_policies::Resource;
use portcullis_source::{Data, FileId, Node, Role, SourceFile, Span, Step};

/// What stands for a text that is not shown; its length says nothing of that of the text.
const MASK: &str = "••••••";

/// How many signs stand for it where places must stay.
const SIGNS: usize = 6;

/// Ranges of files that are never shown.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    ranges: BTreeMap<FileId, BTreeSet<(u32, u32)>>,
    /// The texts themselves, as far as they are long enough to be nobody's ordinary words.
    texts: BTreeSet<String>,
}

/// The shortest text of a Secret that is looked for elsewhere: shorter ones are words, and hidden only where they come from the same place.
const MIN_TEXT: usize = 8;

/// Takes the texts of Secrets out of other texts.
pub(crate) struct Scrubber(AhoCorasick);

impl Scrubber {
    /// Puts a mask in the place of each.
    pub(crate) fn scrub(&self, text: &mut String) {
        if self.0.is_match(text.as_str()) {
            let mut masked = String::with_capacity(text.len());
            self.0.replace_all_with(text, &mut masked, |_, _, into| {
                into.push_str(MASK);
                true
            });
            *text = masked;
        }
    }

    /// Whether a text names any.
    pub(crate) fn touches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Puts signs and spaces in the place of each, so that places in the text stay where they are.
    fn blank(&self, text: &mut String) {
        let mut blanked = String::with_capacity(text.len());
        let mut at = 0;
        for found in self.0.find_iter(text.as_str()) {
            blanked.push_str(text.get(at..found.start()).unwrap_or_default());
            let signs = found.len().min(SIGNS);
            blanked.extend(std::iter::repeat_n('*', signs).chain(std::iter::repeat_n(' ', found.len() - signs)));
            at = found.end();
        }
        blanked.push_str(text.get(at..).unwrap_or_default());
        *text = blanked;
    }
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
                let held = resource.node().and_then(|node| node.get(part));
                held.into_iter().for_each(|held| self.add_texts(held));
                let entries = held.and_then(|node| node.as_map());
                for entry in entries.into_iter().flat_map(|map| &map.entries) {
                    let mut path = resource.base.clone();
                    path.extend([Step::Key(part.into()), Step::Key(entry.key.clone())]);
                    self.add(&resource.document.origin(&path).links);
                }
            }
        }
    }

    /// The texts of a value, what is encoded as base64 decoded too, each line of them, and as JSON writes them.
    fn add_texts(&mut self, node: &Node) {
        match &node.data {
            Data::List(items) => items.iter().for_each(|item| self.add_texts(item)),
            Data::Map(map) => map.entries.iter().for_each(|entry| self.add_texts(&entry.value)),
            Data::String(text) => self.add_text(text),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok();
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        for text in decoded.iter().map(String::as_str).chain([text]) {
            for line in text.lines().map(str::trim).filter(|line| line.len() >= MIN_TEXT) {
                let written = serde_json::Value::from(line).to_string();
                self.texts.extend(written.get(1..written.len() - 1).map(str::to_owned));
                self.texts.insert(line.to_owned());
            }
        }
    }

    /// What takes the texts of Secrets out of others; none where there are no such texts.
    pub(crate) fn scrubber(&self) -> Option<Scrubber> {
        if self.texts.is_empty() {
            return None;
        }
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&self.texts).ok()?;
        Some(Scrubber(finder))
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

    /// One more place and text, as far as there are.
    pub(crate) fn extend_with(&mut self, span: Option<Span>, text: Option<&str>) {
        span.into_iter().for_each(|span| self.hide(span));
        text.into_iter().for_each(|text| self.add_text(text));
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
        let mut masked = self.masked_places(file, text);
        if let Some(scrubber) = self.scrubber() {
            scrubber.blank(&mut masked);
        }
        masked
    }

    fn masked_places(&self, file: &SourceFile, text: String) -> String {
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
        let mut lines = self.lines_without_places(file);
        if let Some(scrubber) = self.scrubber() {
            lines.iter_mut().for_each(|line| scrubber.scrub(line));
        }
        lines
    }

    fn lines_without_places(&self, file: &SourceFile) -> Vec<String> {
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
