//! Measures one webhook after the other and puts the figures into a table.

use std::fmt::Write as _;
use std::time::Duration;

use super::contenders::Contender;
use super::load::{self, Outcome, Pace, Review};
use super::usage;
use crate::tools::Error;

/// How many connections the API server's many requests are played by.
const CONNECTIONS: u32 = 64;

/// How to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many reviews a second the latencies are of.
    pub rate: u32,
    /// How long each run takes.
    pub time: Duration,
}

/// What was measured of one webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Its name.
    pub name: String,
    /// From its start to its first answer.
    pub ready: Duration,
    /// The run at a constant rate.
    pub paced: Outcome,
    /// Its time on a processor for each review of that run.
    pub paced_cpu: Duration,
    /// The run with as many reviews as can be.
    pub saturated: Outcome,
    /// Its time on a processor for each review of that run.
    pub saturated_cpu: Duration,
    /// The most memory that it had, in KiB.
    pub peak_memory: u64,
}

/// Proves that a webhook gives the right verdicts, then measures it.
///
/// # Errors
/// If it does not answer, or judges otherwise.
pub fn measure(contender: &Contender, reviews: &[Review], plan: Plan) -> Result<Figures, Error> {
    let wrong = load::wrong_verdicts(&contender.target, reviews)?;
    if !wrong.is_empty() {
        return Err(Error::Unexpected(format!("{} judges {} reviews otherwise:\n{}", contender.name, wrong.len(), wrong.join("\n"))));
    }
    let pace = Pace { connections: CONNECTIONS, rate: Some(plan.rate), time: plan.time };
    // Whatever is made at the first need is made by then.
    load::run(&contender.target, reviews, Pace { rate: Some(plan.rate / 4), time: plan.time / 4, ..pace })?;
    let (paced, paced_cpu) = spent(contender, reviews, pace)?;
    let (saturated, saturated_cpu) = spent(contender, reviews, Pace { rate: None, ..pace })?;
    let peak_memory = usage::of(contender.process.id())?.peak_memory;
    Ok(Figures { name: contender.name.clone(), ready: contender.ready, paced, paced_cpu, saturated, saturated_cpu, peak_memory })
}

fn spent(contender: &Contender, reviews: &[Review], pace: Pace) -> Result<(Outcome, Duration), Error> {
    let before = usage::of(contender.process.id())?.cpu;
    let outcome = load::run(&contender.target, reviews, pace)?;
    let cpu = usage::of(contender.process.id())?.cpu.saturating_sub(before);
    if outcome.wrong > 0 {
        return Err(Error::Unexpected(format!("{} judges {} of {} reviews otherwise", contender.name, outcome.wrong, outcome.answered)));
    }
    let answered = u32::try_from(outcome.answered).unwrap_or(u32::MAX).max(1);
    Ok((outcome, cpu / answered))
}

/// The figures as a table in Markdown.
#[must_use]
pub fn table(plan: Plan, figures: &[Figures]) -> String {
    let mut table = format!("| at {} reviews a second |", plan.rate);
    let mut rows: Vec<(&str, Vec<String>)> = vec![
        ("ready after, ms", vec![]),
        ("peak memory, MB", vec![]),
        ("answers a second", vec![]),
        ("CPU of a review, µs", vec![]),
        ("p50, ms", vec![]),
        ("p99, ms", vec![]),
        ("p99.9, ms", vec![]),
        ("failed", vec![]),
        ("answers a second at saturation", vec![]),
        ("CPU of a review then, µs", vec![]),
        ("p99 then, ms", vec![]),
        ("failed then", vec![]),
    ];
    for each in figures {
        // Writing to a string cannot fail.
        let _ = write!(table, " {} |", each.name);
        let cells = cells(each);
        rows.iter_mut().zip(cells).for_each(|((_, row), cell)| row.push(cell));
    }
    table += "\n|---|";
    table += &"---:|".repeat(figures.len());
    for (name, row) in rows {
        let _ = write!(table, "\n| {name} | {} |", row.join(" | "));
    }
    table + "\n"
}

fn cells(figures: &Figures) -> [String; 12] {
    let milliseconds = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
    let microseconds = |time: Duration| format!("{:.0}", time.as_secs_f64() * 1e6);
    let (paced, saturated) = (&figures.paced, &figures.saturated);
    [
        milliseconds(figures.ready),
        format!("{:.1}", Duration::from_millis(figures.peak_memory).as_secs_f64() / 1.024),
        format!("{:.0}", paced.rate),
        microseconds(figures.paced_cpu),
        milliseconds(paced.quantile(0.5)),
        milliseconds(paced.quantile(0.99)),
        milliseconds(paced.quantile(0.999)),
        paced.failed.to_string(),
        format!("{:.0}", saturated.rate),
        microseconds(figures.saturated_cpu),
        milliseconds(saturated.quantile(0.99)),
        saturated.failed.to_string(),
    ]
}
