//! Marks the findings that waivers cover, and finds the waivers that are expired, unused, too long or without a reason.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{FileId, Link, Origin, Role, SourceFile, Sources, Span};

use super::inline::{InlineWaiver, scan};
use crate::{
    Config, Date, Finding, Level, Rule, RuleId, Scope, Waived,
    config::{WaiverEntry, glob_matches, nearest},
    finding::order,
    hash, sort_findings,
};

/// How many days ahead a waiver may expire.
pub const MAX_WAIVER_DAYS: i64 = 180;

/// How much of the repository the findings are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it: a waiver that covers nothing is a finding.
    Whole,
    /// A part, so that nothing is known about waivers that cover nothing.
    Part,
}

/// The waivers of a run.
#[derive(Clone, Debug)]
pub struct Waivers<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The rules that were asked. Of those that see a change, one change tells nothing about a waiver that covers nothing in it.
    pub rules: &'a [Rule],
    /// The table of files.
    pub sources: &'a Sources,
    /// The values files, manifests and templates whose comments count.
    pub files: &'a [Arc<SourceFile>],
    /// The present day.
    pub today: Date,
    /// How much the findings are from.
    pub coverage: Coverage,
}

impl Waivers<'_> {
    /// Marks what is waived and adds what is wrong with the waivers; sorted by place.
    #[must_use]
    pub fn apply(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        let mut entries: Vec<(&WaiverEntry, bool)> = self.config.waivers.iter().map(|entry| (entry, false)).collect();
        let mut inline = Inline::scan(self.files);
        for finding in &mut findings {
            self.waive(finding, &mut entries, &mut inline);
        }
        findings.extend(entries.iter().filter_map(|(entry, used)| self.judge(entry, *used)));
        findings.extend(inline.waivers.iter().filter_map(|(waiver, used)| self.judge_inline(waiver, *used)));
        // Findings with the same place keep an order of their own.
        findings.sort_by_cached_key(order);
        sort_findings(&mut findings, self.sources);
        findings
    }

    /// Marks what is waived and says nothing of the waivers.
    pub fn mark<'f>(&self, findings: impl Iterator<Item = &'f mut Finding>) {
        let mut entries: Vec<(&WaiverEntry, bool)> = self.config.waivers.iter().map(|entry| (entry, false)).collect();
        let mut inline = Inline::scan(self.files);
        findings.for_each(|finding| self.waive(finding, &mut entries, &mut inline));
    }

    fn waive(&self, finding: &mut Finding, entries: &mut [(&WaiverEntry, bool)], inline: &mut Inline) {
        // Every waiver that covers a finding counts as used, so that the order of waivers does not show.
        for waived in [self.by_config(finding, entries), inline.waive(finding, self.sources)].into_iter().flatten() {
            finding.waived.get_or_insert(waived);
        }
    }

    /// Whether a waiver of a rule that covers no finding covers none anywhere.
    fn is_unused(&self, rule: &str, used: bool) -> bool {
        let sees_change = self.rules.iter().any(|known| known.id.as_str() == rule && known.scope == Scope::Change);
        !used && self.coverage == Coverage::Whole && !sees_change
    }

    fn by_config(&self, finding: &Finding, entries: &mut [(&WaiverEntry, bool)]) -> Option<Waived> {
        let mut waived = None;
        for (entry, used) in entries.iter_mut().filter(|(entry, _)| covers(entry, finding)) {
            // An expired waiver is used: its own finding says that it is expired, and the finding counts again.
            *used = true;
            if entry.expires.value >= self.today {
                waived.get_or_insert_with(|| waived_by(entry));
            }
        }
        waived
    }

    fn judge(&self, entry: &WaiverEntry, used: bool) -> Option<Finding> {
        let rule = &entry.rule.value;
        let expires = entry.expires.value;
        let days = expires.days_after(self.today);
        if days < 0 {
            let message = format!("waiver of {rule} by {} expired on {expires}", entry.owner.value);
            return Some(about("expired-waiver", Level::Deny, message, entry.expires.span, &key(entry)));
        }
        if days > MAX_WAIVER_DAYS {
            let message = format!("waiver of {rule} by {} lasts {days} days, more than {MAX_WAIVER_DAYS}", entry.owner.value);
            return Some(about("overlong-waiver", Level::Deny, message, entry.expires.span, &key(entry)));
        }
        let unused = self.is_unused(rule, used);
        let message = || format!("waiver of {rule} by {} covers no finding", entry.owner.value);
        unused.then(|| about("unused-waiver", Level::Warn, message(), entry.rule.span.or(entry.span), &key(entry)))
    }

    fn judge_inline(&self, waiver: &InlineWaiver, used: bool) -> Option<Finding> {
        let rule = &waiver.rule;
        if waiver.reason.is_empty() {
            let message = format!("waiver of {rule} gives no reason, so it waives nothing");
            return Some(about("unused-waiver", Level::Warn, message, Some(waiver.span), rule));
        }
        let message = match self.rules.iter().any(|known| known.id.as_str() == rule) {
            true => format!("waiver of {rule} covers no finding"),
            false => {
                let near = nearest(rule, self.rules.iter().map(|rule| rule.id.as_str()));
                format!("waiver of {rule}, which is no rule{}", near.map(|near| format!(": did you mean {near}?")).unwrap_or_default())
            }
        };
        self.is_unused(rule, used).then(|| about("unused-waiver", Level::Warn, message, Some(waiver.span), rule))
    }
}

