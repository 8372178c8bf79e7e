//! Turns the one-line templates of `testdata/expressions/exprs.txt` into the text, or the error, that Helm makes of each.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::tools::{self, Error, Tools};
use crate::truth::{Files, read};

/// The Kubernetes version that the expressions see: the one that an official binary of this Helm believes in.
pub const KUBE_VERSION: &str = "1.37.0";

/// The release name that the expressions see.
pub const RELEASE: &str = "rel";

/// The files of the corpus that make the chart `c`, beside `templates/t.yaml`.
pub const CHART_FILES: [&str; 4] = ["Chart.yaml", "values.yaml", "files/a.txt", "files/sub/b.conf"];

/// What follows each expression, so that its own final whitespace survives Helm's trimming of the output.
const END: &str = "<end of expression>";

/// A file that is no YAML: Helm's `--debug` then prints every rendered file as it is instead of sorting documents, so that an expression may
/// give any text.
const POISON: &str = "[";

/// Asks both helms for every expression, each rendered alone in a chart named `c`; of Helm 4 only what differs is kept.
///
/// # Errors
/// If an input cannot be read or helm cannot be run.
pub fn ask(tools: &Tools) -> Result<Files, Error> {
    let corpus = tools::corpus("expressions");
    let scratch = tools::repository().join("target/testdata/expressions");
    let chart = scratch.join("c");
    let template = chart.join("templates/t.yaml");
    for file in CHART_FILES {
        write(&chart.join(file), &read(&corpus.join(file))?)?;
    }
    write(&chart.join("templates/poison.yaml"), POISON)?;
    let (mut cases, mut differing) = (Vec::new(), Vec::new());
    for expression in read(&corpus.join("exprs.txt"))?.lines() {
        write(&template, &format!("{expression}{END}"))?;
        let (three, four) = (evaluate(tools, "helm", &scratch, expression)?, evaluate(tools, "helm4", &scratch, expression)?);
        differing.extend(Some(four).filter(|four| *four != three));
        cases.push(three);
    }
    Ok(Files::from([
        (PathBuf::from("expected.json"), answers(&tools.helm_version("helm")?, &cases)?),
        (PathBuf::from("expected4.json"), answers(&tools.helm_version("helm4")?, &differing)?),
    ]))
}

fn answers(tool: &str, cases: &[Value]) -> Result<String, Error> {
    let answer = json!({"tool": tool, "kubeVersion": KUBE_VERSION, "release": RELEASE, "cases": cases});
    let text = serde_json::to_string_pretty(&answer).map_err(|error| Error::Unexpected(error.to_string()))?;
    Ok(text + "\n")
}

fn evaluate(tools: &Tools, helm: &str, scratch: &Path, expression: &str) -> Result<Value, Error> {
    let run = tools.run(helm, scratch, &["template", RELEASE, "c", "--debug", "--kube-version", KUBE_VERSION])?;
    if let Some((_, body)) = run.out.split_once("# Source: c/templates/t.yaml\n") {
        let (output, _) = body.rsplit_once(END).ok_or_else(|| Error::Unexpected(format!("{expression}: printed {body:?}")))?;
        return Ok(json!({"expression": expression, "output": output}));
    }
    Ok(json!({"expression": expression, "error": error_of(&run.err)}))
}

/// The error itself, without the debug lines before it and the stack after it.
fn error_of(printed: &str) -> &str {
    let from = printed.find("Error: ").unwrap_or_default();
    let error = printed.get(from..).unwrap_or_default();
    let to = error.find("\nhelm.go:").unwrap_or(error.len());
    error.get(..to).unwrap_or_default().trim_end()
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
    }
    fs::write(path, text).map_err(|source| Error::file(path, source))
}
