//! Measures what rules cost over the objects of a folder of rendered YAML: a rule and object, each rule alone, and rules about kinds that nobody has.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark is run by hand, by a person who reads what it prints"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_policies::{Config, Context, Engine, Facts, Library, OwnFile, Resource, Rule, RuleInput, Scope};
use portcullis_source::{Sources, Text, yaml};

/// How often everything is measured; the shortest counts, since others work on the machine as well.
const ROUNDS: usize = 5;

/// How many rules about other kinds are added.
const OTHERS: usize = 100;

fn main() {
    let sources = Sources::default();
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = folder.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), PathBuf::from);
    let mut resources = Vec::new();
    read(&folder, &sources, &mut resources);
    let facts = Facts::collect(&resources);
    let library = Library::embedded().unwrap();
    let engine = Engine::new(&library, &Config::default()).unwrap();
    engine.compile().unwrap();
    // Enough for a profiler.
    if std::env::args().any(|argument| argument == "--profile") {
        _ = shortest(|| drop(engine.check(&resources, &facts)));
        return;
    }
    let cases = engine.rule_inputs(&resources);
    let mut by_rule: BTreeMap<&str, Vec<&RuleInput>> = BTreeMap::new();
    for case in &cases {
        by_rule.entry(case.rule.as_str()).or_default().push(case);
    }
    let is_single = |rule: &&Rule| rule.scope == Scope::Resource;
    let all: usize = library.rules().iter().filter(is_single).filter_map(|rule| by_rule.get(rule.id.as_str())).map(Vec::len).sum();
    let all = u32::try_from(all).unwrap_or(u32::MAX);
    let single = shortest(|| drop(engine.check(&resources, &facts)));
    let platform = shortest(|| drop(engine.check_platform(&resources, &facts)));
    println!("{} objects, {} rules", resources.len(), library.rules().len());
    println!("{single:?} for {all} evaluations of a rule: {:?} each, all included", single / all.max(1));
    println!("{platform:?} for rules that see all of them");

    let more = Engine::new(&with_others(), &Config::default()).unwrap();
    more.compile().unwrap();
    let with = shortest(|| drop(more.check(&resources, &facts)));
    let change = with.as_secs_f64() / single.as_secs_f64() * 100.0 - 100.0;
    println!("{with:?} with {OTHERS} rules more, about a kind that nobody has: {change:+.1} %");

    let mut alone: Vec<(Duration, usize, &str)> = Vec::new();
    for (rule, cases) in by_rule {
        let only = Engine::new(&library.only(&[rule]).unwrap(), &Config::default()).unwrap();
        let took: Duration = cases.iter().map(|case| only.time(case, ROUNDS).unwrap()).sum();
        alone.push((took, cases.len(), rule));
    }
    alone.sort();
    println!("each rule, without what it takes to show it the objects: all, how often, each");
    for (took, count, rule) in alone.iter().rev() {
        println!("{took:>12.2?} {count:>6} {:>12.2?} {rule}", *took / u32::try_from(*count).unwrap_or(u32::MAX));
    }
}

fn shortest(mut run: impl FnMut()) -> Duration {
    let rounds = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    });
    rounds.min().unwrap_or_default()
}

fn read(folder: &Path, sources: &Sources, into: &mut Vec<Resource>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(&path, sources, into);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let stream = yaml::parse(&Text::of_file(&sources.add(path.display().to_string(), fs::read(&path).unwrap())));
            let read = |document| Resource::read(&Arc::new(document), &Context::default()).value;
            into.extend(stream.documents.into_iter().flat_map(read));
        }
    }
}

/// The library, and rules about gadgets.
fn with_others() -> Library {
    let mut library = Library::embedded().unwrap();
    let sources = Sources::default();
    let mut files = Vec::new();
    for number in 0..OTHERS {
        let rego = format!(
            "# METADATA\n# title: A gadget\n# description: Nobody has one.\n# custom: {{severity: warning, group: platform, scope: resource, target: [Gadget]}}\n\
             package portcullis.rules.gadget_{number}\n\nfindings contains {{\"at\": [\"spec\"], \"message\": \"is a gadget\"}} if input.resource.spec.number == {number}\n"
        );
        let page = "# A gadget\n\n## What it finds\n\nGadgets.\n\n## Why it matters\n\nIt does not.\n\n## How to fix\n\nWrite none.\n";
        let gadget = |number| format!("apiVersion: example.com/v1\nkind: Gadget\nspec: # finding: is a gadget\n  number: {number}\n");
        for (name, text) in [
            ("rule.rego", rego),
            ("README.md", page.to_owned()),
            ("fail/a.yaml", gadget(number)),
            ("pass/a.yaml", gadget(OTHERS).replace(" # finding: is a gadget", "")),
        ] {
            let path = format!("gadget-{number}/{name}");
            files.push(OwnFile { file: sources.add(path.as_str(), text.into_bytes()), path });
        }
    }
    let mistakes = library.add("policies", &files);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    library
}
