//! Templates and constraints, as Gatekeeper itself took and answered them: `testdata/record-policies` recorded what it said.
#![expect(clippy::disallowed_methods, reason = "reads cases")]
#![expect(clippy::unwrap_used, reason = "a recording that is none fails its test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use portcullis_policies::{Config, Context, Engine, Library, OwnFile, Resource, run_suites};
use portcullis_source::{Sources, Text, yaml};
use serde_json::Value;

/// What is found: object, constraint, message.
type Found = BTreeSet<(String, String, String)>;

/// What came of a case.
#[derive(Debug, Default)]
struct Outcome {
    found: Found,
    /// The constraints that are asked.
    asked: BTreeSet<String>,
    /// `FILE:LINE: MESSAGE` of what is left out.
    mistakes: Vec<String>,
    /// What could not be told.
    problems: Vec<String>,
}

fn run(folder: &Path) -> Outcome {
    let sources = Sources::default();
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut own, mut resources) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = sources.add(name.clone(), &fs::read(&path).unwrap()[..]);
        if name.contains("objects") {
            for document in yaml::parse(&Text::of_file(&file)).documents {
                resources.extend(Resource::read(&Arc::new(document), &Context::default()).value);
            }
        } else {
            own.push(OwnFile { path: name, file });
        }
    }
    let mut library = Library::embedded().unwrap();
    let place = |mistake: &portcullis_policies::ConfigError| {
        let place = mistake.span.and_then(|span| sources.locate(span)).unwrap();
        format!("{}:{}: {}", place.file, place.line, mistake.message)
    };
    let mistakes: Vec<String> = library.add("policies", &own).iter().map(place).collect();
    let ids: Vec<String> = library.rules().iter().filter(|rule| rule.foreign.is_some()).map(|rule| rule.id.to_string()).collect();
    let short = |id: &str| id.strip_prefix("gatekeeper/").unwrap_or(id).to_owned();
    let asked = ids.iter().map(|id| short(id)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let engine = Engine::new(&library.only(&ids).unwrap(), &Config::default()).unwrap();
    let all = engine.evaluate(&resources);
    let object = |identity: &portcullis_policies::Identity| {
        let namespace = identity.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        // An object that is to be named has no name there.
        let name = if identity.name.ends_with('*') { "" } else { &*identity.name };
        format!("{namespace}{}/{name}", identity.kind)
    };
    let found =
        all.value.iter().map(|finding| (object(finding.resource.as_ref().unwrap()), short(finding.rule.as_str()), finding.message.clone()));
    Outcome { found: found.collect(), asked, mistakes, problems: all.problems.iter().map(|problem| problem.message.clone()).collect() }
}

#[test]
fn gatekeeper_says_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gatekeeper");
    let recorded: Value = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let mut differences: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut said = String::new();
    let (mut cases, mut findings, mut refused) = (0, 0, 0);
    for (name, expected) in recorded["cases"].as_object().unwrap() {
        let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
        let mut outcome = run(&folder.join(name));
        let mut differ = |text: String| differences.entry(name.clone()).or_default().push(text);
        let results = expected["results"].as_array().unwrap();
        let theirs: Found = results.iter().map(|one| (text(one, "object"), text(one, "constraint"), text(one, "message"))).collect();
        for missing in theirs.difference(&outcome.found) {
            differ(format!("only Gatekeeper: {missing:?}"));
        }
        for more in outcome.found.difference(&theirs) {
            differ(format!("only portcullis: {more:?}"));
        }
        for one in expected["refused"].as_object().unwrap().keys().filter(|one| !one.starts_with("ConstraintTemplate/")) {
            if outcome.asked.contains(one) {
                differ(format!("only Gatekeeper refuses {one}"));
            }
            refused += 1;
        }
        cases += 1;
        findings += theirs.len();
        said.push_str(&format!("{name}\n"));
        outcome.mistakes.sort();
        outcome.mistakes.iter().for_each(|mistake| said.push_str(&format!("  left out  {mistake}\n")));
        outcome.problems.iter().for_each(|problem| said.push_str(&format!("  problem   {problem}\n")));
    }
    let differences: String = differences.iter().map(|(name, all)| format!("{name}\n  {}\n", all.join("\n  "))).collect();
    println!("{cases} cases, {findings} findings, {refused} refusals");
    compare(&folder.join("differences.txt"), &differences);
    compare(&folder.join("said.txt"), &said);
}

