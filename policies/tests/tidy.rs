//! The conventions of rule folders, so that nobody has to remember them.
#![expect(clippy::disallowed_methods, reason = "reads the rule folders as they lie in the repository")]
#![expect(clippy::unwrap_used, reason = "a folder that cannot be read fails its test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use portcullis_policies::{Change, Library, Scope};
use portcullis_source::{Text, yaml};

/// What a rule of each scope may read of its input.
const SEEN: [(Scope, &[&str]); 3] = [
    (Scope::Resource, &["input.params", "input.pod", "input.resource", "input.review", "input.schema"]),
    (Scope::Platform, &["input.params", "input.platform"]),
    (Scope::Change, &["input.change", "input.params"]),
];
/// The longest a rule may be, without its metadata.
const MAX_RULE_LINES: usize = 90;
/// How many fixtures that pass, and that fail, each rule has at least: one shows the rule, the next that it means what it says.
const MIN_FIXTURES: usize = 2;
/// The longest a Rust file may be.
const MAX_SOURCE_LINES: usize = 1000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn rules() -> Vec<PathBuf> {
    list(&root().join("rules")).into_iter().filter(|path| path.is_dir()).collect()
}

#[test]
fn every_folder_is_an_embedded_rule() {
    let library = Library::embedded().unwrap();
    let embedded: Vec<&str> = library.rules().iter().map(|rule| rule.id.as_str()).collect();
    let folders: Vec<String> = rules().iter().map(|path| name(path)).collect();
    assert_eq!(embedded, folders);
}

#[test]
fn ids_are_words_joined_by_hyphens() {
    for folder in rules() {
        let id = name(&folder);
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(id.split('-').all(is_word), "{id}");
    }
}

#[test]
fn folders_hold_what_a_rule_is_made_of() {
    for folder in rules() {
        let id = name(&folder);
        for entry in list(&folder) {
            let known = ["README.md", "fail", "pass", "rule.rego", "rule_test.rego"];
            assert!(known.contains(&name(&entry).as_str()), "{id} has {}", name(&entry));
        }
        for kind in ["pass", "fail"] {
            let fixtures = list(&folder.join(kind));
            assert!(fixtures.len() >= MIN_FIXTURES, "{id} has less than {MIN_FIXTURES} traps in {kind}");
            for fixture in fixtures {
                let stem = name(&fixture);
                let stem = stem.strip_suffix(".yaml").unwrap_or_else(|| panic!("{id}/{kind}/{stem} is not .yaml"));
                let says_what =
                    stem.len() > 3 && stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
                assert!(says_what, "{id}/{kind}/{stem} does not say what it shows");
                let expects = fs::read_to_string(&fixture).unwrap().contains("# finding: ");
                assert_eq!(expects, kind == "fail", "{id}/{kind}/{stem}");
            }
        }
    }
}

#[test]
fn rules_read_alike() {
    for folder in rules() {
        let id = name(&folder);
        let rego = fs::read_to_string(folder.join("rule.rego")).unwrap();
        assert!(rego.starts_with("# METADATA\n"), "{id} starts with its metadata");
        let package = rego.lines().find_map(|line| line.strip_prefix("package ")).unwrap();
        assert_eq!(package, format!("portcullis.rules.{}", id.replace('-', "_")));
        assert!(rego.contains("findings contains "), "{id} has a findings set");
        assert!(
            rego.lines().skip_while(|line| line.starts_with('#')).count() <= MAX_RULE_LINES,
            "{id} is longer than {MAX_RULE_LINES} lines"
        );
        for word in ["http.send", "opa.runtime", "time.now", "rand.", "trace(", "print("] {
            assert!(!rego.contains(word), "{id} uses {word}");
        }
    }
}

/// What regorus' register machine, its interpreter and opa do not all understand alike.
#[test]
fn rego_keeps_to_what_all_engines_agree_on() {
    let rules = rules().into_iter().map(|folder| folder.join("rule.rego"));
    for path in list(&root().join("prelude")).into_iter().chain(rules) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{}:{number}", path.display());
            assert!(
                !line.trim_start().starts_with("every "),
                "{place}: the machine takes a variable of every for a new one where it is an index; count what fails in a comprehension"
            );
            assert!(!line.contains("] contains "), "{place}: the machine finds nothing in an object of sets");
            assert!(!(line.starts_with("default ") && line.contains('(')), "{place}: the machine has no default functions");
            let negated = line.trim_start().strip_prefix("not ").and_then(|call| call.split_once('('));
            let is_plain = |argument: &str| !argument.contains('[');
            let is_builtin = |name: &str| name.contains(' ');
            assert!(
                negated.is_none_or(|(name, arguments)| is_builtin(name) || is_plain(arguments)),
                "{place}: opa is undefined where an argument of a negated call is; bind it with object.get first"
            );
        }
    }
}

#[test]
fn readmes_answer_the_three_questions() {
    for folder in rules() {
        let id = name(&folder);
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        let headings: Vec<&str> = readme.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, ["## What it finds", "## Why it matters", "## How to fix"], "{id}");
        assert!(readme.split("## ").skip(1).all(|part| part.lines().skip(1).any(|line| !line.is_empty())), "{id} leaves a question open");
    }
}

#[test]
fn metadata_are_sentences() {
    for rule in Library::embedded().unwrap().rules() {
        assert!(rule.title.chars().next().is_some_and(char::is_alphabetic) && !rule.title.ends_with('.'), "{}: {}", rule.id, rule.title);
        assert!(rule.description.ends_with('.'), "{}: {}", rule.id, rule.description);
    }
}

#[test]
fn rules_read_what_their_scope_shows() {
    for rule in Library::embedded().unwrap().rules() {
        let seen = SEEN.iter().find(|(scope, _)| *scope == rule.scope).unwrap().1;
        for part in rule.rego.split("input.").skip(1) {
            let word: String = part.chars().take_while(|character| character.is_alphanumeric()).collect();
            assert!(seen.contains(&format!("input.{word}").as_str()), "{} reads input.{word}", rule.id);
        }
        for (name, text) in rule.passes.iter().chain(&rule.fails) {
            for document in yaml::parse(&Text::nowhere(text.as_bytes())).documents {
                assert_eq!(Change::read(&document).is_ok(), rule.scope == Scope::Change, "{}/{name}", rule.id);
            }
        }
    }
}

#[test]
fn sources_stay_short_and_say_what_they_are() {
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for path in list(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("//! "), "{} does not say what it is", path.display());
                assert!(text.lines().count() <= MAX_SOURCE_LINES, "{} is too long", path.display());
            }
        }
    }
}

/// What is empty shows nobody what it may hold.
#[test]
fn parameters_that_are_empty_say_what_they_hold() {
    let library = Library::embedded().unwrap();
    for rule in library.rules() {
        let of_metadata = rule.rego.lines().find_map(|line| line.strip_prefix("#   elements: ")).unwrap_or_default();
        for (name, default) in &rule.params {
            let is_empty = default.as_array().is_some_and(Vec::is_empty) || default.as_object().is_some_and(serde_json::Map::is_empty);
            assert_eq!(is_empty, of_metadata.contains(&format!("{name}: ")), "{} {name}", rule.id.as_str());
        }
    }
}
