//! The commands about rules themselves.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::Format;
use crate::help;

/// `portcullis rule`.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Rule {
    /// Write a rule, or a site of rules, instead.
    #[command(subcommand)]
    pub(crate) command: Option<RuleCommand>,
    /// The rule to explain [default: list all].
    pub(crate) id: Option<String>,
    /// List the rules that answer to an id of another tool, as CKV_K8S_14 or kyverno:require-pdb, or to a profile of the Pod Security Standards, as pss:baseline.
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    pub(crate) like: Option<String>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// What else there is to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RuleCommand {
    /// Write the folder of a new rule, whole and with fixtures, to go on from.
    #[command(after_help = help::RULE_NEW)]
    New(RuleNew),
    /// Write a site of all rules, which can be searched and needs no server.
    Site(RuleSite),
}

/// `portcullis rule site`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RuleSite {
    /// The folder that it is written to.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// `portcullis rule new`.
#[derive(Debug, ClapArgs)]
pub(crate) struct RuleNew {
    /// Its id: what is wrong, in lowercase words joined by hyphens.
    pub(crate) id: String,
    /// The folder that it goes into [default: the first that the configuration names under `library`, else policies].
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// The kinds that it looks at, as Ingress or Service.core [default: everything that carries a pod].
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<String>,
    /// Let it see all objects of an environment together.
    #[arg(long)]
    pub(crate) platform: bool,
}

/// `portcullis test`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Test {
    /// Folders of rules [default: the library, and what the configuration names under `library`].
    #[arg(value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Only this rule (repeatable).
    #[arg(short, long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// Say which lines of rules no fixture reaches.
    #[arg(long)]
    pub(crate) coverage: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = TestFormat::Human)]
    pub(crate) format: TestFormat,
    /// Where to print [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Measure what an evaluation of each rule takes on its fixtures.
    #[arg(long)]
    pub(crate) bench: bool,
    /// Keep the measurement in a file.
    #[arg(long, value_name = "FILE", requires = "bench")]
    pub(crate) save: Option<PathBuf>,
    /// Compare with a measurement that was kept, on the same machine.
    #[arg(long, value_name = "FILE", requires = "bench")]
    pub(crate) compare: Option<PathBuf>,
    /// Fail where a rule takes more than this percentage longer than in the measurement compared with.
    #[arg(long, value_name = "PERCENT", requires = "compare")]
    pub(crate) threshold: Option<u32>,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// How to print what fixtures came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// JUnit XML: a suite for each rule, a case for each fixture.
    Junit,
}
