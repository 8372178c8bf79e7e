//! The report as SARIF 2.1.0, within the limits of GitHub's code scanning: what is cut is said in a notification.

use std::{cmp::Reverse, collections::BTreeMap};

use portcullis_policies::{Level, Rule, Severity};
use portcullis_source::{Location, Role};
use serde_json::{Map, Value, json};

use super::{
    ChainLink, Finding, Issue, Material, Report, Status,
    escape::{uri, visible},
    tally::plural,
};

/// Where the schema of the format lies.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// How many results GitHub takes; of those it shows the 5,000 most severe.
const MAX_RESULTS: usize = 25_000;

/// How many links of a chain GitHub shows; it takes ten times as many.
const MAX_LINKS: usize = 1_000;

/// How many related places GitHub shows with a result.
const MAX_RELATED: usize = 100;

/// How many applications and objects the properties of a result name.
const MAX_NAMES: usize = 200;

/// The longest texts that GitHub takes for the descriptions of a rule.
const MAX_DESCRIPTION: usize = 1_024;

/// What becomes of findings that somebody answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waived {
    /// They are results that are suppressed, with the reason.
    Suppressed,
    /// They are no results: GitHub opens alerts for suppressed ones.
    LeftOut,
}

/// The log, with one run.
pub(crate) fn sarif(material: &Material<'_>, waived: Waived) -> String {
    let report = material.report;
    let mut findings: Vec<&Finding> = report.findings.iter().filter(|finding| is_result(finding, waived)).collect();
    if findings.len() > MAX_RESULTS {
        findings.sort_by_key(|finding| {
            (finding.waived.is_some(), !report.is_pressing(finding), finding.level != Level::Deny, Reverse(finding.applications.len()))
        });
    }
    let left_out = findings.len().saturating_sub(MAX_RESULTS);
    findings.truncate(MAX_RESULTS);
    let rules = rules(material, &findings);
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(index, (id, _))| (*id, index)).collect();
    let results: Value = findings.iter().map(|finding| result(finding, report, &index)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "portcullis",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_iter().map(|(_, rule)| rule).collect::<Vec<_>>(),
            }},
            // GitHub compares what has the same category: all before the last slash.
            "automationDetails": {"id": "portcullis/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the root of the repository"}}},
            "invocations": [invocation(report, left_out)],
            "results": results,
            "properties": properties(report),
        }],
    });
    format!("{log:#}\n")
}

/// What is fixed is no result: its place is gone, and readers close what is missing.
fn is_result(finding: &Finding, waived: Waived) -> bool {
    finding.status != Some(Status::Fixed) && (finding.waived.is_none() || waived == Waived::Suppressed)
}

/// The rules that were asked, and those that come without a folder, by id.
fn rules<'a>(material: &Material<'a>, findings: &[&'a Finding]) -> Vec<(&'a str, Value)> {
    let mut rules: BTreeMap<&str, Value> = material.library.rules().iter().map(|rule| (rule.id.as_str(), descriptor(rule))).collect();
    for finding in findings {
        rules.entry(&finding.rule).or_insert_with(|| bare_descriptor(finding));
    }
    rules.into_iter().collect()
}

fn descriptor(rule: &Rule) -> Value {
    let level = level(rule.severity.level());
    json!({
        "id": rule.id.as_str(),
        "name": rule_name(rule.id.as_str()),
        "shortDescription": {"text": start(&rule.title, MAX_DESCRIPTION)},
        "fullDescription": {"text": start(&rule.description, MAX_DESCRIPTION)},
        "help": {"text": plain(&rule.readme), "markdown": rule.readme.trim()},
        "defaultConfiguration": {"level": level},
        "properties": {
            "precision": "very-high",
            "problem.severity": rule.severity.name(),
            "tags": ["gitops", "kubernetes"],
        },
    })
}

/// A rule about waivers, which has no folder.
fn bare_descriptor(finding: &Finding) -> Value {
    let text = finding.rule.replace('-', " ");
    let severity = if finding.level == Level::Deny { Severity::Error } else { Severity::Warning };
    json!({
        "id": finding.rule,
        "name": rule_name(&finding.rule),
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": "Waivers are told in the README of portcullis: each has a reason, and covers a finding for a limited time."},
        "defaultConfiguration": {"level": level(finding.level)},
        "properties": {"precision": "very-high", "problem.severity": severity.name(), "tags": ["waivers"]},
    })
}

/// The id as one word, which readers show where they want a name: `MissingPreStop`.
fn rule_name(id: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    id.split('-').map(capital).collect()
}

/// A page of Markdown for readers that show none.
fn plain(markdown: &str) -> String {
    let lines = markdown.trim().lines().map(|line| line.trim_start_matches('#').trim_start().replace('`', ""));
    lines.collect::<Vec<_>>().join("\n")
}

