//! What is said of services and a checklist, for people and for programs.

use std::fmt::Write as _;

use portcullis_policies::Finding;
use portcullis_source::Sources;
use serde_json::{Value, json as value};

use super::{Readiness, survey::Service};
use crate::{group, report};

/// For people: what is ready in a line, and what each other service lacks with the line to edit.
pub(crate) fn human(readiness: &Readiness, sources: &Sources) -> String {
    let mut text = String::new();
    for service in &readiness.services {
        let met = readiness.rules.iter().filter(|rule| service.found(rule).all(|finding| finding.waived.is_some())).count();
        let state = if service.is_ready() { "ready" } else { "not ready" };
        let _ = writeln!(text, "{}: {state}, {met} of {} checks", title(service), readiness.rules.len());
        for rule in &readiness.rules {
            for finding in service.found(rule) {
                let place = finding.location(sources).map(|place| report::place(&place)).unwrap_or_default();
                let waived = finding.waived.as_ref().map(|waived| format!(" (waived: {})", waived.reason)).unwrap_or_default();
                let _ = writeln!(text, "  {}  {place}{}{waived}", rule.id, finding.message);
            }
        }
    }
    let ready = readiness.services.iter().filter(|service| service.is_ready()).count();
    let _ = match readiness.services.len() {
        0 => writeln!(text, "no service runs for long"),
        count => writeln!(text, "{ready} of {count} ready for Spot nodes"),
    };
    text
}

fn title(service: &Service) -> String {
    service.environment.as_deref().map_or_else(|| service.name.to_string(), |environment| format!("{} ({environment})", service.name))
}

/// For programs; `spot.schema.json` describes it.
pub(crate) fn json(readiness: &Readiness, sources: &Sources) -> String {
    let issues = group::problems(readiness.problems.clone(), sources);
    let finding = |finding: &Finding| {
        let place = group::location(finding.origin.edit(), sources);
        let resource = finding.resource.as_ref().map(ToString::to_string);
        let waived = finding.waived.as_ref().map(|waived| waived.reason.clone());
        value!({
            "resource": resource, "message": finding.message, "file": &*place.file, "line": place.line, "column": place.column, "waived": waived,
        })
    };
    let service = |service: &Service| {
        let checks = readiness.rules.iter().map(|rule| {
            let found: Vec<Value> = service.found(rule).map(finding).collect();
            let is_met = service.found(rule).all(|finding| finding.waived.is_some());
            value!({"rule": rule.id.as_str(), "title": rule.title, "met": is_met, "findings": found})
        });
        value!({
            "service": &*service.name,
            "environment": service.environment.as_deref(),
            "ready": service.is_ready(),
            "workloads": service.workloads,
            "checks": checks.collect::<Vec<_>>(),
        })
    };
    let object = value!({
        "version": 1,
        "tool": {"name": "portcullis", "version": env!("CARGO_PKG_VERSION")},
        "checklist": "spot",
        "services": readiness.services.iter().map(service).collect::<Vec<_>>(),
        "problems": issues.iter().map(report::problem).collect::<Vec<_>>(),
    });
    format!("{object:#}\n")
}
