//! What the real opa finds.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::unwrap_used, reason = "starts opa, and fails with it")]

use std::{fs, process::Command};

use portcullis_policies::Library;
use serde_json::Value as Json;

/// A rule by its word in packages, and what it is to look at.
pub(crate) type Question = (String, String);

/// The findings of rules, in the order of the questions; null where there is no answer. One process answers all of them.
pub(crate) fn findings(opa: &str, library: &Library, questions: &[Question]) -> Vec<Json> {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    fs::create_dir(&bundle).unwrap();
    for (path, text) in library.prelude() {
        fs::write(bundle.join(path.replace('/', "-")), text.as_bytes()).unwrap();
    }
    // One decision for all rules.
    let mut check = String::from("package check\n");
    for rule in library.rules() {
        let word = rule.id.package_word();
        fs::write(bundle.join(format!("{word}.rego")), rule.rego.as_bytes()).unwrap();
        check.push_str(&format!("findings := data.portcullis.rules.{word}.findings if input.word == \"{word}\"\n"));
    }
    fs::write(bundle.join("check.rego"), check).unwrap();
    let mut command = Command::new(opa);
    command.args(["exec", "--decision", "check/findings"]).arg("--bundle").arg(&bundle);
    let inputs = folder.path().join("inputs");
    fs::create_dir(&inputs).unwrap();
    for (index, (word, input)) in questions.iter().enumerate() {
        let mut input: Json = serde_json::from_str(input).unwrap();
        input["word"] = word.as_str().into();
        fs::write(inputs.join(format!("{index:06}.json")), input.to_string()).unwrap();
    }
    let output = command.arg(&inputs).output().unwrap();
    let answer: Json = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(answer["result"].is_array(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut answers: Vec<(String, Json)> = answer["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["path"].as_str().unwrap().to_owned(), answer["result"].clone()))
        .collect();
    answers.sort_by(|(left, _), (right, _)| left.cmp(right));
    assert_eq!(answers.len(), questions.len());
    answers.into_iter().map(|(_, found)| found).collect()
}