fn start(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
    }
}

fn result(finding: &Finding, report: &Report, rules: &BTreeMap<&str, usize>) -> Value {
    let related = related(finding);
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.get(&*finding.rule),
        "level": level(finding.level),
        "message": {"text": message(finding, report, &related)},
        "locations": [location(finding.place.as_ref().map(|(_, place)| place), None)],
        // GitHub reads only the first; it would hash the text of the line, which changes while the finding stays.
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint, "portcullis/v1": finding.fingerprint},
        "properties": {
            "environments": names(finding.environments.iter().map(|name| &**name)),
            "applications": names(finding.applications.iter().map(|name| &**name)),
            "objects": names(finding.resources.iter().map(super::ResourceName::text)),
            "applicationCount": finding.applications.len(),
            "objectCount": finding.resources.len(),
            "field": finding.path,
        },
    });
    if let Value::Object(result) = &mut result {
        if !related.is_empty() {
            let places = related.iter().zip(1_u32..).map(|(link, id)| with_id(location(place(link), Some(says(link))), id));
            result.insert("relatedLocations".to_owned(), places.collect());
        }
        if let Some(flow) = flow(finding) {
            result.insert("codeFlows".to_owned(), json!([flow]));
        }
        if let Some(reason) = &finding.waived {
            result.insert("suppressions".to_owned(), json!([{"kind": "inSource", "status": "accepted", "justification": reason}]));
        }
        let state = match finding.status {
            Some(Status::New) => Some("new"),
            Some(Status::Unchanged) => Some("unchanged"),
            Some(Status::Fixed) | None => None,
        };
        if let Some(state) = state {
            result.insert("baselineState".to_owned(), state.into());
        }
    }
    result
}

fn names(names: impl Iterator<Item = impl Into<String>>) -> Vec<String> {
    names.take(MAX_NAMES).map(Into::into).collect()
}

/// The first sentence is what GitHub shows in lists; links into the related places follow.
fn message(finding: &Finding, report: &Report, related: &[&ChainLink]) -> String {
    let mut text = format!("{}.", literal(&finding.message));
    if let Some(object) = finding.resources.first() {
        text.push_str(&format!("\nObject: {} {}", literal(&object.text()), literal(&finding.path)));
        if finding.resources.len() > 1 {
            text.push_str(&format!(" and {}", plural(finding.resources.len() - 1, "more object")));
        }
    }
    if !finding.applications.is_empty() {
        text.push_str(&format!("\nReaches: {}", literal(&report.reach.describe(&finding.applications))));
    }
    let links = related.iter().zip(1_u32..).filter_map(|(link, id)| Some((link, id, place(link)?)));
    for (link, id, place) in links {
        text.push_str(&format!("\n[{}:{}]({id}) {}", literal(&place.file), place.line, literal(&says(link))));
    }
    text
}

