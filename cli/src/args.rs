//! The command line as clap reads it.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::{helm_flags::HelmFlags, help, partition::Part, terraform::PlanFile};

mod explain;
mod rules;

pub(crate) use explain::{Apps, Drift, FailOn, Graph, GraphFormat, Spot, Tf, Values, Why};
pub(crate) use rules::{Rule, RuleCommand, RuleNew, RuleSite, Test, TestFormat};

/// Lints Helm values, charts, Argo CD ApplicationSets and Terraform before they merge.
///
/// portcullis renders every application of a GitOps repository as Argo CD would, evaluates its Terraform, checks each object against the rule library, and says
/// which line of which values file breaks which service in which environment. It needs no cluster, no network and no other program.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, after_help = help::ALL, max_term_width = 100)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Work as if started in this folder.
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR", help_heading = "Global options")]
    pub(crate) directory: Option<PathBuf>,
    /// When to colour the output: auto (on a terminal, unless NO_COLOR is set), always or never.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, hide_possible_values = true, help_heading = "Global options")]
    pub(crate) color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check everything in the repository, or what PATH reaches.
    #[command(after_help = help::LINT)]
    Lint(Lint),
    /// Say what a change does: to which applications, objects and fields, and which findings it brings and mends.
    #[command(after_help = help::DIFF)]
    Diff(Diff),
    /// Render a chart as `helm template` does.
    #[command(after_help = help::TEMPLATE)]
    Template(Box<Template>),
    /// List the Applications that the repository's ApplicationSets expand to.
    #[command(after_help = help::APPS)]
    Apps(Apps),
    /// Draw which Applications, charts, folders and values files depend on each other.
    #[command(after_help = help::GRAPH)]
    Graph(Graph),
    /// Write waivers for the findings of today into the configuration.
    #[command(after_help = help::WAIVE)]
    Waive(Waive),
    /// Say why a field of an application is as it is: every layer of a values key, or the chain of a rendered field.
    #[command(after_help = help::WHY)]
    Why(Why),
    /// List the values that an application's chart sees, each with its layer and line.
    #[command(after_help = help::VALUES)]
    Values(Values),
    /// Compare the environments of a service: where a layer makes them differ, and what drifted apart unseen.
    #[command(after_help = help::DRIFT)]
    Drift(Drift),
    /// Say which services may run on Spot nodes, and what each of the others lacks for that.
    #[command(after_help = help::SPOT)]
    Spot(Spot),
    /// Evaluate Terraform's root modules in each of their environments, or say why something of them is not known.
    #[command(after_help = help::TF)]
    Tf(Tf),
    /// Join the reports of all parts of a run into the report of one.
    #[command(after_help = help::MERGE)]
    Merge(Merge),
    /// Explain a rule, or list all of them.
    #[command(after_help = help::RULE)]
    Rule(Rule),
    /// Try rules on their fixtures: those of the library, and those of the repository.
    #[command(after_help = help::TEST)]
    Test(Test),
    /// Pack rules, configuration and facts for the admission webhook.
    #[command(after_help = help::BUNDLE)]
    Bundle(Bundle),
    /// Check the log of decisions that the admission webhook keeps.
    #[command(subcommand)]
    Audit(Audit),
    /// Fetch the charts and the bundles of rules that are named here and lie elsewhere.
    #[command(after_help = help::VENDOR)]
    Vendor(Vendor),
    /// Write a configuration and files for pre-commit and CI, from what the repository holds.
    #[command(after_help = help::INIT)]
    Init(Init),
    /// Print the JSON Schema of a file that portcullis reads or writes.
    #[command(after_help = help::SCHEMA)]
    Schema(Schema),
    /// Print a completion script.
    #[command(after_help = help::COMPLETIONS)]
    Completions(Completions),
    /// Print a manual page, or write all of them.
    #[command(after_help = help::MAN)]
    Man(Man),
}

/// The most threads that anybody can have a use for.
const MAX_THREADS: i64 = 512;

