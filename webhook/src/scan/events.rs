//! Events for those who answer for a violation: each once, and never many at a time.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use k8s_openapi::{
    api::{core::v1::ObjectReference, events::v1::Event},
    apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta},
    jiff::Timestamp,
};
use kube::{Api, Client, api::PostParams};
use portcullis_policies::admission::stored::State;
use sha2::{Digest as _, Sha256};

use super::{
    gather::{About, Gathered, Line},
    gauges::Gauges,
};
use crate::cluster::client::{Unanswered, in_time};

/// How many Events may be written at once, and how often one more may be.
const BURST: u32 = 30;

/// The time that one Event of the burst takes to come back.
const REFILL: Duration = Duration::from_secs(6);

/// The longest text of an Event; the server takes a kibibyte.
const MAX_NOTE: usize = 900;

/// Tells owners of what is new.
pub(crate) struct Crier {
    client: Client,
    identity: String,
    /// Whom it was told, and by which rule.
    told: BTreeSet<(String, String)>,
    left: u32,
    refilled: Instant,
}

impl Crier {
    /// Takes what was told before for told.
    pub(crate) fn new(client: Client, identity: &str, told: BTreeSet<(String, String)>) -> Self {
        let identity = identity.chars().take(120).collect();
        Self { client, identity, told, left: BURST, refilled: Instant::now() }
    }

    /// Tells what has not been told; what there is no room for is counted, and told in no report less.
    pub(crate) async fn tell(&mut self, gathered: &Gathered, seconds: u64, gauges: &Gauges) -> Result<(), Unanswered> {
        let refills = u32::try_from(self.refilled.elapsed().as_secs() / REFILL.as_secs()).unwrap_or(u32::MAX);
        if refills > 0 {
            self.left = self.left.saturating_add(refills).min(BURST);
            self.refilled = Instant::now();
        }
        let mut failed = Ok(());
        let mut present = BTreeSet::new();
        for (about, line) in gathered.lines.values().flatten().filter(|(_, line)| line.hit.state == State::Fail) {
            let name = (about.top.uid.to_string(), about.rule.as_deref().unwrap_or_default().to_owned());
            if !present.insert(name.clone()) || self.told.contains(&name) || name.0.is_empty() {
                continue;
            }
            if self.left == 0 {
                gauges.wrote("event", "dropped");
                continue;
            }
            self.left -= 1;
            let event = self.event(about, line, &name, seconds);
            let api = Api::<Event>::namespaced(self.client.clone(), event.metadata.namespace.as_deref().unwrap_or("default"));
            match in_time(api.create(&PostParams::default(), &event)).await {
                Ok(_) => gauges.wrote("event", "written"),
                // Another replica told it within the hour.
                Err(error) if error.is_conflict() => gauges.wrote("event", "unchanged"),
                Err(error) => {
                    gauges.wrote("event", "failed");
                    failed = failed.and(Err(error));
                    present.remove(&name);
                }
            }
        }
        // What is mended and broken again is told again.
        self.told = present;
        failed
    }

    fn event(&self, about: &About, line: &Line, name: &(String, String), seconds: u64) -> Event {
        let top = &about.top;
        let digest = Sha256::digest(format!("{}\n{}", name.0, name.1));
        let digest: String = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        let namespace = if top.namespace.is_empty() { "default" } else { &*top.namespace };
        let origin = line.hit.origin.as_deref().map(|origin| format!(" ({origin})")).unwrap_or_default();
        let note: String = format!("{}: {}{origin}", name.1, about.message).chars().take(MAX_NOTE / 4).collect();
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let now = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        Event {
            metadata: ObjectMeta {
                name: Some(format!("portcullis-{digest}")),
                namespace: Some(namespace.to_owned()),
                ..ObjectMeta::default()
            },
            action: Some("Scan".to_owned()),
            reason: Some("PolicyViolation".to_owned()),
            type_: Some("Warning".to_owned()),
            note: Some(note),
            event_time: now.map(MicroTime),
            regarding: Some(ObjectReference {
                api_version: text(&top.api_version),
                kind: text(&top.kind),
                namespace: text(&top.namespace),
                name: text(&top.name),
                uid: text(&top.uid),
                ..ObjectReference::default()
            }),
            reporting_controller: Some("portcullis.dev/scan".to_owned()),
            reporting_instance: Some(self.identity.clone()),
            ..Event::default()
        }
    }
}
