//! Turns the charts of `testdata/charts` and their listed invocations into what `helm template` prints.

use std::path::{Path, PathBuf};

use portcullis_helm::Compat;

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

impl Case {
    /// The folder of what a helm answered: Helm 4's is that of Helm 3 where it holds nothing of its own.
    #[must_use]
    pub fn recording(&self, compat: Compat) -> PathBuf {
        let own = self.folder.join("expected4");
        let holds = |extension| own.join(format!("{}.{extension}", self.name)).is_file();
        match compat {
            Compat::Helm4 if holds("out") || holds("err") => own,
            Compat::Helm3 | Compat::Helm4 => self.folder.join("expected"),
        }
    }
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

/// What one helm makes of an invocation: standard output when it succeeds, and standard error when it says anything there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    out: Option<String>,
    err: Option<String>,
}

/// Asks both helms for every invocation: `expected/NAME.out` and `expected/NAME.err` are what Helm 3 says, and the same in `expected4/` what
/// Helm 4 says where it says anything else.
///
/// # Errors
/// If an input cannot be read or helm cannot be run.
pub fn ask(tools: &Tools) -> Result<Files, Error> {
    let mut files = Files::from([
        (PathBuf::from("TOOL"), tools.helm_version("helm")? + "\n"),
        (PathBuf::from("TOOL4"), tools.helm_version("helm4")? + "\n"),
    ]);
    for case in cases()? {
        let chart = case.folder.file_name().map(PathBuf::from).unwrap_or_default();
        let mut add = |folder: &str, answer: &Answer| {
            for (extension, text) in [("out", &answer.out), ("err", &answer.err)] {
                let place = chart.join(folder).join(format!("{}.{extension}", case.name));
                files.extend(text.clone().map(|text| (place, text)));
            }
        };
        let (three, four) = (ask_one(tools, "helm", &case)?, ask_one(tools, "helm4", &case)?);
        add("expected", &three);
        if three != four {
            add("expected4", &four);
        }
    }
    Ok(files)
}

fn ask_one(tools: &Tools, helm: &str, case: &Case) -> Result<Answer, Error> {
    let fixed = ["template", RELEASE, "chart", "--kube-version", KUBE_VERSION];
    let arguments: Vec<_> = fixed.into_iter().chain(case.arguments.iter().map(String::as_str)).collect();
    let run = tools.run(helm, &case.folder, &arguments)?;
    // The folder that the repository lies in is no part of the truth.
    let err = run.err.replace(&*case.folder.to_string_lossy(), "FOLDER");
    let err = (!err.is_empty()).then_some(err);
    match run.code {
        Some(0) => Ok(Answer { out: Some(run.out), err }),
        Some(1) if run.out.is_empty() && err.is_some() => Ok(Answer { out: None, err }),
        code => Err(Error::Unexpected(format!("{helm} {} {}: exit {code:?}, output {:?}", case.folder.display(), case.name, run.out))),
    }
}
