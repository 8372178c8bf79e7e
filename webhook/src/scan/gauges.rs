//! What the scan counts; kinds, rules and environments are those that bundle and configuration name.

use std::sync::atomic::AtomicI64;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::{
    gather::Gathered,
    shelf::{Shelves, State},
};

/// The upper ends of the buckets of a scan, in seconds.
const BUCKETS: [f64; 10] = [0.005, 0.02, 0.05, 0.1, 0.25, 1.0, 3.0, 10.0, 30.0, 120.0];

type Texts<const N: usize> = [(&'static str, String); N];

/// Everything that the scan counts.
#[derive(Clone, Debug)]
pub(crate) struct Gauges {
    pub(crate) leader: Gauge,
    objects: Family<Texts<1>, Gauge>,
    kinds: Family<[(&'static str, &'static str); 1], Gauge>,
    violations: Family<Texts<3>, Gauge>,
    pub(crate) unchecked: Gauge,
    pub(crate) seconds: Histogram,
    pub(crate) judged: Counter,
    pub(crate) last: Gauge<i64, AtomicI64>,
    pub(crate) failures: Counter,
    writes: Family<[(&'static str, &'static str); 2], Counter>,
}

impl Default for Gauges {
    fn default() -> Self {
        Self {
            leader: Gauge::default(),
            objects: Family::default(),
            kinds: Family::default(),
            violations: Family::default(),
            unchecked: Gauge::default(),
            seconds: Histogram::new(BUCKETS),
            judged: Counter::default(),
            last: Gauge::default(),
            failures: Counter::default(),
            writes: Family::default(),
        }
    }
}

impl Gauges {
    /// Makes them known.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("scan_leader", "Whether this replica scans", self.leader.clone());
        registry.register("scan_objects", "Objects that are watched, by kind", self.objects.clone());
        registry.register("scan_kinds", "Kinds that rules read, by how it is with them", self.kinds.clone());
        registry.register("scan_violations", "What stored objects have wrong, by rule, environment and result", self.violations.clone());
        registry.register("scan_unchecked", "What rules over a whole environment could not check in the last scan", self.unchecked.clone());
        registry.register("scan_seconds", "How long a scan took, reports included", self.seconds.clone());
        registry.register("scan_judged", "Objects that were judged because they, the bundle or the day were new", self.judged.clone());
        registry.register("scan_last_success_timestamp_seconds", "When a scan came to its end last", self.last.clone());
        registry.register(
            "scan_failures",
            "Scans whose results the server did not take, and lists that it did not give",
            self.failures.clone(),
        );
        registry.register("scan_writes", "Reports and Events, by what became of them", self.writes.clone());
    }

    /// Counts something that was to be written.
    pub(crate) fn wrote(&self, what: &'static str, result: &'static str) {
        self.writes.get_or_create(&[("what", what), ("result", result)]).inc();
    }

    /// Tells what is watched.
    pub(crate) fn watched(&self, shelves: &Shelves) {
        for (state, name) in STATES {
            let count = shelves.0.iter().filter(|shelf| shelf.state == state).count();
            self.kinds.get_or_create(&[("state", name)]).set(whole(count));
        }
        for shelf in &shelves.0 {
            self.objects.get_or_create(&[("kind", shelf.read.kind.to_owned())]).set(whole(shelf.objects.len()));
        }
    }

    /// Tells what was found.
    pub(crate) fn found(&self, gathered: &Gathered) {
        self.violations.clear();
        for ((rule, environment, state), count) in gathered.counts() {
            let labels = [("rule", rule), ("environment", environment), ("result", state.name().to_owned())];
            self.violations.get_or_create(&labels).set(whole(count));
        }
    }

    /// Says nothing any more: another replica does.
    pub(crate) fn clear(&self) {
        self.leader.set(0);
        self.unchecked.set(0);
        self.objects.clear();
        self.kinds.clear();
        self.violations.clear();
    }
}

const STATES: [(State, &str); 5] = [
    (State::Watched, "watched"),
    (State::Coming, "coming"),
    (State::Unknown, "unknown"),
    (State::Forbidden, "forbidden"),
    (State::Failing, "failing"),
];

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
