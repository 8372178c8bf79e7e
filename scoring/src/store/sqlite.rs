//! Decisions in a file of SQLite: every commit is on the disk before its answer is given.

use std::{path::Path, time::Duration};

use serde_json::json;
use sqlx::{
    Row as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};

use super::{Ask, Decided, Entry, Known, PATIENCE, Publication, StoreError, merge};
use crate::history::History;

/// How long a writer waits for another process that writes.
const BUSY: Duration = Duration::from_millis(1_500);

/// Parameter 1 is an array of [id, card, at].
const LOOK: &str = "
SELECT asked.key, prior.fingerprint, prior.answer,
       count(other.id) FILTER (WHERE other.occurred_at > (asked.value ->> 2) - 3600000) AS count_1h,
       total(other.euros) FILTER (WHERE other.occurred_at > (asked.value ->> 2) - 3600000) AS sum_1h,
       count(other.id) AS count_24h, total(other.euros) AS sum_24h, max(other.occurred_at) AS last
FROM json_each(?1) AS asked
LEFT JOIN decisions AS prior ON prior.id = asked.value ->> 0
LEFT JOIN decisions AS other ON other.card = asked.value ->> 1
  AND other.occurred_at > (asked.value ->> 2) - 86400000 AND other.occurred_at < asked.value ->> 2
GROUP BY asked.key ORDER BY asked.key";

/// Parameter 1 is an array of arrays of the columns, parameter 2 says whether they are owed.
const KEEP: &str = "
INSERT INTO decisions (id, fingerprint, card, euros, occurred_at, decided_at, answer, owed)
SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS REAL), value ->> 4, value ->> 5, value ->> 6, ?2
FROM json_each(?1) WHERE true ON CONFLICT (id) DO NOTHING RETURNING id";

/// Parameter 1 is an array of ids.
const OTHERS: &str = "SELECT id, fingerprint, answer FROM decisions WHERE id IN (SELECT value FROM json_each(?1))";

pub(super) async fn open(path: &Path, connections: u32) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).busy_timeout(BUSY);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).connect_with(options).await?;
    sqlx::migrate!("migrations/sqlite").run(&pool).await?;
    Ok(pool)
}

pub(super) async fn look(pool: &SqlitePool, asks: &[Ask]) -> Result<Vec<Known>, sqlx::Error> {
    let asked: Vec<_> = asks.iter().map(|ask| json!([ask.id, ask.card, ask.at])).collect();
    let rows = sqlx::query(LOOK).bind(json!(asked).to_string()).fetch_all(pool).await?;
    rows.iter().map(known).collect()
}

fn known(row: &SqliteRow) -> Result<Known, sqlx::Error> {
    let prior = match (row.try_get("fingerprint")?, row.try_get("answer")?) {
        (Some(fingerprint), Some(answer)) => Some(Decided { fingerprint, answer }),
        (Some(_) | None, _) => None,
    };
    let history = History {
        count_1h: row.try_get("count_1h")?,
        sum_1h: row.try_get("sum_1h")?,
        count_24h: row.try_get("count_24h")?,
        sum_24h: row.try_get("sum_24h")?,
        last: row.try_get("last")?,
    };
    Ok(Known { prior, history })
}

pub(super) async fn keep(pool: &SqlitePool, entries: &[Entry], publication: Publication) -> Result<Vec<Decided>, sqlx::Error> {
    let columns =
        |entry: &Entry| json!([entry.id, entry.fingerprint, entry.card, entry.euros, entry.occurred_at, entry.decided_at, entry.answer]);
    let rows: Vec<_> = entries.iter().map(columns).collect();
    let written = sqlx::query_scalar(KEEP).bind(json!(rows).to_string()).bind(publication == Publication::Owed).fetch_all(pool).await?;
    let rest: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).filter(|id| !written.iter().any(|other| other == id)).collect();
    if rest.is_empty() {
        return merge(entries, &written, Vec::new());
    }
    let others = sqlx::query(OTHERS).bind(json!(rest).to_string()).fetch_all(pool).await?;
    let others = others.iter().map(|row| Ok((row.try_get(0)?, Decided { fingerprint: row.try_get(1)?, answer: row.try_get(2)? })));
    merge(entries, &written, others.collect::<Result<_, sqlx::Error>>()?)
}

pub(super) async fn claim(pool: &SqlitePool, before: i64, now: i64, limit: i64) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    const CLAIM: &str = "
UPDATE decisions SET claimed_at = ?2 WHERE id IN (
  SELECT id FROM decisions WHERE owed = 1 AND decided_at < ?1 AND claimed_at < ?1 ORDER BY decided_at LIMIT ?3
) RETURNING id, answer, decided_at";
    sqlx::query_as(CLAIM).bind(before).bind(now).bind(limit).fetch_all(pool).await
}

pub(super) async fn paid(pool: &SqlitePool, ids: &[String]) -> Result<(), sqlx::Error> {
    const PAID: &str = "UPDATE decisions SET owed = 0 WHERE id IN (SELECT value FROM json_each(?1))";
    sqlx::query(PAID).bind(json!(ids).to_string()).execute(pool).await.map(|_| ())
}
