//! The way from a transaction to an answer that stands: a bounded queue, and lanes that each know, score and write a batch at a time.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{Mutex, mpsc, oneshot, watch},
    task::JoinSet,
};

use crate::{
    clock::Clock,
    decision::Answer,
    features,
    manifest::hex,
    metrics::Metrics,
    models::Models,
    problem::{FieldError, Problem},
    store::{Ask, Debt, Decided, Entry, Known, Publication, Store, StoreError},
    transaction::Transaction,
};

/// The most transactions that are known, scored and written at once.
pub const MAX_BATCH: usize = 32;

/// What the engine works with.
#[derive(Debug)]
pub struct Parts {
    /// Where decisions stay.
    pub store: Store,
    /// The model that scores.
    pub models: Arc<Models>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The present time.
    pub clock: Clock,
    /// Where decisions go that a broker must get; without it nobody waits for them.
    pub publisher: Option<mpsc::Sender<Debt>>,
}

/// Scores transactions.
#[derive(Clone, Debug)]
pub struct Engine {
    queue: mpsc::Sender<Job>,
    metrics: Arc<Metrics>,
}

/// An answer that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The answer as JSON, the same bytes each time.
    pub json: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was scored for this request.
    Scored,
    /// It was given before for the same transaction.
    Replayed,
}

#[derive(Debug)]
struct Job {
    transaction: Transaction,
    deadline: Instant,
    reply: oneshot::Sender<Result<Standing, Problem>>,
}

/// The lanes of an engine.
#[derive(Debug)]
pub struct Lanes {
    tasks: JoinSet<()>,
    end: watch::Sender<bool>,
}

impl Engine {
    /// Starts as many lanes as may be at the database at once, behind a queue of `capacity` transactions.
    #[must_use]
    pub fn start(parts: Parts, lanes: usize, capacity: usize) -> (Self, Lanes) {
        let (queue, jobs) = mpsc::channel(capacity);
        let (parts, jobs) = (Arc::new(parts), Arc::new(Mutex::new(jobs)));
        let (mut tasks, end) = (JoinSet::new(), watch::Sender::new(false));
        for _ in 0..lanes {
            tasks.spawn(lane(Arc::clone(&parts), Arc::clone(&jobs), end.subscribe()));
        }
        (Self { queue, metrics: Arc::clone(&parts.metrics) }, Lanes { tasks, end })
    }

    /// Scores a transaction, unless too many wait already.
    ///
    /// # Errors
    /// The queue is full, the deadline passed, the database is away, or the id was scored with other content.
    pub async fn score(&self, transaction: Transaction, deadline: Instant) -> Result<Standing, Problem> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Job { transaction, deadline, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Problem::queue_full(),
            mpsc::error::TrySendError::Closed(_) => Problem::unavailable(),
        })?;
        self.metrics.queued.set(i64::try_from(self.waiting()).unwrap_or(i64::MAX));
        let answer = tokio::time::timeout_at(deadline.into(), answer).await;
        answer.map_or_else(|_| Err(Problem::deadline()), |answer| answer.unwrap_or_else(|_| Err(Problem::internal())))
    }

    /// How many transactions wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

impl Lanes {
    /// Takes nothing more, and waits until everything that was asked is answered, but no longer than `grace`.
    pub async fn end(mut self, grace: Duration) {
        self.end.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, ended).await.is_err() {
            tracing::warn!("transactions still waited when the time to end was over");
        }
    }
}

async fn lane(parts: Arc<Parts>, jobs: Arc<Mutex<mpsc::Receiver<Job>>>, mut end: watch::Receiver<bool>) {
    loop {
        let mut batch = Vec::new();
        let mut waiting = jobs.lock().await;
        tokio::select! {
            count = waiting.recv_many(&mut batch, MAX_BATCH) => if count == 0 { return },
            _ = end.wait_for(|end| *end), if !waiting.is_closed() => waiting.close(),
        }
        parts.metrics.queued.set(i64::try_from(waiting.len()).unwrap_or(i64::MAX));
        drop(waiting);
        // Who does not wait any more is not scored: nothing was written, and another try is free to come.
        let now = Instant::now();
        let (batch, late): (Vec<Job>, Vec<Job>) = batch.into_iter().partition(|job| job.deadline > now && !job.reply.is_closed());
        late.into_iter().for_each(|job| drop(job.reply.send(Err(Problem::deadline()))));
        if !batch.is_empty() {
            parts.batch(batch).await;
        }
    }
}

/// A transaction of a batch on its way.
struct Course {
    job: Job,
    fingerprint: String,
    result: Option<Result<Standing, Problem>>,
}

impl Parts {
    async fn batch(&self, jobs: Vec<Job>) {
        let asks: Vec<Ask> = jobs.iter().map(|Job { transaction, .. }| ask(transaction)).collect();
        let known = match self.timed("look", self.store.look(&asks)).await {
            Ok(known) => known,
            Err(error) => return self.away(jobs, &error),
        };
        let course = |job: Job| Course { fingerprint: hex(&job.transaction.fingerprint()), job, result: None };
        let mut courses: Vec<Course> = jobs.into_iter().map(course).collect();
        let entries = self.decide(&mut courses, &known);
        let standing = match self.timed("keep", self.write(&entries)).await {
            Ok(standing) => standing,
            Err(error) => return self.away(courses.into_iter().filter_map(|course| self.reply(course)).collect(), &error),
        };
        settle(&mut courses, &entries, &standing);
        self.publish(entries, &standing);
        for course in courses {
            if let Some(job) = self.reply(course) {
                tracing::error!("a transaction of a batch came to no result");
                let _ = job.reply.send(Err(Problem::internal()));
            }
        }
    }