/// What is looked at.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct Scope {
    /// Files or folders: the Applications that they reach and the manifests in them [default: the repository].
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Only this environment (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// Only this service (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) service: Vec<String>,
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

/// Whether and where something is kept for the next run.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct Caching {
    /// Where to keep how this run ends and what rules say, for runs that see the same [default: PORTCULLIS_CACHE; nowhere].
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(crate) cache: Option<PathBuf>,
    /// Do everything anew and keep nothing, also where PORTCULLIS_CACHE is set.
    #[arg(long)]
    pub(crate) no_cache: bool,
}

/// `portcullis lint`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Lint {
    /// What is looked at.
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// Only this rule (repeatable).
    #[arg(short, long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// What Terraform planned for a root: a file of `terraform plan -out`, or of `terraform show -json` (repeatable).
    #[arg(long, value_name = "ROOT[@ENV]=FILE")]
    pub(crate) plan: Vec<PlanFile>,
    /// How and where to report.
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    /// The date that waivers are judged by, as YYYY-MM-DD [default: today, in UTC].
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
    /// The findings of this file are known: they are reported as waived and do not fail.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the findings of today to this file, which makes them known; with --baseline only those that it has and that still occur.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rule", "plan", "paths", "environment", "service"])]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Print what the admission webhook answers when each object is made, as JSON.
    #[arg(long, conflicts_with_all = ["rule", "plan", "format", "output", "baseline", "write_baseline", "partition"])]
    #[arg(long, conflicts_with_all = ["rule", "plan", "format", "output", "partition"])]
    pub(crate) as_admission: bool,
    /// Check one of N parts only, as in 3/16; `portcullis merge` joins the JSON reports of all parts.
    #[arg(long, value_name = "PART/N", conflicts_with_all = ["paths", "baseline", "write_baseline"])]
    pub(crate) partition: Option<Part>,
    /// Whether and where something is kept for the next run.
    #[command(flatten)]
    pub(crate) caching: Caching,
}

/// `portcullis diff`.
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Diff {
    /// The commit, branch or tag to compare with; where it went on since the head left it, the commit in which both were one.
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub(crate) base: String,
    /// The commit, branch or tag to judge [default: the work tree].
    #[arg(long, value_name = "REV")]
    pub(crate) head: Option<String>,
    /// Judge what is staged instead of the work tree.
    #[arg(long, conflicts_with = "head")]
    pub(crate) staged: bool,
    /// Compare with the base itself, wherever the head comes from.
    #[arg(long)]
    pub(crate) direct: bool,
    /// Report findings that are on both sides too, of all applications, and let them count.
    #[arg(long)]
    pub(crate) all: bool,
    /// Render everything on both sides instead of what the change can reach: slow, with the same result, for whoever doubts it.
    #[arg(long, conflicts_with = "all")]
    pub(crate) exhaustive: bool,
    /// Only this environment (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// Only this service (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) service: Vec<String>,
    /// Only this rule (repeatable).
    #[arg(short, long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// What Terraform planned for a root of the head: a file of `terraform plan -out`, or of `terraform show -json` (repeatable).
    #[arg(long, value_name = "ROOT[@ENV]=FILE")]
    pub(crate) plan: Vec<PlanFile>,
    /// How and where to report.
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    /// The configuration of both sides [default: portcullis.yaml or .portcullis.yaml at the root of each].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Threads to work with [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_THREADS))]
    pub(crate) threads: Option<u16>,
    /// The date that waivers are judged by, as YYYY-MM-DD [default: today, in UTC].
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
    /// Whether and where something is kept for the next run.
    #[command(flatten)]
    pub(crate) caching: Caching,
}

/// `portcullis bundle`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Bundle {
    /// Where to write it; a folder gets a bundle.json [default: standard output].
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Print the bundle within a ConfigMap of this name and namespace.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(crate) config_map: Option<String>,
    /// Read a commit, branch or tag instead of the work tree.
    #[arg(long, value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `portcullis audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Check that a log is whole: no line was changed, added, taken out or moved.
    #[command(after_help = help::AUDIT)]
    Verify(Verify),
}

/// `portcullis audit verify`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Verify {
    /// The log.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The hash of the line before the first one, where the log goes on from another file [default: the log begins here].
    #[arg(long, value_name = "HASH")]
    pub(crate) start: Option<String>,
    /// The hash that the log must end with, as somebody wrote it down.
    #[arg(long, value_name = "HASH")]
    pub(crate) end: Option<String>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
}

