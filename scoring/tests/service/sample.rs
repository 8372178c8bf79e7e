//! That the program does its job with nothing configured, and says how to be used.

use std::process::Command;

use serde_json::Value;

fn scoring(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scoring")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_sample_is_scored_without_a_server() {
    let (code, out, _) = scoring(&["sample"]);
    assert_eq!(code, Some(0));
    assert_eq!(scoring(&["sample"]).1, out, "a run is like the one before it");
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let decisions: Vec<&str> = answers.iter().map(|answer| answer["decision"].as_str().unwrap()).collect();
    assert_eq!(decisions.len(), 7, "{out}");
    // Groceries and a coffee; then small trials, and what they were trials for.
    assert_eq!(decisions[..2], ["approve", "approve"], "{out}");
    assert_eq!(decisions[4..6], ["decline", "decline"], "{out}");
    assert!(!answers[5]["reasons"].as_array().unwrap().is_empty(), "{out}");
}

#[test]
fn what_cannot_be_used_is_said() {
    let (code, _, error) = scoring(&["sample", "nowhere.jsonl"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("nowhere.jsonl cannot be read"), "{error}");
    let (code, _, error) = scoring(&["--database-url", "mysql://secret@host/db"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("is no database") && !error.contains("secret"), "{error}");
    let (code, _, error) = scoring(&["--listen", "256.0.0.1:1"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--listen"), "{error}");
}

#[test]
fn help_teaches() {
    let (code, out, _) = scoring(&["--help"]);
    assert_eq!(code, Some(0));
    for word in ["scoring sample", "SCORING_DATABASE_URL", "SIGTERM", "Exit codes", "/openapi.json"] {
        assert!(out.contains(word), "{word}");
    }
}
