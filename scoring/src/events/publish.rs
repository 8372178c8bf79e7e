//! Decisions to a queue: each is owed in the database from the moment that it stands until the broker has it.

use std::{sync::Arc, time::Duration};

use fe2o3_amqp::{
    Sender,
    types::messaging::{Header, Message, Outcome, Properties},
};
use tokio::sync::mpsc;

use super::{Broker, PAUSE, broker::Link};
use crate::{
    clock::Clock,
    metrics::Metrics,
    phase::{Phase, Phases},
    store::{Debt, Store},
};

/// The most decisions that are on their way at once.
const BATCH: usize = 128;

/// How often debts of instances that are gone are looked for.
const SWEEP: Duration = Duration::from_secs(2);

/// How old a debt must be before anybody may take it over, in milliseconds: until then whoever made it, or took it over, pays it.
const AGE: i64 = 10_000;

/// What is published, and where it is owed.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(crate) broker: Broker,
    pub(crate) queue: String,
    pub(crate) store: Store,
    pub(crate) fresh: mpsc::Receiver<Debt>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) phases: Phases,
}

impl Publisher {
    /// Publishes until nobody can owe anything more; what no broker takes by then stays owed, for the next instance.
    pub(crate) async fn run(mut self) {
        loop {
            let ended = match self.broker.link("scoring-publisher").await {
                Ok(link) => self.publish(link).await,
                Err(fault) => Err(fault),
            };
            let Err(fault) = ended else { return };
            self.metrics.broker_failures.inc();
            tracing::warn!(%fault, "decisions cannot be published");
            if self.phases.now() >= Phase::Closing && self.fresh.is_closed() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn publish(&mut self, mut link: Link) -> Result<(), String> {
        let attached = Sender::attach(&mut link.session, "scoring-decisions", self.queue.as_str()).await;
        let mut sender = attached.map_err(|error| error.to_string())?;
        tracing::info!(host = %link.host, queue = %self.queue, "publishing");
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            let mut debts = Vec::new();
            tokio::select! {
                count = self.fresh.recv_many(&mut debts, BATCH) => {
                    if count == 0 {
                        break;
                    }
                    // What waited too long here is somebody's by now, who looks for debts.
                    let oldest = self.clock.milliseconds() - AGE;
                    debts.retain(|debt| debt.decided_at >= oldest);
                }
                _ = sweep.tick() => {
                    let (now, limit) = (self.clock.milliseconds(), i64::try_from(BATCH).unwrap_or(i64::MAX));
                    debts = self.store.claim(now - AGE, now, limit).await.map_err(|error| error.to_string())?;
                    if debts.len() == BATCH {
                        sweep.reset_immediately();
                    }
                }
            }
            self.pay(&mut sender, debts).await?;
        }
        let _ = sender.close().await;
        link.close().await;
        Ok(())
    }

    /// Sends decisions, and marks those that the broker took.
    async fn pay(&self, sender: &mut Sender, debts: Vec<Debt>) -> Result<(), String> {
        let mut sent = Vec::with_capacity(debts.len());
        for Debt { id, answer, .. } in debts {
            let properties = Properties::builder().message_id(id.clone()).content_type("application/json").build();
            let message = Message::builder().header(Header { durable: true, ..Header::default() }).properties(properties).value(answer);
            let taken = sender.send_batchable(message.build()).await.map_err(|error| error.to_string())?;
            sent.push((id, taken));
        }
        let mut paid = Vec::with_capacity(sent.len());
        for (id, taken) in sent {
            if let Outcome::Accepted(_) = taken.await.map_err(|error| error.to_string())? {
                paid.push(id);
            }
        }
        if !paid.is_empty() {
            self.store.paid(&paid).await.map_err(|error| error.to_string())?;
            self.metrics.published.inc_by(u64::try_from(paid.len()).unwrap_or(0));
        }
        Ok(())
    }
}