/// How and where to report.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct Reporting {
    /// How to report (repeatable, each with its own --output).
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Vec<ReportFormat>,
    /// Where to report; `-` is standard output [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
}

/// How to report what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people; the default.
    Human,
    /// For programs; `portcullis schema report` describes it.
    Json,
    /// SARIF 2.1.0, waived findings as suppressed results.
    Sarif,
    /// The same for GitHub's code scanning, which would open alerts for what is waived: without that.
    CodeScanning,
    /// Annotations of GitHub's workflow commands, the ten most important of each kind.
    Github,
    /// GitLab's code quality.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// A comment for a pull request, or for "$GITHUB_STEP_SUMMARY".
    Markdown,
    /// A page for a browser.
    Html,
}

/// How to print what is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// `portcullis merge`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Merge {
    /// The JSON reports of `portcullis lint --partition`, one of each part.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// How to report.
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    /// The commit, branch or tag that the parts were made from [default: the work tree].
    #[arg(long, value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `portcullis vendor`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Vendor {
    /// Files or folders: the charts and Applications that they reach [default: the repository].
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Fetch nothing and change nothing; only say what is missing, differs from portcullis.lock, or is not signed.
    #[arg(long)]
    pub(crate) check: bool,
    /// Fetch only what portcullis.lock has already, and leave it as it is.
    #[arg(long)]
    pub(crate) locked: bool,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `portcullis schema`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Schema {
    /// The file.
    #[arg(value_enum)]
    pub(crate) file: SchemaFile,
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaFile {
    /// portcullis.yaml.
    Config,
    /// portcullis.lock.
    Lock,
    /// The JSON report.
    Report,
    /// The file of `portcullis lint --baseline`.
    Baseline,
    /// What `portcullis why --format json` prints.
    Why,
    /// What `portcullis values --format json` prints.
    Values,
    /// What `portcullis spot --format json` prints.
    Spot,
    /// What `portcullis drift --format json` prints.
    Drift,
    /// What `portcullis tf --format json` prints.
    Tf,
}

/// `portcullis completions`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// `portcullis man`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Man {
    /// The command [default: portcullis itself].
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub(crate) command: Option<String>,
    /// Write the pages of all commands into this folder, which must exist.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

/// `portcullis waive`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Waive {
    /// Files or folders: the findings that they reach [default: the repository].
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Who answers for the findings.
    #[arg(long, value_name = "NAME", value_parser = words)]
    pub(crate) owner: String,
    /// Where they are followed up.
    #[arg(long, value_name = "TICKET", value_parser = words)]
    pub(crate) ticket: String,
    /// The last day on which they may stay, as YYYY-MM-DD, at most 180 days ahead.
    #[arg(long, value_name = "DATE")]
    pub(crate) expires: String,
    /// Why they may stay until then.
    #[arg(long, value_name = "TEXT", value_parser = words, default_value = "was there before portcullis")]
    pub(crate) reason: String,
    /// Only this rule (repeatable).
    #[arg(short, long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// Only this environment (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// Only this service (repeatable).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) service: Vec<String>,
    /// Waive what is only warned of too.
    #[arg(long)]
    pub(crate) warnings: bool,
    /// Print the configuration that would be written, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The configuration [default: portcullis.yaml or .portcullis.yaml at the repository's root; made where there is none].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The present day, as YYYY-MM-DD [default: today, in UTC].
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

/// A text with something in it.
fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("it is empty: somebody must answer for what stays".to_owned()) } else { Ok(text.to_owned()) }
}

/// `portcullis init`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Init {
    /// Whose CI files to write [default: what the repository already has, or where it comes from].
    #[arg(long, value_enum, value_name = "CI")]
    pub(crate) ci: Option<Ci>,
    /// Where CI takes portcullis from: OWNER/REPOSITORY@COMMIT of the action on GitHub, a container image on GitLab [default: a name to fill in].
    #[arg(long = "use", value_name = "REF", value_parser = reference)]
    pub(crate) source: Option<String>,
    /// Replace files of portcullis that are there already; those that belong to others too are never replaced.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print what would be written, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A text that may stand in YAML as it is.
fn reference(text: &str) -> Result<String, String> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "./:@_-".contains(character);
    if text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.chars().all(is_plain) && !text.ends_with(':') {
        return Ok(text.to_owned());
    }
    Err("it is no OWNER/REPOSITORY@COMMIT and no image".to_owned())
}

