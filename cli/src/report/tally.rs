//! A report in numbers, and the verdict that they give.

use portcullis_policies::Level;
use portcullis_source::Stage;

use super::{Counted, Finding, Report, Status};

/// How many findings there are of each kind; what is waived is counted there only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// At deny level, fixed ones left out.
    pub(crate) denied: usize,
    /// At warn level, fixed ones left out.
    pub(crate) warned: usize,
    /// At deny level and new.
    pub(crate) new_denied: usize,
    /// At warn level and new.
    pub(crate) new_warned: usize,
    /// On both sides.
    pub(crate) unchanged: usize,
    /// Gone.
    pub(crate) fixed: usize,
    /// Covered by a waiver.
    pub(crate) waived: usize,
}

/// How a run ends for the one who reads the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Something was not rendered or read, so that nobody knows what else there is.
    Incomplete,
    /// Something is denied; where two revisions are compared, something new.
    Denied,
    /// Nothing is.
    Clean,
}

impl Report {
    /// Whether rules of somebody's own were left out.
    pub(crate) fn has_broken_rules(&self) -> bool {
        self.problems.iter().any(|problem| problem.stage == Stage::Rules.name())
    }

    /// Counts the findings.
    pub(crate) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for finding in &self.findings {
            if finding.waived.is_some() {
                tally.waived += usize::from(finding.status != Some(Status::Fixed));
                continue;
            }
            let is_denied = finding.level == Level::Deny;
            match finding.status {
                Some(Status::Fixed) => {
                    tally.fixed += 1;
                    continue;
                }
                Some(Status::New) => *(if is_denied { &mut tally.new_denied } else { &mut tally.new_warned }) += 1,
                Some(Status::Unchanged) => tally.unchanged += 1,
                None => {}
            }
            *(if is_denied { &mut tally.denied } else { &mut tally.warned }) += 1;
        }
        tally
    }

    /// How the run ends.
    pub(crate) fn verdict(&self) -> Verdict {
        let tally = self.tally();
        let denied = if self.counted() == Counted::New { tally.new_denied } else { tally.denied };
        match (self.problems.is_empty() && self.applications.not_rendered.is_empty(), denied) {
            (false, _) => Verdict::Incomplete,
            (true, 0) => Verdict::Clean,
            (true, _) => Verdict::Denied,
        }
    }

    /// Which findings decide; where nothing is compared, all.
    pub(crate) fn counted(&self) -> Counted {
        self.changes.as_ref().map_or(Counted::All, |changes| changes.counted)
    }

    /// Whether a person must look at a finding first.
    pub(crate) fn is_pressing(&self, finding: &Finding) -> bool {
        finding.is_open() && (self.counted() == Counted::All || finding.status != Some(Status::Unchanged))
    }

    /// The verdict in words, with the numbers behind it.
    pub(crate) fn headline(&self) -> String {
        let tally = self.tally();
        let mut parts = match self.verdict() {
            Verdict::Incomplete => vec![match self.applications.not_rendered.len() {
                0 => format!("incomplete: {}", plural(self.problems.len(), "problem")),
                count => format!("incomplete: {} not rendered, {}", plural(count, "application"), plural(self.problems.len(), "problem")),
            }],
            Verdict::Denied | Verdict::Clean => Vec::new(),
        };
        let more = |count: usize, word: &str| (count > 0).then(|| format!("{count} {word}"));
        match &self.changes {
            None => {
                parts.push(format!("{} denied", plural(tally.denied, "finding")));
                parts.extend(more(tally.warned, "warned"));
            }
            Some(_) => {
                parts.push(format!("{} denied", plural(tally.new_denied, "new finding")));
                parts.extend(more(tally.new_warned, "warned"));
                parts.extend(more(tally.fixed, "fixed"));
                parts.extend(more(tally.unchanged, "unchanged"));
            }
        }
        parts.extend(more(tally.waived, "waived"));
        parts.join(", ")
    }

    /// What was looked at, in words.
    pub(crate) fn account(&self) -> String {
        let (applications, sets) = (&self.applications, self.not_expanded.len());
        let expanded = if sets == 0 { String::new() } else { format!("{} not expanded, ", plural(sets, "ApplicationSet")) };
        let rendered = applications.rendered();
        let is_compared = self.changes.as_ref().is_some_and(|changes| changes.base_unknown.is_none());
        let objects = format!("{} {}", plural(self.objects, "object"), if is_compared { "changed" } else { "checked" });
        let unknown = self.changes.as_ref().and_then(|changes| changes.base_unknown.as_ref());
        let unknown = unknown.map(|reason| format!("; nothing is known of the base, so that all counts as new: {reason}"));
        let roots = self.terraform.account();
        format!("{rendered} of {} applications rendered, {expanded}{objects}{roots}{}", applications.total, unknown.unwrap_or_default())
    }
}

impl Finding {
    /// Whether it is there now and nobody answers for it.
    pub(crate) fn is_open(&self) -> bool {
        self.waived.is_none() && self.status != Some(Status::Fixed)
    }
}

/// A number with its noun.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}
