//! That instances come and go under a constant load, gracefully or not, and nothing is lost, doubled or scored twice.

use std::{
    path::Path,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use hyper::Method;
use portcullis_scoring::Store;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::process::{Client, Service, start, transaction};

/// How many clients ask all the time.
const CLIENTS: usize = 6;

/// How often the balancer asks who is ready.
const PROBE: Duration = Duration::from_millis(50);

/// As long as a balancer may need on a machine that has much else to do.
const DRAIN: &str = "--drain-delay=4";

/// Instances on one database, behind a balancer that sends only to whoever said lately to be ready.
struct Fleet {
    folder: tempfile::TempDir,
    ready: Arc<RwLock<Vec<std::net::SocketAddr>>>,
    instances: Vec<Service>,
}

/// What clients count.
#[derive(Default)]
struct Counts {
    asked: AtomicUsize,
    fresh: AtomicUsize,
    broken: AtomicUsize,
    refused: AtomicUsize,
    done: AtomicBool,
}

impl Fleet {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), ready: Arc::default(), instances: Vec::new() }
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("decisions.sqlite").display())
    }

    fn begin(&mut self) {
        let flags = [format!("--database-url={}", self.url()), DRAIN.to_owned()];
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        self.instances.push(start(Path::new(self.folder.path()), &flags));
    }

    /// Asks every instance that is there whether it is ready.
    async fn probe(&self, client: &Client) {
        let mut ready = Vec::new();
        for instance in &self.instances {
            let reply = client.send(instance.management, Method::GET, "/readyz", ("", b"")).await;
            if reply.is_ok_and(|reply| reply.status == 200) {
                ready.push(instance.address);
            }
        }
        *self.ready.write().unwrap() = ready;
    }

    /// Lets time go by as a balancer does.
    async fn settle(&self, client: &Client, rounds: usize) {
        for _ in 0..rounds {
            self.probe(client).await;
            tokio::time::sleep(PROBE).await;
        }
    }
}

/// Asks about one transaction after the other, each until there is an answer, and gives what was answered.
async fn load(worker: usize, ready: Arc<RwLock<Vec<std::net::SocketAddr>>>, counts: Arc<Counts>) -> Vec<(Value, String)> {
    let (client, mut answers) = (Client::new(), Vec::new());
    while !counts.done.load(Ordering::Relaxed) {
        let body = transaction(&format!("t-{worker}-{}", answers.len()));
        counts.asked.fetch_add(1, Ordering::Relaxed);
        loop {
            let targets = ready.read().unwrap().clone();
            let Some(target) = targets.get((worker + answers.len()) % targets.len().max(1)).copied() else {
                tokio::time::sleep(PROBE).await;
                continue;
            };
            match client.send(target, Method::POST, "/v1/score", ("application/json", body.to_string().as_bytes())).await {
                Ok(reply) if reply.status == 200 => {
                    counts.fresh.fetch_add(usize::from(!reply.headers.contains_key("idempotency-replayed")), Ordering::Relaxed);
                    answers.push((body, reply.text));
                    break;
                }
                Ok(reply) => {
                    assert!([429, 503].contains(&reply.status), "{}", reply.text);
                    counts.refused.fetch_add(1, Ordering::Relaxed);
                }
                Err(_) => {
                    counts.broken.fetch_add(1, Ordering::Relaxed);
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    answers
}

/// Runs a course of events under load, and checks that every answer stands, once.
async fn under_load(fleet: &mut Fleet, course: impl AsyncFnOnce(&mut Fleet, &Client)) -> Counts {
    let (client, counts) = (Client::new(), Arc::new(Counts::default()));
    fleet.begin();
    fleet.begin();
    fleet.probe(&client).await;
    let mut workers = JoinSet::new();
    for worker in 0..CLIENTS {
        workers.spawn(load(worker, Arc::clone(&fleet.ready), Arc::clone(&counts)));
    }
    fleet.settle(&client, 10).await;
    course(fleet, &client).await;
    fleet.settle(&client, 10).await;
    counts.done.store(true, Ordering::Relaxed);
    let answers: Vec<(Value, String)> = workers.join_all().await.into_iter().flatten().collect();
    let asked = counts.asked.load(Ordering::Relaxed);
    assert_eq!(answers.len(), asked, "every transaction has an answer");
    let stand = Store::open(&fleet.url(), 1).await.unwrap().count().await.unwrap();
    assert_eq!(usize::try_from(stand).unwrap(), asked, "every transaction stands once");
    let survivor = fleet.instances.last().unwrap();
    for (body, text) in &answers {
        let again = client.score(survivor, body).await;
        assert_eq!((again.status, &again.text), (200, text), "what was answered is what stands");
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
    Arc::into_inner(counts).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_drops_nothing() {
    let mut fleet = Fleet::new();
    let counts = under_load(&mut fleet, async |fleet, client| {
        for _ in 0..2 {
            fleet.begin();
            fleet.settle(client, 4).await;
            // As Kubernetes does it: preStop asks for the drain, then SIGTERM comes.
            assert_eq!(client.get(fleet.instances[0].management, "/drain").await.status, 200);
            assert_eq!(client.get(fleet.instances[0].management, "/readyz").await.status, 503);
            assert_eq!(client.get(fleet.instances[0].management, "/livez").await.status, 200);
            fleet.instances[0].signal("TERM");
            fleet.settle(client, 4).await;
            assert_eq!(fleet.instances.remove(0).wait().code(), Some(0));
        }
    });
    let counts = counts.await;
    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    println!("{} asked, {} broken, {} refused, {} scored", of(&counts.asked), of(&counts.broken), of(&counts.refused), of(&counts.fresh));
    assert_eq!((of(&counts.broken), of(&counts.refused)), (0, 0), "no request was dropped");
    assert_eq!(of(&counts.fresh), of(&counts.asked), "nothing was asked twice");
}

/// Two minutes of warning, of which nobody may need more than the grace period: no preStop, SIGTERM at once to all but the newest.
#[tokio::test(flavor = "multi_thread")]
async fn a_reclaimed_node_drops_nothing() {
    let mut fleet = Fleet::new();
    let counts = under_load(&mut fleet, async |fleet, client| {
        fleet.begin();
        fleet.settle(client, 4).await;
        fleet.instances[0].signal("TERM");
        fleet.instances[1].signal("TERM");
        fleet.settle(client, 4).await;
        assert_eq!(fleet.instances.remove(0).wait().code(), Some(0));
        assert_eq!(fleet.instances.remove(0).wait().code(), Some(0));
    });
    let counts = counts.await;
    assert_eq!((counts.broken.into_inner(), counts.refused.into_inner()), (0, 0), "no request was dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_instance_loses_nothing_that_was_answered() {
    let mut fleet = Fleet::new();
    let counts = under_load(&mut fleet, async |fleet, client| {
        for _ in 0..3 {
            fleet.begin();
            fleet.settle(client, 4).await;
            fleet.instances[0].signal("KILL");
            fleet.instances.remove(0).wait();
            fleet.settle(client, 4).await;
        }
    });
    let counts = counts.await;
    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    println!("{} asked, {} broken, {} scored", of(&counts.asked), of(&counts.broken), of(&counts.fresh));
    assert!(of(&counts.broken) > 0, "the kill was felt");
    assert!(of(&counts.fresh) <= of(&counts.asked));
}
