//! Instances on one database, behind a balancer, under a constant load that counts what it asks and what it is told.
#![allow(dead_code, clippy::allow_attributes, reason = "each suite uses a part of it")]

use std::{
    net::SocketAddr,
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

use crate::process::{Client, Service, start_with, transaction};

/// How many clients ask all the time.
const CLIENTS: usize = 6;

/// How often the balancer asks who is ready.
const PROBE: Duration = Duration::from_millis(50);

/// As long as a balancer may need on a machine that has much else to do.
const DRAIN: &str = "--drain-delay=4";

/// Instances of which a balancer sends only to whoever said lately to be ready.
pub(crate) struct Fleet {
    folder: tempfile::TempDir,
    database: String,
    flags: Vec<String>,
    environment: Vec<(&'static str, String)>,
    ready: Arc<RwLock<Vec<SocketAddr>>>,
    pub(crate) instances: Vec<Service>,
    /// How many transactions came to instances that have ended and had been scored before.
    replays: f64,
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

/// What came of a load.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// How many transactions clients asked about.
    pub(crate) asked: usize,
    /// How many answers were new.
    pub(crate) fresh: usize,
    /// How many requests got no answer.
    pub(crate) broken: usize,
    /// How many were told to come back.
    pub(crate) refused: usize,
    /// How many transactions came to an instance that had been scored before.
    pub(crate) replays: f64,
    /// The transactions, and the answer to each.
    pub(crate) answers: Vec<(Value, String)>,
}

impl Fleet {
    /// Instances on the database of a URL, or else on a file that they share.
    pub(crate) fn new(database: Option<String>, flags: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = database.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("decisions.sqlite").display()));
        let flags = flags.to_vec();
        Self { folder, database, flags, environment: Vec::new(), ready: Arc::default(), instances: Vec::new(), replays: 0.0 }
    }

    /// The same, with a variable in the environment of all instances.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.environment.push((name, value));
        self
    }

    pub(crate) fn begin(&mut self) {
        let database = format!("--database-url={}", self.database);
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).chain([database.as_str(), DRAIN]).collect();
        let environment: Vec<(&str, &str)> = self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.instances.push(start_with(self.folder.path(), &flags, &environment));
    }

    /// The database as it is now.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.database, 1).await.unwrap()
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
    pub(crate) async fn settle(&self, client: &Client, rounds: usize) {
        for _ in 0..rounds {
            self.probe(client).await;
            tokio::time::sleep(PROBE).await;
        }
    }

    /// Tells the oldest instances to end, all at once, and waits until they have.
    pub(crate) async fn terminate(&mut self, client: &Client, count: usize) {
        for instance in &self.instances[..count] {
            self.replays += instance.metric(client, "scoring_replays_total").await;
            instance.signal("TERM");
        }
        self.settle(client, 4).await;
        for mut instance in self.instances.drain(..count) {
            assert_eq!(instance.wait().code(), Some(0), "{}", instance.log());
        }
    }

    /// Two instances are there, and each makes room for a new one, as Kubernetes does it: preStop asks for the drain, then SIGTERM comes.
    pub(crate) async fn roll(&mut self, client: &Client) {
        for _ in 0..2 {
            self.begin();
            self.settle(client, 4).await;
            let oldest = self.instances[0].management;
            assert_eq!(client.get(oldest, "/drain").await.status, 200);
            assert_eq!(client.get(oldest, "/readyz").await.status, 503);
            assert_eq!(client.get(oldest, "/livez").await.status, 200);
            self.terminate(client, 1).await;
        }
    }

    /// A node goes with two instances on it: no preStop, SIGTERM at once to all but the newest. Of two minutes of warning nobody needs more
    /// than the grace period.
    pub(crate) async fn reclaim(&mut self, client: &Client) {
        self.begin();
        self.settle(client, 4).await;
        self.terminate(client, 2).await;
    }

    /// Instances are killed one after the other, with whatever they have begun.
    pub(crate) async fn kill(&mut self, client: &Client) {
        for _ in 0..3 {
            self.begin();
            self.settle(client, 4).await;
            self.instances[0].signal("KILL");
            self.instances.remove(0).wait();
            self.settle(client, 4).await;
        }
    }

    /// Runs a course of events under load, from two instances on.
    pub(crate) async fn under_load(&mut self, course: impl AsyncFnOnce(&mut Self, &Client)) -> Outcome {
        let (client, counts) = (Client::new(), Arc::new(Counts::default()));
        self.begin();
        self.begin();
        self.probe(&client).await;
        let mut workers = JoinSet::new();
        for worker in 0..CLIENTS {
            workers.spawn(load(worker, Arc::clone(&self.ready), Arc::clone(&counts)));
        }
        self.settle(&client, 10).await;
        course(self, &client).await;
        self.settle(&client, 10).await;
        counts.done.store(true, Ordering::Relaxed);
        let answers: Vec<(Value, String)> = workers.join_all().await.into_iter().flatten().collect();
        let mut replays = self.replays;
        for instance in &self.instances {
            replays += instance.metric(&client, "scoring_replays_total").await;
        }
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let (asked, fresh, broken, refused) = (of(&counts.asked), of(&counts.fresh), of(&counts.broken), of(&counts.refused));
        let outcome = Outcome { asked, fresh, broken, refused, replays, answers };
        println!("{asked} asked, {broken} broken, {refused} refused, {fresh} scored, {replays} replayed");
        outcome
    }

    /// Checks that every transaction has an answer, and stands once, as it was answered; `others` stand beside those of the load.
    pub(crate) async fn holds(&self, outcome: &Outcome, others: usize) {
        assert_eq!(outcome.answers.len(), outcome.asked, "every transaction has an answer");
        let stand = self.store().await.count().await.unwrap();
        assert_eq!(usize::try_from(stand).unwrap(), outcome.asked + others, "every transaction stands once");
        let (client, survivor) = (Client::new(), self.instances.last().unwrap());
        for (body, text) in &outcome.answers {
            let again = client.score(survivor, body).await;
            assert_eq!((again.status, &again.text), (200, text), "what was answered is what stands");
            assert_eq!(again.headers["idempotency-replayed"], "true");
        }
    }
}

impl Outcome {
    /// Checks that no request was dropped or turned away, and that none came twice.
    pub(crate) fn is_smooth(&self) {
        assert_eq!((self.broken, self.refused), (0, 0), "no request was dropped");
        assert_eq!((self.fresh, self.replays), (self.asked, 0.0), "nothing came twice");
    }
}

/// Asks about one transaction after the other, each until there is an answer, and gives what was answered.
async fn load(worker: usize, ready: Arc<RwLock<Vec<SocketAddr>>>, counts: Arc<Counts>) -> Vec<(Value, String)> {
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
