//! The report that every format shows: findings grouped by the line that causes them, problems, and the account of every application.

use std::sync::Arc;

use portcullis_policies::Level;
use portcullis_source::{Location, RepoPath, Role, Span};

use super::{Changes, Reach, Secrets};
use crate::kinds::Unchecked;

/// Everything that a run found.
#[derive(Debug)]
pub(crate) struct Report {
    /// The digest of the rules, as `sha256:…`.
    pub(crate) bundle: String,
    /// What became of every application.
    pub(crate) applications: Accounting,
    /// What became of every root of Terraform in every environment.
    pub(crate) terraform: Terraform,
    /// The ApplicationSets that were not expanded, or not wholly, each once.
    pub(crate) not_expanded: Vec<NotExpanded>,
    /// The paths of the command line that reach nothing.
    pub(crate) unreached: Vec<RepoPath>,
    /// What was looked at, where nothing at all was found.
    pub(crate) nothing: Option<String>,
    /// How many objects were checked.
    pub(crate) objects: usize,
    /// The objects that there was no schema for.
    pub(crate) unchecked: Unchecked,
    /// What is said beside the report of how it was made.
    pub(crate) notes: Vec<String>,
    /// The applications by service and environment.
    pub(crate) reach: Reach,
    /// The findings, sorted by place, rule and resource.
    pub(crate) findings: Vec<Finding>,
    /// What a stage could not do, sorted by place.
    pub(crate) problems: Vec<Issue>,
    /// What changes from one revision to another, where two are compared.
    pub(crate) changes: Option<Changes>,
    /// What is never shown of the files.
    pub(crate) secrets: Secrets,
    /// What the reports of other parts are joined with, where this is one part of a run.
    pub(crate) partition: Option<serde_json::Value>,
}

/// Applications = rendered + not rendered.
#[derive(Debug, Default)]
pub(crate) struct Accounting {
    /// How many there are.
    pub(crate) total: usize,
    /// Those that were not rendered.
    pub(crate) not_rendered: Vec<NotRendered>,
}

impl Accounting {
    /// How many were rendered.
    pub(crate) fn rendered(&self) -> usize {
        self.total.saturating_sub(self.not_rendered.len())
    }
}

/// Roots times environments = evaluated + not evaluated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terraform {
    /// How many there are.
    pub(crate) total: usize,
    /// How many resources and data sources they have.
    pub(crate) resources: usize,
    /// How many calls are of modules that are not in the repository, and of which a contract says what they make.
    pub(crate) by_contract: usize,
    /// How many calls are of other modules that are not in the repository.
    pub(crate) not_here: usize,
    /// Those that were not evaluated as a whole.
    pub(crate) not_evaluated: Vec<NotEvaluated>,
    /// What rules cannot tell.
    pub(crate) undecided: Vec<Undecided>,
}

impl Terraform {
    /// How many were evaluated.
    pub(crate) fn evaluated(&self) -> usize {
        self.total.saturating_sub(self.not_evaluated.len())
    }
}

/// A root that was not evaluated as a whole in an environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotEvaluated {
    /// Its folder.
    pub(crate) root: String,
    /// The environment.
    pub(crate) environment: String,
    /// The first reason.
    pub(crate) reason: String,
    /// Where the reason lies.
    pub(crate) location: Location,
}

/// What a rule cannot tell of a resource, since something is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Undecided {
    /// The rule; `*` where none could be asked.
    pub(crate) rule: String,
    /// The folder of the root.
    pub(crate) root: String,
    /// The resource.
    pub(crate) address: String,
    /// The environment.
    pub(crate) environment: String,
    /// The JSON pointer of what is not known.
    pub(crate) path: String,
    /// Why it is not known.
    pub(crate) reason: String,
    /// Where a person would look.
    pub(crate) location: Location,
}

/// An application that was not rendered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotRendered {
    /// Its name.
    pub(crate) application: String,
    /// Why.
    pub(crate) reason: String,
    /// Where the reason lies.
    pub(crate) location: Location,
}

/// An ApplicationSet of which some Application could not be made, so that Argo CD makes none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotExpanded {
    /// Its name.
    pub(crate) application_set: String,
    /// The first reason.
    pub(crate) reason: String,
    /// Where the reason lies.
    pub(crate) location: Location,
}

/// Findings of one rule that one line causes.
#[derive(Debug)]
pub(crate) struct Finding {
    /// The rule's id.
    pub(crate) rule: String,
    /// Whether it denies or warns.
    pub(crate) level: Level,
    /// What is wrong, in the words for the first resource.
    pub(crate) message: String,
    /// What stays the same while lines move.
    pub(crate) fingerprint: String,
    /// The environments that it reaches.
    pub(crate) environments: Vec<Arc<str>>,
    /// The applications that it reaches.
    pub(crate) applications: Vec<Arc<str>>,
    /// The objects that it reaches, each once.
    pub(crate) resources: Vec<ResourceName>,
    /// The JSON pointer of the field in the first resource.
    pub(crate) path: String,
    /// The line that a person would edit.
    pub(crate) place: Option<(Span, Location)>,
    /// How the field came to be, in the first resource.
    pub(crate) chain: Vec<ChainLink>,
    /// The reason of the waiver that covers it.
    pub(crate) waived: Option<String>,
    /// What the change does to it, where two revisions are compared.
    pub(crate) status: Option<Status>,
}

/// What a change does to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// It was not there before.
    New,
    /// It is on both sides.
    Unchanged,
    /// It is gone; its places are those of the base.
    Fixed,
}

impl Status {
    /// The word for it in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Fixed => "fixed",
        }
    }
}

impl ResourceName {
    /// Whether it is about Terraform, and no Kubernetes object.
    pub(crate) fn is_of_terraform(&self) -> bool {
        self.api_version.starts_with("terraform/")
    }
}

/// The name of an object; of a resource of Terraform the address, in the folder of its root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ResourceName {
    /// Its API version.
    pub(crate) api_version: String,
    /// Its kind.
    pub(crate) kind: String,
    /// Its namespace, where it has one.
    pub(crate) namespace: Option<String>,
    /// Its name.
    pub(crate) name: String,
}

impl ResourceName {
    /// The kind, namespace and name, as `Deployment/scoring/tx-scoring`.
    pub(crate) fn text(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}/{}/{}", self.kind, namespace, self.name),
            None => format!("{}/{}", self.kind, self.name),
        }
    }
}

/// One link of a chain with its place looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChainLink {
    /// What it is to the field.
    pub(crate) role: Role,
    /// The place, but for a rendered line.
    pub(crate) place: Option<(Span, Location)>,
    /// The line of the rendered text.
    pub(crate) line: Option<u32>,
    /// The dotted key in a values layer.
    pub(crate) key: Option<String>,
    /// The values layer, or the template that is called.
    pub(crate) name: Option<Arc<str>>,
}

/// A problem with its place looked up.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Issue {
    /// The place.
    pub(crate) location: Location,
    /// The place in bytes.
    pub(crate) span: Option<Span>,
    /// The stage that met it.
    pub(crate) stage: &'static str,
    /// What could not be done.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
    /// The applications that it concerns.
    pub(crate) applications: Vec<String>,
}

impl ChainLink {
    /// The word for its role in reports.
    pub(crate) fn role_name(&self) -> &'static str {
        match self.role {
            Role::Rendered => "rendered",
            Role::Manifest => "manifest",
            Role::Template => "template",
            Role::Include => "include",
            Role::Values => "values",
            Role::Shadowed => "shadowed",
            Role::Other => "other",
            Role::Guard => "guard",
        }
    }
}
