//! `portcullis rule`: the rules, or the manual page of one.

use std::fmt::Write as _;

use portcullis_policies::{Alias, Kind, Library, LibraryError, Rule, Scope, Target};
use serde_json::{Value, json};

use super::{Done, Outcome, rule_new};
use crate::{
    args::{self, Format},
    error::{BROKEN_BUILD, Error},
    root,
    settings::{Settings, Surroundings, mistakes},
};

/// Explains a rule, or lists all.
pub(crate) fn run(arguments: &args::Rule, surroundings: &Surroundings) -> Outcome {
    if let Some(args::RuleCommand::New(new)) = &arguments.command {
        return rule_new::run(new, surroundings);
    }
    let (library, notes) = library(surroundings)?;
    let rules = chosen(&library, arguments)?;
    let output = match (arguments.format, &arguments.id) {
        (Format::Json, Some(_)) => rules.iter().map(|rule| format!("{:#}\n", as_json(rule))).collect(),
        (Format::Json, None) => format!("{:#}\n", rules.iter().map(|rule| as_json(rule)).collect::<Value>()),
        (Format::Human, Some(_)) => rules.iter().map(|rule| page(rule)).collect(),
        (Format::Human, None) => list(&rules),
    };
    Ok(Done { output: output.into_bytes(), notes, ..Done::default() })
}

/// The library with the rules of the repository, if this is one; rules are explained where its configuration is broken, too.
fn library(surroundings: &Surroundings) -> Result<(Library, String), Error> {
    let root = root::find(&surroundings.directory);
    if !root::CONFIG_NAMES.iter().any(|name| root.join(name).exists()) {
        return Ok((embedded()?, String::new()));
    }
    match Settings::open(&args::Scope::default(), surroundings) {
        Ok(settings) if settings.left_out.is_empty() => Ok((settings.library, String::new())),
        Ok(settings) => {
            let error = mistakes(settings.left_out, settings.revision.sources());
            Ok((settings.library, error.print(surroundings)))
        }
        Err(error) => Ok((embedded()?, format!("{}note: rules of this repository are not among these\n", error.print(surroundings)))),
    }
}

fn embedded() -> Result<Library, Error> {
    Library::embedded().map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))
}

fn chosen<'a>(library: &'a Library, arguments: &args::Rule) -> Result<Vec<&'a Rule>, Error> {
    if let Some(id) = &arguments.id {
        let unknown =
            |error: LibraryError| Error::Usage { message: error.to_string(), hint: "`portcullis rule` lists all rules".to_owned() };
        return Ok(vec![library.rule(id).map_err(unknown)?]);
    }
    let Some(wanted) = &arguments.like else { return Ok(library.rules().iter().collect()) };
    let found: Vec<&Rule> = library.rules().iter().filter(|rule| rule.aliases.iter().any(|alias| alias.is_meant_by(wanted))).collect();
    if found.is_empty() {
        let message = format!("no rule answers to {wanted}");
        let hint = format!("an id of another tool, as it spells it, alone or behind one of {} and a colon", Alias::SOURCES.join(", "));
        return Err(Error::Usage { message, hint });
    }
    Ok(found)
}

fn list(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    let line = |rule: &&Rule| format!("{:<width$}  {:<7}  {}\n", rule.id.as_str(), level(rule), rule.title);
    rules.iter().map(line).collect()
}

/// How bad it is, or that nobody asks unless told to.
fn level(rule: &Rule) -> &'static str {
    if rule.off.is_some() { "off" } else { rule.severity.name() }
}

/// The manual page: what the rule's folder says, and its smallest fixtures.
fn page(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n\n{}\n\n", rule.id, rule.title, rule.description);
    let _ = writeln!(text, "severity  {}", rule.severity.name());
    if let Some(reason) = &rule.off {
        let _ = writeln!(text, "off       unless the configuration gives it a level: {reason}");
    }
    let _ = writeln!(text, "group     {}", rule.group.name());
    let _ = writeln!(text, "scope     {}", scope(rule.scope));
    let _ = writeln!(text, "target    {}", target(rule));
    for (name, value) in &rule.params {
        let _ = writeln!(text, "param     {name} (default {value})");
    }
    for alias in &rule.aliases {
        let _ = writeln!(text, "like      {alias}");
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
        Target::Kinds(kinds) => kinds.iter().map(Kind::to_string).collect::<Vec<_>>().join(", "),
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
        "off": rule.off,
        "group": rule.group.name(),
        "like": rule.aliases.iter().map(Alias::to_string).collect::<Vec<_>>(),
        "scope": rule.scope.name(),
        "target": match &rule.target { Target::Pod => json!("pod"), Target::Kinds(kinds) => json!(kinds.iter().map(Kind::to_string).collect::<Vec<_>>()), Target::Change => json!("change") },
        "params": rule.params,
        "manual": &*rule.readme,
    })
}
