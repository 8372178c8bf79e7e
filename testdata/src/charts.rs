//! Turns the charts of `testdata/charts` and their listed invocations into what `helm template` prints.

use std::path::{Path, PathBuf};

use crate::tools::{self, Error, Tools};
use crate::truth::{Files, folders, read};

/// The Kubernetes version of every run whose own arguments do not name another.
pub const KUBE_VERSION: &str = "1.31.0";

/// The release name of every run.
pub const RELEASE: &str = "demo";

/// One invocation: `helm template demo chart --kube-version 1.31.0 ARGUMENTS…` in the folder of the chart's case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The folder that holds `chart/` and `cases.yaml`.
    pub folder: PathBuf,
    /// The name of the invocation.
    pub name: String,
    /// The arguments after the fixed ones.
    pub arguments: Vec<String>,
}

/// Lists every invocation of every chart.
///
/// # Errors
/// If a `cases.yaml` cannot be read.
pub fn cases() -> Result<Vec<Case>, Error> {
    let mut found = Vec::new();
    for folder in folders(&tools::corpus("charts"))? {
        found.extend(parse(&folder, &read(&folder.join("cases.yaml"))?)?);
    }
    Ok(found)
}

/// Reads lines of the form `name: ["argument", …]`; the list is JSON, so the whole is YAML that needs no YAML reader.
fn parse(folder: &Path, text: &str) -> Result<Vec<Case>, Error> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let bad = || Error::Unexpected(format!("{}/cases.yaml: want `name: [\"argument\", …]`, found `{line}`", folder.display()));
            let (name, list) = line.split_once(": ").ok_or_else(bad)?;
            let arguments = serde_json::from_str(list).map_err(|_| bad())?;
            Ok(Case { folder: folder.to_owned(), name: name.to_owned(), arguments })
        })
        .collect()
}

/// Asks helm for every invocation: `expected/NAME.out` when it succeeds, `expected/NAME.err` when it says anything on standard error.
///
/// # Errors
/// If an input cannot be read or helm cannot be run.
pub fn ask(tools: &Tools) -> Result<Files, Error> {
    let mut files = Files::from([(PathBuf::from("TOOL"), tools.helm_version()? + "\n")]);
    for case in cases()? {
        let chart = case.folder.file_name().map(PathBuf::from).unwrap_or_default();
        let fixed = ["template", RELEASE, "chart", "--kube-version", KUBE_VERSION];
        let arguments: Vec<_> = fixed.into_iter().chain(case.arguments.iter().map(String::as_str)).collect();
        let run = tools.run("helm", &case.folder, &arguments)?;
        let place = |extension: &str| chart.join("expected").join(format!("{}.{extension}", case.name));
        match run.code {
            Some(0) => {
                files.insert(place("out"), run.out);
            }
            Some(1) if run.out.is_empty() && !run.err.is_empty() => {}
            code => return Err(Error::Unexpected(format!("{} {}: exit {code:?}, output {:?}", chart.display(), case.name, run.out))),
        }
        if !run.err.is_empty() {
            files.insert(place("err"), run.err);
        }
    }
    Ok(files)
}
