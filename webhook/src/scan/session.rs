//! The scan for as long as this replica leads: what changes is judged soon, everything now and then.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use kube::Client;
use portcullis_policies::{
    Severity,
    admission::{
        Gate, SYSTEM_NAMESPACES,
        stored::{Read, reads},
    },
};
use tokio::{
    sync::{
        mpsc::{Receiver, Sender, channel},
        watch,
    },
    task::JoinSet,
};

use super::{
    discover::{Dialect, dialect, version},
    events::Crier,
    follow::{Following, follow},
    gather::Gathered,
    judge::{Bench, Together},
    publish::Publisher,
    report::Press,
    shelf::{Shelf, Shelves, State, Told},
    thread::Parts,
};
use crate::{cluster::client::Unanswered, gates::Loaded};

/// How often is looked whether something is due.
const TICK: Duration = Duration::from_millis(250);

/// How long nothing may change before what changed is judged, and how long that can be put off.
const DEBOUNCE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// The shortest time between two scans, and the longest: a long scan keeps three times its length away.
const SPACING: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// How often is looked for kinds that the server did not have, and for reports that it did not take.
const DISCOVERY: Duration = Duration::from_secs(20);

/// How long a kind that the server does not list is waited for, after the last other one was.
const GRACE: Duration = Duration::from_secs(60);

/// After what is not written is tried again.
const RETRY: Duration = Duration::from_secs(20);

/// How many events of watches may wait.
const WAITING: usize = 256;

/// The work of one leader with one set of kinds.
pub(crate) struct Session<'a> {
    parts: &'a Parts,
    client: Client,
    leading: watch::Receiver<bool>,
    loaded: Arc<Loaded>,
    excluded: Vec<String>,
    shelves: Shelves,
    watches: JoinSet<()>,
    sender: Sender<(usize, Told)>,
    receiver: Receiver<(usize, Told)>,
    publisher: Option<Publisher>,
    crier: Option<Crier>,
    times: Times,
    together: BTreeMap<Arc<str>, Together>,
    troubles: BTreeMap<&'static str, String>,
}

/// What happened when.
struct Times {
    discovered: Option<Instant>,
    /// When a kind was known as a whole for the last time that one was not before.
    progressed: Instant,
    /// The first and the last change that no scan has seen.
    changed: Option<(Instant, Instant)>,
    scanned: Option<Instant>,
    took: Duration,
    /// When something that failed is tried again.
    retry: Option<Instant>,
}

impl<'a> Session<'a> {
    /// Prepares for the kinds that a bundle reads.
    pub(crate) fn new(parts: &'a Parts, client: Client, leading: watch::Receiver<bool>) -> Self {
        let loaded = parts.gates.load();
        let (kinds, excluded) = plan(&loaded.gate);
        let (sender, receiver) = channel(WAITING);
        let times = Times { discovered: None, progressed: Instant::now(), changed: None, scanned: None, took: Duration::ZERO, retry: None };
        Self {
            parts,
            client,
            leading,
            loaded,
            excluded,
            shelves: Shelves(kinds.into_iter().map(Shelf::new).collect()),
            watches: JoinSet::new(),
            sender,
            receiver,
            publisher: None,
            crier: None,
            times,
            together: BTreeMap::new(),
            troubles: BTreeMap::new(),
        }
    }