    /// Scores what was not scored before; of several of one id only the first.
    fn decide(&self, courses: &mut [Course], known: &[Known]) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut payments: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
        for (course, known) in courses.iter_mut().zip(known) {
            let transaction = &course.job.transaction;
            if let Some(prior) = &known.prior {
                course.result = Some(replay(prior, &course.fingerprint));
                continue;
            }
            if entries.iter().any(|entry| entry.id == transaction.id) {
                continue;
            }
            let mut known = known.clone();
            for (at, euros) in payments.get(&transaction.card).into_iter().flatten() {
                known.history.add(transaction.occurred_at, *at, *euros);
            }
            match self.entry(transaction, &course.fingerprint, &known) {
                Ok(entry) => {
                    payments.entry(entry.card.clone()).or_default().push((entry.occurred_at, entry.euros));
                    entries.push(entry);
                }
                Err(problem) => course.result = Some(Err(problem)),
            }
        }
        entries
    }

    fn entry(&self, transaction: &Transaction, fingerprint: &str, known: &Known) -> Result<Entry, Problem> {
        let model = self.models.live();
        let Some(euros) = features::euros(transaction, &model.manifest) else {
            let codes = model.manifest.rates.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let hint = format!("this version of the model knows {codes}");
            return Err(Problem::invalid(vec![FieldError::new("/currency", "no reference rate for this currency", &hint)]));
        };
        let row = features::row(transaction, euros, &known.history);
        let begun = Instant::now();
        let scored = model.explain(&row).map_err(|error| {
            tracing::error!(%error, "a transaction was not scored");
            Problem::internal()
        })?;
        self.metrics.inferred(begun.elapsed());
        self.models.seen(&row, scored.score);
        let now = self.clock.milliseconds();
        let answer = Answer::of(&transaction.id, &row, &scored, &model, now);
        self.metrics.decided(answer.decision, &answer.model_version);
        let answer = serde_json::to_string(&answer).map_err(|_| Problem::internal())?;
        let (id, card) = (transaction.id.clone(), transaction.card.clone());
        let (fingerprint, occurred_at) = (fingerprint.to_owned(), transaction.occurred_at);
        Ok(Entry { id, fingerprint, card, euros, occurred_at, decided_at: now, answer })
    }

    async fn write(&self, entries: &[Entry]) -> Result<Vec<Decided>, StoreError> {
        let publication = if self.publisher.is_some() { Publication::Owed } else { Publication::None };
        if entries.is_empty() { Ok(Vec::new()) } else { self.store.keep(entries, publication).await }
    }

    /// Hands decisions to the publisher, those of others left out; what has no room there is owed still, and is found later.
    fn publish(&self, entries: Vec<Entry>, standing: &[Decided]) {
        let Some(publisher) = &self.publisher else { return };
        let ours = entries.into_iter().zip(standing).filter(|(entry, stands)| entry.answer == stands.answer);
        let debts = ours.map(|(entry, _)| Debt { id: entry.id, answer: entry.answer, decided_at: entry.decided_at });
        debts.for_each(|debt| drop(publisher.try_send(debt)));
    }

    async fn timed<T>(&self, step: &'static str, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let done = work.await;
        self.metrics.stored(step, begun.elapsed());
        done
    }

    /// Sends the result, or gives the job back that has none.
    fn reply(&self, course: Course) -> Option<Job> {
        let Some(result) = course.result else { return Some(course.job) };
        if let Ok(Standing { origin: Origin::Replayed, .. }) = &result {
            self.metrics.replayed.inc();
        }
        // Who has gone asks again, and gets the answer that stands.
        let _ = course.job.reply.send(result);
        None
    }

    fn away(&self, jobs: Vec<Job>, error: &StoreError) {
        self.metrics.store_failures.inc();
        tracing::error!(%error, transactions = jobs.len(), "decisions could not be stored");
        for job in jobs {
            let _ = job.reply.send(Err(Problem::store_away()));
        }
    }
}

fn ask(transaction: &Transaction) -> Ask {
    Ask { id: transaction.id.clone(), card: transaction.card.clone(), at: transaction.occurred_at }
}

fn replay(prior: &Decided, fingerprint: &str) -> Result<Standing, Problem> {
    if prior.fingerprint != fingerprint {
        return Err(Problem::conflict());
    }
    Ok(Standing { json: prior.answer.clone(), origin: Origin::Replayed })
}

/// Gives to each what stands for its id: its own decision, or the one of somebody who was first.
fn settle(courses: &mut [Course], entries: &[Entry], standing: &[Decided]) {
    let mut taken = vec![false; entries.len()];
    for course in courses.iter_mut().filter(|course| course.result.is_none()) {
        let Some(index) = entries.iter().position(|entry| entry.id == course.job.transaction.id) else { continue };
        let (Some(entry), Some(stands), Some(taken)) = (entries.get(index), standing.get(index), taken.get_mut(index)) else { continue };
        let is_first = !std::mem::replace(taken, true) && entry.answer == stands.answer && entry.fingerprint == stands.fingerprint;
        course.result = Some(if is_first {
            Ok(Standing { json: stands.answer.clone(), origin: Origin::Scored })
        } else {
            replay(stands, &course.fingerprint)
        });
    }
}
