//! The report as annotations: commands that GitHub's runners read from the output of a step.

use std::{cmp::Reverse, fmt::Write as _};

use portcullis_policies::Level;
use portcullis_source::Location;

use super::{Finding, Issue, Report, Status, escape::visible, tally::plural};

/// How many annotations of one kind GitHub shows for a step.
const MAX_OF_KIND: usize = 10;

/// How many findings the notice about the rest names.
const MAX_NAMED: usize = 20;

/// The commands, the most important first, and a notice with what there is no room for.
pub(crate) fn github(report: &Report) -> String {
    let mut findings: Vec<&Finding> = report.findings.iter().filter(|finding| report.is_pressing(finding)).collect();
    findings.sort_by_key(|finding| {
        (finding.level != Level::Deny, finding.status == Some(Status::Unchanged), Reverse(finding.applications.len()))
    });
    let (denied, warned): (Vec<&Finding>, Vec<&Finding>) = findings.into_iter().partition(|finding| finding.level == Level::Deny);
    let mut text = String::new();
    // What was not read outweighs what was found.
    let problems = report.problems.iter().take(MAX_OF_KIND);
    problems.for_each(|issue| text.push_str(&problem(issue)));
    let room = MAX_OF_KIND.saturating_sub(report.problems.len());
    denied.iter().take(room).for_each(|finding| text.push_str(&annotation("error", finding, report)));
    warned.iter().take(MAX_OF_KIND).for_each(|finding| text.push_str(&annotation("warning", finding, report)));
    let rest: Vec<&Finding> = denied.into_iter().skip(room).chain(warned.into_iter().skip(MAX_OF_KIND)).collect();
    let mut message = format!("{}\n{}", report.headline(), report.account());
    if let Some(changes) = &report.changes {
        let changed = plural(changes.applications.iter().filter(|one| one.name.is_some()).count(), "application");
        let _ = write!(message, "\n{changed} changed between {} and {}", changes.base.name, changes.head.name);
    }
    let left = report.problems.len().saturating_sub(MAX_OF_KIND);
    if left > 0 {
        let _ = write!(message, "\n{} more without an annotation", plural(left, "problem"));
    }
    if !rest.is_empty() {
        let _ =
            write!(message, "\n{} more without an annotation, since GitHub shows {MAX_OF_KIND} of a kind:", plural(rest.len(), "finding"));
        for finding in rest.iter().take(MAX_NAMED) {
            let _ = write!(message, "\n{} {}: {}", place(finding), finding.rule, finding.message);
        }
        if rest.len() > MAX_NAMED {
            let _ = write!(message, "\nand {} more; other formats have all of them", rest.len() - MAX_NAMED);
        }
    }
    let _ = writeln!(text, "::notice title=portcullis::{}", data(&message));
    text
}

fn place(finding: &Finding) -> String {
    finding.place.as_ref().map_or_else(String::new, |(_, place)| format!("{}:{}", place.file, place.line))
}

fn annotation(kind: &str, finding: &Finding, report: &Report) -> String {
    let title = match finding.status {
        Some(Status::New) => format!("new: {}", finding.rule),
        Some(Status::Unchanged) => format!("not new: {}", finding.rule),
        Some(Status::Fixed) | None => finding.rule.clone(),
    };
    let mut message = finding.message.clone();
    if let Some(object) = finding.resources.first() {
        let _ = write!(message, "\nin {} {}", object.text(), finding.path);
    }
    if finding.resources.len() > 1 {
        let _ = write!(message, " and {}", plural(finding.resources.len() - 1, "more object"));
    }
    if !finding.applications.is_empty() {
        let _ = write!(message, "\nreaches {}", report.reach.describe(&finding.applications));
    }
    command(kind, finding.place.as_ref().map(|(_, place)| place), &title, &message)
}

fn problem(issue: &Issue) -> String {
    let place = Some(&issue.location).filter(|place| &*place.file != ".");
    command("error", place, &format!("{} problem", issue.stage), &format!("{}\n{}", issue.message, issue.hint))
}

/// A command; columns are left out of a place of several lines, where GitHub does not take them.
fn command(kind: &str, place: Option<&Location>, title: &str, message: &str) -> String {
    let mut text = format!("::{kind} ");
    if let Some(place) = place {
        let _ = write!(text, "file={},line={},", property(&place.file), place.line);
        if place.end_line == place.line {
            let _ = write!(text, "endLine={},col={},endColumn={},", place.end_line, place.column, place.end_column);
        } else {
            let _ = write!(text, "endLine={},", place.end_line);
        }
    }
    let _ = writeln!(text, "title={}::{}", property(title), data(message));
    text
}

/// A message as the runner reads it.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, in which what ends it is escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
