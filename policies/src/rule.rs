//! One rule: its id, what its metadata say, and its text.

use std::{fmt, sync::Arc};

use crate::Level;

/// The id of a rule: the name of its folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// An id by its text.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last word of the rule's Rego package.
    #[must_use]
    pub fn package_word(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How bad it is where the rule finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Denied unless the configuration says otherwise.
    Error,
    /// Warned of unless the configuration says otherwise.
    Warning,
}

impl Severity {
    /// The level that it has without configuration.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::Error => Level::Deny,
            Self::Warning => Level::Warn,
        }
    }

    /// The word for it in metadata and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// How much a rule sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One resource, in both gates.
    Resource,
    /// Every resource of an environment, in the first gate only.
    Platform,
    /// What differs between two revisions, where two are compared.
    Change,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Resource, Self::Platform, Self::Change];

    /// The word for it in metadata and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Platform => "platform",
            Self::Change => "change",
        }
    }
}

/// What a rule of scope resource is evaluated on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every resource that carries a pod.
    Pod,
    /// The resources of these kinds.
    Kinds(Vec<String>),
    /// No resource: the rule sees a change.
    Change,
}

/// What a request does to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// It makes the object, as everything in a repository is going to be made.
    Create,
    /// It changes the object.
    Update,
    /// It removes the object.
    Delete,
    /// It opens a way into the object, as `kubectl exec` does.
    Connect,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Connect];

    /// The word for it in requests, rules and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }

    /// The operation of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == word)
    }
}

/// One rule folder.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The folder's name.
    pub id: RuleId,
    /// What is wrong, in a few words.
    pub title: String,
    /// Why that matters, in a sentence.
    pub description: String,
    /// How bad it is.
    pub severity: Severity,
    /// How much it sees.
    pub scope: Scope,
    /// What it is evaluated on.
    pub target: Target,
    /// Which requests it is evaluated on.
    pub operations: Vec<Operation>,
    /// Its parameters and their defaults.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// The facts of the platform that it asks for: `zones`, `registries`, `scoring`, `nodePools`.
    pub facts: Vec<String>,
    /// The manual page.
    pub readme: Arc<str>,
    /// The Rego text.
    pub rego: Arc<str>,
    /// The fixtures that it passes, by file name.
    pub passes: Vec<(Arc<str>, Arc<str>)>,
    /// The fixtures that it fails, by file name.
    pub fails: Vec<(Arc<str>, Arc<str>)>,
}

impl Rule {
    /// The path of its findings in Rego.
    #[must_use]
    pub fn entry_point(&self) -> String {
        format!("data.portcullis.rules.{}.findings", self.id.package_word())
    }

    /// What to do about its findings: the first paragraph under `How to fix`, on one line.
    #[must_use]
    pub fn remedy(&self) -> String {
        let section = self.readme.split("## How to fix").nth(1).unwrap_or_default().trim_start();
        let paragraph = section.split("\n\n").next().unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether it looks at the request, and not only at the object.
    #[must_use]
    pub fn reads_review(&self) -> bool {
        self.rego.contains("input.review")
    }
}
