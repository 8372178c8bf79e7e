//! Findings and problems as items of the page that fold out.

use std::fmt::Write as _;

use portcullis_policies::Level;

use super::{
    excerpt::Excerpts,
    page::badge,
    parts::{at, chain, folded, reached},
};
use crate::report::{Finding, Issue, Report, ResourceName, Status, escape::html, places::Places};

/// How many findings are unfolded from the start.
const MAX_OPEN: usize = 3;

/// How many objects of a finding are named before they are folded.
const MAX_OBJECTS: usize = 6;

/// The problems, open; nothing where there is none.
pub(super) fn problems(report: &Report, excerpts: &mut Excerpts<'_>) -> String {
    if report.problems.is_empty() {
        return String::new();
    }
    let mut text = format!("<section id=\"problems\"><h2>Not rendered or read <small>{}</small></h2>\n", report.problems.len());
    let not_rendered: Vec<String> = report.applications.not_rendered.iter().map(|entry| html(&entry.application)).collect();
    if !not_rendered.is_empty() {
        let _ = writeln!(text, "<p>Nobody knows what else there is in {}.</p>", not_rendered.join(", "));
    }
    for issue in &report.problems {
        text.push_str(&problem(issue, excerpts));
    }
    text.push_str("</section>\n");
    text
}

fn problem(issue: &Issue, excerpts: &mut Excerpts<'_>) -> String {
    let place = format!("{}:{}", issue.location.file, issue.location.line);
    let mut text = format!(
        "<article class=\"problem\"><details open><summary><span class=\"badge incomplete\">? {}</span> <h3 class=\"what\">{}</h3> <code>{}</code></summary><div class=\"body\"><p>{}</p>",
        issue.stage,
        html(&issue.message),
        html(&place),
        html(&issue.hint)
    );
    text.push_str(&issue.span.and_then(|span| excerpts.text(span)).unwrap_or_default());
    if !issue.applications.is_empty() {
        let names: Vec<String> = issue.applications.iter().map(|name| html(name)).collect();
        let _ = write!(text, "<p>concerns {}</p>", names.join(", "));
    }
    text.push_str("</div></details></article>\n");
    text
}

/// The findings: what is pressing first, then the rest, each in the order of the report.
pub(super) fn findings(report: &Report, places: &Places, excerpts: &mut Excerpts<'_>) -> String {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| (order(finding), finding.level != Level::Deny));
    if findings.is_empty() {
        return "<p class=\"quiet\">No findings.</p>\n".to_owned();
    }
    let item = |(index, finding): (usize, &Finding)| {
        let open = if index < MAX_OPEN && report.is_pressing(finding) { " open" } else { "" };
        item(finding, open, (report, places), excerpts)
    };
    findings.into_iter().enumerate().map(item).collect()
}

fn order(finding: &Finding) -> usize {
    match (finding.waived.is_some(), finding.status) {
        (false, Some(Status::New) | None) => 0,
        (false, Some(Status::Fixed)) => 1,
        (false, Some(Status::Unchanged)) => 2,
        (true, _) => 3,
    }
}

/// The word that the filters know it by.
fn status(finding: &Finding) -> &'static str {
    match (&finding.waived, finding.status) {
        (Some(_), _) => "waived",
        (None, Some(status)) => status.name(),
        (None, None) => "open",
    }
}

fn item(finding: &Finding, open: &str, (report, places): (&Report, &Places), excerpts: &mut Excerpts<'_>) -> String {
    let status = status(finding);
    let mut text = format!(
        "<article class=\"item {status}\" data-rule=\"{}\" data-status=\"{status}\" data-at=\"{}\"><details{open}><summary>{} ",
        html(&finding.rule),
        at(&finding.applications, places),
        badge(finding.level)
    );
    if status != "open" {
        let _ = write!(text, "<span class=\"badge {status}\">{status}</span> ");
    }
    let place = finding.place.as_ref().map(|(_, place)| format!(" <code>{}</code>", html(&format!("{}:{}", place.file, place.line))));
    let _ = write!(
        text,
        "<h3>{}</h3> <span class=\"what\">{}</span>{}</summary><div class=\"body\">",
        html(&finding.rule),
        html(&finding.message),
        place.unwrap_or_default()
    );
    if let Some(reason) = &finding.waived {
        let _ = write!(text, "<p>waived: {}</p>", html(reason));
    }
    text.push_str(&finding.place.as_ref().and_then(|(span, _)| excerpts.text(*span)).unwrap_or_default());
    let _ = write!(text, "<dl><dt>{}</dt><dd>{}</dd>", if finding.resources.len() == 1 { "object" } else { "objects" }, objects(finding));
    let _ = write!(text, "<dt>field</dt><dd><code>{}</code></dd>", html(&finding.path));
    let _ = write!(text, "<dt>reaches</dt><dd>{}</dd></dl>", reached(&finding.applications, report));
    text.push_str(&chain(&finding.chain, excerpts));
    text.push_str("</div></details></article>\n");
    text
}

fn objects(finding: &Finding) -> String {
    let names: Vec<String> = finding.resources.iter().map(ResourceName::text).collect();
    let first: Vec<String> = names.iter().take(MAX_OBJECTS).map(|name| html(name)).collect();
    if names.len() > MAX_OBJECTS { folded(&names, "object") } else { first.join(", ") }
}
