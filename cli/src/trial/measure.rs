//! What an evaluation of a rule takes, and whether it takes more than before.

use std::{collections::BTreeMap, time::Duration};

use portcullis_policies::{Rule, fixture::Bench};
use serde_json::{Value, json};

use super::Tried;

/// What an evaluation takes on the fixtures of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// How many inputs the fixtures have.
    pub(crate) inputs: usize,
    /// What one takes in the middle.
    pub(crate) mean: Duration,
    /// What the dearest takes.
    pub(crate) worst: Duration,
}

/// What rules took once, by id, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measurement(BTreeMap<String, u64>);

/// A rule then and now, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    /// The rule.
    pub(crate) rule: String,
    /// What it took then; none where it was not measured.
    pub(crate) before: Option<u64>,
    /// What it takes now.
    pub(crate) now: u64,
    /// Whether that is over the threshold.
    pub(crate) is_over: bool,
}

/// The version of the file.
const VERSION: u64 = 1;

/// Measures a rule; none where no fixture can be evaluated.
pub(super) fn cost(bench: &Bench, rule: &Rule) -> Option<Cost> {
    let mut taken: Vec<Duration> = Vec::new();
    for fixture in bench.fixtures(rule) {
        taken.extend(bench.times(rule, &fixture).unwrap_or_default());
    }
    of(taken)
}

/// What evaluations take; none where there are none.
pub(super) fn of(taken: Vec<Duration>) -> Option<Cost> {
    let inputs = taken.len();
    let sum: Duration = taken.iter().sum();
    Some(Cost { inputs, mean: sum / u32::try_from(inputs).ok().filter(|count| *count > 0)?, worst: taken.into_iter().max()? })
}

impl Measurement {
    /// What was measured now.
    pub(crate) fn of(tried: &[Tried]) -> Self {
        let nanoseconds = |cost: Cost| u64::try_from(cost.mean.as_nanos()).unwrap_or(u64::MAX);
        Self(tried.iter().filter_map(|tried| Some((tried.rule.clone(), nanoseconds(tried.cost?)))).collect())
    }

    /// As a file.
    pub(crate) fn text(&self) -> String {
        format!("{:#}\n", json!({"version": VERSION, "unit": "ns", "rules": self.0}))
    }

    /// Reads such a file.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if value.get("version").and_then(Value::as_u64) != Some(VERSION) || value.get("unit").and_then(Value::as_str) != Some("ns") {
            return Err(format!("it is no measurement of version {VERSION} in ns"));
        }
        let rules = value.get("rules").and_then(Value::as_object).ok_or("it has no rules")?;
        let read = |(rule, taken): (&String, &Value)| {
            taken.as_u64().map(|taken| (rule.clone(), taken)).ok_or_else(|| format!("what {rule} took is no number"))
        };
        rules.iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

/// What took so much longer than before that it is over a threshold in percent, and everything else.
pub(crate) fn compare(before: &Measurement, now: &Measurement, threshold: Option<u32>) -> Vec<Compared> {
    let compared = |(rule, now): (&String, &u64)| {
        let before = before.0.get(rule).copied();
        let most = |before: u64| u128::from(before) * (100 + u128::from(threshold.unwrap_or_default()));
        let is_over = threshold.is_some() && before.is_some_and(|before| u128::from(*now) * 100 > most(before));
        Compared { rule: rule.clone(), before, now: *now, is_over }
    };
    now.0.iter().map(compared).collect()
}
