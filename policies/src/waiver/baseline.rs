//! The findings that an old repository has already: known by their fingerprints, in which there is no line, so that only more fails.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use portcullis_source::{Document, Node, SourceFile, Sources, Span, Text, yaml};
use serde_json::Value;

use super::apply::{Coverage, about};
use crate::{ConfigError, Finding, Level, Waived, config, finding::order, sort_findings};

/// The JSON Schema of a baseline.
pub const SCHEMA: &str = include_str!("baseline.schema.json");

/// The rule that what no longer occurs is reported by, as a waiver that covers nothing is.
const UNUSED: &str = "unused-waiver";

/// The findings that are known.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// What reports call it.
    name: Arc<str>,
    /// By fingerprint.
    entries: BTreeMap<String, Entry>,
}

/// A finding that is known.
#[derive(Clone, Debug)]
struct Entry {
    level: Level,
    /// What readers see, in the order of the file.
    words: [(&'static str, Option<String>); 5],
    span: Option<Span>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of its text.
    pub fn parse(file: &SourceFile) -> Result<Self, Vec<ConfigError>> {
        let text = Text::of_file(file);
        let stream = yaml::parse(&text);
        let fail = |message: &str, span, hint: &str| vec![ConfigError { message: message.to_owned(), span, hint: Some(hint.to_owned()) }];
        if let Some(error) = stream.error {
            return Err(fail("the baseline is no JSON", text.span(error.range), "write it again: `portcullis lint --write-baseline FILE`"));
        }
        let [document] = stream.documents.as_slice() else {
            return Err(fail("the baseline is empty", Some(file.span()), "write it: `portcullis lint --write-baseline FILE`"));
        };
        let mut errors = match serde_json::from_str(SCHEMA) {
            Ok(schema) => config::check(document, &schema),
            Err(_) => fail("the schema of baselines is broken", None, "this is a fault of the build; take another"),
        };
        if !errors.is_empty() {
            for error in &mut errors {
                error.message = error.message.replacen("the configuration", "the baseline", 1);
            }
            return Err(errors);
        }
        let items = document.root.get("findings").map(Node::items).unwrap_or_default();
        let entries = items.iter().filter_map(|item| entry(document, item)).collect();
        Ok(Self { name: Arc::clone(file.path()), entries })
    }

    /// The findings of today that nobody answers for; what is wrong with waivers never becomes known, or no waiver would ever end.
    #[must_use]
    pub fn of(name: impl Into<Arc<str>>, findings: &[Finding]) -> Self {
        let counting = findings.iter().filter(|finding| finding.waived.is_none() && finding.resource.is_some());
        let entry = |finding: &Finding| {
            let words = [
                ("rule", Some(finding.rule.to_string())),
                ("resource", finding.resource.as_ref().map(ToString::to_string)),
                ("environment", finding.environment.as_deref().map(str::to_owned)),
                ("application", finding.application.as_deref().map(str::to_owned)),
                ("message", Some(finding.message.clone())),
            ];
            (finding.fingerprint.clone(), Entry { level: finding.level, words, span: None })
        };
        Self { name: name.into(), entries: counting.map(entry).collect() }
    }

    /// The same without what another does not have, so that it shrinks and never grows.
    #[must_use]
    pub fn within(mut self, known: &Self) -> Self {
        self.entries.retain(|fingerprint, entry| known.entries.get(fingerprint).is_some_and(|known| known.level >= entry.level));
        self
    }

    /// How many findings it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What reports call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file: a line for each finding, so that a change shows what it is about.
    #[must_use]
    pub fn text(&self) -> String {
        let mut entries: Vec<(&String, &Entry)> = self.entries.iter().collect();
        entries.sort_by_key(|(fingerprint, entry)| (&entry.words, *fingerprint));
        let mut text = "{\n  \"version\": 1,\n  \"findings\": [".to_owned();
        let mut before = "\n";
        for (fingerprint, entry) in entries {
            let _ = write!(text, "{before}    {{");
            for (key, word) in entry.words.iter().filter_map(|(key, word)| Some((key, word.as_ref()?))) {
                let _ = write!(text, "\"{key}\": {}, ", Value::from(word.as_str()));
            }
            let _ = write!(text, "\"level\": \"{}\", \"fingerprint\": \"{fingerprint}\"}}", entry.level.name());
            before = ",\n";
        }
        text.push_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        text
    }

    /// Marks what is known, and with findings of the whole repository adds what the baseline has for nothing; says how many are known.
    #[must_use]
    pub fn apply(&self, mut findings: Vec<Finding>, coverage: Coverage, sources: &Sources) -> (Vec<Finding>, usize) {
        let mut left: BTreeMap<&String, &Entry> = self.entries.iter().collect();
        let mut known = 0;
        for finding in findings.iter_mut().filter(|finding| finding.resource.is_some()) {
            let Some(entry) = self.entries.get(&finding.fingerprint) else { continue };
            left.remove(&finding.fingerprint);
            if finding.waived.is_none() && entry.level >= finding.level {
                known += 1;
                let reason = format!("known, by the baseline {}", self.name);
                finding.waived = Some(Waived { reason, owner: None, ticket: None, expires: None });
            }
        }
        if coverage == Coverage::Whole {
            findings.extend(self.unused(left.into_values().collect()));
            findings.sort_by_cached_key(order);
            sort_findings(&mut findings, sources);
        }
        (findings, known)
    }

    /// What is said of entries that nothing occurs of any more: one finding, since a repository that is mended has many.
    fn unused(&self, mut entries: Vec<&Entry>) -> Option<Finding> {
        entries.sort_by_key(|entry| entry.span.map(|span| span.start));
        let first = entries.first()?;
        let word = |wanted| first.words.iter().find(|(key, _)| *key == wanted).and_then(|(_, word)| word.clone());
        let mut what = word("rule").unwrap_or_default();
        for (before, key) in [(" of ", "resource"), (" in ", "environment")] {
            if let Some(word) = word(key) {
                let _ = write!(what, "{before}{word}");
            }
        }
        let message = match entries.len() {
            1 => format!("the baseline has a finding that no longer occurs, {what}: take it out"),
            count => format!("the baseline has {count} findings that no longer occur, first {what}: take them out"),
        };
        Some(about(UNUSED, Level::Warn, message, first.span, &self.name))
    }
}

fn entry(document: &Document, item: &Node) -> Option<(String, Entry)> {
    let text = |key: &str| item.get(key).and_then(Node::as_str).map(str::to_owned);
    let level = if text("level")? == "deny" { Level::Deny } else { Level::Warn };
    let words = ["rule", "resource", "environment", "application", "message"].map(|key| (key, text(key)));
    Some((text("fingerprint")?, Entry { level, words, span: document.text.span(item.get("rule")?.range) }))
}
