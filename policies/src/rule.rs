//! One rule: its id, what its metadata say, and its text.

use std::{collections::BTreeMap, fmt, sync::Arc};

use portcullis_source::Span;

use crate::{Alias, Foreign, Level, Semantics, config::Element};

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

/// What a rule is about, as the pages of rules are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What a container may do to its node and its neighbours.
    Pods,
    /// Who may do what: roles, service accounts, secrets.
    Access,
    /// Where images come from and what they are.
    Images,
    /// What pods ask for and may take.
    Resources,
    /// What keeps a service up: probes, replicas, disruption, rollout.
    Availability,
    /// On which nodes pods land, and which there are.
    Placement,
    /// Who reaches whom, and how safely.
    Network,
    /// Whether objects fit together and are what the API server takes.
    Validity,
    /// How changes come to a cluster.
    Delivery,
    /// What the platform asks of its services beside Kubernetes.
    Platform,
}

impl Group {
    /// All of them, in the order of pages.
    pub const ALL: [Self; 10] = [
        Self::Pods,
        Self::Access,
        Self::Images,
        Self::Resources,
        Self::Availability,
        Self::Placement,
        Self::Network,
        Self::Validity,
        Self::Delivery,
        Self::Platform,
    ];

    /// The word for it in metadata and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pods => "pods",
            Self::Access => "access",
            Self::Images => "images",
            Self::Resources => "resources",
            Self::Availability => "availability",
            Self::Placement => "placement",
            Self::Network => "network",
            Self::Validity => "validity",
            Self::Delivery => "delivery",
            Self::Platform => "platform",
        }
    }
}

/// A kind of objects that a rule is evaluated on, written `Kind` or `Kind.group`, where the group `core` is the one without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: Arc<str>,
    /// Its API group; any one where none is said.
    pub group: Option<Arc<str>>,
}

impl Kind {
    /// Reads `Kind` or `Kind.group`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some((name, "core")) => Self { name: name.into(), group: Some("".into()) },
            Some((name, group)) => Self { name: name.into(), group: Some(group.into()) },
            None => Self { name: text.into(), group: None },
        }
    }

    /// Whether it is a type of Terraform, and no kind of Kubernetes: nothing of it comes to an API server.
    #[must_use]
    pub fn is_of_terraform(&self) -> bool {
        self.group.as_deref() == Some(TERRAFORM)
    }

    /// Whether objects of this group and kind are meant.
    #[must_use]
    pub fn covers(&self, group: &str, name: &str) -> bool {
        *self.name == *name && self.group.as_deref().is_none_or(|own| own == group)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group.as_deref() {
            None => formatter.write_str(&self.name),
            Some("") => write!(formatter, "{}.core", self.name),
            Some(group) => write!(formatter, "{}.{group}", self.name),
        }
    }
}

/// The group of the types of Terraform.
pub(crate) const TERRAFORM: &str = "terraform";

/// The type of the document of a whole root.
pub(crate) const ROOT: &str = "terraform_root";

/// The fact that is no parameter, but `input.schema`.
pub(crate) const SCHEMA: &str = "schema";

/// What a rule of scope resource is evaluated on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every resource that carries a pod.
    Pod,
    /// The resources of these kinds.
    Kinds(Vec<Kind>),
    /// Every resource.
    Any,
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
    /// What it is about.
    pub group: Group,
    /// What it is called elsewhere, sorted.
    pub aliases: Vec<Alias>,
    /// The lists on which it stands, of [`Rule::CHECKLISTS`].
    pub checklists: Vec<Arc<str>>,
    /// Why it is off where the configuration gives it no level, in a sentence; none for a rule that is on.
    pub off: Option<String>,
    /// How much it sees.
    pub scope: Scope,
    /// What it is evaluated on.
    pub target: Target,
    /// Of a rule that sees a platform: the kinds that it joins beside what carries pods, autoscalers and disruption budgets. Whoever scans a cluster
    /// does not read these, so that such a rule is asked of a repository alone.
    pub joins: Vec<Kind>,
    /// Which requests it is evaluated on.
    pub operations: Vec<Operation>,
    /// Its parameters and their defaults.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// What the elements of those parameters are that are lists or maps, where the defaults do not show it.
    pub(crate) elements: BTreeMap<String, Element>,
    /// The facts of the platform that it asks for: `zones`, `registries`, `scoring`, `namespace`, `nodePools`; and `schema`.
    pub facts: Vec<String>,
    /// The manual page.
    pub readme: Arc<str>,
    /// The Rego text.
    pub rego: Arc<str>,
    /// The fixtures that it passes, by file name.
    pub passes: Vec<(Arc<str>, Arc<str>)>,
    /// The fixtures that it fails, by file name.
    pub fails: Vec<(Arc<str>, Arc<str>)>,
    /// Its file, where it is a rule of somebody's own.
    pub span: Option<Span>,
    /// The policy that it was written as for another tool, where it was.
    pub foreign: Option<Arc<Foreign>>,
}

