//! The report as GitLab's code quality: the part of Code Climate's format that GitLab reads.

use std::collections::BTreeMap;

use portcullis_policies::Level;
use serde_json::{Value, json};

use super::{Finding, Issue, Report, Status, escape::digest};

/// What is there now, as one array; fixed and waived findings are not, so that GitLab shows them as gone.
pub(crate) fn gitlab(report: &Report) -> String {
    let mut known = BTreeMap::new();
    let problems = report.problems.iter().map(|issue| problem(issue, &mut known)).collect::<Vec<_>>();
    let findings = report.findings.iter().filter(|finding| finding.is_open()).map(|finding| entry(finding, report, &mut known));
    let all: Value = problems.into_iter().chain(findings.collect::<Vec<_>>()).collect();
    format!("{all:#}\n")
}

fn entry(finding: &Finding, report: &Report, known: &mut BTreeMap<String, usize>) -> Value {
    let severity = match (finding.level, finding.status) {
        (Level::Deny, Some(Status::Unchanged)) => "major",
        (Level::Deny, _) => "critical",
        (Level::Warn, _) => "minor",
    };
    // GitLab does not show the name of the check.
    let mut description = format!("{}: {}", finding.rule, finding.message);
    if !finding.applications.is_empty() {
        description = format!("{description} (reaches {})", report.reach.describe(&finding.applications));
    }
    let (path, line) = finding.place.as_ref().map_or((".", 1), |(_, place)| (&*place.file, place.line));
    json!({
        "description": description,
        "check_name": finding.rule,
        "fingerprint": unique(&finding.fingerprint, known),
        "severity": severity,
        "categories": ["Bug Risk"],
        "location": {"path": path, "lines": {"begin": line}},
    })
}

fn problem(issue: &Issue, known: &mut BTreeMap<String, usize>) -> Value {
    json!({
        "description": format!("{} problem: {}; {}", issue.stage, issue.message, issue.hint),
        "check_name": format!("{}-problem", issue.stage),
        "fingerprint": unique(&digest(&[issue.stage, &issue.location.file, &issue.message]), known),
        "severity": "blocker",
        "categories": ["Bug Risk"],
        "location": {"path": &*issue.location.file, "lines": {"begin": issue.location.line}},
    })
}

/// The fingerprint, with a number where the file has it already: GitLab shows only the first of two that are the same.
fn unique(fingerprint: &str, known: &mut BTreeMap<String, usize>) -> String {
    let count = known.entry(fingerprint.to_owned()).or_default();
    *count += 1;
    if *count == 1 { fingerprint.to_owned() } else { format!("{fingerprint}-{count}") }
}
