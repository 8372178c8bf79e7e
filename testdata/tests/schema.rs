//! What our schemas say of objects after one change, beside what a real API server said of them.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test fails by panicking, and reads what is recorded")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use portcullis_policies::{Config, Context, Faults, Resource};
use portcullis_schema::Schemas;
use portcullis_source::{Sources, Text, yaml};
use portcullis_testdata::dryrun::{Answer, answers, seeds};
use portcullis_testdata::tools::repository;
use serde_json::Value;

/// What the server refuses and we do not, as it is known.
const MISSED: &str = "testdata/dryrun/missed.txt";

/// What we say.
fn ours(schemas: &Schemas, resource: &Resource) -> (Answer, Faults) {
    let faults = schemas.check(resource).unwrap_or_default();
    let answer = match (faults.unknown.is_empty(), faults.invalid.is_empty()) {
        (false, _) => Answer::Unknown,
        (true, false) => Answer::Refused,
        (true, true) => Answer::Taken,
    };
    (answer, faults)
}

/// An object as a resource; none where it has no kind.
fn resource(object: &Value) -> Option<Resource> {
    let file = Sources::default().add("object.json", object.to_string().into_bytes());
    let document = yaml::parse(&Text::of_file(&file)).documents.into_iter().next()?;
    let context = Context { namespace: Some("default".into()), ..Context::default() };
    Resource::read(&Arc::new(document), &context).value.into_iter().next()
}

/// The version that the answers are of.
fn config() -> Config {
    let file = Sources::default().add("portcullis.yaml", b"version: 1\nkubernetesVersion: \"1.36\"\n".to_vec());
    Config::parse(&file).expect("the configuration reads")
}

#[test]
fn we_say_what_the_api_server_says() {
    let mut schemas = Schemas::new(&config());
    let seeds = seeds().expect("the objects read");
    let all: Vec<Resource> = seeds.iter().filter_map(|seed| resource(&seed.object)).collect();
    schemas.learn(&all);
    let recorded = answers().expect("the answers read");
    let mut false_alarms = Vec::new();
    let mut missed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for seed in &seeds {
        let untouched = resource(&seed.object).expect("it is an object");
        let (answer, faults) = ours(&schemas, &untouched);
        assert_eq!(answer, Answer::Taken, "{}: {faults:?}", seed.name());
        for ((change, field), said) in &recorded[&seed.name()] {
            let changed = change.make(&seed.object, field).expect("what was made once is made again");
            // Without a kind it is no object, which is said where objects are read.
            let Some(changed) = resource(&changed) else { continue };
            let (answer, faults) = ours(&schemas, &changed);
            *counts.entry((said.name(), answer.name())).or_default() += 1;
            match (said, answer) {
                (Answer::Taken, Answer::Taken)
                | (Answer::Unread | Answer::Refused, Answer::Refused)
                | (Answer::Unknown, Answer::Unknown) => {}
                (Answer::Taken, _) => false_alarms.push(format!("{} {change} {field}: {faults:?}", seed.name())),
                (_, Answer::Taken) => {
                    missed.entry(format!("{} {}", said.name(), seed.name())).or_default().push(format!("{change} {field}"))
                }
                // It is refused on both sides, for another of the reasons that there are.
                _ => {}
            }
        }
    }
    assert!(false_alarms.is_empty(), "{} false alarms\n{}", false_alarms.len(), false_alarms.join("\n"));
    let mut text =
        String::from("# What kube-apiserver refuses and our schemas do not, by what it says and by kind; the first line of each counts.\n");
    for ((said, ours), count) in &counts {
        let _ = writeln!(text, "# {said} by the API server, {ours} by us: {count}");
    }
    for (kind, fields) in &missed {
        let _ = writeln!(text, "\n{kind}: {}\n{}", fields.len(), fields.join("\n"));
    }
    let path = repository().join(MISSED);
    if std::env::var_os("PORTCULLIS_RECORD").is_some() {
        fs::write(&path, &text).expect("the file is written");
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap_or_default(), "what is missed has changed");
}