impl Rule {
    /// The lists of rules that a service must meet for something: `spot` before it may run on nodes that are taken back.
    pub const CHECKLISTS: [&str; 1] = ["spot"];

    /// The path of its findings in Rego.
    #[must_use]
    pub fn entry_point(&self) -> String {
        format!("data.portcullis.rules.{}.findings", self.id.package_word())
    }

    /// The first line that says what it finds, where it is a rule of somebody's own.
    #[must_use]
    pub fn place(&self) -> Option<Span> {
        let span = self.span?;
        let lines = self.rego.split_inclusive('\n').scan(0, |start, line| {
            let begun = *start;
            *start += line.len();
            Some((begun, line))
        });
        let found = lines.into_iter().find(|(_, line)| line.starts_with("findings"))?;
        let start = u32::try_from(found.0).ok()?;
        Some(Span { start, end: start, ..span })
    }

    /// What to do about its findings: the first paragraph under `How to fix`, on one line.
    #[must_use]
    pub fn remedy(&self) -> String {
        let section = self.readme.split("## How to fix").nth(1).unwrap_or_default().trim_start();
        let paragraph = section.split("\n\n").next().unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether it tells what the schema of an object says against it. Only who renders objects looks; an API server does so by itself.
    #[must_use]
    pub fn reads_schema(&self) -> bool {
        self.facts.iter().any(|fact| fact == SCHEMA)
    }

    /// Whether a request about one object tells enough to ask it.
    #[must_use]
    pub fn is_of_requests(&self) -> bool {
        match &self.foreign {
            Some(foreign) => !foreign.reads_inventory(),
            None => self.scope == Scope::Resource && !self.is_of_terraform(),
        }
    }

    /// Whether it is about Terraform.
    #[must_use]
    pub fn is_of_terraform(&self) -> bool {
        matches!(&self.target, Target::Kinds(kinds) if kinds.iter().all(Kind::is_of_terraform))
    }

    /// Whether it joins what Terraform makes with objects.
    #[must_use]
    pub fn joins_terraform(&self) -> bool {
        self.scope == Scope::Platform && self.named_kinds().any(Kind::is_of_terraform)
    }

    /// Whether it joins resources of a type of Terraform with objects.
    #[must_use]
    pub fn joins_type(&self, ty: &str) -> bool {
        self.scope == Scope::Platform && self.named_kinds().any(|kind| kind.is_of_terraform() && *kind.name == *ty)
    }

    /// The kinds that its metadata name.
    fn named_kinds(&self) -> impl Iterator<Item = &Kind> {
        let targets = match &self.target {
            Target::Kinds(kinds) => kinds.as_slice(),
            Target::Pod | Target::Any | Target::Change => &[],
        };
        targets.iter().chain(&self.joins)
    }

    /// Whether Gatekeeper's word on a request is its word, whatever was there before and whoever asks.
    #[must_use]
    pub fn is_of_gatekeeper(&self) -> bool {
        self.foreign.as_ref().is_some_and(|foreign| foreign.semantics() == Semantics::Gatekeeper)
    }

    /// Whether it looks at the request, and not only at the object.
    #[must_use]
    pub fn reads_review(&self) -> bool {
        self.rego.contains("input.review")
    }
}
