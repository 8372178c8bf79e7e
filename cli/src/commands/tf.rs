//! `portcullis tf`: the roots of Terraform in each of their environments, evaluated.

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, Format},
    error::Error,
    group, report,
    settings::{Settings, Surroundings},
    terraform,
};

/// Lists the roots, or says why something is not known.
pub(crate) fn run(arguments: &args::Tf, surroundings: &Surroundings) -> Outcome {
    let mut settings = Settings::open(&arguments.scope(), surroundings)?;
    terraform::open_plans(&mut settings, &arguments.plan, surroundings)?;
    let sources = settings.revision.sources();
    let roots = terraform::roots(&settings);
    let mut problems = roots.problems;
    let is_wanted = |name: &str| settings.environments.is_empty() || settings.environments.iter().any(|wanted| wanted == name);
    let known = || roots.value.iter().flat_map(|root| root.environments.iter().map(|environment| &*environment.name));
    if let Some(unknown) = settings.environments.iter().find(|name| !known().any(|known| known == *name)) {
        let mut names: Vec<&str> = known().collect();
        names.sort_unstable();
        names.dedup();
        let hint = format!("there is {}", if names.is_empty() { "no root at all".to_owned() } else { names.join(", ") });
        return Err(Error::Usage { message: format!("no root has an environment {unknown}"), hint });
    }
    // What is wrong with the others is said where they are asked for.
    let all = terraform::discover(&settings).value;
    let found = terraform::evaluate(&settings, &roots.value, &all, is_wanted);
    if let Some(name) = &arguments.why {
        let output = terraform::why(&found, name, sources)?;
        return Ok(Done { output: output.into_bytes(), ..Done::default() });
    }
    problems.extend(found.iter().flat_map(|root| root.problems.iter().cloned()));
    let issues = group::problems(problems, sources);
    let note = |issue: &report::Issue| format!("{}{}\n  hint: {}\n", report::place(&issue.location), issue.message, issue.hint);
    let (output, mut notes): (String, String) = match arguments.format {
        Format::Human => (terraform::human(&found), issues.iter().map(note).collect()),
        Format::Json => (terraform::json(&found, sources), String::new()),
    };
    if found.is_empty() {
        notes.push_str("note: there is no root module here: no folder with .tf files that no other one calls\n");
    }
    let code = if issues.is_empty() { Exit::Clean } else { Exit::Incomplete };
    Ok(Done { output: output.into_bytes(), notes, code })
}
