//! Turns the cases of `testdata/applicationsets` into the Applications that Argo CD's own packages generate.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::tools::{self, Error, Tools};
use crate::truth::{Files, folders, read};

/// The address of the repository whose files are the `repo/` folder of a case.
pub const REPOSITORY: &str = "https://git.example.com/platform.git";

/// Asks the oracle for every case.
///
/// # Errors
/// If an input cannot be read or the oracle cannot be run.
pub fn ask(tools: &Tools) -> Result<Files, Error> {
    let mut files = Files::new();
    for folder in folders(&tools::corpus("applicationsets"))? {
        let name = folder.file_name().map(PathBuf::from).unwrap_or_default();
        let answer = expand_case(tools, &folder)?;
        let text = serde_json::to_string_pretty(&answer).map_err(|error| Error::Unexpected(error.to_string()))?;
        files.insert(name.join("expected.json"), text + "\n");
    }
    Ok(files)
}

fn expand_case(tools: &Tools, folder: &Path) -> Result<Value, Error> {
    let input = read(&folder.join("input.yaml"))?;
    let mapping = format!("{REPOSITORY}=repo");
    let mut arguments = vec!["input.yaml"];
    if folder.join("repo").is_dir() {
        arguments.splice(0..0, ["--repo", mapping.as_str()]);
    }
    if folder.join("outside.yaml").is_file() {
        arguments.splice(0..0, ["--outside", "outside.yaml"]);
    }
    let mut answer = expand(tools, folder, &arguments)?;
    // Argo CD walks Go maps for these two, so that their order is another one in each run.
    let random = input.lines().any(|line| matches!(line.trim_start_matches([' ', '-']).split_once(':'), Some(("clusters" | "merge", _))));
    if random && let Some(Value::Array(applications)) = answer.get_mut("applications") {
        applications.sort_by_key(name_of);
    }
    let part = |key: &str| answer.get(key).cloned().unwrap_or_default();
    Ok(json!({
        "tool": part("version"),
        "order": if random { "any" } else { "fixed" },
        "applications": part("applications"),
        "errors": part("errors"),
    }))
}

/// Asks the oracle what AppProjects permit.
///
/// # Errors
/// If the oracle cannot be run, or refuses the questions.
pub fn ask_projects(tools: &Tools) -> Result<Files, Error> {
    let folder = tools::corpus("projects");
    let answer = expand(tools, &folder, &["--permitted", "questions.yaml"])?;
    let text = serde_json::to_string_pretty(&answer).map_err(|error| Error::Unexpected(error.to_string()))?;
    Ok(Files::from([(PathBuf::from("expected.json"), text + "\n")]))
}

/// Asks the oracle what files in the folders of sources make of them.
///
/// # Errors
/// If the oracle cannot be run, or refuses the cases.
pub fn ask_overrides(tools: &Tools) -> Result<Files, Error> {
    let folder = tools::corpus("overrides");
    let answer = expand(tools, &folder, &["--overridden", "cases.yaml"])?;
    let text = serde_json::to_string_pretty(&answer).map_err(|error| Error::Unexpected(error.to_string()))?;
    Ok(Files::from([(PathBuf::from("expected.json"), text + "\n")]))
}

/// Runs the oracle in a folder and reads its answer.
///
/// # Errors
/// If the oracle cannot be run, or refuses the input.
pub fn expand(tools: &Tools, folder: &Path, arguments: &[&str]) -> Result<Value, Error> {
    let run = tools.run("argocd-oracle", folder, arguments)?;
    if run.code != Some(0) {
        return Err(Error::Unexpected(format!("{}: {}", folder.display(), run.err.trim_end())));
    }
    serde_json::from_str(&run.out).map_err(|error| Error::Unexpected(format!("{}: {error}", folder.display())))
}

/// The name of an Application, to sort by.
#[must_use]
pub fn name_of(application: &Value) -> String {
    application.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned()
}
