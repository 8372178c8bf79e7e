//! Expressions against what the real terraform made of them.
#![expect(clippy::disallowed_methods, reason = "reads the recordings")]
#![expect(clippy::unwrap_used, reason = "a recording that cannot be read fails its test")]

mod recorded;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_source::{Partial, RepoPath, Revision};
use portcullis_terraform::module::{self, Inputs, Module};
use recorded::{Files, collect};

/// How many expressions are evaluated at a time.
const BATCH: usize = 100;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/expressions")
}

/// What we make of expressions, in the form of the recording: each in a file of its own, so that problems can be told apart.
fn ours(files: &Files, expressions: &[&str]) -> Vec<serde_json::Value> {
    let mut files = files.clone();
    for (at, expression) in expressions.iter().enumerate() {
        let text = format!("output \"e{at}\" {{\n  value = {}\n}}\n", expression.replace('⏎', "\n"));
        files.insert(RepoPath::new(&format!("e{at}.tf")).unwrap(), Arc::from(text.into_bytes()));
    }
    let revision = recorded::revision(files);
    let inputs = Inputs { workspace: Some(Arc::from("default")), ..Inputs::default() };
    let done = module::evaluate(&revision, &RepoPath::root(), &inputs);
    (0..expressions.len()).map(|at| one(&revision, &done, at)).collect()
}

fn one(revision: &Revision, done: &Partial<Module>, at: usize) -> serde_json::Value {
    let (file, name) = (format!("e{at}.tf"), format!("e{at}"));
    // An output that shows what is sensitive is refused in itself; the expression has a value all the same.
    let refused = format!("output {name} shows");
    let mut problems = Vec::new();
    let mut lines = Vec::new();
    for problem in done.problems.iter().filter(|problem| !problem.message.starts_with(&refused)) {
        let place = problem.span.and_then(|span| revision.sources().locate(span));
        match place {
            // The expression begins on the second line of its file.
            Some(place) if *place.file == *file => lines.push(place.line - 1),
            Some(place) if place.file.starts_with('e') => continue,
            Some(_) | None => {}
        }
        problems.push(&*problem.message);
    }
    if !problems.is_empty() {
        return serde_json::json!({ "error": problems.join("; "), "lines": lines });
    }
    let Some(output) = done.value.outputs.get(&*name) else { return serde_json::json!({}) };
    if let Some(reason) = output.value.any_reason() {
        return serde_json::json!({ "unknown": reason.kind.describe() });
    }
    let ty: serde_json::Value = serde_json::from_str(&output.value.ty().to_json()).unwrap();
    serde_json::json!({ "text": output.value.to_json(), "type": ty, "sensitive": output.value.all_marks().sensitive })
}

/// Whether ours agrees with what was recorded.
fn agrees(recorded: &serde_json::Value, ours: &serde_json::Value) -> bool {
    if recorded.get("error").is_some() {
        return ours["lines"].as_array().is_some_and(|lines| lines.contains(&recorded["line"]));
    }
    if recorded.get("unknown").is_some() {
        return ours.get("unknown").is_some();
    }
    // Terraform keeps no type of an output that is null.
    let fields: &[&str] = if recorded["text"] == "null" { &["text"] } else { &["text", "type", "sensitive"] };
    fields.iter().all(|field| recorded.get(field) == ours.get(field))
}

#[test]
fn expressions_have_the_values_that_terraform_gives_them() {
    let folder = folder();
    let mut files = Files::new();
    collect(&folder.join("module"), "", &mut files);
    let expected: serde_json::Value = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let known: BTreeSet<String> = fs::read_to_string(folder.join("differences.txt"))
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let cases = expected["cases"].as_array().unwrap();
    let written: Vec<String> = fs::read_to_string(folder.join("exprs.txt")).unwrap().lines().map(str::to_owned).collect();
    let asked: Vec<&str> = cases.iter().map(|case| case["expression"].as_str().unwrap()).collect();
    assert_eq!(written, asked, "record the expressions again");
    let mut wrong = Vec::new();
    let mut differing = BTreeSet::new();
    // What is an error may hide what stands beside it, so that it stands alone.
    let (errors, values): (Vec<&serde_json::Value>, Vec<&serde_json::Value>) = cases.iter().partition(|case| case.get("error").is_some());
    let batches = values.chunks(BATCH).chain(errors.chunks(1));
    let made = batches.flat_map(|batch| {
        let expressions: Vec<&str> = batch.iter().map(|case| case["expression"].as_str().unwrap()).collect();
        batch.iter().copied().zip(ours(&files, &expressions)).collect::<Vec<_>>()
    });
    for (case, made) in made {
        let expression = case["expression"].as_str().unwrap();
        if agrees(case, &made) {
            continue;
        }
        differing.insert(expression.to_owned());
        if !known.contains(expression) {
            wrong.push(format!("{expression}\n    terraform: {}\n    ours:      {made}", serde_json::json!(case)));
        }
    }
    let healed: Vec<&String> = known.difference(&differing).collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(healed.is_empty(), "take these out of differences.txt: {healed:#?}");
}

#[test]
fn every_function_of_terraform_is_there_and_asked_about() {
    let names = fs::read_to_string(folder().join("../functions.txt")).unwrap();
    let names: BTreeSet<&str> = names.lines().filter(|line| !line.starts_with('#')).collect();
    let ours = portcullis_terraform::function_names();
    let ours: BTreeSet<&str> = ours.iter().copied().collect();
    // What went with version 0.12 is told of as such, and one function is the console's alone.
    let beyond: Vec<&str> = ours.difference(&names).copied().collect();
    let missing: Vec<&str> = names.difference(&ours).copied().collect();
    assert_eq!((beyond, missing), (vec!["list", "map", "type"], Vec::new()));
    let asked = fs::read_to_string(folder().join("exprs.txt")).unwrap();
    let unasked: Vec<&&str> = names.iter().filter(|name| !asked.contains(&format!("{name}("))).collect();
    assert!(unasked.is_empty(), "nothing calls {unasked:?}");
}
