//! `portcullis drift`: the environments of services beside each other.

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, FailOn, Format},
    drift::{self, Drift},
    explain, group, report,
    settings::{self, Settings, Surroundings},
};

/// Compares the environments.
pub(crate) fn run(arguments: &args::Drift, surroundings: &Surroundings) -> Outcome {
    let scope = args::Scope {
        threads: arguments.threads,
        ..explain::scope(&arguments.environment, arguments.revision.as_ref(), arguments.config.as_ref())
    };
    settings::threads(&scope);
    let settings = Settings::open(&scope, surroundings)?;
    let mut drift = drift::survey(&settings, arguments.service.as_deref(), surroundings.secret_key.as_deref())?;
    if !arguments.class.is_empty() {
        drift.hidden.retain(|hidden| arguments.class.contains(&hidden.class));
    }
    let sources = settings.revision.sources();
    let (output, notes) = match arguments.format {
        Format::Json => (drift::json(&drift, sources), String::new()),
        Format::Human => {
            let issues = group::problems(drift.problems.clone(), sources);
            let note = |issue: &report::Issue| format!("{}{}\n  hint: {}\n", report::place(&issue.location), issue.message, issue.hint);
            (drift::human(&drift), issues.iter().map(note).collect())
        }
    };
    Ok(Done { output: output.into_bytes(), notes, code: exit(&drift, &arguments.fail_on) })
}

/// What could not be rendered or read outweighs drift, since nobody knows what else there is.
fn exit(drift: &Drift, fail_on: &[FailOn]) -> Exit {
    if !drift.problems.is_empty() {
        return Exit::Incomplete;
    }
    let fails = |wanted: &FailOn| drift.hidden.iter().any(|hidden| wanted.class().is_none_or(|class| class == hidden.class));
    if fail_on.iter().any(fails) { Exit::Findings } else { Exit::Clean }
}
