//! Transactions of a file to answers, with everything embedded and no server.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value};

use crate::{
    clock::Clock,
    engine::{Engine, Parts},
    metrics::Metrics,
    model::Model,
    models::{Models, Shadowing},
    options::Sample,
    start::{Failure, embedded},
    transaction::Transaction,
};

/// The sample that is compiled in.
const EMBEDDED: &str = include_str!("../sample/transactions.jsonl");

/// When the last transaction of that sample occurs, in milliseconds: at noon of a Wednesday, so that its answers are the same on any day.
const SAMPLED: i64 = 1_759_924_800_000;

/// How far transactions without a time are apart, in milliseconds; the last one occurs now.
const APART: i64 = 60_000;

/// How long a transaction may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// No version comes while a sample is scored.
const UNTRIED: Shadowing = Shadowing { transactions: 0, time: Duration::ZERO, changed: 0.0 };

/// Scores the transactions of a file and gives the answers, one on each line: an answer, or a problem.
///
/// # Errors
/// The file cannot be read, or has a line that is no JSON object.
pub fn sample(options: &Sample, clock: &Clock) -> Result<String, Failure> {
    let (text, clock) = match &options.file {
        #[expect(clippy::disallowed_methods, reason = "the user names the file")]
        Some(path) => (
            std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?,
            clock.clone(),
        ),
        None => (EMBEDDED.to_owned(), Clock::of(|| SAMPLED)),
    };
    let now = clock.milliseconds();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let bodies =
        lines.iter().enumerate().map(|(index, line)| dated(line, now - APART * i64::try_from(lines.len() - 1 - index).unwrap_or(0)));
    let bodies: Vec<String> = bodies.collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::internal)?;
    runtime.block_on(score(&bodies, &clock))
}

/// The line with a time, where it has none.
fn dated(line: &str, at: i64) -> Result<String, Failure> {
    let mut object: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| Failure::usage(format!("a line is no JSON object: {error}")))?;
    if !object.contains_key("occurred_at") {
        let at = jiff::Timestamp::from_millisecond(at).map_err(Failure::internal)?;
        object.insert("occurred_at".to_owned(), at.to_string().into());
    }
    Ok(Value::Object(object).to_string())
}

async fn score(bodies: &[String], clock: &Clock) -> Result<String, Failure> {
    let metrics = Arc::new(Metrics::default());
    let models = Arc::new(Models::new(Model::embedded().map_err(Failure::internal)?, &metrics, UNTRIED));
    let opened = embedded(None).await?;
    let parts = Parts { store: opened.store.clone(), models, metrics, clock: clock.clone(), publisher: None };
    let (engine, lanes) = Engine::start(parts, opened.lanes, 1);
    let mut lines = String::new();
    for body in bodies {
        let scored = match Transaction::read(body.as_bytes(), clock.milliseconds()) {
            Ok(transaction) => engine.score(transaction, Instant::now() + DEADLINE).await,
            Err(problem) => Err(problem),
        };
        let line = scored.map(|standing| standing.json).or_else(|problem| serde_json::to_string(&problem));
        lines.push_str(&line.map_err(Failure::internal)?);
        lines.push('\n');
    }
    lanes.end(DEADLINE).await;
    opened.store.close().await;
    Ok(lines)
}
