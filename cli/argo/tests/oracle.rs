//! Our expansion against what Argo CD's own packages made of the same ApplicationSets.
#![expect(clippy::disallowed_methods, reason = "reads fixtures")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use portcullis_argo::{Application, Generated, Inventory, Repository, Settings, Version, expand};
use portcullis_source::{Data, Document, Node, Partial, Revision, Sources, Text, yaml};
use serde_json::{Map, Value};

/// The repository that the recorder gives to every case.
const URL: &str = "https://git.example.com/platform.git";

#[test]
fn expansion_equals_the_recordings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(option_env!("CASES").unwrap_or("../../testdata/applicationsets"));
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    let only = option_env!("CASE");
    let failures: Vec<String> = cases
        .iter()
        .filter(|case| only.is_none_or(|only| case.ends_with(only)))
        .filter_map(|case| check(case).err().map(|why| format!("== {}\n{why}", case.file_name().unwrap().display())))
        .collect();
    assert!(failures.is_empty(), "{} of {} cases differ\n{}", failures.len(), cases.len(), failures.join("\n"));
}

fn check(case: &Path) -> Result<(), String> {
    let expected: Value = serde_json::from_str(&fs::read_to_string(case.join("expected.json")).unwrap()).unwrap();
    let made = run(case);
    let failed: BTreeSet<&str> =
        expected["errors"].as_array().unwrap().iter().map(|error| error["applicationSet"].as_str().unwrap()).collect();
    let ours: BTreeSet<&str> =
        made.value.iter().filter(|app| app.document.is_none()).filter_map(|app| app.application_set.as_deref()).collect();
    if failed != ours {
        return Err(format!("errors expected in {failed:?}: {}\nbut got in {ours:?}: {:#?}", expected["errors"], messages(&made)));
    }
    let of_good = |app: &&Application| !app.application_set.as_deref().is_some_and(|set| failed.contains(set));
    let mut got: Vec<Value> = made.value.iter().filter(of_good).filter_map(|app| app.object().map(json)).collect();
    let mut wanted: Vec<Value> = expected["applications"].as_array().unwrap().clone();
    if expected["order"] == "any" {
        let name = |value: &Value| value["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        got.sort_by_key(name);
        wanted.sort_by_key(name);
    }
    if got == wanted {
        return Ok(());
    }
    let text = |value: &Vec<Value>| serde_json::to_string_pretty(value).unwrap();
    let (wanted, got) = (text(&wanted), text(&got));
    let diff: Vec<String> = diff(&wanted, &got);
    Err(format!("{}\nproblems: {:#?}", diff.join("\n"), messages(&made)))
}

fn messages(made: &Partial<Vec<Application>>) -> Vec<&str> {
    made.problems.iter().map(|problem| problem.message.as_str()).collect()
}

/// The lines that only one side has.
fn diff(wanted: &str, got: &str) -> Vec<String> {
    let (left, right): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), got.lines().collect());
    let first = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let window = |lines: &[&str], sign: char| -> Vec<String> {
        lines.iter().skip(first.saturating_sub(6)).take(16).map(|line| format!("{sign} {line}")).collect()
    };
    [window(&left, '-'), window(&right, '+')].concat()
}

fn run(case: &Path) -> Partial<Vec<Application>> {
    let sources = Arc::new(Sources::default());
    let input = sources.add("input.yaml", fs::read(case.join("input.yaml")).unwrap());
    let stream = yaml::parse(&Text::of_file(&input));
    assert!(stream.error.is_none(), "{:?}", stream.error);
    let documents: Vec<Arc<Document>> = stream.documents.into_iter().map(Arc::new).collect();
    let repo = case.join("repo");
    let revision = match repo.is_dir() {
        true => Revision::folder(&repo, sources).unwrap(),
        false => Revision::memory(Default::default(), sources),
    };
    let repository = Repository { url: URL.to_owned(), revisions: vec!["main".to_owned()], ..Repository::default() };
    let settings = Settings { version: Version { major: 3, minor: 2 }, ..Settings::default() };
    let projects = documents.iter().map(|document| &document.root).filter(|root| text(root, &["kind"]) == "AppProject");
    let projects = projects.map(|root| text(root, &["metadata", "name"]).to_owned()).collect();
    let inventory = Inventory {
        repositories: vec![repository],
        projects: Some(projects),
        generated: generated(case, revision.sources()),
        settings,
        ..Inventory::default()
    };
    expand(&documents, &revision, &inventory)
}

/// What the generators of a case are answered that ask something outside of the repository.
fn generated(case: &Path, sources: &Sources) -> Vec<Generated> {
    let Ok(bytes) = fs::read(case.join("outside.yaml")) else { return Vec::new() };
    let stream = yaml::parse(&Text::of_file(&sources.add("outside.yaml", bytes)));
    let entries = stream.documents.iter().flat_map(|document| document.root.items().iter().map(move |entry| (document, entry)));
    let read = |(document, entry): (&Document, &Node)| {
        let part = |node: &Node| Arc::new(Document { root: node.clone(), range: node.range, ..document.clone() });
        let parameters = entry.get("parameters").map(Node::items).unwrap_or_default().iter().map(part).collect();
        Generated { generator: text(entry, &["generator"]).to_owned(), application_set: None, span: None, parameters }
    };
    entries.map(read).collect()
}

/// What somebody declares of a code host has the names that it gives, and nothing is made up beside it.
#[test]
fn declared_parameters_are_those_that_there_are() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: previews}\nspec:\n  generators: [{pullRequest: {}}]\n  template:\n    metadata: {name: 'a-{{branch}}'}\n    spec: {project: default, source: {repoURL: https://git.example.com/a.git, path: '.'}, destination: {name: in-cluster}}\n";
    let made = |parameters: &str| {
        let sources = Arc::new(Sources::default());
        let read = |name: &str, text: &str| {
            yaml::parse(&Text::of_file(&sources.add(name, text.as_bytes()))).documents.into_iter().map(Arc::new).collect::<Vec<_>>()
        };
        let (documents, parameters) = (read("set.yaml", set), read("parameters.yaml", parameters));
        let generated =
            vec![Generated { generator: "pullRequest".to_owned(), application_set: Some("previews".to_owned()), span: None, parameters }];
        let revision = Revision::memory(Default::default(), Arc::clone(&sources));
        let made = expand(&documents, &revision, &Inventory { generated, ..Inventory::default() });
        let names: Vec<String> = made.value.iter().map(|application| application.name.clone()).collect();
        (names, messages(&made).join("; "))
    };
    let (_, told) = made("{number: 1, brnach: x}");
    assert!(told.contains("pullRequest gives no parameter brnach"), "{told}");
    let (names, told) = made("{number: 1}");
    assert_eq!(names, ["a-{{branch}}"]);
    assert!(told.contains("a parameter was not filled in"), "{told}");
    assert_eq!(made("{number: 1, branch: x}").0, ["a-x"]);
}

fn text<'a>(node: &'a Node, path: &[&str]) -> &'a str {
    node.at(path).and_then(Node::as_str).unwrap_or_default()
}

fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => Value::Bool(*value),
        Data::Int(value) => Value::from(*value),
        Data::Uint(value) => Value::from(*value),
        Data::Float(value) => Value::from(*value),
        Data::String(text) => Value::from(&**text),
        Data::List(items) => Value::Array(items.iter().map(json).collect()),
        Data::Map(map) => {
            let entries: Map<String, Value> = map.entries.iter().map(|entry| (entry.key.to_string(), json(&entry.value))).collect();
            Value::Object(entries)
        }
    }
}
