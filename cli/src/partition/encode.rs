//! What a part found, as text that `portcullis merge` reads.

use portcullis_policies::{Date, Finding, Identity};
use portcullis_source::{Link, Problem, Step};
use serde_json::{Map, Value, json};

use super::{Part, files::Named};
use crate::{check::Gathered, settings::Settings};

/// What was asked for, which must be the same for all parts.
pub(crate) struct Asked<'a> {
    /// The part.
    pub(crate) part: Part,
    /// The day that waivers are judged by.
    pub(crate) today: Date,
    /// Only these rules; all where there are none.
    pub(crate) rules: &'a [String],
}

/// The key `partition` of the JSON report.
pub(crate) fn encode(gathered: &Gathered, settings: &Settings, asked: &Asked<'_>) -> Value {
    let named = Named::new(settings, &gathered.secrets);
    let applications = &gathered.expanded.applications;
    let own = applications.iter().enumerate().zip(&gathered.failures);
    let own = own.filter_map(|((place, application), failures)| {
        let failures = failures.as_ref()?.iter().map(|failure| problem(failure, &named));
        Some(json!([place, application.name, failures.collect::<Vec<_>>()]))
    });
    let own: Vec<Value> = own.collect();
    let mut state = json!({
        "applications": applications.len(),
        "own": own,
        "objects": gathered.objects,
        "unchecked": gathered.unchecked.0,
        "terraform": gathered.terraform.to_json(),
        "notes": gathered.notes,
        "findings": gathered.findings.iter().map(|one| finding(one, &named)).collect::<Vec<_>>(),
        "problems": gathered.problems.iter().map(|one| problem(one, &named)).collect::<Vec<_>>(),
        "secrets": gathered.secrets.spans().map(|span| named.span(span)).collect::<Vec<_>>(),
        "read": settings.revision.files_read().iter().map(|file| Value::from(&**file.path())).collect::<Vec<_>>(),
    });
    if let Value::Object(state) = &mut state {
        state.insert("files".to_owned(), named.finish());
    }
    json!({
        "index": asked.part.index,
        "of": asked.part.of,
        "today": asked.today.to_string(),
        "rules": asked.rules,
        "environments": settings.environments,
        "services": settings.services,
        "state": state.to_string(),
    })
}

fn finding(finding: &Finding, named: &Named<'_>) -> Value {
    let path = finding.path.iter().map(|step| match step {
        Step::Key(key) => Value::from(&**key),
        Step::Index(index) => Value::from(*index),
    });
    json!({
        "rule": finding.rule.as_str(),
        "level": finding.level.name(),
        "message": finding.message,
        "resource": finding.resource.as_ref().map(identity),
        "path": path.collect::<Vec<_>>(),
        "origin": finding.origin.links.iter().map(|one| link(one, named)).collect::<Vec<_>>(),
        "environment": finding.environment.as_deref(),
        "application": finding.application.as_deref(),
        "service": finding.service.as_deref(),
        "fingerprint": finding.fingerprint,
    })
}

fn identity(identity: &Identity) -> Value {
    json!([&*identity.api_version, &*identity.kind, identity.namespace.as_deref(), &*identity.name])
}

fn link(link: &Link, named: &Named<'_>) -> Value {
    let mut object = Map::new();
    object.insert("role".to_owned(), format!("{:?}", link.role).into());
    object.extend(link.span.map(|span| ("span".to_owned(), named.span(span))));
    object.extend(link.line.map(|line| ("line".to_owned(), line.into())));
    object.extend(link.key.clone().map(|key| ("key".to_owned(), key.into())));
    object.extend(link.name.as_deref().map(|name| ("name".to_owned(), name.into())));
    Value::Object(object)
}

fn problem(problem: &Problem, named: &Named<'_>) -> Value {
    json!({
        "stage": problem.stage.name(),
        "message": problem.message,
        "hint": problem.hint,
        "span": problem.span.map(|span| named.span(span)),
        "application": problem.application,
    })
}
