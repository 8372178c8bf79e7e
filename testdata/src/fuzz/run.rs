//! Fuzzes: makes cases, compares helm with the library, and reports each kind of difference once, made small.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use portcullis_helm::Compat;

use super::Random;
use super::grammar::{self, Grammar, Statement};
use super::reach::Reach;
use super::shrink::smaller;
use super::values::{self, Change, Place};
use crate::oracle::Oracle;
use crate::ours::{Ours, Variant};
use crate::parity::{Verdict, compare};
use crate::tools::{self, Error, Tools};
use crate::truth::entries;

/// After so many renders a chart is loaded anew, because each render's values files stay in its table of sources.
const RENDERS_PER_LOAD: usize = 200;

/// Of a hundred templates, so many are for a kind of argument that a function was never given.
const CHANCE_OF_UNTRIED: usize = 60;

/// After so many attempts a case counts as small.
const MAX_SHRINKS: usize = 400;

/// How long to fuzz what.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The same seed makes the same cases.
    pub seed: u64,
    /// Against which helm.
    pub compat: Compat,
    /// For how long.
    pub time: Duration,
    /// Folders of charts whose values are changed.
    pub charts: Vec<PathBuf>,
    /// A folder for generated files.
    pub scratch: PathBuf,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Compared renders.
    pub renders: usize,
    /// Renders where both succeeded.
    pub rendered: usize,
    /// Kinds of differences, and of differing errors.
    pub differences: usize,
    /// Parameters of functions and kinds of arguments that met.
    pub reached: usize,
    /// How many could meet.
    pub reachable: usize,
}

struct Subject {
    folder: PathBuf,
    places: Vec<Place>,
    ours: Option<Ours>,
    renders: usize,
}

struct Fuzzer<'a> {
    plan: &'a Plan,
    tools: &'a Tools,
    oracle: Oracle,
    seen: BTreeSet<String>,
    tally: Tally,
    reach: Reach,
    report: &'a mut dyn FnMut(&str),
}

/// Fuzzes until the time is over; every difference is reported as a paragraph.
///
/// # Errors
/// If a chart cannot be read, a file not written, or helm not started.
pub fn run(plan: &Plan, tools: &Tools, report: &mut dyn FnMut(&str)) -> Result<Tally, Error> {
    let mut random = Random::new(plan.seed);
    let mut subjects = subjects(&plan.charts)?;
    write(&plan.scratch.join("chart/Chart.yaml"), "apiVersion: v2\nname: fuzz\nversion: 1.2.3\nappVersion: \"4.5\"\n")?;
    write(&plan.scratch.join("chart/values.yaml"), grammar::VALUES)?;
    write(&plan.scratch.join("chart/file.txt"), "one\ntwo\n")?;
    write(&plan.scratch.join("chart/templates/t.yaml"), "out: {{ include \"body\" . | toJson }}\n")?;
    let (oracle, reach) = (Oracle::start(tools, plan.compat)?, Reach::new(&mut random));
    let mut fuzzer = Fuzzer { plan, tools, oracle, seen: BTreeSet::new(), tally: Tally::default(), reach, report };
    let start = Instant::now();
    while start.elapsed() < plan.time {
        let subject = random.below(subjects.len());
        match subjects.get_mut(subject).filter(|_| random.chance(50)) {
            Some(subject) => fuzzer.values(subject, &mut random)?,
            None => fuzzer.template(&mut random)?,
        }
    }
    let (reached, reachable) = fuzzer.reach.count();
    Ok(Tally { reached, reachable, ..fuzzer.tally })
}

/// The charts of folders of charts: `NAME/Chart.yaml`, or `NAME/chart/Chart.yaml`.
fn subjects(folders: &[PathBuf]) -> Result<Vec<Subject>, Error> {
    let mut found = Vec::new();
    for folder in folders {
        for path in entries(folder)? {
            let Some(chart) = [path.clone(), path.join("chart")].into_iter().find(|path| path.join("Chart.yaml").is_file()) else {
                continue;
            };
            let places = values::places(&chart)?;
            if !places.is_empty() {
                found.push(Subject { folder: chart, places, ours: None, renders: 0 });
            }
        }
    }
    Ok(found)
}

