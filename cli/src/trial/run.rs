//! Every rule on each of its fixtures, by both engines.

use portcullis_policies::{
    Interpreter, Lines, Rule, SuiteTrial,
    fixture::{Bench, Fixture},
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::measure::{self, Cost};

/// What to do with rules.
pub(crate) struct Asked {
    /// Whether to tell which lines were reached.
    pub(crate) coverage: bool,
    /// Whether to measure.
    pub(crate) bench: bool,
}

/// What became of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// Its id.
    pub(crate) rule: String,
    /// Whether it is one of the repository's own.
    pub(crate) is_own: bool,
    /// Its fixtures.
    pub(crate) fixtures: Vec<Tested>,
    /// What is wrong with it as a whole.
    pub(crate) faults: Vec<String>,
    /// Which of its lines were reached, where that is asked.
    pub(crate) lines: Option<Lines>,
    /// What an evaluation takes, where that is asked.
    pub(crate) cost: Option<Cost>,
}

/// What became of a fixture.
#[derive(Clone, Debug)]
pub(crate) struct Tested {
    /// Its name, as `fail/silence.yaml`.
    pub(crate) name: String,
    /// What is not as it tells; nothing where it is met.
    pub(crate) faults: Vec<String>,
}

impl Tried {
    /// What became of a suite of `gator verify`, told as a rule whose fixtures are the cases.
    pub(crate) fn of_suite(suite: SuiteTrial) -> Self {
        let fixtures = suite.cases.into_iter().map(|(name, faults)| Tested { name, faults }).collect();
        let cost = measure::of(suite.took);
        Self { rule: suite.path, is_own: true, fixtures, faults: suite.faults, lines: None, cost }
    }

    /// Whether everything is as it should be.
    pub(crate) fn is_met(&self) -> bool {
        self.faults.is_empty() && self.fixtures.iter().all(|tested| tested.faults.is_empty())
    }
}

/// Tries the rules that each bench is for.
pub(crate) fn run(benches: &[(Bench, Vec<&Rule>)], asked: &Asked) -> Vec<Tried> {
    let all: Vec<(&Bench, &Rule)> = benches.iter().flat_map(|(bench, rules)| rules.iter().map(move |rule| (bench, *rule))).collect();
    let mut tried: Vec<Tried> = all.par_iter().map(|(bench, rule)| one(bench, rule, asked)).collect();
    if asked.bench {
        // One after the other, since a measurement wants the machine for itself.
        for (tried, (bench, rule)) in tried.iter_mut().zip(&all) {
            tried.cost = measure::cost(bench, rule);
        }
    }
    tried.sort_by(|left, right| left.rule.cmp(&right.rule));
    tried
}

fn one(bench: &Bench, rule: &Rule, asked: &Asked) -> Tried {
    let mut faults = Vec::new();
    for (folder, fixtures) in [("pass", &rule.passes), ("fail", &rule.fails)] {
        if fixtures.is_empty() {
            faults.push(format!("it has no fixture in {folder}/"));
        }
    }
    let mut interpreter = Interpreter::new(bench.library(), rule).map_err(|error| faults.push(error)).ok();
    let tested = |fixture: Fixture| Tested { faults: test(bench, rule, &fixture, interpreter.as_mut()), name: fixture.name };
    let fixtures = bench.fixtures(rule).into_iter().map(tested).collect();
    let lines = interpreter.filter(|_| asked.coverage).and_then(|interpreter| interpreter.lines().ok());
    Tried { rule: rule.id.to_string(), is_own: rule.span.is_some(), fixtures, faults, lines, cost: None }
}

/// What is not as a fixture tells.
fn test(bench: &Bench, rule: &Rule, fixture: &Fixture, interpreter: Option<&mut Interpreter>) -> Vec<String> {
    let trial = match bench.run(rule, fixture) {
        Ok(trial) => trial,
        Err(error) => return vec![error],
    };
    let mut faults = trial.problems.clone();
    faults.extend(trial.missing().map(|(line, message)| format!("line {line}: not found: {message}")));
    faults.extend(trial.unexpected().into_iter().map(|(line, message)| format!("line {line}: found, and not expected: {message}")));
    if trial.expected.is_empty() == fixture.name.starts_with("fail/") {
        let told = if trial.expected.is_empty() { "tells of no `# finding: `" } else { "tells of a `# finding: ` and is in pass/" };
        faults.push(format!("it {told}"));
    }
    let Some(interpreter) = interpreter else { return faults };
    for case in bench.inputs(rule, fixture).unwrap_or_default() {
        match interpreter.findings(&case) {
            Ok(found) if found == case.findings => {}
            Ok(found) => faults.push(format!("the interpreter finds {found}, and the machine {}", case.findings)),
            Err(error) => faults.push(format!("the interpreter cannot tell: {error}")),
        }
    }
    faults
}
