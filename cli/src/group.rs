//! Findings to what a report shows: one entry for each rule and line, with everything that the line reaches.

use std::{collections::BTreeSet, sync::Arc};

use indexmap::IndexMap;
use portcullis_policies::{Finding, Identity};
use portcullis_source::{Link, Location, Origin, Problem, Sources, Span, Step};

use crate::report::{ChainLink, Finding as Entry, Issue, ResourceName};

/// What findings must share to be one entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    rule: String,
    level: &'static str,
    place: Option<Span>,
    field: Option<Arc<str>>,
    message: String,
    waived: Option<String>,
    /// Tells what one line does to one object more than once.
    nth: usize,
}

/// The messages that one key has for one object so far.
type Seen = IndexMap<(Key, Option<Identity>, Option<Arc<str>>), Vec<String>>;

/// Groups findings by the line that a person would edit; the order of the first of each group stays.
pub(crate) fn findings(findings: Vec<Finding>, sources: &Sources) -> Vec<Entry> {
    findings_at(findings, sources, |finding| finding.origin.edit())
}

/// Groups findings by the line that `place` finds for each; of each group only the entry stays, since there may be many.
pub(crate) fn findings_at(findings: Vec<Finding>, sources: &Sources, place: impl Fn(&Finding) -> Option<Span>) -> Vec<Entry> {
    let mut groups: IndexMap<Key, Vec<Finding>> = IndexMap::new();
    let mut seen = Seen::new();
    for finding in findings {
        groups.entry(key(&finding, place(&finding), &mut seen)).or_default().push(finding);
    }
    drop(seen);
    groups.into_iter().filter_map(|(key, group)| entry(&group, key.place, sources)).collect()
}

/// A line may reach all containers of pods in Deployments and CronJobs alike, so that only the last key of a path counts, and numbers
/// in messages, which may come from elsewhere, do not.
fn key(finding: &Finding, place: Option<Span>, seen: &mut Seen) -> Key {
    let message = bare(finding, true);
    let field = finding.path.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(Arc::clone(key)),
        Step::Index(_) => None,
    });
    let mut key = Key {
        rule: finding.rule.to_string(),
        level: finding.level.name(),
        place,
        // Without a place nothing but the resource itself tells findings apart.
        field: field.filter(|_| place.is_some()),
        message: if place.is_some() { without_numbers(&message) } else { format!("{:?} {}", finding.resource, finding.message) },
        waived: finding.waived.as_ref().map(|waived| waived.reason.clone()),
        nth: 0,
    };
    // One line may reach all containers, but what is said of an object at its name may be as many things as it names containers.
    let said = if finding.pointer() == "/metadata/name" { bare(finding, false) } else { message };
    let messages = seen.entry((key.clone(), finding.resource.clone(), finding.application.clone())).or_default();
    key.nth = messages.iter().position(|known| *known == said).unwrap_or(messages.len());
    if key.nth == messages.len() {
        messages.push(said);
    }
    key
}

