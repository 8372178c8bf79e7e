//! `portcullis lint --as-admission`: what the admission webhook answers when each object is made.

use portcullis_policies::{
    Budget, Date, Resource,
    admission::{Circumstances, Gate, Review, review_of},
};
use serde_json::{Value, json};

use super::{Done, Exit, Outcome, bundle};
use crate::{
    error::{BROKEN_BUILD, Error},
    pipeline,
    settings::Settings,
};

const DAY: u64 = 86_400;

/// Judges every object that is asked for.
pub(crate) fn run(settings: &Settings, today: Date) -> Outcome {
    let objects = pipeline::objects(settings)?;
    let broken = |error: &dyn std::fmt::Display| Error::usage(error.to_string(), BROKEN_BUILD);
    let gate = Gate::new(&bundle::pack(settings, &objects.value)?).map_err(|error| broken(&error))?;
    let selection = objects.value.selection(settings)?;
    let seconds = u64::try_from(today.days_after(Date::from_unix_seconds(0))).unwrap_or(0) * DAY;
    let mut worker = gate.engine().worker();
    let mut verdicts = Vec::new();
    let mut is_denied = false;
    for (index, resource) in objects.value.resources.iter().enumerate() {
        if !selection.resource(resource, settings.revision.sources()) {
            continue;
        }
        let Some(request) = review_of(resource, &format!("lint-{index}")) else { continue };
        let at = Circumstances { seconds, environment: resource.context.environment.clone(), budget: Budget::ONE };
        let review = Review::parse(request.to_string().into_bytes()).map_err(|error| broken(&error))?;
        let verdict = gate.judge(&mut worker, &review, &at);
        is_denied |= !verdict.allowed;
        verdicts.push(entry(resource, verdict.as_json()));
    }
    let mut done =
        Done { output: format!("{:#}\n", json!({"bundle": gate.digest(), "verdicts": verdicts})).into_bytes(), ..Done::default() };
    let mut missing = objects
        .problems
        .iter()
        .chain(objects.value.missing())
        .filter(|problem| selection.problem(problem, settings.revision.sources()))
        .peekable();
    done.code = match (missing.peek().is_some(), is_denied) {
        (true, _) => Exit::Incomplete,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    };
    for problem in missing {
        done.notes.push_str(&format!("note: not judged: {}\n", problem.message));
    }
    Ok(done)
}

fn entry(resource: &Resource, response: Value) -> Value {
    let identity = &resource.identity;
    json!({
        "application": resource.context.application.as_deref(),
        "environment": resource.context.environment.as_deref(),
        "resource": {"apiVersion": &*identity.api_version, "kind": &*identity.kind, "namespace": identity.namespace.as_deref(), "name": &*identity.name},
        "response": response,
    })
}