/// All files below a folder.
fn files(sources: &Sources, root: &Path, folder: &Path, found: &mut Vec<OwnFile>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(sources, root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            found.push(OwnFile { file: sources.add(name.clone(), &fs::read(&path).unwrap()[..]), path: name });
        }
    }
}

#[test]
fn suites_come_out_as_gator_has_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suites");
    let (sources, mut found) = (Sources::default(), Vec::new());
    files(&sources, &root, &root, &mut found);
    let trials = run_suites(&found, 1);
    // What is asked is measured; what is refused, or skipped, is not.
    assert!(trials.iter().all(|trial| !trial.took.is_empty() && trial.took.len() <= trial.cases.len()));
    let (mut failed, mut passed) = (BTreeSet::new(), 0);
    for trial in &trials {
        for (name, faults) in &trial.cases {
            if faults.is_empty() {
                passed += 1;
            } else {
                failed.insert(name.rsplit('/').next().unwrap().to_owned());
            }
        }
        failed.extend(trial.faults.iter().map(|fault| fault.split(':').next().unwrap().to_owned()));
    }
    // A test that fails for its cases is told once more by gator.
    let recorded = fs::read_to_string(root.join("gator.txt")).unwrap();
    let theirs = recorded.lines().filter_map(|line| line.trim().strip_prefix("--- FAIL: ")?.split_whitespace().next());
    let theirs: BTreeSet<String> = theirs.filter(|name| *name != "cases").map(str::to_owned).collect();
    assert_eq!(failed, theirs);
    assert_eq!((trials.len(), passed), (2, 17));
}

#[test]
fn conftest_says_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conftest");
    let mut folders: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let (sources, mut own) = (Sources::default(), Vec::new());
        files(&sources, &folder, &folder.join("policy"), &mut own);
        let mut library = Library::embedded().unwrap();
        let mistakes: Vec<String> = library.add("policies", &own).into_iter().map(|mistake| mistake.message).collect();
        assert_eq!(mistakes, Vec::<String>::new(), "{}", folder.display());
        let file = sources.add("objects.yaml", &fs::read(folder.join("objects.yaml")).unwrap()[..]);
        let documents = yaml::parse(&Text::of_file(&file)).documents;
        let resources: Vec<Resource> =
            documents.into_iter().flat_map(|document| Resource::read(&Arc::new(document), &Context::default()).value).collect();
        let ids: Vec<&str> = library.rules().iter().filter(|rule| rule.foreign.is_some()).map(|rule| rule.id.as_str()).collect();
        let all = Engine::new(&library.only(&ids).unwrap(), &Config::default()).unwrap().evaluate(&resources);
        assert_eq!(all.problems.len(), 0, "{}", folder.display());
        let mut found: Vec<String> =
            all.value.iter().map(|finding| format!("{} {}: {}", finding.level.name(), finding.rule, finding.message)).collect();
        found.sort();
        let recorded: Value = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
        let told = |result: &Value, level: &str, key: &str| {
            let told = result[key].as_array().into_iter().flatten().cloned().collect::<Vec<_>>();
            told.into_iter()
                .map(|one| {
                    // `data.PACKAGE.RULE`
                    let query = one["metadata"]["query"].as_str().unwrap().strip_prefix("data.").unwrap().to_owned();
                    let (package, rule) = query.rsplit_once('.').unwrap();
                    format!("{level} conftest/{package}/{rule}: {}", one["msg"].as_str().unwrap())
                })
                .collect::<Vec<_>>()
        };
        let results = recorded.as_array().unwrap();
        let mut theirs: Vec<String> =
            results.iter().flat_map(|result| [told(result, "deny", "failures"), told(result, "warn", "warnings")].concat()).collect();
        theirs.sort();
        assert!(!theirs.is_empty());
        assert_eq!(found, theirs, "{}", folder.display());
    }
}

/// Holds a text against a file, or writes it where that is asked.
fn compare(path: &Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, text).unwrap();
    }
    let known = fs::read_to_string(path).unwrap_or_default();
    assert!(known == text, "{} is other now:\n{text}", path.display());
}
