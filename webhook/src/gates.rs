//! The bundle that is judged by: read, compiled, tested and tried on the last reviews before it takes the place of the one before it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use arc_swap::{ArcSwap, Guard};
use portcullis_policies::{
    Budget, Date,
    admission::{Bundle, BundleError, Circumstances, Gate, Review},
};

use crate::{
    clock::Clock,
    metrics::Metrics,
    recent::{Answered, Recent},
    watch::{self, Seen},
};

/// The name of the file where the bundle is a folder.
const FILE_NAME: &str = "bundle.json";

/// Why there is no new bundle.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error("the bundle {path} cannot be read: {reason}")]
    Read {
        /// Its path.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// It knows other environments than that of the cluster.
    #[error("{0}")]
    Environment(String),
    /// It is not fit for use.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// A bundle in use, and how many there were before it.
#[derive(Debug)]
pub struct Loaded {
    pub(crate) gate: Gate,
    pub(crate) generation: u64,
}

/// The bundle in use, and where the next one comes from.
#[derive(Debug)]
pub struct Gates {
    path: PathBuf,
    environment: Option<Arc<str>>,
    current: ArcSwap<Loaded>,
    seen: Mutex<Seen>,
    pub(crate) recent: Recent,
}

impl Gates {
    /// Reads the first bundle, without which nothing can be judged.
    ///
    /// # Errors
    /// It cannot be read or is not fit for use.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        Self::open_for(path, None)
    }

    /// Reads the first bundle for an environment, which every bundle must know that names any.
    ///
    /// # Errors
    /// It cannot be read, is not fit for use or knows other environments.
    pub fn open_for(path: &Path, environment: Option<&str>) -> Result<Self, LoadError> {
        let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
        let seen = Seen::of([path.as_path()]);
        let gate = load(&path, environment)?;
        let current = ArcSwap::from_pointee(Loaded { gate, generation: 0 });
        Ok(Self { path, environment: environment.map(Arc::from), current, seen: Mutex::new(seen), recent: Recent::default() })
    }

    /// The bundle in use.
    #[must_use]
    pub fn load(&self) -> Arc<Loaded> {
        self.current.load_full()
    }

    /// Its digest.
    #[must_use]
    pub fn digest(&self) -> String {
        let loaded: Guard<Arc<Loaded>> = self.current.load();
        loaded.gate.digest().to_owned()
    }

    /// Says which bundle is in use, and when its next waiver expires.
    pub(crate) fn tell(&self, metrics: &Metrics) {
        let loaded = self.load();
        metrics.judged_by(loaded.gate.digest());
        let expiries = loaded.gate.config().waivers.iter().map(|waiver| waiver.expires.value.days_after(Date::from_unix_seconds(0)));
        metrics.waiver.set(expiries.min().map_or(0, |days| (days + 1) * 86_400));
    }

    /// Takes a new bundle in where the file has changed. One that is not fit changes nothing: the last good one stays.
    pub fn refresh(&self, clock: &Clock, metrics: &Metrics) {
        let seen = Seen::of([self.path.as_path()]);
        {
            let mut last = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *last == seen {
                return;
            }
            *last = seen;
        }
        let old = self.load();
        match load(&self.path, self.environment.as_deref()) {
            Ok(gate) => {
                let newly = newly_denied(&gate, &self.recent.all(), clock.seconds());
                metrics.newly_denied.set(i64::try_from(newly).unwrap_or(i64::MAX));
                metrics.reloaded("bundle", "taken");
                tracing::info!(old = old.gate.digest(), new = gate.digest(), newly_denied = newly, "bundle taken in");
                self.current.store(Arc::new(Loaded { gate, generation: old.generation + 1 }));
                self.tell(metrics);
            }
            Err(error) => {
                metrics.reloaded("bundle", "refused");
                tracing::error!(kept = old.gate.digest(), error = %error, "new bundle refused, the last good one stays");
            }
        }
    }
}

fn load(path: &Path, environment: Option<&str>) -> Result<Gate, LoadError> {
    let read = watch::read(path, Bundle::MAX_BYTES);
    let bytes = read.map_err(|reason| LoadError::Read { path: path.display().to_string(), reason })?;
    let gate = Gate::new(&Bundle::parse(&bytes)?)?;
    match environment.and_then(|name| gate.unknown(name)) {
        Some(reason) => Err(LoadError::Environment(reason)),
        None => Ok(gate),
    }
}

/// How long one of the last reviews may take by a new bundle.
const LONGEST: Duration = Duration::from_millis(500);

/// How many of the last reviews that were let in a bundle would refuse.
fn newly_denied(gate: &Gate, recent: &[Answered], seconds: u64) -> usize {
    let mut worker = gate.engine().worker();
    let mut is_denied = |answered: &Answered| {
        let Ok(review) = Review::parse(Arc::clone(&answered.body)) else { return false };
        let budget = Budget { deadline: Some(Instant::now() + LONGEST), ..Budget::ONE };
        let at = Circumstances { seconds, environment: answered.environment.clone(), budget };
        !gate.judge(&mut worker, &review, &at).allowed
    };
    recent.iter().filter(|answered| answered.allowed).filter(|answered| is_denied(answered)).count()
}
