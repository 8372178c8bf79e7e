//! Options to what a process works with: its database, its model, its issuer.

use std::{path::Path, time::Duration};

use tempfile::TempDir;

use super::Failure;
use crate::{
    catalogue::{Catalogue, Pin},
    identity::{Identity, Realm},
    model::Model,
    options::Options,
    store::{Store, StoreError},
};

/// How many batches may be at PostgreSQL at once, where nothing else is said.
const LANES: usize = 4;

/// How many connections there are beside those of the lanes: for what is owed to the broker.
const MORE: usize = 2;

/// How long a start waits before it asks again who is away.
const PAUSE: Duration = Duration::from_millis(500);

/// A database, and the folder that goes with it where it is only lent.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) lanes: usize,
    _folder: Option<TempDir>,
}

/// Opens the database, and waits for one that is away: readiness is off until it comes.
pub(super) async fn database(options: &Options) -> Result<Opened, Failure> {
    let Some(url) = &options.database_url else { return embedded(options.lanes).await };
    let is_file = url.starts_with("sqlite:");
    let lanes = options.lanes.unwrap_or(if is_file { 1 } else { LANES }).max(1);
    loop {
        match Store::open(url, connections(lanes)).await {
            Ok(store) => return Ok(Opened { store, lanes, _folder: None }),
            Err(StoreError::Database(error)) if !is_file && !matches!(error, sqlx::Error::Configuration(_)) => {
                tracing::warn!(%error, "the database is away");
            }
            Err(error) => return Err(Failure::usage(error)),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A database that lasts as long as the process.
pub(crate) async fn embedded(lanes: Option<usize>) -> Result<Opened, Failure> {
    let folder = tempfile::Builder::new().prefix("scoring-").tempdir().map_err(Failure::usage)?;
    let lanes = lanes.unwrap_or(1).max(1);
    let file = folder.path().join("decisions.sqlite");
    let store = Store::file(Path::new(&file), connections(lanes)).await.map_err(Failure::usage)?;
    Ok(Opened { store, lanes, _folder: Some(folder) })
}

fn connections(lanes: usize) -> u32 {
    u32::try_from(lanes + MORE).unwrap_or(u32::MAX)
}

/// Loads the pinned version, and waits for a store that is away; what is there and is wrong ends the start.
pub(super) async fn model(options: &Options) -> Result<(Model, Option<Catalogue>), Failure> {
    let Some(place) = &options.model_store else { return Ok((Model::embedded().map_err(Failure::usage)?, None)) };
    let catalogue = Catalogue::open(place).map_err(Failure::usage)?;
    let pin = match (&options.model_version, &options.model_sha256, &options.model_pin) {
        (Some(version), Some(sha256), _) => Pin { version: version.clone(), sha256: sha256.clone() },
        (_, _, Some(file)) => pin(file).map_err(|fault| Failure::usage(format!("{}: {fault}", file.display())))?,
        (Some(_) | None, _, None) => return Err(Failure::usage("--model-store needs --model-version and --model-sha256, or --model-pin")),
    };
    loop {
        match catalogue.load(&pin).await {
            Ok(model) => return Ok((model, Some(catalogue))),
            Err(error) if error.is_passing() => tracing::warn!(%error, "the model is waited for"),
            Err(error) => return Err(Failure::usage(error)),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What a pin's file means now.
pub(super) fn pin(file: &Path) -> Result<Pin, String> {
    #[expect(clippy::disallowed_methods, reason = "the user names the file")]
    let text = std::fs::read(file).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}

/// Fetches the issuer's keys, and waits for one that is away.
pub(super) async fn identity(options: &Options) -> Option<Identity> {
    let (issuer, audience) = (options.oidc_issuer.clone()?, options.oidc_audience.clone()?);
    let realm = Realm { issuer, audience, scope: options.oidc_scope.clone() };
    loop {
        match Identity::discover(realm.clone()).await {
            Ok(identity) => return Some(identity),
            Err(error) => tracing::warn!(%error, "the issuer is away"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
