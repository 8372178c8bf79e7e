//! Versions of models in an object store: a folder of this machine, or a bucket. A version never changes; a pin says which one is meant.

use std::{path::Path as File, sync::Arc};

use object_store::{ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path};
use serde::Deserialize;

use crate::{
    manifest::{MAX_MODEL, Manifest},
    model::{Model, ModelError},
};

/// The largest manifest, in bytes.
const MAX_MANIFEST: usize = 1 << 20;

/// How often a request to a bucket is tried again at once, and for how long.
#[cfg(feature = "s3")]
const RETRIES: usize = 2;
#[cfg(feature = "s3")]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// The version that is meant, and the hash by which it is known to be that one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The name of the version, which is its folder too.
    pub version: String,
    /// The SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// A store of versions: each a folder with `manifest.json` and the file that it names.
#[derive(Clone, Debug)]
pub struct Catalogue {
    store: Arc<dyn ObjectStore>,
    root: Path,
}

/// Why a version is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The store has no such object, or is away.
    #[error("the model store failed: {0}")]
    Store(#[from] object_store::Error),
    /// The URL is of no store.
    #[error("{0:?} is no model store: write it as a folder, or s3://BUCKET/FOLDER where the program was built with the feature s3")]
    Url(String),
    /// The pin is not of this version.
    #[error("the pin of {version} does not fit: {fact}")]
    Pin {
        /// The version.
        version: String,
        /// What does not fit.
        fact: String,
    },
    /// The manifest or file cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl CatalogueError {
    /// Whether another try may go better: a store that is away comes back, a version never changes.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => !matches!(error, object_store::Error::InvalidPath { .. } | object_store::Error::NotSupported { .. }),
            Self::Url(_) | Self::Pin { .. } | Self::Model(_) => false,
        }
    }
}

impl Catalogue {
    /// Opens a store: a folder, or `s3://BUCKET/FOLDER` with what AWS's variables say of region, endpoint and credentials.
    ///
    /// # Errors
    /// It is neither.
    pub fn open(place: &str) -> Result<Self, CatalogueError> {
        if place.starts_with("s3://") {
            return Self::bucket(place);
        }
        let folder = place.strip_prefix("file://").unwrap_or(place);
        let store = LocalFileSystem::new_with_prefix(File::new(folder))?;
        Ok(Self { store: Arc::new(store), root: Path::default() })
    }

    #[cfg(feature = "s3")]
    fn bucket(place: &str) -> Result<Self, CatalogueError> {
        // The client of the store takes the process's provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = url::Url::parse(place).map_err(|_| CatalogueError::Url(place.to_owned()))?;
        // Whoever waits for a store asks again and says so; the client must not wait for minutes on its own.
        let retry = object_store::RetryConfig { max_retries: RETRIES, retry_timeout: PATIENCE, ..object_store::RetryConfig::default() };
        let store = object_store::aws::AmazonS3Builder::from_env().with_url(place).with_retry(retry).build()?;
        let root = Path::from_url_path(url.path()).map_err(|_| CatalogueError::Url(place.to_owned()))?;
        Ok(Self { store: Arc::new(store), root })
    }

    #[cfg(not(feature = "s3"))]
    fn bucket(place: &str) -> Result<Self, CatalogueError> {
        Err(CatalogueError::Url(place.to_owned()))
    }

    /// Loads the version of a pin.
    ///
    /// # Errors
    /// The store is away, or what is there is not what the pin means.
    pub async fn load(&self, pin: &Pin) -> Result<Model, CatalogueError> {
        let unfit = |fact: String| CatalogueError::Pin { version: pin.version.clone(), fact };
        let folder = self.root.clone().join(pin.version.as_str());
        let manifest = self.get(&folder.clone().join("manifest.json"), MAX_MANIFEST).await?;
        let manifest = Manifest::read(&manifest).map_err(ModelError::from)?;
        if manifest.version != pin.version {
            return Err(unfit(format!("the manifest is of {}", manifest.version)));
        }
        if manifest.sha256 != pin.sha256 {
            return Err(unfit(format!("the manifest says SHA-256 {}, the pin {}", manifest.sha256, pin.sha256)));
        }
        let file = self.get(&folder.join(manifest.file.as_str()), MAX_MODEL).await?;
        Ok(Model::load(manifest, &file)?)
    }

    async fn get(&self, path: &Path, limit: usize) -> Result<bytes::Bytes, CatalogueError> {
        let found = self.store.get(path).await?;
        if found.meta.size > limit as u64 {
            return Err(CatalogueError::Pin { version: path.to_string(), fact: format!("it has more than {limit} bytes") });
        }
        Ok(found.bytes().await?)
    }
}
