//! Constructs of Rego on the register machine, which must read them as opa does.
#![expect(clippy::disallowed_methods, reason = "starts opa where OPA_BIN names one, and reads its own files")]

use std::{collections::BTreeSet, fs, path::Path, process::Command, sync::Arc};

use regorus::{Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};
use serde_json::Value as Json;

#[path = "../src/engine/arithmetic.rs"]
mod arithmetic;
#[path = "../src/engine/program.rs"]
#[expect(dead_code, reason = "only the words are of interest here")]
mod program;

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs").join(name)
}

/// The rules of the text; functions, which have no value, are not among them.
fn rules(text: &str) -> BTreeSet<&str> {
    let heads = text.lines().filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()) && !line.starts_with("package "));
    heads
        .filter_map(|line| {
            let end = line.find(|letter: char| !letter.is_ascii_alphanumeric())?;
            let (name, rest) = line.split_at(end);
            (!rest.starts_with('(') && name != "else" && name != "default").then_some(name)
        })
        .collect()
}

#[test]
fn the_machine_reads_constructs_as_opa_does() {
    let text = fs::read_to_string(file("constructs.rego")).unwrap();
    let rewritten = program::rewritten("constructs.rego", &text).unwrap();
    let walks = program::rewritten("walks.rego", &program::walks::module()).unwrap();
    let input = Value::from_json_str(&fs::read_to_string(file("input.json")).unwrap()).unwrap();
    let answers: Json = serde_json::from_str(&fs::read_to_string(file("answers.json")).unwrap()).unwrap();
    let rules = rules(&text);
    assert!(rules.len() > 40, "{rules:?}");
    let mut wrong = Vec::new();
    for rule in rules {
        let path = format!("data.constructs.{rule}");
        let mut engine = regorus::Engine::new();
        engine.add_policy("constructs.rego".to_owned(), rewritten.clone()).unwrap();
        engine.add_policy("walks.rego".to_owned(), walks.clone()).unwrap();
        let policy = engine.compile_with_entrypoint(&Arc::from(path.as_str())).unwrap_or_else(|error| panic!("{rule}: {error}"));
        let mut machine = RegoVM::new();
        let mut made = Arc::unwrap_or_clone(Compiler::compile_from_policy(&policy, &[path.as_str()]).unwrap());
        arithmetic::install(&mut made);
        machine.load_program(Arc::new(made));
        machine.set_input(input.clone());
        let found = match machine.execute_entry_point_by_index(0).unwrap() {
            Value::Undefined => Json::Null,
            value => serde_json::from_str(&value.to_json_str().unwrap()).unwrap(),
        };
        let answer = answers.get(rule).cloned().unwrap_or(Json::Null);
        if found != answer {
            wrong.push(format!("{rule}: the machine says {found}, opa {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{rewritten}", wrong.join("\n"));
}

/// Needs `OPA_BIN`, and writes its answers down if `UPDATE` is set.
#[test]
fn the_answers_are_those_of_opa() {
    let Ok(opa) = std::env::var("OPA_BIN") else { return };
    let arguments = ["eval", "--format", "values", "--data"];
    let mut command = Command::new(opa);
    let output =
        command.args(arguments).arg(file("constructs.rego")).arg("--input").arg(file("input.json")).arg("data.constructs").output();
    let output = output.unwrap();
    let answers: Json = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(answers[0].is_object(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let answers = serde_json::to_string_pretty(&answers[0]).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(file("answers.json"), &answers).unwrap();
    }
    assert_eq!(fs::read_to_string(file("answers.json")).unwrap_or_default(), answers);
}
