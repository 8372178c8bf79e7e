//! One leader among replicas, by a Lease: at most one at a time, as long as clocks run at the same speed, whatever time they tell.

use std::time::{Duration, Instant};

use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta},
    jiff::Timestamp,
};
use kube::{Api, Client, api::PostParams};
use tokio::sync::watch::{Receiver, Sender, channel};

use super::client::{Unanswered, in_time};
use crate::clock::Clock;

/// How long a holder that is not heard of keeps the lease.
const LEASE: Duration = Duration::from_secs(15);

/// When a holder that cannot renew it stops to rely on it: well before another one may take it.
const RENEW_WITHIN: Duration = Duration::from_secs(10);

/// How often a holder renews it, and the others look at it.
const EVERY: Duration = Duration::from_secs(2);

/// Which lease, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The namespace of the lease.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Who wants it: unlike every other replica, such as the name of the pod.
    pub identity: String,
}

/// Tries to get a lease and to keep it, as long as somebody listens whether that is so; then gives it back. Must be called in a runtime.
///
/// It is false until the lease is had, and whenever it cannot be renewed: a server that is away, a lease that somebody else took, or rights
/// that are missing are told in the log once each, and tried again.
#[must_use]
pub fn watch(client: Client, candidate: Candidate, clock: Clock) -> Receiver<bool> {
    let (sender, receiver) = channel(false);
    let api = Api::namespaced(client, &candidate.namespace);
    tokio::spawn(Election { api, candidate, clock, seen: Seen::default(), told: None }.run(sender));
    receiver
}

/// The lease as it was last read, and since when it is like that.
#[derive(Debug, Default)]
struct Seen {
    lease: Option<Lease>,
    since: Option<Instant>,
}

/// What to do about a lease.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// There is none: make it.
    Make,
    /// It is ours: say that we are still here.
    Renew,
    /// Nobody has it, or its holder is not heard of any more.
    Take,
    /// Somebody else has it.
    Wait,
}

impl Seen {
    /// Remembers a lease. A clock of another machine is never believed: only how long it has not changed here counts.
    fn look(&mut self, lease: Option<Lease>, now: Instant) {
        let version = |lease: &Option<Lease>| lease.as_ref().and_then(|lease| lease.metadata.resource_version.clone());
        if self.since.is_none() || version(&self.lease) != version(&lease) {
            self.since = Some(now);
        }
        self.lease = lease;
    }

    fn step(&self, identity: &str, now: Instant) -> Step {
        let Some(lease) = &self.lease else { return Step::Make };
        let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref()).unwrap_or_default();
        let seconds = lease.spec.as_ref().and_then(|spec| spec.lease_duration_seconds).and_then(|seconds| u64::try_from(seconds).ok());
        let duration = seconds.map_or(LEASE, |seconds| Duration::from_secs(seconds.min(3600)));
        match holder {
            "" => Step::Take,
            holder if holder == identity => Step::Renew,
            _ if self.since.is_some_and(|since| now.duration_since(since) > duration) => Step::Take,
            _ => Step::Wait,
        }
    }
}

struct Election {
    api: Api<Lease>,
    candidate: Candidate,
    clock: Clock,
    seen: Seen,
    told: Option<String>,
}

