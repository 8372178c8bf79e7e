//! The commands that say what a repository comes to: its applications, their values, services beside each other.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::{Format, MAX_THREADS, Scope};
use crate::{drift::Class, terraform::PlanFile};

/// `portcullis apps`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Apps {
    /// What is looked at.
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// Draw who makes them and what they deploy: ApplicationSets, Applications, those that these hold, and every object.
    #[arg(long, conflicts_with = "format")]
    pub(crate) tree: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// `portcullis graph`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Graph {
    /// What is looked at.
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = GraphFormat::Dot)]
    pub(crate) format: GraphFormat,
}

/// How a graph is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// The language of Graphviz.
    Dot,
    /// A picture.
    Svg,
}

/// `portcullis why`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Why {
    /// An Application, or a service together with --environment.
    #[arg(value_name = "APP")]
    pub(crate) application: String,
    /// A values key, or a rendered field as KIND/NAME:/POINTER, KIND/NAME:dotted.path or the end of its path.
    pub(crate) field: String,
    /// The environment of the service.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// How to print; `portcullis schema why` describes the JSON.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Read a commit, branch or tag instead of the work tree.
    #[arg(long, value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `portcullis values`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Values {
    /// An Application, or a service together with --environment.
    #[arg(value_name = "APP")]
    pub(crate) application: String,
    /// The environment of the service.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// How to print; `portcullis schema values` describes the JSON.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Read a commit, branch or tag instead of the work tree.
    #[arg(long, value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `portcullis drift`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Drift {
    /// The service.
    #[arg(value_name = "SERVICE", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) service: Option<String>,
    /// All services.
    #[arg(long)]
    pub(crate) all: bool,
    /// Only this environment (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// Only this class of hidden drift (repeatable).
    #[arg(long, value_enum, value_name = "CLASS")]
    pub(crate) class: Vec<Class>,
    /// Exit with 1 where there is hidden drift, or drift of this class (repeatable).
    #[arg(long, value_enum, value_name = "CLASS")]
    pub(crate) fail_on: Vec<FailOn>,
    /// How to print; `portcullis schema drift` describes the JSON.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Read a commit, branch or tag instead of the work tree.
    #[arg(long, value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Threads to work with [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_THREADS))]
    pub(crate) threads: Option<u16>,
}

/// `portcullis spot`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Spot {
    /// What is looked at.
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// How to print; `portcullis schema spot` describes the JSON.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// The date that waivers are judged by, as YYYY-MM-DD [default: today, in UTC].
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

/// `portcullis tf`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Tf {
    /// A folder: the root module in it, or all in the folders below [default: all of the repository].
    #[arg(value_name = "ROOT")]
    pub(crate) root: Option<PathBuf>,
    /// Only this environment (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// What Terraform planned: a file of `terraform plan -out`, or of `terraform show -json`; of ROOT, or of another root or environment (repeatable).
    #[arg(long, value_name = "[ROOT[@ENV]=]FILE")]
    pub(crate) plan: Vec<PlanFile>,
    /// Say why this is not known, or where it comes from: ADDRESS.ATTRIBUTE or output.NAME.
    #[arg(long, value_name = "FIELD", conflicts_with = "format")]
    pub(crate) why: Option<String>,
    /// How to print; `portcullis schema tf` describes the JSON.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Read a commit, branch or tag instead of the work tree.
    #[arg(long, value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Threads to work with [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_THREADS))]
    pub(crate) threads: Option<u16>,
}

impl Tf {
    /// What is looked at.
    pub(crate) fn scope(&self) -> Scope {
        Scope {
            paths: self.root.iter().cloned().collect(),
            environment: self.environment.clone(),
            service: Vec::new(),
            revision: self.revision.clone(),
            config: self.config.clone(),
            threads: self.threads,
        }
    }
}

/// What fails a run of `portcullis drift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Hidden drift of any class.
    Hidden,
    /// Keys that sibling layers set differently.
    Siblings,
    /// Keys that no template reads.
    Unread,
    /// Keys that templates print and no layer sets.
    Unset,
    /// Values that are what they override.
    Redundant,
}

impl FailOn {
    /// The class; none for all of them.
    pub(crate) fn class(self) -> Option<Class> {
        match self {
            Self::Hidden => None,
            Self::Siblings => Some(Class::Siblings),
            Self::Unread => Some(Class::Unread),
            Self::Unset => Some(Class::Unset),
            Self::Redundant => Some(Class::Redundant),
        }
    }
}
