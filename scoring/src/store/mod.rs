//! Decisions that stay: each transaction is written once, and what is known of its card is read from there.

mod postgres;
mod sqlite;

use std::{path::Path, time::Duration};

use crate::history::History;

/// How long the database may take for anything before it counts as away.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Where decisions are.
#[derive(Clone, Debug)]
pub enum Store {
    /// In a file of this machine.
    Sqlite(sqlx::SqlitePool),
    /// In a server that all instances share.
    Postgres(sqlx::PgPool),
}

/// What is asked before a transaction is scored.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The transaction's id.
    pub id: String,
    /// Its card's token.
    pub card: String,
    /// When it occurred, in milliseconds after the start of 1970.
    pub at: i64,
}

/// What is known before a transaction is scored.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What was decided about this id already.
    pub prior: Option<Decided>,
    /// The history of the card.
    pub history: History,
}

/// A stored answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What the transaction was, in hexadecimal.
    pub fingerprint: String,
    /// The answer that was given, as JSON.
    pub answer: String,
}

/// A decision to be written.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The transaction's id.
    pub id: String,
    /// What the transaction was, in hexadecimal.
    pub fingerprint: String,
    /// Its card's token.
    pub card: String,
    /// Its amount.
    pub euros: f64,
    /// When it occurred, in milliseconds after the start of 1970.
    pub occurred_at: i64,
    /// When it was decided, in milliseconds after the start of 1970.
    pub decided_at: i64,
    /// The answer, as JSON.
    pub answer: String,
}

/// A decision that a broker must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The transaction's id.
    pub id: String,
    /// The answer, as JSON.
    pub answer: String,
    /// When it was decided, in milliseconds after the start of 1970.
    pub decided_at: i64,
}

/// Whether a decision must go to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It must, and stands as owed until it has.
    Owed,
    /// Nobody waits for it.
    None,
}

/// Why the store gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or was not reached.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables cannot be brought to what this version needs.
    #[error("the database cannot be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// It took too long.
    #[error("the database did not answer within {} s", PATIENCE.as_secs())]
    Slow,
    /// The URL is of nothing that decisions can be in.
    #[error("{0:?} is no database: write it as postgres://USER@HOST/NAME or sqlite://FILE")]
    Url(String),
}

impl Store {
    /// Opens a database by its URL, with as many connections as are needed at once, and brings its tables up to date.
    ///
    /// # Errors
    /// It is not reached, or its tables are of a later version.
    pub async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(postgres::open(url, connections).await?));
        }
        match url.strip_prefix("sqlite://") {
            Some(file) => Self::file(Path::new(file), connections).await,
            None => Err(StoreError::Url(url.split('@').next_back().unwrap_or_default().to_owned())),
        }
    }

    /// Opens or makes a file of SQLite.
    ///
    /// # Errors
    /// The file cannot be written, or its tables are of a later version.
    pub async fn file(path: &Path, connections: u32) -> Result<Self, StoreError> {
        Ok(Self::Sqlite(sqlite::open(path, connections).await?))
    }

    /// What is known of transactions, in their order.
    ///
    /// # Errors
    /// The database is away.
    pub async fn look(&self, asks: &[Ask]) -> Result<Vec<Known>, StoreError> {
        in_time(async {
            match self {
                Self::Sqlite(pool) => sqlite::look(pool, asks).await,
                Self::Postgres(pool) => postgres::look(pool, asks).await,
            }
        })
        .await
    }

    /// Writes decisions, all or none, and gives what stands for each id afterwards, in their order: the one that was first. Ids are distinct.
    ///
    /// # Errors
    /// The database is away; whether the decisions stand is not known then, and to write them again does no harm.
    pub async fn keep(&self, entries: &[Entry], publication: Publication) -> Result<Vec<Decided>, StoreError> {
        in_time(async {
            match self {
                Self::Sqlite(pool) => sqlite::keep(pool, entries, publication).await,
                Self::Postgres(pool) => postgres::keep(pool, entries, publication).await,
            }
        })
        .await
    }

    /// Takes over decisions that are owed to the broker since before a moment: nobody else is given them for as long as from then to now.
    ///
    /// # Errors
    /// The database is away.
    pub async fn claim(&self, before: i64, now: i64, limit: i64) -> Result<Vec<Debt>, StoreError> {
        let debt = |(id, answer, decided_at)| Debt { id, answer, decided_at };
        let rows = in_time(async {
            match self {
                Self::Sqlite(pool) => sqlite::claim(pool, before, now, limit).await,
                Self::Postgres(pool) => postgres::claim(pool, before, now, limit).await,
            }
        });
        Ok(rows.await?.into_iter().map(debt).collect())
    }

    /// How many decisions are owed to the broker.
    ///
    /// # Errors
    /// The database is away.
    pub async fn owed(&self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM decisions WHERE owed").await
    }

    /// Marks decisions as taken by the broker.
    ///
    /// # Errors
    /// The database is away.
    pub async fn paid(&self, ids: &[String]) -> Result<(), StoreError> {
        in_time(async {
            match self {
                Self::Sqlite(pool) => sqlite::paid(pool, ids).await,
                Self::Postgres(pool) => postgres::paid(pool, ids).await,
            }
        })
        .await
    }

    /// How many decisions stand.
    ///
    /// # Errors
    /// The database is away.
    pub async fn count(&self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM decisions").await
    }

    async fn number(&self, query: &'static str) -> Result<i64, StoreError> {
        in_time(async {
            match self {
                Self::Sqlite(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
                Self::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
            }
        })
        .await
    }

    /// Ends all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, work).await.map_or(Err(StoreError::Slow), |done| done.map_err(StoreError::Database))
}

/// Puts the answers of those that were there before into the places that the writing left open.
fn merge(entries: &[Entry], written: &[String], mut others: Vec<(String, Decided)>) -> Result<Vec<Decided>, sqlx::Error> {
    let stands = |entry: &Entry| {
        if written.contains(&entry.id) {
            return Ok(Decided { fingerprint: entry.fingerprint.clone(), answer: entry.answer.clone() });
        }
        let index = others.iter().position(|(id, _)| *id == entry.id).ok_or(sqlx::Error::RowNotFound)?;
        Ok(others.swap_remove(index).1)
    };
    entries.iter().map(stands).collect()
}
