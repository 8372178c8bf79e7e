//! Calls of builtins on the machine and on the interpreter, which must answer as opa does.
#![expect(clippy::disallowed_methods, reason = "starts opa where OPA_BIN names one, and reads and writes its own files")]

use std::{collections::BTreeMap, fs, panic::catch_unwind, path::PathBuf, process::Command, sync::Arc};

use regorus::{Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};
use serde_json::Value as Json;

use super::{added, extend, install};
use crate::{
    engine::{rewritten, walks},
    rego::{outline::asts, sums::sums},
};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/builtins").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap()
}

/// What a file says of calls, by call.
fn answers(name: &str) -> BTreeMap<String, Json> {
    serde_json::from_str(&read(name)).unwrap()
}

fn json(answer: &Value) -> Json {
    match answer {
        Value::Undefined => Json::Null,
        answer => serde_json::from_str(&answer.to_json_str().unwrap()).unwrap_or_else(|_| Json::String(answer.to_string())),
    }
}

fn module(call: &str) -> String {
    format!("package calls\n\nanswer := {call}\n")
}

const PATH: &str = "data.calls.answer";

fn on_the_interpreter(call: &str, input: &Value) -> Json {
    let mut engine = regorus::Engine::new();
    engine.set_strict_builtin_errors(false);
    extend(&mut engine);
    engine.add_policy("calls.rego".to_owned(), module(call)).unwrap_or_else(|error| panic!("{call}: {error}"));
    if let Some(text) = sums(&module(call), &asts(&engine).unwrap()[0]) {
        engine = regorus::Engine::new();
        engine.set_strict_builtin_errors(false);
        extend(&mut engine);
        engine.add_policy("calls.rego".to_owned(), text).unwrap();
    }
    engine.set_input(input.clone());
    engine.eval_rule(PATH.to_owned()).map_or_else(|error| Json::String(error.to_string()), |answer| json(&answer))
}

fn on_the_machine(call: &str, input: &Value) -> Json {
    let mut engine = regorus::Engine::new();
    engine.add_policy("calls.rego".to_owned(), rewritten("calls.rego", &module(call)).unwrap()).unwrap();
    if call.contains("walk(") {
        engine.add_policy("walks.rego".to_owned(), rewritten("walks.rego", &walks::module()).unwrap()).unwrap();
    }
    let compiled = engine.compile_with_entrypoint(&Arc::from(PATH)).unwrap();
    let program = Compiler::compile_from_policy_with_host_await(&compiled, &[PATH], &added());
    let mut program = Arc::unwrap_or_clone(program.unwrap_or_else(|error| panic!("{call}: {error}")));
    install(&mut program);
    let mut machine = RegoVM::new();
    machine.load_program(Arc::new(program));
    machine.set_input(input.clone());
    machine.execute_entry_point_by_index(0).map_or_else(|error| Json::String(error.to_string()), |answer| json(&answer))
}

/// Whether two answers are one: 1 and 1.0 are.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b)),
        (a, b) => a == b,
    }
}

#[test]
fn builtins_answer_as_opa_does() {
    let answers = answers("answers.json");
    let others = answers_of_ours();
    assert!(answers.len() > 1000);
    let input = Value::from_json_str(&read("input.json")).unwrap();
    let mut wrong = Vec::new();
    for (call, answer) in &answers {
        for (on, answer_of) in [("machine", on_the_machine as fn(&str, &Value) -> Json), ("interpreter", on_the_interpreter)] {
            let found = catch_unwind(|| answer_of(call, &input)).unwrap_or_else(|_| "a panic".into());
            if !same(&found, others.get(call).unwrap_or(answer)) {
                wrong.push(format!("{call}\n  on the {on}: {found}\n  opa: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

/// Where what is here answers otherwise than opa, and says so: `differences.json`.
fn answers_of_ours() -> BTreeMap<String, Json> {
    answers("differences.json")
}

/// Needs `OPA_BIN`, and writes its answers down if `UPDATE` is set.
#[test]
fn the_answers_are_those_of_opa() {
    let Ok(opa) = std::env::var("OPA_BIN") else { return };
    let calls = read("calls.txt");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.rego");
    let rules = (0..).zip(calls.lines()).map(|(at, call)| format!("c{at} := {call}\n\n")).collect::<String>();
    // Some builtins are those of older Rego alone.
    fs::write(&path, format!("package calls\n\nimport future.keywords\n\n{rules}")).unwrap();
    let arguments = ["eval", "--v0-compatible", "--format", "values", "--data"];
    let output = Command::new(opa).args(arguments).arg(path).arg("--input").arg(file("input.json")).arg("data.calls").output().unwrap();
    let found: Json = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(found[0].is_object(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let answers: BTreeMap<&str, &Json> = (0..).zip(calls.lines()).map(|(at, call)| (call, &found[0][format!("c{at}")])).collect();
    let lines: Vec<String> = answers.iter().map(|(call, answer)| format!("{}: {answer}", Json::from(*call))).collect();
    let answers = format!("{{\n{}\n}}\n", lines.join(",\n"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(file("answers.json"), &answers).unwrap();
    }
    assert_eq!(read("answers.json"), answers);
}
