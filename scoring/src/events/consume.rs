//! Transactions of a queue to decisions: a message is acknowledged when its decision stands.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fe2o3_amqp::{
    Receiver,
    link::{
        delivery::{Delivery, DeliveryInfo},
        receiver::CreditMode,
    },
    types::{messaging::Body, primitives::Value},
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};

use super::{Broker, PAUSE, broker::Link};
use crate::{
    clock::Clock,
    engine::Engine,
    metrics::Metrics,
    phase::{Phase, Phases},
    transaction::Transaction,
};

/// How many messages may be on their way at once.
const CREDIT: u32 = 128;

/// How long a message may wait for its decision before it is tried anew.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long a message rests that could not be decided.
const REST: Duration = Duration::from_millis(200);

/// What is consumed, and by whom it is decided.
#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    pub(crate) broker: Broker,
    pub(crate) queue: String,
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) phases: Phases,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Its decision stands.
    Accept,
    /// It never can be decided; the broker keeps it for people to see.
    Reject,
    /// Somebody else decides it.
    Release,
}

impl Consumer {
    /// Consumes until the process drains, whatever brokers come and go.
    pub(crate) async fn run(self) {
        while self.phases.now() < Phase::Draining {
            let linked = tokio::select! {
                linked = self.broker.link("scoring-consumer") => linked,
                () = self.phases.reaches(Phase::Draining) => return,
            };
            let ended = match linked {
                Ok(link) => self.consume(link).await,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = ended {
                self.metrics.broker_failures.inc();
                tracing::warn!(%fault, "the broker is away");
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = self.phases.reaches(Phase::Draining) => {}
                }
            }
        }
    }

    async fn consume(&self, mut link: Link) -> Result<(), String> {
        let receiver = Receiver::builder().name("scoring").source(self.queue.as_str()).credit_mode(CreditMode::Auto(CREDIT));
        let mut receiver = receiver.attach(&mut link.session).await.map_err(|error| error.to_string())?;
        tracing::info!(host = %link.host, queue = %self.queue, "consuming");
        let mut deciding = FuturesUnordered::new();
        loop {
            tokio::select! {
                () = self.phases.reaches(Phase::Draining) => break,
                Some((message, verdict)) = deciding.next(), if !deciding.is_empty() => self.settle(&receiver, message, verdict).await?,
                delivery = receiver.recv::<Body<Value>>() => deciding.push(self.decide(delivery.map_err(|error| error.to_string())?)),
            }
        }
        // What has begun is ended and acknowledged; the rest the broker gives to others.
        while let Some((message, verdict)) = deciding.next().await {
            self.settle(&receiver, message, verdict).await?;
        }
        let _ = receiver.close().await;
        link.close().await;
        Ok(())
    }

    async fn settle(&self, receiver: &Receiver, message: DeliveryInfo, verdict: Verdict) -> Result<(), String> {
        let settled = match verdict {
            Verdict::Accept => receiver.accept(message).await,
            Verdict::Reject => receiver.reject(message, None).await,
            Verdict::Release => receiver.release(message).await,
        };
        let name = match verdict {
            Verdict::Accept => "accepted",
            Verdict::Reject => "rejected",
            Verdict::Release => "released",
        };
        self.metrics.consumed(name);
        settled.map_err(|error| error.to_string())
    }

    async fn decide(&self, delivery: Delivery<Body<Value>>) -> (DeliveryInfo, Verdict) {
        let (message, content) = delivery.into_parts();
        let Some(body) = bytes(content.body) else { return (message, Verdict::Reject) };
        loop {
            let transaction = match Transaction::read(&body, self.clock.milliseconds()) {
                Ok(transaction) => transaction,
                Err(problem) => {
                    self.metrics.refused(problem.name());
                    return (message, Verdict::Reject);
                }
            };
            match self.engine.score(transaction, Instant::now() + DEADLINE).await {
                Ok(_) => return (message, Verdict::Accept),
                Err(problem) if [409, 422].contains(&problem.status) => {
                    self.metrics.refused(problem.name());
                    return (message, Verdict::Reject);
                }
                Err(_) if self.phases.now() >= Phase::Draining => return (message, Verdict::Release),
                Err(_) => tokio::time::sleep(REST).await,
            }
        }
    }
}

/// The bytes of a text or of data; nothing else is a transaction.
fn bytes(body: Body<Value>) -> Option<Vec<u8>> {
    match body {
        Body::Value(value) => match value.0 {
            Value::String(text) => Some(text.into_bytes()),
            Value::Binary(bytes) => Some(bytes.into_vec()),
            _ => None,
        },
        Body::Data(parts) => Some(parts.into_iter().flat_map(|part| part.0.into_vec()).collect()),
        Body::Sequence(_) | Body::Empty => None,
    }
}
