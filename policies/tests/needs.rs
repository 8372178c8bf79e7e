//! What rules are said to need, they need: where it is taken away, they find nothing.
#![expect(clippy::disallowed_methods, reason = "reads its own files")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a library that does not compile fails its test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use portcullis_policies::{Config, Context, Engine, Library, Resource, Scope};
use portcullis_source::{Sources, Text, yaml};
use regorus::Value;
use serde_json::{Value as Json, json};

#[path = "../src/rego/needs/mod.rs"]
mod needs;
#[path = "../src/engine/program.rs"]
#[expect(dead_code, reason = "only the words are of interest here")]
mod program;

fn tree(path: &str, text: &str) -> Json {
    let mut engine = regorus::Engine::new();
    engine.add_policy(path.to_owned(), text.to_owned()).unwrap();
    let trees: Json = serde_json::from_str(&engine.get_ast_as_json().unwrap()).unwrap();
    trees[0]["ast"].clone()
}

fn keys(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(map) => {
            found.extend(map.keys().cloned());
            map.values().for_each(|inner| keys(inner, found));
        }
        Json::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

/// Takes a key away wherever it stands.
fn strip(value: &mut Json, key: &str) {
    match value {
        Json::Object(map) => {
            map.remove(key);
            map.values_mut().for_each(|inner| strip(inner, key));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| strip(item, key)),
        _ => {}
    }
}

/// The object in an input without some keys.
fn without(input: &Json, gone: &BTreeSet<&String>) -> Json {
    let mut input = input.clone();
    for part in ["resource", "pod"] {
        gone.iter().for_each(|key| input.get_mut(part).into_iter().for_each(|part| strip(part, key)));
    }
    input
}

fn is_met(ways: &needs::Ways, input: &Json) -> bool {
    let mut had = BTreeSet::new();
    ["resource", "pod"].iter().filter_map(|part| input.get(part)).for_each(|part| keys(part, &mut had));
    ways.sets().any(|keys| keys.is_subset(&had))
}

/// Whether something is found where no way is left; none where it cannot be told.
fn finds(engine: &mut regorus::Engine, path: &str, input: &Json) -> Option<bool> {
    engine.set_input(Value::from_json_str(&input.to_string()).unwrap());
    let found = engine.eval_rule(path.to_owned()).ok()?;
    Some(found.as_set().is_ok_and(|found| !found.is_empty()))
}

/// For each of the ways one key, in as many choices as the longest has keys.
fn choices(ways: &needs::Ways) -> Vec<BTreeSet<&String>> {
    let longest = ways.sets().map(BTreeSet::len).max().unwrap_or_default();
    let nth = |set: &'_ BTreeSet<String>, place: usize| place % set.len().max(1);
    (0..longest).map(|place| ways.sets().filter_map(|set| set.iter().nth(nth(set, place))).collect()).collect()
}

#[test]
fn a_rule_finds_nothing_without_what_it_needs() {
    let sources = Sources::default();
    let library = Library::embedded().unwrap();
    let config = concat!(include_str!("../rules/platform.yaml"), "\nrules:\n  \"*\": { level: warn }\n");
    let config = Config::parse(&sources.add("platform.yaml", config.as_bytes())).unwrap();
    let shared = program::Shared::of(library.prelude());
    let rewritten: BTreeMap<&str, String> =
        library.prelude().iter().map(|(path, text)| (&**path, program::rewritten(path, text).unwrap())).collect();
    let trees: Vec<(Json, &str)> = library.prelude().iter().map(|(path, text)| (tree(path, text), &**text)).collect();
    let context = Context { namespace: Some("default".into()), ..Context::default() };
    let (mut tried, mut wrong) = (0, Vec::new());
    for rule in library.rules().iter().filter(|rule| rule.scope == Scope::Resource) {
        let own = tree("rule.rego", &rule.rego);
        let modules: Vec<(&Json, &str)> = trees.iter().map(|(tree, text)| (tree, *text)).chain([(&own, &*rule.rego)]).collect();
        let ways = needs::Needs::of(&modules).of_set(&rule.entry_point());
        let mut interpreter = regorus::Engine::new();
        for file in shared.of_text(&rule.rego) {
            interpreter.add_policy(file.path.to_string(), rewritten[&*file.path].clone()).unwrap();
        }
        interpreter.add_policy("rule.rego".to_owned(), program::rewritten("rule.rego", &rule.rego).unwrap()).unwrap();
        let engine = Engine::new(&library.only(&[rule.id.as_str()]).unwrap(), &config).unwrap();
        for (name, text) in &rule.fails {
            let documents = yaml::parse(&Text::of_file(&sources.add(name.to_string(), text.as_bytes()))).documents;
            let read = |document| Resource::read(&Arc::new(document), &context).value;
            for case in engine.rule_inputs(&documents.into_iter().flat_map(read).collect::<Vec<Resource>>()) {
                let input: Json = serde_json::from_str(&case.input).unwrap();
                assert!(case.findings == "[]" || is_met(&ways, &input), "{}/{name}: {ways:?}", rule.id);
                for gone in choices(&ways) {
                    let input = without(&input, &gone);
                    tried += usize::from(case.findings != "[]");
                    if finds(&mut interpreter, &case.entry_point, &input) == Some(true) {
                        wrong.push(format!("{}/{name} without {gone:?}: {ways:?}", rule.id));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 500, "{tried}");
}

/// The constructs of `constructs.rs`, read as if their input were an object.
#[test]
fn no_construct_holds_without_what_it_needs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let mut text = read("constructs.rego").replace("input.", "input.resource.");
    let answers: Json = serde_json::from_str(&read("answers.json")).unwrap();
    let names: Vec<&String> = answers.as_object().unwrap().keys().collect();
    for name in &names {
        text.push_str(&format!("\nprobe_true_{name} contains 1 if {name}\n\nprobe_filled_{name} contains 1 if some _ in {name}\n"));
    }
    let parsed = tree("constructs.rego", &text);
    let modules = [(&parsed, text.as_str())];
    let needs = needs::Needs::of(&modules);
    let mut interpreter = regorus::Engine::new();
    interpreter.add_policy("constructs.rego".to_owned(), program::rewritten("constructs.rego", &text).unwrap()).unwrap();
    interpreter.add_policy("walks.rego".to_owned(), program::rewritten("walks.rego", &program::walks::module()).unwrap()).unwrap();
    let whole: Json = json!({"resource": serde_json::from_str::<Json>(&read("input.json")).unwrap()});
    let (mut asking, mut wrong) = (0, Vec::new());
    for name in names.iter().flat_map(|name| ["true", "filled"].map(|kind| format!("data.constructs.probe_{kind}_{name}"))) {
        let ways = needs.of_set(&name);
        asking += usize::from(!is_met(&ways, &json!({})));
        if finds(&mut interpreter, &name, &whole) == Some(true) && !is_met(&ways, &whole) {
            wrong.push(format!("{name} holds: {ways:?}"));
        }
        for gone in choices(&ways) {
            if finds(&mut interpreter, &name, &without(&whole, &gone)) == Some(true) {
                wrong.push(format!("{name} holds without {gone:?}: {ways:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asking > 20, "{asking} of {} ask for something", names.len());
}
