//! Every fixture of every rule: `pass/` finds nothing, `fail/` finds exactly what its comments say, each on its line.
#![expect(clippy::disallowed_methods, reason = "starts opa where OPA_BIN names one")]
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

use std::{fs, process::Command};

use portcullis_policies::{
    Config, Engine, Facts, Library, Resource, Scope,
    fixture::{Bench, PLATFORM, resources},
};
use portcullis_source::Sources;

fn bench() -> Bench {
    Bench::new(Library::embedded().unwrap(), PLATFORM).with_schemas(portcullis_schema::tell)
}

#[test]
fn fixtures_meet_their_comments() {
    let bench = bench();
    let mut wrong = Vec::new();
    for rule in bench.library().rules() {
        for fixture in bench.fixtures(rule) {
            let trial = bench.run(rule, &fixture).unwrap();
            if !trial.is_met() {
                let missing: Vec<_> = trial.missing().collect();
                wrong.push(format!(
                    "{}\n  not found {missing:#?}\n  found instead {:#?}\n  {:?}",
                    fixture.file.path(),
                    trial.unexpected(),
                    trial.problems
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_is_silent_where_it_is_off() {
    let bench = bench();
    for rule in bench.library().rules() {
        let text = format!("version: 1\nrules:\n  {}: {{ level: off }}\n", rule.id);
        let config = Config::parse(&Sources::default().add("off.yaml", text.as_bytes())).unwrap();
        let engine = Engine::new(&bench.library().only(&[rule.id.as_str()]).unwrap(), &config).unwrap();
        for fixture in bench.fixtures(rule) {
            if rule.scope == Scope::Change {
                let changes = bench.changes(rule, &fixture).unwrap();
                let found = changes.iter().flat_map(|(change, _)| engine.check_change(change).value).count();
                assert_eq!(found, 0, "{}", fixture.file.path());
            } else {
                assert_eq!(engine.evaluate(&resources(&fixture).unwrap()).value, [], "{}", fixture.file.path());
            }
        }
    }
}

/// Whoever scans a cluster reads no other kinds, so that a rule that says nothing of `joins` must not miss them.
#[test]
fn rules_that_join_more_say_so() {
    const READ: [&str; 13] = [
        "Pod",
        "PodTemplate",
        "ReplicationController",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "Job",
        "CronJob",
        "Rollout",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "ScaledObject",
    ];
    let bench = bench();
    for rule in bench.library().rules().iter().filter(|rule| rule.scope == Scope::Platform && rule.joins.is_empty()) {
        for fixture in bench.fixtures(rule) {
            let all = resources(&fixture).unwrap();
            let read: Vec<Resource> = all.iter().filter(|resource| READ.contains(&&*resource.identity.kind)).cloned().collect();
            let engine = bench.engine(rule, &fixture).unwrap();
            let facts = Facts::collect(&all);
            let found = |resources: &[Resource]| engine.check_platform(resources, &facts).value;
            assert_eq!(found(&all), found(&read), "{} has a rule that joins other kinds", fixture.file.path());
        }
    }
}

/// The machine that rules run on is young; its elder sibling must come to the same findings.
#[test]
fn the_interpreter_agrees() {
    let bench = bench();
    let mut interpreter = regorus::Engine::new();
    interpreter.set_strict_builtin_errors(true);
    for (path, text) in bench.library().prelude() {
        interpreter.add_policy(path.to_string(), text.to_string()).unwrap();
    }
    for rule in bench.library().rules() {
        interpreter.add_policy(rule.id.to_string(), rule.rego.to_string()).unwrap();
    }
    for rule in bench.library().rules() {
        for fixture in bench.fixtures(rule) {
            for case in bench.inputs(rule, &fixture).unwrap() {
                interpreter.set_input(regorus::Value::from_json_str(&case.input).unwrap());
                let found = interpreter.eval_rule(case.entry_point).unwrap();
                assert_eq!(case.findings, serde_json::to_string(&found).unwrap(), "{}", fixture.file.path());
            }
        }
    }
}

/// Needs `OPA_BIN`; without it there is nothing to compare with.
#[test]
fn opa_agrees() {
    let Ok(opa) = std::env::var("OPA_BIN") else { return };
    let bench = bench();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(opa);
    command.args(["exec", "--fail", "--decision", "check/findings"]);
    let bundle = folder.path().join("bundle");
    fs::create_dir(&bundle).unwrap();
    for (path, text) in bench.library().prelude() {
        fs::write(bundle.join(path.replace('/', "-")), text.as_bytes()).unwrap();
    }
    // One decision for all rules, so that one process answers for all fixtures.
    let mut check = String::from("package check\n");
    let mut cases = Vec::new();
    for rule in bench.library().rules() {
        let word = rule.id.package_word();
        fs::write(bundle.join(format!("{word}.rego")), rule.rego.as_bytes()).unwrap();
        check.push_str(&format!("findings := data.portcullis.rules.{word}.findings if input.word == \"{word}\"\n"));
        for fixture in bench.fixtures(rule) {
            let file = &fixture.file;
            for case in bench.inputs(rule, &fixture).unwrap() {
                let path = folder.path().join(format!("{:04}.json", cases.len()));
                let mut input: serde_json::Value = serde_json::from_str(&case.input).unwrap();
                input["word"] = word.as_str().into();
                fs::write(&path, input.to_string()).unwrap();
                let found: serde_json::Value =
                    serde_json::from_str(&case.findings).unwrap_or_else(|_| panic!("{}: {}", file.path(), case.findings));
                command.arg(&path);
                cases.push((file.path().to_string(), path, found));
            }
        }
    }
    fs::write(bundle.join("check.rego"), check).unwrap();
    let output = command.arg("--bundle").arg(&bundle).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(answer["result"].is_array(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = answer["result"].as_array().unwrap();
    assert_eq!(answers.len(), cases.len());
    for (file, path, found) in cases {
        let answer = answers.iter().find(|answer| answer["path"] == path.to_string_lossy().as_ref()).unwrap();
        assert_eq!(found, answer["result"], "{file}: regorus, then opa: {answer}");
    }
}
