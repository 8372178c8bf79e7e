//! Expressions against what the real terraform made of them.
#![expect(clippy::disallowed_methods, reason = "reads the recordings")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a recording that cannot be read fails its test")]

mod recorded;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_source::RepoPath;
use portcullis_terraform::module::{self, Inputs};
use recorded::{Files, collect};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/expressions")
}

/// What we make of an expression, in the form of the recording.
fn ours(files: &Files, expression: &str) -> serde_json::Value {
    let mut files = files.clone();
    let text = format!("output \"it\" {{\n  value = {}\n}}\n", expression.replace('⏎', "\n"));
    files.insert(RepoPath::new("it.tf").unwrap(), Arc::from(text.into_bytes()));
    let revision = recorded::revision(files);
    let inputs = Inputs { workspace: Some(Arc::from("default")), ..Inputs::default() };
    let done = module::evaluate(&revision, &RepoPath::root(), &inputs);
    // An output that shows what is sensitive is refused in itself; the expression has a value all the same.
    let problems: Vec<&str> =
        done.problems.iter().map(|problem| &*problem.message).filter(|message| !message.starts_with("output it shows")).collect();
    if !problems.is_empty() {
        // The expression begins on the second line of its file.
        let places = done.problems.iter().filter_map(|problem| revision.sources().locate(problem.span?));
        let lines: Vec<u32> = places.filter(|place| &*place.file == "it.tf").map(|place| place.line - 1).collect();
        return serde_json::json!({ "error": problems.join("; "), "lines": lines });
    }
    let value = &done.value.outputs["it"].value;
    if let Some(reason) = value.any_reason() {
        return serde_json::json!({ "unknown": reason.kind.describe() });
    }
    let parsed: serde_json::Value = serde_json::from_str(&value.to_json()).unwrap_or_else(|_| serde_json::Value::String(value.to_json()));
    let ty: serde_json::Value = serde_json::from_str(&value.ty().to_json()).unwrap();
    serde_json::json!({ "value": parsed, "text": value.to_json(), "type": ty, "sensitive": value.all_marks().sensitive })
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
    for case in cases {
        let expression = case["expression"].as_str().unwrap();
        let made = ours(&files, expression);
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