impl Election {
    async fn run(mut self, sender: Sender<bool>) {
        let mut renewed: Option<Instant> = None;
        loop {
            let begun = Instant::now();
            let asked = tokio::time::timeout(RENEW_WITHIN / 2, self.round());
            let result = tokio::select! {
                () = sender.closed() => break,
                result = asked => result.unwrap_or_else(|_| Err(Unanswered { status: 0, message: "no answer in time".to_owned() })),
            };
            match result {
                // What counts is when the request was made: the server may have written it at once, and answered late.
                Ok(true) => renewed = Some(begun),
                Ok(false) => renewed = None,
                Err(error) => self.tell(&error),
            }
            let is_leader = renewed.is_some_and(|renewed| renewed.elapsed() < RENEW_WITHIN);
            self.change(&sender, is_leader);
            tokio::select! {
                () = sender.closed() => break,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        if renewed.is_some() {
            let _ = tokio::time::timeout(EVERY, self.give_back()).await;
        }
    }

    fn change(&mut self, sender: &Sender<bool>, is_leader: bool) {
        let candidate = &self.candidate;
        let changed = sender.send_if_modified(|known| std::mem::replace(known, is_leader) != is_leader);
        if changed {
            tracing::info!(lease = %format!("{}/{}", candidate.namespace, candidate.name), identity = candidate.identity, is_leader, "leadership changed");
        }
        if is_leader {
            self.told = None;
        }
    }

    /// Says what is wrong, once until something else is.
    fn tell(&mut self, error: &Unanswered) {
        let candidate = &self.candidate;
        if self.told.as_ref() != Some(&error.message) {
            tracing::warn!(lease = %format!("{}/{}", candidate.namespace, candidate.name), error = %error, "the lease cannot be had; it is tried again");
            self.told = Some(error.message.clone());
        }
    }

    /// Looks at the lease, and writes it where it is ours to write; whether we have it then.
    async fn round(&mut self) -> Result<bool, Unanswered> {
        let lease = in_time(self.api.get_opt(&self.candidate.name)).await?;
        self.seen.look(lease, Instant::now());
        let step = self.seen.step(&self.candidate.identity, Instant::now());
        let written = match step {
            Step::Wait => return Ok(false),
            Step::Make => in_time(self.api.create(&PostParams::default(), &self.mine(&step))).await,
            // The version that was read goes along: who was slower is told so.
            Step::Renew | Step::Take => in_time(self.api.replace(&self.candidate.name, &PostParams::default(), &self.mine(&step))).await,
        };
        match written {
            Ok(lease) => {
                self.seen.look(Some(lease), Instant::now());
                Ok(true)
            }
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The lease as this replica writes it.
    fn mine(&self, step: &Step) -> Lease {
        let now = i64::try_from(self.clock.seconds()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).map(MicroTime);
        let old = self.seen.lease.clone().unwrap_or_default();
        let spec = old.spec.unwrap_or_default();
        let (acquired, transitions) = match step {
            Step::Renew => (spec.acquire_time, spec.lease_transitions),
            Step::Make | Step::Take | Step::Wait => (now.clone(), Some(spec.lease_transitions.map_or(0, |count| count.saturating_add(1)))),
        };
        let metadata =
            ObjectMeta { name: Some(self.candidate.name.clone()), namespace: Some(self.candidate.namespace.clone()), ..old.metadata };
        let spec = LeaseSpec {
            acquire_time: acquired,
            holder_identity: Some(self.candidate.identity.clone()),
            lease_duration_seconds: i32::try_from(LEASE.as_secs()).ok(),
            lease_transitions: transitions,
            renew_time: now,
            ..spec
        };
        Lease { metadata, spec: Some(spec) }
    }

    /// Lets the next one in at once.
    async fn give_back(&mut self) {
        let Some(mut lease) = self.seen.lease.clone() else { return };
        if let Some(spec) = &mut lease.spec {
            spec.holder_identity = None;
            spec.lease_duration_seconds = Some(1);
        }
        match self.api.replace(&self.candidate.name, &PostParams::default(), &lease).await {
            Ok(_) => tracing::info!(lease = self.candidate.name, "lease given back"),
            Err(error) => tracing::warn!(lease = self.candidate.name, error = %error, "lease not given back; it ends by itself"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use k8s_openapi::{api::coordination::v1::LeaseSpec, apimachinery::pkg::apis::meta::v1::ObjectMeta};

    use super::{Lease, Seen, Step};

    fn lease(holder: Option<&str>, version: &str) -> Option<Lease> {
        let spec = LeaseSpec { holder_identity: holder.map(str::to_owned), lease_duration_seconds: Some(15), ..LeaseSpec::default() };
        Some(Lease { metadata: ObjectMeta { resource_version: Some(version.to_owned()), ..ObjectMeta::default() }, spec: Some(spec) })
    }

    #[test]
    fn who_is_heard_of_keeps_the_lease() {
        let begun = Instant::now();
        let at = |seconds: u64| begun + Duration::from_secs(seconds);
        let mut seen = Seen::default();
        seen.look(None, at(0));
        assert_eq!(seen.step("a", at(0)), Step::Make);
        seen.look(lease(Some("b"), "1"), at(1));
        assert_eq!(seen.step("b", at(1)), Step::Renew, "a container that starts again has what it had");
        assert_eq!(seen.step("a", at(15)), Step::Wait);
        seen.look(lease(Some("b"), "2"), at(15));
        assert_eq!(seen.step("a", at(30)), Step::Wait, "it was renewed at 15");
        seen.look(lease(Some("b"), "2"), at(30));
        assert_eq!(seen.step("a", at(31)), Step::Take);
        seen.look(lease(None, "3"), at(31));
        assert_eq!(seen.step("a", at(31)), Step::Take, "it was given back");
        seen.look(lease(Some(""), "4"), at(31));
        assert_eq!(seen.step("a", at(31)), Step::Take);
    }
}
