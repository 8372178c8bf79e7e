//! Asks the real tools again and compares: needs `testdata/tools/build` and `cargo build --release` to have run.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test fails by panicking, and reads recordings")]

use std::collections::BTreeSet;
use std::fs;

use portcullis_helm::Compat;
use portcullis_testdata::charts;
use portcullis_testdata::expansion::run::random;
use portcullis_testdata::oracle::Oracle;
use portcullis_testdata::platform::{Platform, invalid, scratch};
use portcullis_testdata::tools::{Tools, repository, run};
use portcullis_testdata::truth::Corpus;

fn still_true(corpus: Corpus) {
    let (asked, recorded) = (corpus.ask(&Tools::locate()).expect("the tool answers"), corpus.on_disk().expect("the corpus reads"));
    let differing: BTreeSet<_> = asked.keys().chain(recorded.keys()).filter(|path| asked.get(*path) != recorded.get(*path)).collect();
    assert!(!asked.is_empty() && differing.is_empty(), "{} recordings differ from the real tool: {differing:#?}", corpus.name());
}

#[test]
fn helm_prints_what_is_recorded_of_the_charts() {
    still_true(Corpus::Charts);
}

#[test]
fn the_repeatable_helm_prints_what_is_recorded_of_the_charts() {
    repeatable(Compat::Helm3);
}

#[test]
fn the_repeatable_helm_4_prints_what_is_recorded_of_the_charts() {
    repeatable(Compat::Helm4);
}

fn repeatable(compat: Compat) {
    let mut oracle = Oracle::start(&Tools::locate(), compat).expect("the oracle starts");
    for case in charts::cases().expect("the cases read") {
        let fixed = ["template", charts::RELEASE, "chart", "--kube-version", charts::KUBE_VERSION].map(str::to_owned);
        let arguments: Vec<String> = fixed.into_iter().chain(case.arguments.clone()).collect();
        let answer = oracle.run(&case.folder, &arguments).expect("the oracle answers").ok();
        let recorded = fs::read(case.recording(compat).join(format!("{}.out", case.name))).ok();
        assert!(answer == recorded, "{} {}", case.folder.display(), case.name);
    }
}

#[test]
fn helm_makes_of_the_expressions_what_is_recorded() {
    still_true(Corpus::Expressions);
}

#[test]
fn argo_cd_expands_to_what_is_recorded() {
    still_true(Corpus::ApplicationSets);
}

#[test]
fn projects_are_still_true() {
    still_true(Corpus::Projects);
}

/// What the rules about AppProjects that Argo CD refuses say of their fixtures, Argo CD says of them too.
#[test]
fn argo_cd_refuses_the_projects_that_rules_find() {
    let rules = repository().join("policies/rules");
    let fixtures = |folder: &str| {
        let folders = ["refused-project", "refused-sync-window"].map(|rule| rules.join(rule).join(folder));
        let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("the rule has fixtures"));
        let mut files: Vec<String> = entries.map(|entry| entry.expect("a fixture").path().display().to_string()).collect();
        files.sort();
        files
    };
    for (folder, is_refused) in [("fail", true), ("pass", false)] {
        let files = fixtures(folder);
        let arguments: Vec<&str> = std::iter::once("--valid").chain(files.iter().map(String::as_str)).collect();
        let answer = portcullis_testdata::applicationsets::expand(&Tools::locate(), &rules, &arguments).expect("the oracle answers");
        let reasons = answer["refused"].as_array().expect("a reason for each");
        assert_eq!(reasons.len(), files.len());
        for (file, reason) in files.iter().zip(reasons) {
            assert_eq!(reason != "", is_refused, "{file}: {reason}");
        }
    }
}

/// ApplicationSets that nobody wrote expand as Argo CD expands them.
#[test]
fn argo_cd_expands_random_application_sets_as_portcullis_does() {
    let tally =
        random(7, &|tally| tally.compared >= 200, &scratch("expansion").expect("a folder"), &Tools::locate()).expect("the oracle answers");
    assert_eq!(tally.differences, Vec::<String>::new());
    assert!(tally.applications > 0 && tally.errors < tally.compared && tally.passed_over.is_empty(), "{tally:?}");
}

#[test]
fn overrides_are_still_true() {
    still_true(Corpus::Overrides);
}

