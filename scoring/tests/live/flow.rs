//! Transactions that go into one queue all the time, and the decisions that come out of the other, all of which are counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use fe2o3_amqp::{
    Connection, Receiver, Sender, Session,
    connection::ConnectionHandle,
    link::receiver::CreditMode,
    sasl_profile::SaslProfile,
    session::SessionHandle,
    types::messaging::{Header, Message},
};
use portcullis_scoring::Store;
use serde_json::Value;
use tokio::{task::JoinHandle, time::timeout};

use crate::{
    process::{transaction, until},
    servers::{PASSWORD, Pair, USER},
};

/// How long everything together may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// How long a broker may take for anything before another try.
const QUIET: Duration = Duration::from_secs(5);

/// How long the producer rests between two transactions.
const REST: Duration = Duration::from_millis(2);

/// The last message of a queue.
const END: &str = "end";

/// The queues.
const TRANSACTIONS: &str = "transactions";
const DECISIONS: &str = "decisions";
const REFUSED: &str = "ActiveMQ.DLQ";

type Brokers = [String; 2];
type Link = (ConnectionHandle<()>, SessionHandle<()>);

/// Messages on their way.
pub(crate) struct Flow {
    brokers: Brokers,
    done: Arc<AtomicBool>,
    producer: JoinHandle<Sent>,
    collector: JoinHandle<Vec<String>>,
}

/// What the producer did.
struct Sent {
    /// How many transactions a broker has taken.
    count: usize,
    /// How often it was not known whether one was taken, so that it was sent again.
    again: usize,
}

impl Flow {
    pub(crate) fn start(pair: &Pair) -> Self {
        let (brokers, done) = (pair.plain(), Arc::<AtomicBool>::default());
        let producer = tokio::spawn(produce(brokers.clone(), Arc::clone(&done)));
        let collector = tokio::spawn(receive(brokers.clone(), DECISIONS));
        Self { brokers, done, producer, collector }
    }

    /// Sends nothing more, and waits until all that was sent is decided and published, beside what was asked otherwise. Gives how many that are.
    pub(crate) async fn decided(&mut self, store: &Store, asked: usize) -> usize {
        self.done.store(true, Ordering::Relaxed);
        let Sent { count, again } = (&mut self.producer).await.unwrap();
        println!("{count} transactions went over the brokers, {again} of them were sent again");
        // More than that would be counted by who holds them against each other.
        until(async || usize::try_from(store.count().await.unwrap()).unwrap() >= count + asked).await;
        until(async || store.owed().await.unwrap() == 0).await;
        count
    }

    /// Once nobody consumes any more: checks that no transaction is left or was given up, and that each has one decision, and those of
    /// clients the one that was told them.
    pub(crate) async fn holds(self, count: usize, answers: &[(Value, String)]) {
        for (queue, fact) in [(TRANSACTIONS, "is acknowledged"), (REFUSED, "is given up")] {
            send(&self.brokers, queue, END).await;
            let left = receive(self.brokers.clone(), queue).await;
            assert_eq!(left, Vec::<String>::new(), "in {queue} nothing is left of what {fact}");
        }
        send(&self.brokers, DECISIONS, END).await;
        let messages = self.collector.await.unwrap();
        let mut decisions = BTreeMap::<String, BTreeSet<&String>>::new();
        for text in &messages {
            let id = serde_json::from_str::<Value>(text).unwrap()["transaction_id"].as_str().unwrap().to_owned();
            decisions.entry(id).or_default().insert(text);
        }
        println!("{} decisions were published in {} messages", decisions.len(), messages.len());
        assert!(decisions.values().all(|texts| texts.len() == 1), "however often it was published, it is the same");
        let expected = (0..count).map(id).chain(answers.iter().map(|(body, _)| body["transaction_id"].as_str().unwrap().to_owned()));
        assert!(decisions.keys().eq(&expected.collect::<BTreeSet<String>>()), "each transaction has a decision, and nothing else has");
        for (body, text) in answers {
            assert!(decisions[body["transaction_id"].as_str().unwrap()].contains(text), "what was answered is what was published");
        }
    }
}

fn id(number: usize) -> String {
    format!("m-{number}")
}

/// Sends transactions until it is told to end, each until a broker has taken it.
async fn produce(brokers: Brokers, done: Arc<AtomicBool>) -> Sent {
    let mut sent = Sent { count: 0, again: 0 };
    let mut next: Option<String> = None;
    while !done.load(Ordering::Relaxed) || next.is_some() {
        let (_connection, mut session) = link(&brokers).await;
        let Ok(mut sender) = Sender::attach(&mut session, "producer", TRANSACTIONS).await else { continue };
        while !done.load(Ordering::Relaxed) || next.is_some() {
            let body = next.get_or_insert_with(|| {
                let mut body = transaction(&id(sent.count));
                body["card_token"] = format!("tok_{:08}", sent.count % 500).into();
                body.to_string()
            });
            let taken = timeout(QUIET, sender.send(message(body))).await;
            if !taken.is_ok_and(|taken| taken.is_ok_and(|outcome| outcome.is_accepted())) {
                sent.again += 1;
                break;
            }
            next = None;
            sent.count += 1;
            tokio::time::sleep(REST).await;
        }
    }
    sent
}

/// Receives from a queue until the last message comes.
async fn receive(brokers: Brokers, queue: &'static str) -> Vec<String> {
    let (mut texts, begun) = (Vec::new(), Instant::now());
    loop {
        let (_connection, mut session) = link(&brokers).await;
        let receiver = Receiver::builder().name("collector").source(queue).credit_mode(CreditMode::Auto(500));
        let Ok(mut receiver) = receiver.attach(&mut session).await else { continue };
        loop {
            assert!(begun.elapsed() < PATIENCE, "the last message of {queue} did not come after {} others", texts.len());
            let delivery = match timeout(QUIET, receiver.recv::<String>()).await {
                Ok(Ok(delivery)) => delivery,
                Ok(Err(_)) => break,
                Err(_) => continue,
            };
            if receiver.accept(&delivery).await.is_err() {
                break;
            }
            if delivery.body() == END {
                let _ = receiver.close().await;
                let _ = session.end().await;
                return texts;
            }
            texts.push(delivery.body().clone());
        }
    }
}

/// Sends a message that somebody takes.
async fn send(brokers: &Brokers, queue: &str, text: &str) {
    let (mut connection, mut session) = link(brokers).await;
    let mut sender = Sender::attach(&mut session, "sender", queue).await.unwrap();
    assert!(sender.send(message(text)).await.unwrap().is_accepted());
    sender.close().await.unwrap();
    session.end().await.unwrap();
    connection.close().await.unwrap();
}

fn message(text: &str) -> Message<fe2o3_amqp::types::messaging::AmqpValue<String>> {
    Message::builder().header(Header { durable: true, ..Header::default() }).value(text.to_owned()).build()
}

/// A session with whichever broker is active, once one is.
async fn link(brokers: &Brokers) -> Link {
    // A broker lets each name in once.
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let begun = Instant::now();
    loop {
        for url in brokers {
            let profile = SaslProfile::Plain { username: USER.to_owned(), password: PASSWORD.to_owned() };
            let name = format!("test-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
            let builder = Connection::builder().container_id(name).idle_time_out(20_000_u32).sasl_profile(profile);
            if let Ok(Ok(mut connection)) = timeout(QUIET, builder.open(url.as_str())).await
                && let Ok(session) = Session::begin(&mut connection).await
            {
                return (connection, session);
            }
        }
        assert!(begun.elapsed() < PATIENCE, "no broker is active");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
