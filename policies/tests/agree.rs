//! The register machine against its elder sibling, and both against opa, on inputs that nobody thought of.
//!
//! Fixtures show what somebody thought of; a construct that the machine reads in its own way shows only where values meet unusual keys. The
//! interpreter reads the words that the machine is given: in those of people it skips an `else` whose head before it is undefined.
#![expect(clippy::disallowed_methods, reason = "opa is asked where OPA_BIN names one")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a library that does not compile fails its test, as does an empty list")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::{Config, Context, Engine, Library, Resource, Scope, json as json_of};
use portcullis_source::{Sources, Text, yaml};
use proptest::{prelude::*, sample::Index, strategy::ValueTree as _};
use regorus::{Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};
use serde_json::{Value as Json, json};

mod opa;
#[path = "../src/engine/program.rs"]
#[expect(dead_code, reason = "only the words are of interest here")]
mod program;

/// The library, and more, on the interpreter.
fn interpreter(library: &Library, more: &[(&str, &str)]) -> regorus::Engine {
    let mut interpreter = regorus::Engine::new();
    interpreter.set_strict_builtin_errors(false);
    let prelude = library.prelude().iter().map(|(path, text)| (&**path, &**text));
    let rules = library.rules().iter().map(|rule| (rule.id.as_str(), &*rule.rego));
    for (path, text) in prelude.chain(rules).chain(more.iter().copied()) {
        interpreter.add_policy(path.to_owned(), program::rewritten(path, text).unwrap()).unwrap();
    }
    interpreter
}

const WORDS: [&str; 4] = ["app", "part", "web", "fraud"];
const PROBE: &str = "package probe
import data.portcullis.prelude.selectors
found contains i if { some i, case in input.cases; selectors.matches(case.selector, case.labels) }
";

fn labels() -> impl Strategy<Value = BTreeMap<&'static str, &'static str>> {
    prop::collection::btree_map(prop::sample::select(&WORDS), prop::sample::select(&WORDS), 0..4)
}