/// Where a repository's CI runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Nowhere that files are written for.
    None,
}

/// The Helm that `portcullis template` stands in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HelmCompat {
    /// Helm 3.
    #[value(name = "3")]
    Helm3,
    /// Helm 4.
    #[value(name = "4")]
    Helm4,
}

/// `portcullis template`, with the flags of `helm template`; the last of a flag that holds one value wins, as there.
#[derive(Debug, ClapArgs)]
#[command(args_override_self = true)]
#[expect(clippy::struct_excessive_bools, reason = "these are helm's flags")]
pub(crate) struct Template {
    /// The release's name and the chart's folder; the folder alone with --generate-name or for the name `release-name`.
    #[arg(value_name = "[NAME] CHART", required = true)]
    pub(crate) name_and_chart: Vec<String>,
    /// A values file; later ones win (repeatable, or several with commas).
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',')]
    pub(crate) values: Vec<PathBuf>,
    /// Set values: `key1=val1,key2=val2`.
    #[arg(long, value_name = "ASSIGNMENTS")]
    pub(crate) set: Vec<String>,
    /// Set values that stay strings.
    #[arg(long, value_name = "ASSIGNMENTS")]
    pub(crate) set_string: Vec<String>,
    /// Set values from JSON.
    #[arg(long, value_name = "ASSIGNMENTS")]
    pub(crate) set_json: Vec<String>,
    /// Set values from files: `key1=path1`.
    #[arg(long, value_name = "ASSIGNMENTS")]
    pub(crate) set_file: Vec<String>,
    /// Set one value to the text as it is.
    #[arg(long, value_name = "ASSIGNMENT")]
    pub(crate) set_literal: Vec<String>,
    /// The release's namespace.
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub(crate) namespace: String,
    /// The Helm whose output is made, 3 or 4.
    #[arg(long, value_enum, value_name = "MAJOR", hide_possible_values = true, default_value_t = HelmCompat::Helm3)]
    pub(crate) helm_compat: HelmCompat,
    /// The Kubernetes version of `.Capabilities`.
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// Further API versions of `.Capabilities`.
    #[arg(short, long, value_name = "VERSIONS", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
    /// Print the chart's CRDs too.
    #[arg(long)]
    pub(crate) include_crds: bool,
    /// Set `.Release.IsUpgrade` instead of `.Release.IsInstall`.
    #[arg(long)]
    pub(crate) is_upgrade: bool,
    /// Print no hooks.
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Print no test hooks.
    #[arg(long)]
    pub(crate) skip_tests: bool,
    /// Print no CRDs, which is so without --include-crds anyway.
    #[arg(long)]
    pub(crate) skip_crds: bool,
    /// Do not check the values against the chart's schema.
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// Print only what this template makes (repeatable).
    #[arg(short, long, value_name = "PATH")]
    pub(crate) show_only: Vec<String>,
    /// A template for the release's name, with sprig's functions, such as `{{ "Shop" | lower }}`.
    #[arg(long, value_name = "TEMPLATE", default_value = "", hide_default_value = true)]
    pub(crate) name_template: String,
    /// Write each template's manifests to a file below this folder instead, and print the names.
    #[arg(long, value_name = "DIR", default_value = "", hide_default_value = true, conflicts_with_all = ["origin", "stamp"])]
    pub(crate) output_dir: String,
    /// With --output-dir: a folder of the release's name around the files.
    #[arg(long)]
    pub(crate) release_name: bool,
    /// Print where each line came from: template line and values line.
    #[arg(long)]
    pub(crate) origin: bool,
    /// Print each object as JSON, with annotations by which the admission webhook tells the lines that it was made from.
    #[arg(long, conflicts_with = "origin")]
    pub(crate) stamp: bool,
    /// Let `lookup` find the objects of the YAML and JSON files below this folder [default: none].
    #[arg(long, value_name = "DIR")]
    pub(crate) live: Option<PathBuf>,
    /// Random, certificate and time functions give constants.
    #[arg(long)]
    pub(crate) deterministic: bool,
    /// What helm takes besides.
    #[command(flatten)]
    pub(crate) helm: HelmFlags,
}
