//! What became of rules and fixtures, for people, for programs and for CI.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Compared, Tried};
use crate::report::{
    junit::{Case, Result, Suite, case, element, print},
    tally::plural,
};

/// For people: what is wrong, what was asked for beside it, and a sum.
pub(crate) fn human(tried: &[Tried], compared: &[Compared]) -> String {
    let mut text = String::new();
    for tried in tried.iter().filter(|tried| !tried.is_met()) {
        for fault in &tried.faults {
            let _ = writeln!(text, "{}: {fault}", tried.rule);
        }
        for tested in &tried.fixtures {
            for fault in &tested.faults {
                let _ = writeln!(text, "{}/{}: {fault}", tried.rule, tested.name);
            }
        }
    }
    for tried in tried {
        let Some(lines) = tried.lines.as_ref().filter(|lines| !lines.missed.is_empty()) else { continue };
        let missed: Vec<String> = lines.missed.iter().map(u32::to_string).collect();
        let _ = writeln!(text, "{}: no fixture reaches {}", tried.rule, named(&missed));
    }
    text.push_str(&costs(tried, compared));
    let fixtures: usize = tried.iter().map(|tried| tried.fixtures.len()).sum();
    let failed = tried.iter().flat_map(|tried| &tried.fixtures).filter(|tested| !tested.faults.is_empty()).count();
    let broken = tried.iter().filter(|tried| !tried.faults.is_empty()).count();
    let _ = write!(text, "{}, {}, {} not met", plural(tried.len(), "rule"), plural(fixtures, "fixture"), failed + broken);
    if let Some((covered, all)) = covered(tried) {
        let _ = write!(text, "; fixtures reach {covered} of {all} lines");
    }
    text.push('\n');
    text
}

fn named(lines: &[String]) -> String {
    format!("{} {}", if lines.len() == 1 { "line" } else { "lines" }, lines.join(", "))
}

/// The lines that were reached, of all, where that was asked.
fn covered(tried: &[Tried]) -> Option<(usize, usize)> {
    let lines = tried.iter().filter_map(|tried| tried.lines.as_ref());
    let sum = lines.map(|lines| (lines.covered.len(), lines.covered.len() + lines.missed.len()));
    sum.reduce(|left, right| (left.0 + right.0, left.1 + right.1))
}

/// What evaluations take, the dearest rule first.
fn costs(tried: &[Tried], compared: &[Compared]) -> String {
    let mut rows: Vec<_> = tried.iter().filter_map(|tried| Some((tried, tried.cost?))).collect();
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by(|left, right| (right.1.mean, &left.0.rule).cmp(&(left.1.mean, &right.0.rule)));
    let width = rows.iter().map(|(tried, _)| tried.rule.len()).max().unwrap_or_default();
    let micros = |nanoseconds: u128| format!("{}.{:02}", nanoseconds / 1000, nanoseconds % 1000 / 10);
    let mut text = format!("{:<width$}  {:>9}  {:>9}  {:>6}\n", "µs an evaluation", "mean", "worst", "inputs");
    for (tried, cost) in rows {
        let _ = write!(
            text,
            "{:<width$}  {:>9}  {:>9}  {:>6}",
            tried.rule,
            micros(cost.mean.as_nanos()),
            micros(cost.worst.as_nanos()),
            cost.inputs
        );
        let known = compared.iter().find(|compared| compared.rule == tried.rule);
        match known.map(|compared| (compared.before, compared.is_over)) {
            Some((Some(before), is_over)) => {
                let _ = write!(text, "  before {}{}", micros(u128::from(before)), if is_over { ", over the threshold" } else { "" });
            }
            Some((None, _)) => text.push_str("  new"),
            None => {}
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

/// For programs.
pub(crate) fn json(tried: &[Tried], compared: &[Compared]) -> String {
    let rule = |tried: &Tried| {
        let fixtures: Vec<Value> = tried
            .fixtures
            .iter()
            .map(|tested| json!({"name": tested.name, "met": tested.faults.is_empty(), "faults": tested.faults}))
            .collect();
        let mut rule =
            json!({"rule": tried.rule, "own": tried.is_own, "met": tried.is_met(), "faults": tried.faults, "fixtures": fixtures});
        if let (Some(lines), Some(map)) = (&tried.lines, rule.as_object_mut()) {
            map.insert("lines".to_owned(), json!({"covered": lines.covered, "missed": lines.missed}));
        }
        if let (Some(cost), Some(map)) = (tried.cost, rule.as_object_mut()) {
            let known = compared.iter().find(|compared| compared.rule == tried.rule);
            let before = known.and_then(|compared| compared.before);
            let over = known.is_some_and(|compared| compared.is_over);
            let cost = json!({"unit": "ns", "mean": cost.mean.as_nanos() as u64, "worst": cost.worst.as_nanos() as u64, "inputs": cost.inputs, "before": before, "over": over});
            map.insert("cost".to_owned(), cost);
        }
        rule
    };
    format!("{:#}\n", json!({"version": 1, "rules": tried.iter().map(rule).collect::<Vec<_>>()}))
}

/// JUnit XML.
pub(crate) fn junit(tried: &[Tried]) -> String {
    let of_case = |rule: &str, name: &str, faults: &[String]| -> Case {
        match faults.first() {
            Some(first) => case(rule, name, None, &element("failure", first, &faults.join("\n")), Result::Failed),
            None => case(rule, name, None, "", Result::Passed),
        }
    };
    let suite = |tried: &Tried| {
        let whole = (!tried.faults.is_empty()).then(|| of_case(&tried.rule, "the rule", &tried.faults));
        let fixtures = tried.fixtures.iter().map(|tested| of_case(&tried.rule, &tested.name, &tested.faults));
        let lines = tried.lines.iter().flat_map(|lines| {
            let missed: Vec<String> = lines.missed.iter().map(u32::to_string).collect();
            [("lines.covered", lines.covered.len().to_string()), ("lines.missed", missed.join(" "))]
        });
        Suite { name: tried.rule.clone(), properties: lines.collect(), cases: whole.into_iter().chain(fixtures).collect() }
    };
    print(&tried.iter().map(suite).collect::<Vec<_>>())
}
