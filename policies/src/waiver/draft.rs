//! Findings to the waivers that cover them and nothing else, as text for a configuration file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::Arc,
};

use portcullis_source::{Node, Text, yaml};

use crate::{Date, Finding};

/// Who answers for findings, why and until when.
#[derive(Clone, Debug)]
pub struct Pledge {
    /// Why they may stay.
    pub reason: String,
    /// Who answers for them.
    pub owner: String,
    /// Where they are followed up.
    pub ticket: String,
    /// The last day.
    pub expires: Date,
}

/// A waiver in the making: one rule, and the objects that break it in the same environments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Draft {
    /// The rule.
    pub rule: String,
    /// The environments; none where the objects have none.
    pub environments: Vec<Arc<str>>,
    /// The objects, as Kind/namespace/name.
    pub resources: Vec<String>,
}

/// The waivers that cover findings, by rule and environments: a waiver covers each of its objects in each of its environments, so that
/// only objects that break a rule in the same ones share one.
#[must_use]
pub fn drafts<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Draft> {
    let mut places: BTreeMap<(String, String), BTreeSet<Option<Arc<str>>>> = BTreeMap::new();
    for finding in findings {
        let Some(resource) = &finding.resource else { continue };
        places.entry((finding.rule.to_string(), resource.to_string())).or_default().insert(finding.environment.clone());
    }
    let mut grouped: BTreeMap<(String, Vec<Arc<str>>), Vec<String>> = BTreeMap::new();
    for ((rule, resource), environments) in places {
        // Without an environment only a waiver of all of them covers it.
        let environments = environments.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default();
        grouped.entry((rule, environments)).or_default().push(resource);
    }
    grouped.into_iter().map(|((rule, environments), resources)| Draft { rule, environments, resources }).collect()
}

impl Draft {
    /// The entry of the list `waivers`, its dash below `margin`.
    pub(super) fn text(&self, pledge: &Pledge, margin: &str) -> String {
        let mut text = format!("{margin}- rule: {}\n{margin}  resources:\n", scalar(&self.rule));
        for resource in &self.resources {
            let _ = writeln!(text, "{margin}    - {}", scalar(resource));
        }
        if !self.environments.is_empty() {
            let names: Vec<String> = self.environments.iter().map(|name| scalar(name)).collect();
            let _ = writeln!(text, "{margin}  environments: [{}]", names.join(", "));
        }
        for (key, value) in [("reason", &pledge.reason), ("owner", &pledge.owner), ("ticket", &pledge.ticket)] {
            let _ = writeln!(text, "{margin}  {key}: {}", scalar(value));
        }
        let _ = writeln!(text, "{margin}  expires: {}", pledge.expires);
        text
    }
}

/// A text as YAML has it: as it is where it reads back as itself in each place that it may come to, else in quotes.
#[must_use]
pub fn scalar(text: &str) -> String {
    let reads_back = |line: String, read: fn(&Node) -> Option<&Node>| {
        let stream = yaml::parse(&Text::nowhere(line.into_bytes()));
        let [document] = stream.documents.as_slice() else { return false };
        stream.error.is_none() && document.comments.is_empty() && read(&document.root).and_then(Node::as_str) == Some(text)
    };
    let is_plain = !text.contains('\n')
        && reads_back(format!("[{text}]"), |root| root.items().first())
        && reads_back(format!("- {text}"), |root| root.items().first())
        && reads_back(format!("key: {text}"), |root| root.get("key"))
        && !text.starts_with(['"', '\'', '|', '>']);
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
