//! `portcullis spot`: which services may run on nodes that are taken back.

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, Format},
    group,
    readiness::{self, Readiness},
    report,
    settings::{Settings, Surroundings, today},
};

/// Asks the rules of the checklist about every service.
pub(crate) fn run(arguments: &args::Spot, surroundings: &Surroundings) -> Outcome {
    let mut settings = Settings::open(&arguments.scope, surroundings)?;
    let library = settings.library.checklist("spot");
    // Who asks wants to know, whatever fails a run of `portcullis lint`.
    settings.config = settings.config.without_levels();
    let readiness = readiness::survey(&settings, &library, today(arguments.today.as_deref(), surroundings)?)?;
    let sources = settings.revision.sources();
    let (output, notes) = match arguments.format {
        Format::Json => (readiness::json(&readiness, sources), String::new()),
        Format::Human => {
            let issues = group::problems(readiness.problems.clone(), sources);
            let note = |issue: &report::Issue| format!("{}{}\n  hint: {}\n", report::place(&issue.location), issue.message, issue.hint);
            (readiness::human(&readiness, sources), issues.iter().map(note).collect())
        }
    };
    Ok(Done { output: output.into_bytes(), notes, code: exit(&readiness) })
}

/// What could not be rendered or read outweighs what is found, since nobody knows what else there is.
fn exit(readiness: &Readiness) -> Exit {
    match (readiness.problems.is_empty(), readiness.services.iter().all(|service| service.is_ready())) {
        (false, _) => Exit::Incomplete,
        (true, false) => Exit::Findings,
        (true, true) => Exit::Clean,
    }
}
