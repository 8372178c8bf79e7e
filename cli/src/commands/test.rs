//! `portcullis test`: rules on their fixtures.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use portcullis_policies::{
    Library, Rule, Semantics, SuiteTrial,
    config::Located,
    fixture::{Bench, PLATFORM},
};
use portcullis_source::{Sources, read_named};

use super::{Done, Exit, Outcome, lint};
use crate::{
    args::{self, TestFormat},
    error::Error,
    own::{self, Shelf},
    report::{tally::plural, to_file},
    settings::{Settings, Surroundings, mistakes},
    trial::{self, Asked, Measurement, Tried},
};

/// How often a case of a suite is asked to know what it takes.
const ROUNDS: usize = 64;

/// The file in a folder of rules that their fixtures stand on.
const OWN_PLATFORM: &str = "platform.yaml";

/// That nothing tries some of what was written for other tools, so that nobody takes silence for success.
fn untried(library: &Library, suites: &[SuiteTrial]) -> String {
    let tried: BTreeSet<&str> = suites.iter().flat_map(|suite| &suite.kinds).map(String::as_str).collect();
    let mut notes = String::new();
    let foreign = |semantics: Semantics| {
        library.rules().iter().filter(move |rule| rule.foreign.as_ref().is_some_and(|foreign| foreign.semantics() == semantics))
    };
    let kinds: BTreeSet<&str> = foreign(Semantics::Gatekeeper).filter_map(|rule| rule.id.as_str().split('/').nth(1)).collect();
    for kind in kinds.difference(&tried) {
        notes.push_str(&format!("note: no suite tries the template {kind}\n"));
    }
    match foreign(Semantics::Conftest).count() {
        0 => {}
        count => notes.push_str(&format!("note: `conftest verify` tries {} of conftest, portcullis does not\n", plural(count, "rule"))),
    }
    notes
}

/// Tries, measures and tells.
pub(crate) fn run(arguments: &args::Test, surroundings: &Surroundings) -> Outcome {
    let mut settings = settings(arguments, surroundings)?;
    if !arguments.folders.is_empty() {
        (settings.library, settings.left_out) = own::library(&settings.revision, &settings.root, &settings.config)?;
    }
    let library = lint::library(&settings, &arguments.rule)?;
    // What was written for other tools has its own tests, and no fixtures.
    let is_asked = |rule: &&Rule| rule.foreign.is_none() && (arguments.folders.is_empty() || rule.span.is_some());
    let rules: Vec<&Rule> = library.rules().iter().filter(is_asked).collect();
    // What is wrong with them was told as they were read into the library.
    let (shelves, _) = own::shelves(&settings.revision, &settings.root, &settings.config);
    let benches = benches(&settings, &shelves, &rules)?;
    let mut tried = trial::run(&benches, &Asked { coverage: arguments.coverage, bench: arguments.bench });
    let mut done = Done::default();
    if arguments.rule.is_empty() {
        let suites = own::suites(&shelves, if arguments.bench { ROUNDS } else { 0 });
        if arguments.coverage && !suites.is_empty() {
            let of = plural(suites.len(), "suite");
            done.notes.push_str(&format!("note: which lines are reached is told of rules, not of the templates of {of}\n"));
        }
        done.notes.push_str(&untried(&library, &suites));
        tried.extend(suites.into_iter().map(Tried::of_suite));
    }
    let now = Measurement::of(&tried);
    let compared = match &arguments.compare {
        Some(path) => trial::compare(&measurement(path, surroundings)?, &now, arguments.threshold),
        None => Vec::new(),
    };
    if let Some(path) = &arguments.save {
        to_file(&surroundings.directory.join(path), &now.text())?;
    }
    let text = match arguments.format {
        TestFormat::Human => trial::human(&tried, &compared),
        TestFormat::Json => trial::json(&tried, &compared),
        TestFormat::Junit => trial::junit(&tried),
    };
    match &arguments.output {
        Some(path) => to_file(&surroundings.directory.join(path), &text)?,
        None => done.output = text.into_bytes(),
    }
    if !settings.left_out.is_empty() {
        // The others were tried; what is broken decides.
        let error = mistakes(std::mem::take(&mut settings.left_out), settings.revision.sources());
        let notes = format!("{}{}", done.notes, error.print(surroundings));
        return Ok(Done { notes, code: Exit::Broken, ..done });
    }
    let is_met = tried.iter().all(Tried::is_met) && !compared.iter().any(|compared| compared.is_over);
    Ok(Done { code: if is_met { Exit::Clean } else { Exit::Findings }, ..done })
}

/// The tree, and the folders of rules that are asked for, as if the configuration named them.
fn settings(arguments: &args::Test, surroundings: &Surroundings) -> Result<Settings, Error> {
    // Who names a rule where a folder is meant learns how rules are named.
    let missing = arguments.folders.iter().filter(|folder| std::fs::symlink_metadata(surroundings.directory.join(folder)).is_err());
    if let Some(name) = missing.filter_map(|folder| folder.to_str()).find(|name| !name.contains(['/', '.'])) {
        return Err(Error::usage(format!("there is no folder {name}"), format!("rules are named so: `portcullis test --rule {name}`")));
    }
    let scope = args::Scope { paths: arguments.folders.clone(), config: arguments.config.clone(), ..args::Scope::default() };
    let mut settings = Settings::open(&scope, surroundings)?;
    if !arguments.folders.is_empty() {
        settings.config.library = settings.paths.iter().map(|path| Located { value: Arc::clone(path.text()), span: None }).collect();
        settings.config.bundles.clear();
    }
    Ok(settings)
}

/// The rules with the platform that their fixtures stand on: ours, and those of each folder.
fn benches<'a>(settings: &Settings, shelves: &[Shelf], rules: &[&'a Rule]) -> Result<Vec<(Bench, Vec<&'a Rule>)>, Error> {
    let sources = settings.revision.sources();
    let folder_of = |rule: &Rule| {
        let file = sources.get(rule.span?.file)?;
        shelves.iter().position(|shelf| file.path().strip_prefix(&shelf.name).is_some_and(|rest| rest.starts_with('/')))
    };
    let mut benches: Vec<(Option<usize>, Vec<&Rule>)> = Vec::new();
    for rule in rules {
        let folder = folder_of(rule);
        match benches.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, rules)) => rules.push(rule),
            None => benches.push((folder, vec![rule])),
        }
    }
    let bench = |(shelf, rules): (Option<usize>, Vec<&'a Rule>)| {
        let platform = shelf.and_then(|shelf| shelves.get(shelf)?.files.iter().find(|own| own.path == OWN_PLATFORM));
        let platform = platform.map_or_else(|| PLATFORM.to_owned(), |own| String::from_utf8_lossy(own.file.bytes()).into_owned());
        Ok((Bench::new(settings.library.clone(), &platform).with_schemas(portcullis_schema::tell), rules))
    };
    benches.into_iter().map(bench).collect()
}

fn measurement(path: &PathBuf, surroundings: &Surroundings) -> Result<Measurement, Error> {
    let file = read_named(&surroundings.directory.join(path), &Sources::default())?;
    Measurement::parse(file.bytes())
        .map_err(|reason| Error::usage(format!("{}: {reason}", path.display()), "`portcullis test --bench --save FILE` writes one"))
}