impl Fuzzer<'_> {
    fn template(&mut self, random: &mut Random) -> Result<(), Error> {
        let untried = if random.chance(CHANCE_OF_UNTRIED) { self.reach.template(random) } else { None };
        let mut statements = untried.unwrap_or_else(|| Grammar::new(random).template());
        self.reach.note(&statements);
        let Some(first) = self.differs(&statements)? else { return Ok(()) };
        if !self.is_new(&first) {
            return Ok(());
        }
        let mut verdict = first.clone();
        let mut attempts = 0;
        'smaller: while attempts < MAX_SHRINKS {
            for candidate in smaller(&statements) {
                attempts += 1;
                if let Some(found) = self.differs(&candidate)?.filter(|found| same_kind(found, &first)) {
                    (statements, verdict) = (candidate, found);
                    continue 'smaller;
                }
            }
            break;
        }
        if signature(&verdict) == signature(&first) || self.is_new(&verdict) {
            self.tell(&format!("template {}", grammar::print(&statements)), &verdict);
        }
        Ok(())
    }

    /// How the renders of a template differ, if they do.
    fn differs(&mut self, statements: &[Statement]) -> Result<Option<Verdict>, Error> {
        let chart = self.plan.scratch.join("chart");
        let body = format!(
            "{{{{- define \"body\" }}}}{}{{{{ end }}}}{{{{ define \"part\" }}}}[{{{{ . }}}}]{{{{ end }}}}",
            grammar::print(statements)
        );
        write(&chart.join("templates/_body.tpl"), &body)?;
        let variant = Variant { kube_version: Some("1.31.0".to_owned()), ..Variant::default() };
        let ours = Ours::load(&chart, self.plan.compat)?;
        self.compare(&ours, &chart, &variant)
    }

    fn values(&mut self, subject: &mut Subject, random: &mut Random) -> Result<(), Error> {
        let mut changes = values::changes(&subject.places, random);
        subject.renders += 1;
        if subject.renders.is_multiple_of(RENDERS_PER_LOAD) {
            subject.ours = None;
        }
        let ours = match subject.ours.take() {
            Some(ours) => ours,
            None => Ours::load(&subject.folder, self.plan.compat)?,
        };
        let outcome = self.values_differ(&ours, &subject.folder, &changes)?;
        if let Some(first) = outcome.filter(|first| self.is_new(first)) {
            let mut index = 0;
            let mut verdict = first.clone();
            while index < changes.len() {
                let mut fewer = changes.clone();
                fewer.remove(index);
                match self.values_differ(&ours, &subject.folder, &fewer)?.filter(|found| same_kind(found, &first)) {
                    Some(found) => (changes, verdict) = (fewer, found),
                    None => index += 1,
                }
            }
            let told: String = changes.iter().map(values::file).collect();
            self.tell(&format!("chart {}\n{}", subject.folder.display(), told.trim_end()), &verdict);
        }
        subject.ours = Some(ours);
        Ok(())
    }

    fn values_differ(&mut self, ours: &Ours, chart: &Path, changes: &[Change]) -> Result<Option<Verdict>, Error> {
        let mut variant = Variant { name: "fuzz".to_owned(), include_crds: false, ..Variant::default() };
        for (index, change) in changes.iter().enumerate() {
            let path = self.plan.scratch.join(format!("{index}.yaml"));
            write(&path, &values::file(change))?;
            variant.values.push(path);
        }
        self.compare(ours, chart, &variant)
    }

    fn compare(&mut self, ours: &Ours, chart: &Path, variant: &Variant) -> Result<Option<Verdict>, Error> {
        self.tally.renders += 1;
        let arguments = variant.arguments(chart);
        let Ok(helm) = self.oracle.run(&self.plan.scratch, &arguments) else {
            // Helm may die of what we refuse; the next case gets a fresh one.
            self.oracle = Oracle::start(self.tools, self.plan.compat)?;
            return Ok(None);
        };
        let verdict = compare(&helm, &ours.render(variant));
        self.tally.rendered += usize::from(helm.is_ok());
        if matches!(verdict, Verdict::Identical | Verdict::SameError) {
            return Ok(None);
        }
        // Go walks maps in random order: what helm itself does not repeat is no difference.
        for _ in 0..3 {
            if self.oracle.run(&self.plan.scratch, &arguments).ok().as_ref() != Some(&helm) {
                return Ok(None);
            }
        }
        Ok(Some(verdict))
    }

    fn is_new(&mut self, verdict: &Verdict) -> bool {
        self.seen.insert(signature(verdict))
    }

    fn tell(&mut self, case: &str, verdict: &Verdict) {
        self.tally.differences += 1;
        let why = match verdict {
            Verdict::Different(why) => format!("different: {why}"),
            Verdict::OtherError(helm, ours) => format!("other error:\n  helm:       {helm}\n  portcullis: {ours}"),
            Verdict::Identical | Verdict::SameError => String::new(),
        };
        (self.report)(&format!("{case}\n  {why}\n"));
    }
}

fn same_kind(left: &Verdict, right: &Verdict) -> bool {
    matches!((left, right), (Verdict::Different(_), Verdict::Different(_)) | (Verdict::OtherError(..), Verdict::OtherError(..)))
}

/// What is the same for differences with the same cause, as far as a program can tell: the words without numbers, places and quotations.
fn signature(verdict: &Verdict) -> String {
    let words = |text: &str| {
        let last = text.rsplit(": ").next().unwrap_or_default();
        last.chars().filter(|letter| letter.is_alphabetic() || *letter == ' ').take(60).collect::<String>()
    };
    match verdict {
        Verdict::Identical | Verdict::SameError => String::new(),
        Verdict::Different(why) => format!("different {}", words(why)),
        Verdict::OtherError(helm, ours) => format!("error {} / {}", words(helm), words(ours)),
    }
}

/// The folder for generated files, unless another is asked for.
#[must_use]
pub fn scratch() -> PathBuf {
    tools::repository().join("target/testdata/fuzz")
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
    }
    fs::write(path, text).map_err(|source| Error::file(path, source))
}