#[test]
fn argo_cd_expands_the_platform_as_portcullis_does() {
    let platform = Platform::own();
    let ours = platform.applications().expect("portcullis lists the applications");
    let theirs = platform.expansion(&Tools::locate()).expect("the oracle expands the platform");
    assert_eq!(theirs.errors, Vec::<String>::new());
    let names = |applications: &std::collections::BTreeMap<String, _>| applications.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs.applications));
    for (name, application) in &theirs.applications {
        assert_eq!(ours.get(name), Some(application), "{name}");
    }
}

#[test]
fn helm_renders_the_platform_as_portcullis_does() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let expansion = platform.expansion(&tools).expect("the oracle expands the platform");
    let invocations = platform.invocations(&expansion).expect("every application can be told to helm");
    assert_eq!(invocations.len(), expansion.applications.len(), "every application has a chart");
    for invocation in &invocations {
        let arguments: Vec<&str> = invocation.arguments.iter().map(String::as_str).collect();
        let theirs = tools.run("helm", &platform.root, &arguments).expect("helm runs");
        let ours = platform.run(&arguments).expect("portcullis runs");
        assert_eq!(theirs.code, Some(0), "{}: {}", invocation.application, theirs.err);
        assert_eq!((ours.code, ours.err.as_str()), (Some(0), ""), "{}", invocation.application);
        assert!(ours.out == theirs.out, "{}: {}", invocation.application, first_difference(&theirs.out, &ours.out));
    }
}

#[test]
fn kubernetes_accepts_the_platform() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let expansion = platform.expansion(&tools).expect("the oracle expands the platform");
    let folder = scratch("renders").expect("the scratch folder is there");
    let mut paths = platform.plain_manifests().expect("the manifests read");
    for invocation in platform.invocations(&expansion).expect("every application can be told to helm") {
        let arguments: Vec<&str> = invocation.arguments.iter().map(String::as_str).collect();
        let ours = platform.run(&arguments).expect("portcullis runs");
        assert_eq!(ours.code, Some(0), "{}: {}", invocation.application, ours.err);
        let path = folder.join(format!("{}.yaml", invocation.application));
        fs::write(&path, ours.out).expect("the render is written");
        paths.push(path);
    }
    assert_eq!(invalid(&tools, &paths).expect("kubeconform runs"), None);
}

/// The comparisons themselves stand beside the rules: their own suites do them where `OPA_BIN` names an opa.
#[test]
fn opa_agrees_with_every_rule() {
    let opa = format!("OPA_BIN={}", Tools::locate().path("opa").display());
    let arguments = [&opa, env!("CARGO"), "test", "--package", "portcullis-policies"];
    for (suite, test) in
        [("rules", "opa_agrees"), ("agree", "machine_and_interpreter_read_alike"), ("constructs", "the_answers_are_those_of_opa")]
    {
        let run = run("/usr/bin/env".as_ref(), &repository(), &[&arguments, ["--test", suite, "--", "--exact", test].as_slice()].concat());
        let run = run.expect("cargo starts");
        assert!(run.code == Some(0) && run.out.contains("1 passed"), "{}{}", run.out, run.err);
    }
}

#[test]
fn opa_finds_nothing_to_say_about_the_rules() {
    let tools = Tools::locate();
    let folders = ["policies/prelude", "policies/rules"];
    for words in [["check", "--strict", "--ignore", "*.yaml"].as_slice(), &["fmt", "--fail", "--list"], &["test", "--ignore", "*.yaml"]] {
        let arguments = [words, &folders].concat();
        let run = tools.run("opa", &repository(), &arguments).expect("opa runs");
        assert_eq!(run.code, Some(0), "opa {arguments:?}: {}{}", run.out, run.err);
    }
}

fn first_difference(theirs: &str, ours: &str) -> String {
    let mut pairs =
        (1..).zip(theirs.lines().map(Some).chain(std::iter::repeat(None)).zip(ours.lines().map(Some).chain(std::iter::repeat(None))));
    let found = pairs.find(|(_, (theirs, ours))| theirs != ours || theirs.is_none());
    found.map_or_else(String::new, |(line, (theirs, ours))| format!("line {line}: helm prints {theirs:?}, portcullis {ours:?}"))
}
