//! Rules for the terminal and for programs.

use std::{fmt::Write as _, sync::Arc};

use portcullis_policies::{Alias, Kind, Rule, Scope, Target};
use serde_json::{Value, json};

/// The rules, a line each.
pub(crate) fn list(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    let line = |rule: &&Rule| format!("{:<width$}  {:<7}  {}\n", rule.id.as_str(), level(rule), rule.title);
    rules.iter().map(line).collect()
}

/// How bad it is, or that nobody asks unless told to.
pub(crate) fn level(rule: &Rule) -> &'static str {
    if rule.off.is_some() { "off" } else { rule.severity.name() }
}

/// The manual page: what the rule's folder says, and its smallest fixtures.
pub(crate) fn page(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n\n{}\n\n", rule.id, rule.title, rule.description);
    let _ = writeln!(text, "severity  {}", rule.severity.name());
    if let Some(reason) = &rule.off {
        let _ = writeln!(text, "off       unless the configuration gives it a level: {reason}");
    }
    let _ = writeln!(text, "group     {}", rule.group.name());
    let _ = writeln!(text, "scope     {}", scope(rule));
    let _ = writeln!(text, "target    {}", target(rule));
    for (name, value) in &rule.params {
        let _ = writeln!(text, "param     {name} (default {value})");
    }
    for alias in &rule.aliases {
        let _ = writeln!(text, "like      {alias}");
    }
    for list in &rule.checklists {
        let _ = writeln!(text, "checklist {list}");
    }
    let _ = write!(text, "\n{}\n", rule.readme.trim());
    for (title, fixtures) in [("Passes", &rule.passes), ("Fails", &rule.fails)] {
        if let Some((name, example)) = smallest(fixtures) {
            let _ = write!(text, "\n## {title} ({name})\n\n{}\n", example.trim());
        }
    }
    text
}

/// The shortest fixture, with its name.
pub(crate) fn smallest(fixtures: &[(Arc<str>, Arc<str>)]) -> Option<&(Arc<str>, Arc<str>)> {
    fixtures.iter().min_by_key(|(name, text)| (text.len(), name.clone()))
}

/// What a rule looks at, in words.
pub(crate) fn target(rule: &Rule) -> String {
    match &rule.target {
        Target::Pod => "every kind that carries a pod".to_owned(),
        Target::Kinds(kinds) => kinds.iter().map(Kind::to_string).collect::<Vec<_>>().join(", "),
        Target::Any => "every kind".to_owned(),
        Target::Change => "the applications that a change touches, where they have been and where they are now".to_owned(),
    }
}

/// How much a rule sees, and which command asks it.
pub(super) fn scope(rule: &Rule) -> String {
    let scope = rule.scope;
    let seen = match scope {
        Scope::Resource if rule.reads_schema() => {
            "one object at a time, in `portcullis lint` and `portcullis diff`; in a cluster the API server sees to it"
        }
        Scope::Resource => "one object at a time, in `portcullis lint`, `portcullis diff` and the webhook",
        Scope::Platform => "every object of an environment, in `portcullis lint` and `portcullis diff`",
        Scope::Change => "what differs between two revisions, in `portcullis diff` alone",
    };
    format!("{}: {seen}", scope.name())
}

/// A rule for programs.
pub(crate) fn as_json(rule: &Rule) -> Value {
    json!({
        "id": rule.id.as_str(),
        "title": rule.title,
        "description": rule.description,
        "severity": rule.severity.name(),
        "off": rule.off,
        "group": rule.group.name(),
        "checklists": rule.checklists,
        "like": rule.aliases.iter().map(Alias::to_string).collect::<Vec<_>>(),
        "scope": rule.scope.name(),
        "target": match &rule.target { Target::Pod => json!("pod"), Target::Kinds(kinds) => json!(kinds.iter().map(Kind::to_string).collect::<Vec<_>>()), Target::Any => json!("any"), Target::Change => json!("change") },
        "params": rule.params,
        "manual": &*rule.readme,
    })
}
