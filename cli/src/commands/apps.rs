//! `portcullis apps`: the Applications of the repository, with their values layers.

use std::fmt::Write as _;

use portcullis_argo::{Application, SourceKind};
use portcullis_policies::Plain;
use portcullis_source::Partial;
use serde::Serialize;
use serde_json::Value;

use super::{Done, Exit, Outcome, tree};
use crate::{
    args::{self, Format},
    group, pipeline,
    report::place,
    select,
    settings::{Settings, Surroundings},
};

/// Lists the Applications.
pub(crate) fn run(arguments: &args::Apps, surroundings: &Surroundings) -> Outcome {
    let settings = Settings::open(&arguments.scope, surroundings)?;
    let Partial { value: expanded, mut problems } = pipeline::expand(&settings)?;
    let contexts = expanded.contexts(&settings);
    let selection = pipeline::select(&settings, &expanded.applications, &contexts, &[])?;
    let applications: Vec<&Application> =
        expanded.applications.iter().filter(|application| selection.application(&application.name)).collect();
    let tree = arguments.tree.then(|| {
        let renderer = pipeline::renderer(&settings, &expanded);
        tree::print(&expanded.applications, &contexts, &renderer, &|application| selection.application(&application.name))
    });
    let tree = tree.map(|(tree, told)| {
        problems.extend(told);
        tree
    });
    let unreached = select::unreached(&settings, &expanded.applications, &[], &problems);
    let issues = group::problems(problems, settings.revision.sources());
    let output = match (tree, arguments.format) {
        (Some(tree), _) => tree,
        (None, Format::Human) => applications.iter().map(|application| human(application)).collect(),
        (None, Format::Json) => {
            let items = applications.iter().filter_map(|application| application.object()).map(Plain).collect();
            let problems = issues.iter().map(crate::report::problem).collect();
            listed(&List { api_version: "v1", items, kind: "List", notes: expanded.notes(), problems })
        }
    };
    let notes: String = match arguments.format {
        Format::Human => {
            let issues = issues.iter().map(|issue| format!("{}{}\n  hint: {}\n", place(&issue.location), issue.message, issue.hint));
            issues.chain(expanded.notes().iter().map(|note| format!("note: {note}\n"))).collect()
        }
        Format::Json => String::new(),
    };
    let notes = notes + &select::note(&unreached);
    let code = if issues.is_empty() { Exit::Clean } else { Exit::Incomplete };
    Ok(Done { output: output.into_bytes(), notes, code })
}

/// What `--format json` writes; keys in their order, as everywhere else.
#[derive(Serialize)]
struct List<'a> {
    #[serde(rename = "apiVersion")]
    api_version: &'static str,
    items: Vec<Plain<'a>>,
    kind: &'static str,
    notes: &'a [String],
    problems: Vec<Value>,
}

fn listed(list: &List<'_>) -> String {
    // All keys are texts, so that nothing can fail.
    let mut text = serde_json::to_string_pretty(list).unwrap_or_default();
    text.push('\n');
    text
}

fn human(application: &Application) -> String {
    let mut text = format!("{}  {}  {}\n", application.name, application.destination.name, application.destination.namespace);
    for source in &application.sources {
        match &source.kind {
            SourceKind::Helm(helm) => {
                let _ = writeln!(text, "  chart      {}", helm.chart);
                for file in &helm.values {
                    let _ = writeln!(text, "  values     {}", file.path);
                }
                if helm.inline.is_some() {
                    let _ = writeln!(text, "  values     inline");
                }
                for parameter in &helm.parameters {
                    let _ = writeln!(text, "  parameter  {}={}", parameter.name, parameter.value);
                }
                for parameter in &helm.file_parameters {
                    let _ = writeln!(text, "  parameter  {} from {}", parameter.name, parameter.path);
                }
            }
            SourceKind::Directory(directory) => {
                let _ = writeln!(text, "  manifests  {} ({} files)", directory.path, directory.files.len());
            }
            SourceKind::Kustomize(kustomize) => {
                let _ = writeln!(text, "  kustomize  {}", kustomize.path);
            }
            SourceKind::Reference => {
                let _ = writeln!(text, "  reference  {}", source.repo_url);
            }
            SourceKind::Unrendered(unrendered) => {
                let _ = writeln!(text, "  not rendered: {}", unrendered.reason);
            }
        }
    }
    text
}
