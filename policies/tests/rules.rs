//! Every fixture of every rule: `pass/` finds nothing, `fail/` finds exactly what its comments say, each on its line.
#![expect(clippy::disallowed_methods, reason = "opa is asked where OPA_BIN names one")]
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

mod opa;

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
    interpreter.set_strict_builtin_errors(false);
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
    let (mut questions, mut cases) = (Vec::new(), Vec::new());
    for rule in bench.library().rules() {
        for fixture in bench.fixtures(rule) {
            for case in bench.inputs(rule, &fixture).unwrap() {
                let path = fixture.file.path().to_string();
                let found: serde_json::Value = serde_json::from_str(&case.findings).unwrap_or_else(|_| panic!("{path}: {}", case.findings));
                questions.push((rule.id.package_word(), case.input));
                cases.push((path, found));
            }
        }
    }
    for ((file, found), answer) in cases.into_iter().zip(opa::findings(&opa, bench.library(), &questions)) {
        assert_eq!(found, answer, "{file}: regorus, then opa");
    }
}