/// A requirement: key, operator and values.
type Requirement = (&'static str, &'static str, Vec<&'static str>);

fn requirement() -> impl Strategy<Value = Requirement> {
    let operators: &[&str] = &["In", "NotIn", "Exists", "DoesNotExist", "Near"];
    (prop::sample::select(&WORDS), prop::sample::select(operators), prop::collection::vec(prop::sample::select(&WORDS), 0..3))
}

/// Label selectors as the Kubernetes documentation describes them.
fn matches(wanted: &BTreeMap<&str, &str>, requirements: &[Requirement], labels: &BTreeMap<&str, &str>) -> bool {
    let holds = |(key, operator, values): &Requirement| match *operator {
        "In" => labels.get(key).is_some_and(|value| values.contains(value)),
        "NotIn" => labels.get(key).is_none_or(|value| !values.contains(value)),
        "Exists" => labels.contains_key(key),
        "DoesNotExist" => !labels.contains_key(key),
        _ => false,
    };
    wanted.iter().all(|(key, value)| labels.get(key) == Some(value)) && requirements.iter().all(holds)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn selectors_match_by_key_and_value(cases in prop::collection::vec((labels(), prop::collection::vec(requirement(), 0..3), labels()), 1..64)) {
        let library = Library::embedded().unwrap().only(&["selector-mismatch"]).unwrap();
        let mut interpreter = interpreter(&library, &[("probe.rego", PROBE)]);
        let policy = interpreter.compile_with_entrypoint(&Arc::from("data.probe.found")).unwrap();
        let mut machine = RegoVM::new();
        machine.load_program(Compiler::compile_from_policy(&policy, &["data.probe.found"]).unwrap());
        let case = |(wanted, requirements, labels): &(BTreeMap<&str, &str>, Vec<Requirement>, BTreeMap<&str, &str>)| {
            let requirement = |(key, operator, values): &Requirement| json!({"key": key, "operator": operator, "values": values});
            let expressions: Vec<Json> = requirements.iter().map(requirement).collect();
            json!({"selector": {"matchLabels": wanted, "matchExpressions": expressions}, "labels": labels})
        };
        let input = Value::from_json_str(&json!({"cases": cases.iter().map(case).collect::<Vec<_>>()}).to_string()).unwrap();
        machine.set_input(input.clone());
        interpreter.set_input(input);
        let expected = cases.iter().enumerate().filter(|(_, (wanted, requirements, labels))| matches(wanted, requirements, labels));
        let expected: BTreeSet<Value> = expected.map(|(index, _)| Value::from(index)).collect();
        let expected = Value::from(expected);
        prop_assert_eq!(&machine.execute_entry_point_by_index(0).unwrap(), &expected);
        prop_assert_eq!(&interpreter.eval_rule("data.probe.found".to_owned()).unwrap(), &expected);
    }
}

/// A change to an input: which two of its texts, keys or numbers trade places, or which field goes.
#[derive(Clone, Debug)]
enum Change {
    Values(Index, Index),
    Keys(Index, Index),
    Drop(Index),
    Copy(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let two = || (any::<Index>(), any::<Index>());
    prop_oneof![
        two().prop_map(|(from, to)| Change::Values(from, to)),
        two().prop_map(|(from, to)| Change::Keys(from, to)),
        any::<Index>().prop_map(Change::Drop),
        two().prop_map(|(from, to)| Change::Copy(from, to)),
    ]
}

/// The paths of all scalars, or of all members of maps.
fn paths(value: &Json, scalars: bool, at: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(map) => {
            for (key, inner) in map {
                let path = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                if !scalars {
                    found.push(path.clone());
                }
                paths(inner, scalars, &path, found);
            }
        }
        Json::Array(items) => items.iter().enumerate().for_each(|(index, inner)| paths(inner, scalars, &format!("{at}/{index}"), found)),
        _ if scalars => found.push(at.to_owned()),
        _ => {}
    }
}

fn member(value: &mut Json, path: &str) -> Option<(String, Json)> {
    let (parent, key) = path.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    let map = value.pointer_mut(parent)?.as_object_mut()?;
    map.remove(&key).map(|inner| (key, inner))
}

fn apply(value: &mut Json, change: &Change) {
    let list = |value: &Json, scalars| {
        let mut found = Vec::new();
        paths(value, scalars, "", &mut found);
        found
    };
    match change {
        Change::Values(from, to) | Change::Copy(from, to) => {
            let scalars = list(value, true);
            if scalars.is_empty() {
                return;
            }
            let (from, to) = (&scalars[from.index(scalars.len())], &scalars[to.index(scalars.len())]);
            let (left, right) = (value.pointer(from).unwrap().clone(), value.pointer(to).unwrap().clone());
            // Shapes are checked before rules run, so a text stays a text.
            if std::mem::discriminant(&left) == std::mem::discriminant(&right) {
                *value.pointer_mut(to).unwrap() = left;
                if matches!(change, Change::Values(..)) {
                    *value.pointer_mut(from).unwrap() = right;
                }
            }
        }
        Change::Keys(from, to) => {
            let members = list(value, false);
            if members.is_empty() {
                return;
            }
            let (from, to) = (&members[from.index(members.len())], &members[to.index(members.len())]);
            let Some((_, inner)) = member(value, from) else { return };
            let (_, other) = to.rsplit_once('/').unwrap();
            let (parent, _) = from.rsplit_once('/').unwrap();
            if let Some(map) = value.pointer_mut(parent).and_then(Json::as_object_mut) {
                map.insert(other.replace("~1", "/").replace("~0", "~"), inner);
            }
        }
        Change::Drop(at) => {
            let members = list(value, false);
            if members.is_empty() {
                return;
            }
            member(value, &members[at.index(members.len())]);
        }
    }
}

/// How often every fixture is changed.
const ROUNDS: usize = 6;

/// How often where opa is asked, too.
const ROUNDS_WITH_OPA: usize = 12;

/// Every rule on its fixtures, each with some of its texts, keys and numbers moved about.
#[test]
fn machine_and_interpreter_read_alike() {
    let sources = Sources::default();
    let library = Library::embedded().unwrap();
    // What is off by itself is asked, too.
    let config = concat!(include_str!("../rules/platform.yaml"), "\nrules:\n  \"*\": { level: warn }\n");
    let config = Config::parse(&sources.add("platform.yaml", config.as_bytes())).unwrap();
    let context = Context { namespace: Some("default".into()), ..Context::default() };
    let mut interpreter = interpreter(&library, &[]);
    // Needs `OPA_BIN` to ask opa, too.
    let opa = std::env::var("OPA_BIN").ok();
    let rounds = if opa.is_some() { ROUNDS_WITH_OPA } else { ROUNDS };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut questions, mut answers) = (Vec::new(), Vec::new());
    let changes = prop::collection::vec(change(), 1..6);
    let (mut compared, mut told, mut wrong) = (0, 0, Vec::new());
    for rule in library.rules() {
        let engine = Engine::new(&library.only(&[rule.id.as_str()]).unwrap(), &config).unwrap();
        for (name, text) in rule.passes.iter().chain(&rule.fails).cycle().take((rule.passes.len() + rule.fails.len()) * rounds) {
            let documents = yaml::parse(&Text::of_file(&sources.add(name.to_string(), text.as_bytes()))).documents;
            let mut changed = Json::Array(documents.iter().map(|document| json_of(&document.root)).collect());
            for change in changes.new_tree(&mut runner).unwrap().current() {
                apply(&mut changed, &change);
            }
            let text: String = changed.as_array().unwrap().iter().map(|document| format!("--- {document}\n")).collect();
            let documents = yaml::parse(&Text::of_file(&sources.add("changed.yaml", text.as_bytes()))).documents;
            let cases = if rule.scope == Scope::Change {
                // What is no change any longer is no input either.
                documents
                    .iter()
                    .filter_map(|document| portcullis_policies::Change::read(document).ok())
                    .flat_map(|change| engine.change_inputs(&change))
                    .collect()
            } else {
                let read = |document| Resource::read(&Arc::new(document), &context).value;
                engine.rule_inputs(&documents.into_iter().flat_map(read).collect::<Vec<Resource>>())
            };
            for case in cases {
                interpreter.set_input(Value::from_json_str(&case.input).unwrap());
                // What cannot be reckoned is an error to the interpreter, and undefined to opa and the machine.
                let found = interpreter
                    .eval_rule(case.entry_point)
                    .map_or_else(|_| case.findings.clone(), |found| serde_json::to_string(&found).unwrap());
                if case.findings != found {
                    wrong.push(format!("{name}\n  machine     {}\n  interpreter {found}\n{text}", case.findings));
                }
                if !case.is_asked && found != "[]" {
                    wrong.push(format!("{name}: it is not asked, but finds {found}\n{text}"));
                }
                if opa.is_some() {
                    questions.push((rule.id.package_word(), case.input));
                    answers.push((name.to_string(), text.clone(), case.findings));
                }
                compared += 1;
                told += usize::from(found != "[]");
            }
        }
    }
    let opa = opa.map(|opa| opa::findings(&opa, &library, &questions)).unwrap_or_default();
    for ((name, text, found), theirs) in answers.iter().zip(opa) {
        if serde_json::from_str::<Json>(found).unwrap() != theirs {
            wrong.push(format!("{name}\n  machine {found}\n  opa     {theirs}\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 500 && told > compared / 10, "{compared} compared, {told} with findings");
}

/// All rules on the fixtures of all others: objects that nobody wrote for them.
#[test]
fn who_is_not_asked_finds_nothing() {
    let sources = Sources::default();
    let library = Library::embedded().unwrap();
    let config = Config::parse(&sources.add("config.yaml", b"version: 1\nrules:\n  \"*\": { level: warn }\n".as_slice())).unwrap();
    let engine = Engine::new(&library, &config).unwrap();
    // One fixture that passes and one that fails, of each.
    let of_resources = library.rules().iter().filter(|rule| rule.scope == Scope::Resource);
    let fixtures = of_resources.flat_map(|rule| rule.passes.iter().take(1).chain(rule.fails.iter().take(1)));
    let (mut asked, mut spared) = (0_usize, 0_usize);
    for (name, text) in fixtures {
        let documents = yaml::parse(&Text::of_file(&sources.add(name.to_string(), text.as_bytes()))).documents;
        for resource in documents.into_iter().flat_map(|document| Resource::read(&Arc::new(document), &Context::default()).value) {
            for case in engine.rule_inputs(std::slice::from_ref(&resource)) {
                assert!(case.is_asked || case.findings == "[]", "{name}: {} is not asked, but finds {}", case.rule, case.findings);
                *if case.is_asked { &mut asked } else { &mut spared } += 1;
            }
        }
    }
    // Rules of Terraform mostly ask about all resources of a type: the more of them there are, the fewer are spared.
    assert!(spared > asked / 5, "{spared} spared, {asked} asked");
}
