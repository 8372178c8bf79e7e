//! Modules: their files, their calls of each other, and all that they declare, evaluated.

mod answered;
mod block;
mod call;
mod condition;
mod config;
mod contract;
mod document;
mod expand;
mod installed;
mod key;
mod layer;
mod lifecycle;
mod planned;
mod policy;
mod reference;
mod refused;
mod resource;
mod run;
mod setting;
mod tags;
mod variable;
mod written;

pub use condition::FailedCheck;
pub use contract::{contract_variables, contracts};
pub use document::Left;
pub use key::Key;
pub use layer::Layers;
pub use lifecycle::{Ignored, Lifecycle};
pub use resource::{Existence, Mode, Resource};
pub use run::{evaluate, given};
pub use setting::Setting;
pub use written::{Fact, Written};

pub(crate) use call::{Calls, Given, Instance};
pub(crate) use config::Config;
pub(crate) use contract::Contract;
pub(crate) use installed::Installed;
pub(crate) use layer::Layer;
pub(crate) use run::{called_folders, with_stack};

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{RepoPath, Span};

use crate::{
    limits::{MAX_MADE, MAX_STEPS},
    plan::Plan,
    value::Value,
};

/// What a root is evaluated with beside its own files.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Files of values, the weakest first; those that Terraform loads by itself come before them.
    pub var_files: Vec<RepoPath>,
    /// Where somebody named them, those that were not just found.
    pub named_at: BTreeMap<RepoPath, Span>,
    /// The workspace; without one, what depends on it is unknown.
    pub workspace: Option<Arc<str>>,
    /// The name of the environment.
    pub environment: Option<Arc<str>>,
    /// The roots whose outputs may be read; without them, these are not known.
    pub layers: Option<Layers>,
    /// What its plan says, where there is one.
    pub plan: Option<Arc<Plan>>,
    /// How the repository uses Terraform, beside what its files show.
    pub setup: Arc<Setup>,
    /// How much may be done.
    pub limits: Limits,
}

/// How a repository uses Terraform, beside what its files show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// What plans it.
    pub dialect: Dialect,
    /// The modules of other places that lie in the repository.
    pub copies: Vec<ModuleCopy>,
    /// What data sources of AWS are answered with.
    pub assume: Assume,
}

/// What somebody says of the account, so that data sources are answered without asking AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assume {
    /// The partition, such as `aws-cn`; without one, that of the region.
    pub partition: Option<Arc<str>>,
    /// The region.
    pub region: Option<Arc<str>>,
    /// Its availability zones.
    pub zones: Vec<Arc<str>>,
    /// The number of the account.
    pub account_id: Option<Arc<str>>,
}

/// What plans a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Either, so that what one of them knows is taken as that one does.
    #[default]
    Either,
    /// Terraform, which knows no `.tofu`.
    Terraform,
    /// OpenTofu.
    OpenTofu,
}

impl Dialect {
    /// Whether a file is a part of a configuration, by its name.
    #[must_use]
    pub fn reads(self, name: &str) -> bool {
        let is_ignored = name.starts_with('.') || name.ends_with('~') || name.starts_with('#') && name.ends_with('#');
        let name = name.strip_suffix(JSON).unwrap_or(name);
        !is_ignored && (name.ends_with(TERRAFORM) || self != Self::Terraform && name.ends_with(OPEN_TOFU))
    }
}

/// What the names of configuration files end with, before the `.json` that some have: those of both, and those of OpenTofu alone, which stand for one of
/// both that has the same name otherwise.
pub(crate) const TERRAFORM: &str = ".tf";
pub(crate) const OPEN_TOFU: &str = ".tofu";
pub(crate) const JSON: &str = ".json";

/// A module of a registry or of another repository that lies in this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleCopy {
    /// What calls name it by, without a folder in it and without a revision.
    pub source: Arc<str>,
    /// Its version, or the revision that it is of; without one it is taken for every version.
    pub version: Option<Arc<str>>,
    /// Where it lies.
    pub folder: RepoPath,
}

/// How much an evaluation may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many steps it may take.
    pub steps: u64,
    /// How many bytes of values it may make.
    pub made: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: MAX_STEPS, made: MAX_MADE }
    }
}

/// An evaluated root module, with all that it calls.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Its variables.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Its locals.
    pub locals: BTreeMap<Arc<str>, Value>,
    /// Its outputs.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// The resources and data sources of all modules, by module and in order of name.
    pub resources: Vec<Resource>,
    /// The calls of modules, those of called modules too.
    pub calls: Vec<Called>,
    /// What files of values set and nobody declares.
    pub undeclared: Vec<(Arc<str>, Span)>,
    /// Blocks that say what became of resources: `moved`, `removed`, `import` and `check`, by their kind.
    pub statements: Vec<Statement>,
    /// Blocks `terraform` and `provider`, those of called modules too.
    pub settings: Vec<Setting>,
    /// What contracts of modules could not make of the arguments that they were called with, which is unknown then.
    pub unfit: Vec<(Arc<str>, Span)>,
    /// The assertions of `check` blocks that do not hold.
    pub failed: Vec<FailedCheck>,
    /// Values that must not be shown and do not fit their variables, so that nothing else has them.
    pub unfitting: Vec<Value>,
    /// The places that decide the `count` or `for_each` of a resource or a call, by its address without a key: those of the value, of the values of
    /// all names in the expression, and the expression itself.
    pub deciders: BTreeMap<Arc<str>, Arc<[Span]>>,
    /// What there is to say of the files of all modules that lie here.
    pub written: Vec<Written>,
    /// Whether a file could not be read as a whole, so that what is missing may be there.
    pub partial: bool,
}

/// An output of a root.
#[derive(Clone, Debug)]
pub struct Output {
    /// The value.
    pub value: Value,
    /// Whether it is declared as sensitive.
    pub sensitive: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A call of a module.
#[derive(Clone, Debug)]
pub struct Called {
    /// The address, such as `module.a["b"]`.
    pub address: Arc<str>,
    /// The source as it is written.
    pub source: Arc<str>,
    /// Where the source is written.
    pub source_span: Option<Span>,
    /// The version as it is written, and where.
    pub version: Option<(Arc<str>, Span)>,
    /// The folder of the module, where that is in the repository.
    pub folder: Option<RepoPath>,
    /// The contract that stands for a module that is not there.
    pub contract: Option<Arc<str>>,
    /// Whether a contract makes the call, which nobody wrote.
    pub is_inner: bool,
    /// Where the call stands.
    pub span: Span,
}

impl Called {
    /// Whether nothing is known of what the module makes.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.folder.is_none() && self.contract.is_none()
    }
}

/// A block that is parsed, and says nothing of values.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The kind of the block.
    pub kind: Arc<str>,
    /// The folder of the module that it stands in.
    pub folder: RepoPath,
    /// Its arguments that are references, such as `from` and `to`, as they are written.
    pub references: BTreeMap<Arc<str>, Arc<str>>,
    /// Of `removed`: whether what it names is destroyed.
    pub destroy: bool,
    /// Where it stands.
    pub span: Span,
}