/// Text in which no link is read.
fn literal(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// The other end of the finding: the template, the lines that it contradicts, the layers that it hides.
fn related(finding: &Finding) -> Vec<&ChainLink> {
    let is_other = |link: &&ChainLink| {
        let is_primary = finding.place.as_ref().is_some_and(|(span, _)| link.place.as_ref().is_some_and(|(at, _)| at == span));
        matches!(link.role, Role::Template | Role::Other | Role::Shadowed) && link.place.is_some() && !is_primary
    };
    finding.chain.iter().filter(is_other).take(MAX_RELATED).collect()
}

fn place(link: &ChainLink) -> Option<&Location> {
    link.place.as_ref().map(|(_, place)| place)
}

/// What a link of the chain does.
fn says(link: &ChainLink) -> String {
    let layer = |name: &str| format!(" in layer {name}");
    let (key, layer) =
        (link.key.as_deref().unwrap_or("it"), link.name.as_deref().filter(|_| link.key.is_some()).map(layer).unwrap_or_default());
    match link.role {
        Role::Rendered => "rendered here".to_owned(),
        Role::Manifest => "written here".to_owned(),
        Role::Template => "the template writes it here".to_owned(),
        Role::Include => format!("calls {}", link.name.as_deref().unwrap_or("a template")),
        Role::Values => format!("{key} is set here{layer}"),
        Role::Shadowed => format!("{key} is set here too{layer}, and hidden"),
        Role::Other => "contradicts this".to_owned(),
        Role::Guard => format!("switched on by {key}{layer}"),
    }
}

/// The way of the value: from the layers through the calls to the template that writes the field.
fn flow(finding: &Finding) -> Option<Value> {
    let of = |role: Role| finding.chain.iter().filter(move |link| link.role == role);
    let hidden: Vec<&ChainLink> = of(Role::Shadowed).collect();
    let ends = of(Role::Manifest).chain(of(Role::Template)).chain(of(Role::Other));
    let mut way: Vec<&ChainLink> =
        hidden.into_iter().rev().chain(of(Role::Values)).chain(of(Role::Guard)).chain(of(Role::Include)).chain(ends).collect();
    way.retain(|link| link.place.is_some());
    // The end of the way is what was found.
    let left_out = way.len().saturating_sub(MAX_LINKS);
    way.drain(..left_out);
    let rendered = of(Role::Rendered).find_map(|link| link.line);
    let object = finding.resources.first().map(super::ResourceName::text).unwrap_or_default();
    let step = |link: &&ChainLink| {
        let mut text = says(link);
        if let Some(line) = rendered.filter(|_| link.role == Role::Template) {
            text = format!("{text}, as line {line} of what is rendered: {} {}", object, finding.path);
        }
        let importance = match link.role {
            Role::Values | Role::Manifest | Role::Template | Role::Other => "essential",
            Role::Include | Role::Rendered => "important",
            Role::Shadowed | Role::Guard => "unimportant",
        };
        json!({"location": location(place(link), Some(text)), "importance": importance, "kinds": [link.role_name()]})
    };
    let steps: Vec<Value> = way.iter().map(step).collect();
    let mut flow = json!({"locations": steps});
    if let (true, Value::Object(flow)) = (left_out > 0, &mut flow) {
        flow.insert("message".to_owned(), json!({"text": format!("the first {left_out} links are left out")}));
    }
    (!way.is_empty()).then(|| json!({"threadFlows": [flow]}))
}

/// A place; what has none is at the root of the repository, since GitHub takes no result without one.
fn location(place: Option<&Location>, message: Option<String>) -> Value {
    let file = place.map_or(".", |place| &*place.file);
    let mut physical = json!({"artifactLocation": {"uri": uri(file), "uriBaseId": "SRCROOT"}});
    if let (Some(place), Value::Object(physical)) = (place.filter(|_| file != "."), &mut physical) {
        let region =
            json!({"startLine": place.line, "startColumn": place.column, "endLine": place.end_line, "endColumn": place.end_column});
        physical.insert("region".to_owned(), region);
    }
    let mut location = Map::new();
    location.insert("physicalLocation".to_owned(), physical);
    if let Some(message) = message {
        location.insert("message".to_owned(), json!({"text": visible(&message)}));
    }
    Value::Object(location)
}

fn with_id(mut location: Value, id: u32) -> Value {
    if let Value::Object(location) = &mut location {
        location.insert("id".to_owned(), id.into());
    }
    location
}

/// How the run went: whether everything was read, and what was not.
fn invocation(report: &Report, left_out: usize) -> Value {
    let mut notifications: Vec<Value> = report.problems.iter().map(notification).collect();
    for entry in &report.applications.not_rendered {
        let text = format!("application {} was not rendered: {}", entry.application, entry.reason);
        notifications.push(said("error", &text, Some(&entry.location)));
    }
    for entry in &report.not_expanded {
        let text = format!("ApplicationSet {} was not expanded: {}", entry.application_set, entry.reason);
        notifications.push(said("error", &text, Some(&entry.location)));
    }
    if left_out > 0 {
        let text = format!("{} left out, the least important ones: GitHub takes {MAX_RESULTS}", plural(left_out, "result"));
        notifications.push(said("warning", &text, None));
    }
    if let Some(reason) = report.changes.as_ref().and_then(|changes| changes.base_unknown.as_ref()) {
        notifications.push(said("warning", &format!("nothing is known of the base, so that all counts as new: {reason}"), None));
    }
    let is_whole = report.problems.is_empty() && report.applications.not_rendered.is_empty();
    json!({"executionSuccessful": is_whole, "toolExecutionNotifications": notifications})
}

fn notification(issue: &Issue) -> Value {
    let mut notification = said("error", &format!("{} problem: {}\n{}", issue.stage, issue.message, issue.hint), Some(&issue.location));
    if let Value::Object(notification) = &mut notification {
        notification.insert("properties".to_owned(), json!({"applications": names(issue.applications.iter())}));
    }
    notification
}

fn said(level: &str, text: &str, place: Option<&Location>) -> Value {
    let places: Vec<Value> = place.into_iter().map(|place| location(Some(place), None)).collect();
    json!({"level": level, "message": {"text": visible(text)}, "locations": places})
}

fn properties(report: &Report) -> Value {
    let tally = report.tally();
    let mut properties = json!({
        "bundle": report.bundle,
        "applications": {"total": report.applications.total, "rendered": report.applications.rendered()},
        "objects": report.objects,
        "waived": tally.waived,
    });
    if let (Some(changes), Value::Object(properties)) = (&report.changes, &mut properties) {
        properties.insert("base".to_owned(), changes.base.text().into());
        properties.insert("head".to_owned(), changes.head.text().into());
        properties.insert("fixed".to_owned(), tally.fixed.into());
    }
    properties
}