fn without_numbers(message: &str) -> String {
    let bare = |word: &str| word.trim_matches(|character: char| !character.is_ascii_alphanumeric()).parse::<f64>().is_ok();
    message.split(' ').map(|word| if bare(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// The message with the names of the resource, of who it belongs to and, perhaps, of its containers left out, since they differ where the fault does
/// not.
fn bare(finding: &Finding, without_containers: bool) -> String {
    let resource = finding.resource.as_ref().map(|resource| &resource.name);
    let names = [resource, finding.application.as_ref(), finding.service.as_ref(), finding.environment.as_ref()];
    let mut before = "";
    let words = finding.message.split(' ').map(|word| {
        let bare = word.trim_matches(|character: char| !character.is_alphanumeric());
        let named =
            (without_containers && before == "container") || names.iter().flatten().any(|name| !name.is_empty() && (&***name == bare));
        before = word;
        if named { "…" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn entry(group: &[Finding], place: Option<Span>, sources: &Sources) -> Option<Entry> {
    let first = group.first()?;
    let names = |pick: fn(&Finding) -> Option<Arc<str>>| -> Vec<Arc<str>> {
        let names: BTreeSet<Arc<str>> = group.iter().filter_map(pick).collect();
        names.into_iter().collect()
    };
    let resources: BTreeSet<ResourceName> = group.iter().filter_map(|finding| finding.resource.as_ref()).map(resource).collect();
    let mut resources: Vec<ResourceName> = resources.into_iter().collect();
    // The path and the chain are those of the first finding, so its resource leads.
    if let Some(at) = first.resource.as_ref().map(resource).and_then(|lead| resources.iter().position(|name| *name == lead)) {
        resources.swap(0, at);
        if let Some(rest) = resources.get_mut(1..) {
            rest.sort();
        }
    }
    Some(Entry {
        rule: first.rule.to_string(),
        level: first.level,
        message: first.message.clone(),
        fingerprint: first.fingerprint.clone(),
        environments: names(|finding| finding.environment.clone()),
        applications: names(|finding| finding.application.clone()),
        resources,
        path: first.pointer(),
        place: place.and_then(|span| Some((span, sources.locate(span)?))),
        chain: chain(&first.origin, sources),
        waived: first.waived.as_ref().map(|waived| waived.reason.clone()),
        status: None,
    })
}

/// A chain with its places looked up.
pub(crate) fn chain(origin: &Origin, sources: &Sources) -> Vec<ChainLink> {
    let link = |link: &Link| ChainLink {
        role: link.role,
        place: link.span.and_then(|span| Some((span, sources.locate(span)?))),
        line: link.line,
        key: link.key.clone(),
        name: link.name.clone(),
    };
    origin.links.iter().map(link).collect()
}

/// The name of an object.
pub(crate) fn resource(identity: &Identity) -> ResourceName {
    ResourceName {
        api_version: identity.api_version.to_string(),
        kind: identity.kind.to_string(),
        namespace: identity.namespace.as_deref().map(str::to_owned),
        name: identity.name.to_string(),
    }
}

/// The longest message that is kept whole; an include cycle makes helm's message name every call.
const MAX_MESSAGE: usize = 1_000;

/// The start of a message, and how much there would have been.
pub(crate) fn shortened(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        let all = message.chars().count();
        message.truncate(end);
        message.push_str(&format!(" … (shortened; the whole message has {all} characters, `portcullis template` prints it)"));
    }
    message
}

/// A place, or the repository's root for what has none.
pub(crate) fn location(span: Option<Span>, sources: &Sources) -> Location {
    let place = span.and_then(|span| sources.locate(span));
    place.unwrap_or_else(|| Location { file: Arc::from("."), line: 1, column: 1, end_line: 1, end_column: 1 })
}

/// Groups problems: the same one met by many applications is one.
pub(crate) fn problems(problems: Vec<Problem>, sources: &Sources) -> Vec<Issue> {
    let mut groups: IndexMap<(Option<Span>, &'static str, String), Issue> = IndexMap::new();
    for problem in problems {
        let key = (problem.span, problem.stage.name(), problem.message.clone());
        let issue = groups.entry(key).or_insert_with(|| Issue {
            location: location(problem.span, sources),
            span: problem.span,
            stage: problem.stage.name(),
            message: shortened(problem.message),
            hint: problem.hint,
            applications: Vec::new(),
        });
        issue.applications.extend(problem.application);
    }
    let mut issues: Vec<Issue> = groups.into_values().collect();
    for issue in &mut issues {
        issue.applications.sort();
        issue.applications.dedup();
    }
    issues.sort_by(|left, right| order(left).cmp(&order(right)));
    issues
}

fn order(issue: &Issue) -> impl Ord + '_ {
    (&issue.location, issue.stage, &issue.message, &issue.applications)
}