/// The inline waivers by the lines that they speak of.
struct Inline {
    waivers: Vec<(InlineWaiver, bool)>,
    lines: BTreeMap<(FileId, u32), Vec<usize>>,
}

impl Inline {
    fn scan(files: &[Arc<SourceFile>]) -> Self {
        let mut waivers: Vec<(InlineWaiver, bool)> = files.iter().flat_map(|file| scan(file)).map(|waiver| (waiver, false)).collect();
        waivers.sort();
        waivers.dedup();
        let mut lines: BTreeMap<(FileId, u32), Vec<usize>> = BTreeMap::new();
        for (index, (waiver, _)) in waivers.iter().enumerate().filter(|(_, (waiver, _))| !waiver.reason.is_empty()) {
            lines.entry((waiver.span.file, waiver.line)).or_default().push(index);
        }
        Self { waivers, lines }
    }

    fn waive(&mut self, finding: &Finding, sources: &Sources) -> Option<Waived> {
        if self.lines.is_empty() {
            return None;
        }
        let mut waived = None;
        for span in finding.origin.links.iter().filter(|link| may_waive(link.role)).filter_map(|link| link.span) {
            let Some(line) = sources.locate(span).map(|location| location.line) else { continue };
            for &index in self.lines.get(&(span.file, line)).into_iter().flatten() {
                if let Some((waiver, used)) = self.waivers.get_mut(index).filter(|(waiver, _)| waiver.rule == finding.rule.as_str()) {
                    *used = true;
                    waived.get_or_insert_with(|| Waived { reason: waiver.reason.clone(), owner: None, ticket: None, expires: None });
                }
            }
        }
        waived
    }
}

/// A line that another layer hides has no say.
fn may_waive(role: Role) -> bool {
    match role {
        Role::Manifest | Role::Template | Role::Include | Role::Values | Role::Guard => true,
        Role::Rendered | Role::Shadowed | Role::Other => false,
    }
}

/// Who answers for a finding on a day, by the configuration.
pub(crate) fn by_config(config: &Config, finding: &Finding, today: Date) -> Option<Waived> {
    config.waivers.iter().find(|entry| covers(entry, finding) && entry.expires.value >= today).map(waived_by)
}

fn waived_by(entry: &WaiverEntry) -> Waived {
    Waived {
        reason: entry.reason.value.to_string(),
        owner: Some(entry.owner.value.to_string()),
        ticket: Some(entry.ticket.value.to_string()),
        expires: Some(entry.expires.value),
    }
}

fn covers(entry: &WaiverEntry, finding: &Finding) -> bool {
    let Some(resource) = &finding.resource else { return false };
    let in_environment = entry.environments.is_empty()
        || finding.environment.as_deref().is_some_and(|name| entry.environments.iter().any(|environment| *environment.value == *name));
    in_environment
        && *entry.rule.value == *finding.rule.as_str()
        && entry.resources.iter().any(|pattern| {
            let parts: Vec<&str> = pattern.value.split('/').collect();
            match (parts.as_slice(), resource.namespace.as_deref()) {
                ([kind, namespace, name], Some(own)) => {
                    glob_matches(kind, &resource.kind) && glob_matches(namespace, own) && glob_matches(name, &resource.name)
                }
                ([kind, name], None) => glob_matches(kind, &resource.kind) && glob_matches(name, &resource.name),
                _ => false,
            }
        })
}

fn key(entry: &WaiverEntry) -> String {
    let resources: Vec<&str> = entry.resources.iter().map(|pattern| &*pattern.value).collect();
    format!("{} {} {}", entry.rule.value, entry.ticket.value, resources.join(" "))
}

pub(super) fn about(rule: &str, level: Level, message: String, span: Option<Span>, key: &str) -> Finding {
    let mut fingerprint = hash::of_parts([rule, key]);
    fingerprint.truncate(32);
    Finding {
        rule: RuleId::new(rule),
        level,
        message,
        resource: None,
        path: Vec::new(),
        origin: Origin { links: span.map(|span| Link::at(Role::Manifest, span)).into_iter().collect() },
        environment: None,
        application: None,
        service: None,
        waived: None,
        fingerprint,
    }
}
