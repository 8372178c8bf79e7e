//! `portcullis rule`: the rules, or the manual page of one.

use std::fmt::Write as _;

use portcullis_policies::{Library, Rule, Scope, Target};
use serde_json::{Value, json};

use super::{Done, Outcome};
use crate::{
    args::{self, Format},
    error::{BROKEN_BUILD, Error},
};

/// Explains a rule, or lists all.
pub(crate) fn run(arguments: &args::Rule) -> Outcome {
    let library = Library::embedded().map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))?;
    let rules: Vec<&Rule> = match &arguments.id {
        Some(id) => vec![
            library
                .rule(id)
                .map_err(|error| Error::Usage { message: error.to_string(), hint: "`portcullis rule` lists all rules".to_owned() })?,
        ],
        None => library.rules().iter().collect(),
    };
    let output = match (arguments.format, &arguments.id) {
        (Format::Json, Some(_)) => rules.iter().map(|rule| format!("{:#}\n", as_json(rule))).collect(),
        (Format::Json, None) => format!("{:#}\n", rules.iter().map(|rule| as_json(rule)).collect::<Value>()),
        (Format::Human, Some(_)) => rules.iter().map(|rule| page(rule)).collect(),
        (Format::Human, None) => list(&rules),
    };
    Ok(Done { output: output.into_bytes(), ..Done::default() })
}

fn list(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    let line = |rule: &&Rule| format!("{:<width$}  {:<7}  {}\n", rule.id.as_str(), rule.severity.name(), rule.title);
    rules.iter().map(line).collect()
}

/// The manual page: what the rule's folder says, and its smallest fixtures.
fn page(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n\n{}\n\n", rule.id, rule.title, rule.description);
    let _ = writeln!(text, "severity  {}", rule.severity.name());
    let _ = writeln!(text, "scope     {}", scope(rule.scope));
    let _ = writeln!(text, "target    {}", target(rule));
    for (name, value) in &rule.params {
        let _ = writeln!(text, "param     {name} (default {value})");
    }
    let _ = write!(text, "\n{}\n", rule.readme.trim());
    for (title, fixtures) in [("Passes", &rule.passes), ("Fails", &rule.fails)] {
        if let Some((name, example)) = fixtures.iter().min_by_key(|(name, text)| (text.len(), name.clone())) {
            let _ = write!(text, "\n## {title} ({name})\n\n{}\n", example.trim());
        }
    }
    text
}

fn target(rule: &Rule) -> String {
    match &rule.target {
        Target::Pod => "every kind that carries a pod".to_owned(),
        Target::Kinds(kinds) => kinds.join(", "),
        Target::Change => "the applications that a change touches, where they have been and where they are now".to_owned(),
    }
}

/// How much a rule sees, and which command asks it.
fn scope(scope: Scope) -> String {
    let seen = match scope {
        Scope::Resource => "one object at a time, in `portcullis lint`, `portcullis diff` and the webhook",
        Scope::Platform => "every object of an environment, in `portcullis lint` and `portcullis diff`",
        Scope::Change => "what differs between two revisions, in `portcullis diff` alone",
    };
    format!("{}: {seen}", scope.name())
}

fn as_json(rule: &Rule) -> Value {
    json!({
        "id": rule.id.as_str(),
        "title": rule.title,
        "description": rule.description,
        "severity": rule.severity.name(),
        "scope": rule.scope.name(),
        "target": match &rule.target { Target::Pod => json!("pod"), Target::Kinds(kinds) => json!(kinds), Target::Change => json!("change") },
        "params": rule.params,
        "manual": &*rule.readme,
    })
}
