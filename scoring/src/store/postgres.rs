//! Decisions in PostgreSQL, which all instances share: one round trip to know, one to write.

use std::time::Duration;

use sqlx::{
    Connection as _, PgPool, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};

use super::{Ask, Decided, Entry, Known, PATIENCE, Publication, StoreError, merge};
use crate::history::History;

/// After how long a rest a connection is asked whether it is still one: under load the question would cost every score a round trip.
const REST: Duration = Duration::from_secs(1);

const LOOK: &str = "
SELECT prior.fingerprint, prior.answer, past.*
FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS asked (id, card, at, place)
LEFT JOIN decisions AS prior ON prior.id = asked.id
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE other.occurred_at > asked.at - 3600000) AS count_1h,
         coalesce(sum(other.euros) FILTER (WHERE other.occurred_at > asked.at - 3600000), 0) AS sum_1h,
         count(*) AS count_24h, coalesce(sum(other.euros), 0) AS sum_24h, max(other.occurred_at) AS last
  FROM decisions AS other
  WHERE other.card = asked.card AND other.occurred_at > asked.at - 86400000 AND other.occurred_at < asked.at
) AS past
ORDER BY asked.place";

/// In the order of ids, so that no two instances wait for each other.
const KEEP: &str = "
INSERT INTO decisions (id, fingerprint, card, euros, occurred_at, decided_at, answer, owed)
SELECT entry.*, $8 FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::bigint[], $6::bigint[], $7::text[])
  AS entry (id, fingerprint, card, euros, occurred_at, decided_at, answer)
ORDER BY entry.id ON CONFLICT (id) DO NOTHING RETURNING id";

const OTHERS: &str = "SELECT id, fingerprint, answer FROM decisions WHERE id = ANY ($1)";

pub(super) async fn open(url: &str, connections: u32) -> Result<PgPool, StoreError> {
    let options: PgConnectOptions = url.parse()?;
    let pool = PgPoolOptions::new().max_connections(connections).min_connections(1).acquire_timeout(PATIENCE);
    let pool = pool.test_before_acquire(false).before_acquire(|connection, rested| {
        Box::pin(async move {
            if rested.idle_for > REST {
                connection.ping().await?;
            }
            Ok(true)
        })
    });
    let pool = pool.connect_with(options).await?;
    sqlx::migrate!("migrations/postgres").run(&pool).await?;
    Ok(pool)
}

pub(super) async fn look(pool: &PgPool, asks: &[Ask]) -> Result<Vec<Known>, sqlx::Error> {
    let ids: Vec<&str> = asks.iter().map(|ask| ask.id.as_str()).collect();
    let cards: Vec<&str> = asks.iter().map(|ask| ask.card.as_str()).collect();
    let moments: Vec<i64> = asks.iter().map(|ask| ask.at).collect();
    let rows = sqlx::query(LOOK).bind(ids).bind(cards).bind(moments).fetch_all(pool).await?;
    rows.iter().map(known).collect()
}

fn known(row: &PgRow) -> Result<Known, sqlx::Error> {
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

pub(super) async fn keep(pool: &PgPool, entries: &[Entry], publication: Publication) -> Result<Vec<Decided>, sqlx::Error> {
    let texts = |of: fn(&Entry) -> &str| entries.iter().map(of).collect::<Vec<&str>>();
    let ids = texts(|entry| &entry.id);
    let written: Vec<String> = sqlx::query_scalar(KEEP)
        .bind(&ids)
        .bind(texts(|entry| &entry.fingerprint))
        .bind(texts(|entry| &entry.card))
        .bind(entries.iter().map(|entry| entry.euros).collect::<Vec<f64>>())
        .bind(entries.iter().map(|entry| entry.occurred_at).collect::<Vec<i64>>())
        .bind(entries.iter().map(|entry| entry.decided_at).collect::<Vec<i64>>())
        .bind(texts(|entry| &entry.answer))
        .bind(publication == Publication::Owed)
        .fetch_all(pool)
        .await?;
    let rest: Vec<&str> = ids.into_iter().filter(|id| !written.iter().any(|other| other == id)).collect();
    if rest.is_empty() {
        return merge(entries, &written, Vec::new());
    }
    let others = sqlx::query(OTHERS).bind(rest).fetch_all(pool).await?;
    let others = others.iter().map(|row| Ok((row.try_get(0)?, Decided { fingerprint: row.try_get(1)?, answer: row.try_get(2)? })));
    merge(entries, &written, others.collect::<Result<_, sqlx::Error>>()?)
}

pub(super) async fn claim(pool: &PgPool, before: i64, now: i64, limit: i64) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    const CLAIM: &str = "
UPDATE decisions SET claimed_at = $2 WHERE id IN (
  SELECT id FROM decisions WHERE owed AND decided_at < $1 AND claimed_at < $1 ORDER BY decided_at LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING id, answer, decided_at";
    sqlx::query_as(CLAIM).bind(before).bind(now).bind(limit).fetch_all(pool).await
}

pub(super) async fn paid(pool: &PgPool, ids: &[String]) -> Result<(), sqlx::Error> {
    const PAID: &str = "UPDATE decisions SET owed = false WHERE id = ANY ($1)";
    sqlx::query(PAID).bind(ids).execute(pool).await.map(|_| ())
}
