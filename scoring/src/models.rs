//! The model that scores now, the one that scores beside it before it takes over, and what they see.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;

use crate::{
    catalogue::{Catalogue, Pin},
    decision::Decision,
    drift::Drift,
    features::Row,
    metrics::Metrics,
    model::Model,
    phase::{Phase, Phases},
};

/// The version that scores, and perhaps the next one.
#[derive(Debug)]
pub struct Models {
    live: ArcSwap<Model>,
    shadow: Mutex<Option<Shadow>>,
    drift: Drift,
    metrics: Arc<Metrics>,
    shadowing: Shadowing,
}

/// How a version is tried before it takes over.
#[derive(Clone, Copy, Debug)]
pub struct Shadowing {
    /// How many transactions it scores beside the present version.
    pub transactions: u64,
    /// How long it waits for them at most.
    pub time: Duration,
    /// The share of decisions that may change, from 0 to 1; where more do, it does not take over.
    pub changed: f64,
}

/// A version that scores, and whose scores nobody is told.
#[derive(Debug)]
struct Shadow {
    model: Arc<Model>,
    compared: u64,
    changed: u64,
    faults: u64,
}

impl Models {
    /// Scores with a model.
    #[must_use]
    pub fn new(model: Model, metrics: &Arc<Metrics>, shadowing: Shadowing) -> Self {
        metrics.scores_with(&model.manifest.version);
        let drift = Drift::new(&model.manifest, Arc::clone(metrics));
        Self { live: ArcSwap::from_pointee(model), shadow: Mutex::default(), drift, metrics: Arc::clone(metrics), shadowing }
    }

    /// The version that scores now.
    #[must_use]
    pub fn live(&self) -> Arc<Model> {
        self.live.load_full()
    }

    /// Lets a version score beside the present one; it takes over by what comes of that.
    pub fn try_out(&self, model: Model) {
        let version = model.manifest.version.clone();
        tracing::info!(%version, "shadowing");
        let shadow = Shadow { model: Arc::new(model), compared: 0, changed: 0, faults: 0 };
        *self.shadow.lock().unwrap_or_else(PoisonError::into_inner) = Some(shadow);
        if self.shadowing.transactions == 0 {
            self.conclude();
        }
    }

    /// Takes note of a row that was scored.
    pub fn seen(&self, row: &Row, score: f32) {
        self.drift.seen(row);
        let mut shadow = self.shadow.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(trial) = shadow.as_mut() else { return };
        let live = self.live();
        match trial.model.scores(&[*row]).ok().and_then(|scores| scores.first().copied()) {
            Some(other) => {
                let changed = Decision::of(score, live.manifest.thresholds) != Decision::of(other, trial.model.manifest.thresholds);
                trial.changed += u64::from(changed);
                self.metrics.shadowed(f64::from((score - other).abs()), changed);
            }
            None => trial.faults += 1,
        }
        trial.compared += 1;
        let is_over = trial.compared >= self.shadowing.transactions;
        drop(shadow);
        if is_over {
            self.conclude();
        }
    }

    /// Ends the trial: the version takes over, or is gone.
    fn conclude(&self) {
        let Some(shadow) = self.shadow.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let version = shadow.model.manifest.version.clone();
        let (compared, changed) = (shadow.compared, shadow.changed);
        if shadow.is_too_different(self.shadowing.changed) {
            self.metrics.reloaded("refused");
            tracing::error!(%version, compared, changed, faults = shadow.faults, "a version decides too differently and was refused");
            return;
        }
        self.drift.restart(&shadow.model.manifest);
        self.metrics.scores_with(&version);
        self.metrics.reloaded("taken");
        self.live.store(shadow.model);
        tracing::info!(%version, compared, changed, "swapped");
    }

    /// Whether a version is being tried.
    fn is_trying(&self) -> bool {
        self.shadow.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Shadow {
    #[expect(clippy::cast_precision_loss, reason = "shares of thousands")]
    fn is_too_different(&self, limit: f64) -> bool {
        self.faults > 0 || self.changed as f64 > limit * self.compared as f64
    }
}

/// Looks at a pin again and again, and tries every other version that it comes to mean.
pub(crate) async fn follow(models: Arc<Models>, catalogue: Catalogue, pin: impl Fn() -> Option<Pin>, phases: Phases, every: Duration) {
    // What was refused is not tried again until the pin means something else.
    let mut done: Option<Pin> = None;
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = phases.reaches(Phase::Closing) => return,
        }
        let live = models.live();
        let is_new =
            |pin: &Pin| Some(pin) != done.as_ref() && (&pin.version, &pin.sha256) != (&live.manifest.version, &live.manifest.sha256);
        let Some(pin) = pin().filter(is_new) else { continue };
        match catalogue.load(&pin).await {
            Ok(model) => {
                models.try_out(model);
                let tried = async {
                    while models.is_trying() {
                        tokio::time::sleep(every).await;
                    }
                };
                // Where little traffic comes, it counts as it is.
                if tokio::time::timeout(models.shadowing.time, tried).await.is_err() {
                    models.conclude();
                }
                done = Some(pin);
            }
            Err(error) => {
                models.metrics.reloaded("failed");
                tracing::error!(%error, "a version could not be loaded");
                done = (!error.is_passing()).then_some(pin);
            }
        }
    }
}
