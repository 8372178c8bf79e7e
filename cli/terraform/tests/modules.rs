//! Root modules against what the real terraform planned.
#![expect(clippy::disallowed_methods, reason = "reads the recordings")]
#![expect(clippy::unwrap_used, reason = "a recording that cannot be read fails its test")]

mod recorded;

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use portcullis_source::{Partial, RepoPath, Revision};
use portcullis_terraform::module::{self, Inputs, Mode, Module};
use recorded::{Files, collect};

/// A case: its files, and where its root is.
struct Case {
    name: String,
    revision: Revision,
    root: RepoPath,
    inputs: Inputs,
    expected: serde_json::Value,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/modules");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| case(&path)).collect()
}

fn case(path: &Path) -> Case {
    let mut files = Files::new();
    collect(path, "", &mut files);
    let root = if path.join("root").exists() { RepoPath::new("root").unwrap() } else { RepoPath::root() };
    let arguments = fs::read_to_string(path.join("arguments.txt")).unwrap_or_default();
    let var_files = arguments.split_whitespace().map(|argument| root.join(argument.strip_prefix("-var-file=").unwrap()).unwrap()).collect();
    let expected = serde_json::from_str(&fs::read_to_string(path.join("expected.json")).unwrap()).unwrap();
    let inputs = Inputs { var_files, workspace: Some(Arc::from("default")), ..Inputs::default() };
    Case { name: path.file_name().unwrap().to_string_lossy().into_owned(), revision: recorded::revision(files), root, inputs, expected }
}

fn outputs(done: &Partial<Module>) -> serde_json::Value {
    let outputs = done.value.outputs.iter().map(|(name, output)| {
        let value = if output.value.any_reason().is_some() {
            serde_json::json!({ "unknown": true })
        } else {
            // Terraform keeps no type of an output that is null.
            let ty = if output.value.is_null() { "\"dynamic\"".to_owned() } else { output.value.ty().to_json() };
            let ty: serde_json::Value = serde_json::from_str(&ty).unwrap();
            serde_json::json!({ "text": output.value.to_json(), "type": ty, "sensitive": output.sensitive })
        };
        (name.to_string(), value)
    });
    serde_json::Value::Object(outputs.collect())
}

#[test]
fn roots_have_the_outputs_and_resources_that_terraform_plans() {
    let mut asked = 0;
    for Case { name, revision, root, inputs, expected } in cases() {
        let Some(wanted) = expected.get("outputs") else { continue };
        asked += 1;
        let done = module::evaluate(&revision, &root, &inputs);
        let problems: Vec<&str> = done.problems.iter().map(|problem| &*problem.message).collect();
        assert!(problems.is_empty(), "{name}: {problems:?}");
        assert_eq!(&outputs(&done), wanted, "{name}");
        let addresses: BTreeSet<&str> =
            done.value.resources.iter().filter(|resource| resource.mode == Mode::Managed).map(|resource| &*resource.address).collect();
        let planned: BTreeSet<&str> = expected["addresses"].as_array().unwrap().iter().filter_map(serde_json::Value::as_str).collect();
        assert_eq!(addresses, planned, "{name}");
    }
    assert!(asked > 5, "the recordings are there");
}

#[test]
fn what_terraform_refuses_is_a_problem_at_the_line() {
    let mut asked = 0;
    for Case { name, revision, root, inputs, expected } in cases() {
        let Some(errors) = expected.get("errors").and_then(serde_json::Value::as_array) else { continue };
        asked += 1;
        let done = module::evaluate(&revision, &root, &inputs);
        let lines: BTreeSet<u64> = done
            .problems
            .iter()
            .filter_map(|problem| revision.sources().locate(problem.span?))
            .map(|place| u64::from(place.line))
            .collect();
        let wanted: BTreeSet<u64> = errors.iter().filter_map(|error| error["line"].as_u64()).collect();
        let messages: Vec<&str> = done.problems.iter().map(|problem| &*problem.message).collect();
        assert!(!messages.is_empty(), "{name} is refused: {errors:?}");
        assert!(wanted.is_empty() || !lines.is_disjoint(&wanted), "{name}: {messages:?} at {lines:?}, terraform {errors:?}");
    }
    assert!(asked > 20, "the recordings are there");
}
