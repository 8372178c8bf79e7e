//! What is counted, with labels whose values are known beforehand.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use portcullis_policies::admission::{Outcome, Verdict};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::scan::gauges::Gauges;

type One = [(&'static str, &'static str); 1];
type Two = [(&'static str, &'static str); 2];
type OfRule = [(&'static str, String); 2];

/// The upper ends of the buckets of durations, in seconds: from a verdict at its fastest to the longest that an API server waits.
const BUCKETS: [f64; 16] = [0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 3.0, 10.0, 30.0];

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    reviews: Family<Two, Counter>,
    findings: Family<OfRule, Counter>,
    errors: Family<One, Counter>,
    refused: Family<One, Counter>,
    pub(crate) dry_runs: Counter,
    pub(crate) slow: Counter,
    pub(crate) panics: Counter,
    pub(crate) overridden: Counter,
    seconds: Histogram,
    pub(crate) in_flight: Gauge,
    pub(crate) connections: Gauge,
    pub(crate) evicted: Counter,
    handshakes: Family<One, Counter>,
    reloads: Family<Two, Counter>,
    pub(crate) newly_denied: Gauge,
    certificate: Family<One, Gauge<i64, AtomicI64>>,
    pub(crate) waiver: Gauge<i64, AtomicI64>,
    pub(crate) recorded: Counter,
    pub(crate) lost: Counter<u64, AtomicU64>,
    pub(crate) log_failures: Counter,
    pub(crate) unreadable_logs: Counter,
    pub(crate) draining: Gauge,
    bundle: Family<[(&'static str, String); 1], Gauge>,
    pub(crate) scan: Gauges,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("portcullis"),
            reviews: Family::default(),
            findings: Family::default(),
            errors: Family::default(),
            refused: Family::default(),
            dry_runs: Counter::default(),
            slow: Counter::default(),
            panics: Counter::default(),
            overridden: Counter::default(),
            seconds: Histogram::new(BUCKETS),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            evicted: Counter::default(),
            handshakes: Family::default(),
            reloads: Family::default(),
            newly_denied: Gauge::default(),
            certificate: Family::default(),
            waiver: Gauge::default(),
            recorded: Counter::default(),
            lost: Counter::default(),
            log_failures: Counter::default(),
            unreadable_logs: Counter::default(),
            draining: Gauge::default(),
            bundle: Family::default(),
            scan: Gauges::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("reviews", "Reviews by operation and decision; dry runs are not among them", self.reviews.clone());
        registry.register("findings", "Findings by rule and what became of them", self.findings.clone());
        registry.register("rule_errors", "Rules that gave no answer, by why", self.errors.clone());
        registry.register("requests_refused", "Requests that were not judged, by why", self.refused.clone());
        registry.register("dry_runs", "Reviews of dry runs", self.dry_runs.clone());
        registry.register("slow_reviews", "Reviews that were too large or too costly for the fast way", self.slow.clone());
        registry.register("panics", "Reviews that a fault of portcullis cost their verdict", self.panics.clone());
        registry.register("break_glass", "Reviews that were let in by break-glass", self.overridden.clone());
        registry.register("review_seconds", "From the whole body to the answer", self.seconds.clone());
        registry.register("reviews_in_flight", "Reviews that are judged or wait for that", self.in_flight.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("connections_evicted", "Idle connections that were closed for new ones", self.evicted.clone());
        registry.register("handshakes_failed", "Connections that came to no TLS session, by why", self.handshakes.clone());
        registry.register("reloads", "What was read again, and how that ended", self.reloads.clone());
        registry.register(
            "bundle_newly_denied",
            "Reviews of the last that the present bundle refuses and the one before it let in",
            self.newly_denied.clone(),
        );
        registry.register("certificate_not_after_timestamp_seconds", "When certificates expire", self.certificate.clone());
        registry.register("waiver_expiry_timestamp_seconds", "When the next waiver of the configuration expires", self.waiver.clone());
        registry.register("decisions_recorded", "Lines written to the log of decisions", self.recorded.clone());
        registry.register("decisions_lost", "Decisions that the log has no line for", self.lost.clone());
        registry.register("decision_log_failures", "Failed writes of the log of decisions", self.log_failures.clone());
        registry.register(
            "decision_logs_unreadable",
            "Logs of decisions that could not be gone on with and were moved aside",
            self.unreadable_logs.clone(),
        );
        registry.register("draining", "Whether the process is about to end", self.draining.clone());
        registry.register("bundle", "The bundle that is judged by", self.bundle.clone());
        self.scan.register(registry);
    }

    /// Counts a verdict and the time that it took.
    pub(crate) fn verdict(&self, operation: &'static str, verdict: &Verdict, took: Duration, is_dry: bool) {
        self.seconds.observe(took.as_secs_f64());
        if is_dry {
            self.dry_runs.inc();
            return;
        }
        let decision = match verdict {
            Verdict { allowed: false, .. } => "denied",
            Verdict { passed: Some(pass), .. } => pass.name(),
            Verdict { warnings, .. } if warnings.is_empty() => "allowed",
            Verdict { .. } => "warned",
        };
        self.reviews.get_or_create(&[("operation", operation), ("decision", decision)]).inc();
        for judged in &verdict.judged {
            self.findings.get_or_create(&[("rule", judged.finding.rule.to_string()), ("outcome", judged.outcome.name().to_owned())]).inc();
        }
        for (fault, _) in &verdict.faults {
            self.errors.get_or_create(&[("why", if fault.exhausted { "budget" } else { "error" })]).inc();
        }
        if verdict.judged.iter().any(|judged| judged.outcome == Outcome::Overridden) {
            self.overridden.inc();
        }
    }

    /// Counts a request that was not judged.
    pub(crate) fn refused(&self, why: &'static str) {
        self.refused.get_or_create(&[("why", why)]).inc();
    }

    /// Counts a connection that came to nothing.
    pub(crate) fn handshake_failed(&self, why: &'static str) {
        self.handshakes.get_or_create(&[("why", why)]).inc();
    }

    /// Counts something that was read again.
    pub(crate) fn reloaded(&self, what: &'static str, result: &'static str) {
        self.reloads.get_or_create(&[("what", what), ("result", result)]).inc();
    }

    /// Says when a certificate expires.
    pub(crate) fn expires(&self, which: &'static str, seconds: i64) {
        self.certificate.get_or_create(&[("certificate", which)]).set(seconds);
    }

    /// Says which bundle is judged by.
    pub(crate) fn judged_by(&self, digest: &str) {
        self.bundle.clear();
        self.bundle.get_or_create(&[("digest", digest.to_owned())]).set(1);
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

    /// How many requests were not judged for a reason.
    #[must_use]
    pub fn refusals(&self, why: &'static str) -> u64 {
        self.refused.get_or_create(&[("why", why)]).get()
    }

    /// The largest that a counter can be told to have lost at once.
    pub(crate) fn lost_so_far(&self) -> u64 {
        self.lost.inner().load(Ordering::Relaxed)
    }
}