    /// Works until the bundle reads other kinds or namespaces than before; writes nothing while this replica does not lead.
    pub(crate) async fn run(mut self) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some((place, told)) = self.receiver.recv() => self.take(place, told),
                _ = ticks.tick() => {
                    if self.is_outdated() {
                        return;
                    }
                    let now = Instant::now();
                    if self.times.discovered.is_none_or(|at| now.duration_since(at) >= DISCOVERY) {
                        self.discover().await;
                        self.times.discovered = Some(Instant::now());
                    }
                    if self.is_due(Instant::now()) {
                        self.scan().await;
                    }
                }
            }
        }
    }

    /// Takes in a bundle that was reloaded; whether it asks for another session.
    fn is_outdated(&mut self) -> bool {
        let loaded = self.parts.gates.load();
        if loaded.generation != self.loaded.generation {
            let (kinds, excluded) = plan(&loaded.gate);
            let is_same = kinds.iter().eq(self.shelves.0.iter().map(|shelf| &shelf.read)) && excluded == self.excluded;
            if !is_same {
                return true;
            }
            self.loaded = loaded;
            self.changed();
        }
        false
    }

    fn changed(&mut self) {
        let now = Instant::now();
        self.times.changed = Some((self.times.changed.map_or(now, |(first, _)| first), now));
    }

    fn take(&mut self, place: usize, told: Told) {
        let Some(shelf) = self.shelves.0.get_mut(place) else { return };
        if let Told::Trouble(state, message) = &told
            && shelf.state != *state
        {
            self.parts.gauges.failures.inc();
            tracing::warn!(kind = shelf.read.kind, state = ?state, error = message, "the objects of a kind are not told; it is tried again");
        }
        let (was_awaited, before) = (shelf.is_awaited(), shelf.state.clone());
        let is_changed = shelf.take(told);
        if was_awaited && !shelf.is_awaited() {
            self.times.progressed = Instant::now();
        }
        if shelf.state != before {
            self.parts.gauges.watched(&self.shelves);
        }
        if is_changed {
            self.changed();
        }
    }

    /// Looks for what the server has by now, and watches it.
    async fn discover(&mut self) {
        for place in 0..self.shelves.0.len() {
            let Some(shelf) = self.shelves.0.get_mut(place) else { continue };
            let is_followed = !shelf.version.is_empty();
            if is_followed && shelf.state != State::Unknown {
                continue;
            }
            let is_first = self.times.discovered.is_none();
            match version(&self.client, &shelf.read).await {
                Ok(Some(version)) => {
                    tracing::info!(kind = shelf.read.kind, version, "the objects of a kind are watched");
                    (shelf.version, shelf.state) = (version.clone(), State::Coming);
                    let following = Following { read: shelf.read.clone(), version, excluded: self.excluded.clone() };
                    self.watches.spawn(follow(self.client.clone(), following, place, self.sender.clone()));
                }
                Ok(None) => {
                    if is_first || shelf.state != State::Unknown {
                        tracing::info!(
                            kind = shelf.read.kind,
                            group = shelf.read.group,
                            "the server has no such kind; it is looked for again"
                        );
                    }
                    if shelf.forget() {
                        self.changed();
                    }
                }
                Err(error) => {
                    shelf.state = if error.is_forbidden() { State::Forbidden } else { State::Failing };
                    self.trouble("discovery", &error);
                }
            }
        }
        // Those that ended are let go of.
        while self.watches.try_join_next().is_some() {}
        if self.publisher.is_none() {
            self.find_reports().await;
        }
        self.parts.gauges.watched(&self.shelves);
    }

    async fn find_reports(&mut self) {
        let found: Result<Option<Dialect>, Unanswered> = dialect(&self.client, self.parts.reports).await;
        let loaded = match found {
            Ok(Some(dialect)) => Publisher::load(&self.client, dialect).await,
            Ok(None) => return,
            Err(error) => Err(error),
        };
        match loaded {
            Ok(publisher) => {
                tracing::info!(api = publisher.dialect.group_version().0, "reports are written");
                self.publisher = Some(publisher);
                self.changed();
            }
            Err(error) => self.trouble("reports", &error),
        }
    }

    /// Whether it is time: something has changed and then been still for a moment, or nothing was looked at for long.
    fn is_due(&self, now: Instant) -> bool {
        let times = &self.times;
        let awaited = |state: &State| self.shelves.0.iter().any(|shelf| shelf.is_awaited() && shelf.state == *state);
        let is_known = self.shelves.0.iter().any(|shelf| shelf.state == State::Watched);
        let is_late = now.duration_since(times.progressed) >= GRACE;
        if awaited(&State::Coming) || !is_known || (!is_late && (awaited(&State::Failing) || awaited(&State::Forbidden))) {
            return false;
        }
        if !*self.leading.borrow() {
            return false;
        }
        let Some(scanned) = times.scanned else { return true };
        let since = now.duration_since(scanned);
        let is_still =
            times.changed.is_some_and(|(first, last)| now.duration_since(last) >= DEBOUNCE.0 || now.duration_since(first) >= DEBOUNCE.1);
        let is_retry = times.retry.is_some_and(|retry| now >= retry);
        since >= (times.took * 3).clamp(SPACING.0, SPACING.1) && (is_still || is_retry || since >= self.parts.interval)
    }

    async fn scan(&mut self) {
        let begun = Instant::now();
        self.times.changed = None;
        self.times.retry = None;
        if self.times.scanned.is_some_and(|scanned| scanned.elapsed() >= self.parts.interval) {
            // Somebody may have changed or removed a report.
            self.publisher = None;
            self.find_reports().await;
        }
        let seconds = self.parts.clock.seconds();
        let bench = Bench { loaded: Arc::clone(&self.loaded), environment: self.parts.environment.clone(), seconds };
        let judged = bench.judge(&mut self.shelves).await;
        bench.together(&mut self.shelves, &mut self.together).await;
        self.unchecked();
        let gathered = Gathered::of(&bench, &self.shelves, &self.together);
        let gauges = &self.parts.gauges;
        gauges.judged.inc_by(judged as u64);
        gauges.watched(&self.shelves);
        gauges.found(&gathered);
        let mut leading = self.leading.clone();
        let written = tokio::select! {
            written = self.write(&gathered, seconds) => written,
            _ = leading.wait_for(|is_leader| !*is_leader) => {
                Err(Unanswered { status: 0, message: "another replica may lead by now".to_owned() })
            }
        };
        let gauges = &self.parts.gauges;
        self.times.took = begun.elapsed();
        self.times.scanned = Some(Instant::now());
        gauges.seconds.observe(self.times.took.as_secs_f64());
        let milliseconds = u64::try_from(self.times.took.as_millis()).unwrap_or(u64::MAX);
        match written {
            Ok(()) => {
                gauges.last.set(i64::try_from(seconds).unwrap_or_default());
                self.troubles.clear();
                tracing::debug!(judged, milliseconds, bundle = self.loaded.gate.digest(), "scanned");
            }
            Err(error) => {
                gauges.failures.inc();
                self.times.retry = Some(Instant::now() + RETRY);
                self.trouble("writing", &error);
            }
        }
    }

    async fn write(&mut self, gathered: &Gathered, seconds: u64) -> Result<(), Unanswered> {
        let gate = &self.loaded.gate;
        let crier = self.crier.get_or_insert_with(|| {
            let told: BTreeSet<_> = self.publisher.iter().flat_map(Publisher::said).collect();
            Crier::new(self.client.clone(), &self.parts.identity, told)
        });
        let told = crier.tell(gathered, seconds, &self.parts.gauges).await;
        let Some(publisher) = &mut self.publisher else { return told };
        let severities: BTreeMap<String, Severity> =
            gate.engine().rules().iter().map(|rule| (rule.id.to_string(), rule.severity)).collect();
        let press = Press { dialect: publisher.dialect, digest: gate.digest(), severities: &severities, seconds };
        let written = publisher.publish(gathered, &press, &self.parts.gauges).await;
        if written.as_ref().is_err_and(Unanswered::is_unknown) {
            // The API of the reports may be gone.
            self.publisher = None;
        }
        written.and(told)
    }

    fn unchecked(&mut self) {
        let problems: Vec<&String> = self.together.values().flat_map(|together| &together.problems).collect();
        self.parts.gauges.unchecked.set(i64::try_from(problems.len()).unwrap_or(i64::MAX));
        if let Some(first) = problems.first() {
            let message = format!("{first}, and {} more", problems.len() - 1);
            self.trouble("together", &Unanswered { status: 0, message });
        }
    }

    /// Says what is wrong, once until something else is.
    fn trouble(&mut self, what: &'static str, error: &Unanswered) {
        if self.troubles.get(what) != Some(&error.message) {
            tracing::warn!(what, status = error.status, error = %error, "the scan cannot do everything; it is tried again");
            self.troubles.insert(what, error.message.clone());
        }
    }
}

/// The kinds that are watched for a bundle, and the namespaces that are left out.
fn plan(gate: &Gate) -> (Vec<Read>, Vec<String>) {
    let kinds = reads(gate.engine().rules()).unwrap_or_else(|error| {
        tracing::error!(error, "the kinds that rules read are not known; nothing is scanned");
        Vec::new()
    });
    let mut excluded: Vec<String> = SYSTEM_NAMESPACES.iter().map(|name| (*name).to_owned()).collect();
    excluded.extend(gate.config().admission.exclude_namespaces.iter().map(|name| name.value.to_string()));
    excluded.sort();
    excluded.dedup();
    (kinds, excluded)
}
