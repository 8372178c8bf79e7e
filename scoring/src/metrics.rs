//! What is counted, with labels whose values are known beforehand.

use std::{fmt::Write as _, sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::decision::Decision;

type One = [(&'static str, &'static str); 1];
type Named = [(&'static str, String); 1];

/// The upper ends of the buckets of durations, in seconds. 0.02 is the service's own objective at the 99th percentile, 0.2 the platform's.
const BUCKETS: [f64; 14] = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

/// The upper ends of the buckets of differences between scores.
const DIFFERENCES: [f64; 7] = [0.000_01, 0.000_1, 0.001, 0.01, 0.05, 0.1, 0.5];

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<[(&'static str, String); 2], Counter>,
    seconds: Family<One, Histogram>,
    inference: Histogram,
    store: Family<One, Histogram>,
    decisions: Family<[(&'static str, String); 2], Counter>,
    problems: Family<Named, Counter>,
    model: Family<Named, Gauge>,
    drift: Family<Named, Gauge<f64, AtomicU64>>,
    reloads: Family<One, Counter>,
    shadow: Histogram,
    shadow_changed: Counter,
    messages: Family<One, Counter>,
    pub(crate) published: Counter,
    pub(crate) broker_failures: Counter,
    pub(crate) queued: Gauge,
    pub(crate) replayed: Counter,
    pub(crate) store_failures: Counter,
    pub(crate) connections: Gauge,
    pub(crate) draining: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram = || Histogram::new(BUCKETS);
        let mut metrics = Self {
            registry: Registry::with_prefix("scoring"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            inference: histogram(),
            store: Family::new_with_constructor(histogram),
            decisions: Family::default(),
            problems: Family::default(),
            model: Family::default(),
            drift: Family::default(),
            reloads: Family::default(),
            shadow: Histogram::new(DIFFERENCES),
            shadow_changed: Counter::default(),
            messages: Family::default(),
            published: Counter::default(),
            broker_failures: Counter::default(),
            queued: Gauge::default(),
            replayed: Counter::default(),
            store_failures: Counter::default(),
            connections: Gauge::default(),
            draining: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests by path and status", self.requests.clone());
        registry.register("request_seconds", "From the head of a request to its answer, by path", self.seconds.clone());
        registry.register("inference_seconds", "A run of the model with its reasons", self.inference.clone());
        registry.register("store_seconds", "A step at the database", self.store.clone());
        registry.register("decisions", "Decisions by what they are and the version that made them", self.decisions.clone());
        registry.register("problems", "Transactions without a score, by why", self.problems.clone());
        registry.register("model", "The version that scores", self.model.clone());
        registry.register("feature_drift", "Population stability index of the last window against training", self.drift.clone());
        registry.register("model_reloads", "Versions that the pin came to mean, and what became of them", self.reloads.clone());
        registry.register("shadow_difference", "How far the scores of a version in the shadow are from those given", self.shadow.clone());
        registry.register("shadow_changed", "Decisions that a version in the shadow makes differently", self.shadow_changed.clone());
        registry.register("messages", "Transactions of the broker, by what became of the message", self.messages.clone());
        registry.register("published", "Decisions that the broker took", self.published.clone());
        registry.register("broker_failures", "Connections to brokers that failed", self.broker_failures.clone());
        registry.register("queued", "Transactions that wait", self.queued.clone());
        registry.register("replays", "Transactions that had been scored before", self.replayed.clone());
        registry.register("store_failures", "Batches that the database did not take", self.store_failures.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("draining", "Whether the process is about to end", self.draining.clone());
    }

    /// Counts an answer and the time that it took.
    pub(crate) fn answered(&self, path: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&[("path", path.to_owned()), ("status", status.to_string())]).inc();
        self.seconds.get_or_create(&[("path", path)]).observe(took.as_secs_f64());
    }

    /// Counts a run of the model.
    pub(crate) fn inferred(&self, took: Duration) {
        self.inference.observe(took.as_secs_f64());
    }

    /// Counts a step at the database.
    pub(crate) fn stored(&self, step: &'static str, took: Duration) {
        self.store.get_or_create(&[("step", step)]).observe(took.as_secs_f64());
    }

    /// Counts a decision.
    pub(crate) fn decided(&self, decision: Decision, version: &str) {
        self.decisions.get_or_create(&[("decision", decision.name().to_owned()), ("model", version.to_owned())]).inc();
    }

    /// Counts a transaction without a score.
    pub(crate) fn refused(&self, why: &str) {
        self.problems.get_or_create(&[("why", why.to_owned())]).inc();
    }

    /// Says which version scores.
    pub(crate) fn scores_with(&self, version: &str) {
        self.model.clear();
        self.model.get_or_create(&[("version", version.to_owned())]).set(1);
    }

    /// Says how far a feature is from training.
    pub(crate) fn drifted(&self, feature: &str, index: f64) {
        self.drift.get_or_create(&[("feature", feature.to_owned())]).set(index);
    }

    /// Counts a version that the pin came to mean.
    pub(crate) fn reloaded(&self, result: &'static str) {
        self.reloads.get_or_create(&[("result", result)]).inc();
    }

    /// Counts a score of the version in the shadow.
    pub(crate) fn shadowed(&self, difference: f64, changed: bool) {
        self.shadow.observe(difference);
        self.shadow_changed.inc_by(u64::from(changed));
    }

    /// Counts a message of the broker.
    pub(crate) fn consumed(&self, result: &'static str) {
        self.messages.get_or_create(&[("result", result)]).inc();
    }

    /// Everything in the text format of Prometheus.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            let _ = writeln!(text, "# some metrics could not be written");
        }
        text
    }
}
