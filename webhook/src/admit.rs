//! A body to a verdict: quickly where it is small, beside the others where it is not, and never at the price of the process.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_policies::{
    Budget, Worker,
    admission::{Circumstances, Malformed, Review, Verdict},
};
use tokio::sync::Semaphore;

use crate::{
    clock::Clock,
    gates::{Gates, Loaded},
};

/// Bodies up to this length are judged where they were read.
const FAST_BYTES: usize = 128 << 10;

/// How many instructions a rule may take there; the most costly rule takes a tenth of it for a Deployment.
const FAST_INSTRUCTIONS: usize = 100_000;

/// How long a review may take there; nobody else is served by that thread meanwhile.
const FAST_TIME: Duration = Duration::from_millis(20);

/// How many findings a rule may have; an answer has room for some dozens.
const MAX_FINDINGS: usize = 1000;

/// How many bytes of bodies are judged beside the others at once; a longer one is judged alone. A judged body takes many times its length.
const SLOW_BYTES: usize = 1 << 20;

/// The bytes that one permit of these stands for.
const PAGE: usize = 4 << 10;

thread_local! {
    /// The machine of this thread, and which bundle it was made for.
    static WORKER: RefCell<Option<(u64, Worker)>> = const { RefCell::new(None) };
}

/// What became of a body.
#[derive(Debug)]
pub enum Admitted {
    /// It was judged.
    Judged {
        /// The request.
        review: Box<Review>,
        /// The answer.
        verdict: Box<Verdict>,
        /// The environment that it was judged for.
        environment: Option<Arc<str>>,
        /// Whether it took the slow way.
        slow: bool,
    },
    /// It has many objects, for which there is no time on the thread that read it.
    Many,
    /// It is no review.
    Malformed(Malformed),
    /// A fault of portcullis cost it its verdict.
    Panicked,
    /// Nobody had time for it.
    Late,
}

/// Judges bodies; shared between threads.
#[derive(Debug)]
pub struct Admitter {
    gates: Arc<Gates>,
    clock: Clock,
    /// How many reviews may be judged beside the others at once.
    lanes: Arc<Semaphore>,
    /// How much may be judged there at once.
    weight: Arc<Semaphore>,
}

impl Admitter {
    /// Judges by some gates, with as many threads for costly reviews.
    #[must_use]
    pub fn new(gates: Arc<Gates>, clock: Clock, lanes: usize) -> Self {
        let weight = Arc::new(Semaphore::new(SLOW_BYTES / PAGE));
        Self { gates, clock, lanes: Arc::new(Semaphore::new(lanes.max(1))), weight }
    }

    /// Judges a body. Only what is too large or too costly leaves the thread.
    pub async fn admit(&self, body: Vec<u8>, environment: Option<Arc<str>>, deadline: Instant) -> Admitted {
        let loaded = self.gates.load();
        let seconds = self.clock.seconds();
        let body: Arc<[u8]> = body.into();
        if body.len() <= FAST_BYTES {
            let budget = Budget {
                instructions: FAST_INSTRUCTIONS,
                findings: MAX_FINDINGS,
                deadline: Some(deadline.min(Instant::now() + FAST_TIME)),
            };
            let admitted = judge(&loaded, Arc::clone(&body), &Ask { seconds, environment: environment.clone(), budget, slow: false });
            if !matches!(&admitted, Admitted::Many) && !matches!(&admitted, Admitted::Judged { verdict, .. } if verdict.is_exhausted()) {
                return admitted;
            }
        }
        // A short body that takes long has made much of itself.
        let pages = u32::try_from(body.len().clamp(SLOW_BYTES / 2, SLOW_BYTES).div_ceil(PAGE)).unwrap_or(1);
        let turn = async { tokio::try_join!(Arc::clone(&self.weight).acquire_many_owned(pages), Arc::clone(&self.lanes).acquire_owned()) };
        let Ok(Ok(turn)) = tokio::time::timeout_at(deadline.into(), turn).await else { return Admitted::Late };
        let budget = Budget { findings: MAX_FINDINGS, deadline: Some(deadline), ..Budget::ONE };
        let judged = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            judge(&loaded, body, &Ask { seconds, environment, budget, slow: true })
        });
        judged.await.unwrap_or(Admitted::Panicked)
    }
}

/// How a body is judged.
struct Ask {
    seconds: u64,
    environment: Option<Arc<str>>,
    budget: Budget,
    slow: bool,
}

/// Judges on this thread; a panic costs this request its verdict, and the thread its machine.
fn judge(loaded: &Loaded, body: Arc<[u8]>, ask: &Ask) -> Admitted {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let review = match Review::parse(Arc::clone(&body)) {
            Ok(review) => review,
            Err(malformed) => return unread(loaded, body, malformed, ask),
        };
        if !ask.slow && review.has_many() {
            return Admitted::Many;
        }
        let mut worker = match WORKER.take() {
            Some((generation, worker)) if generation == loaded.generation => worker,
            Some(_) | None => loaded.gate.engine().worker(),
        };
        let environment = ask.environment.clone().or_else(|| loaded.gate.environment_of(&review.namespace));
        let at = Circumstances { seconds: ask.seconds, environment: environment.clone(), budget: ask.budget };
        let verdict = loaded.gate.judge(&mut worker, &review, &at);
        // A machine keeps the room that its largest input took; what seldom comes must not leave its mark.
        if !ask.slow {
            WORKER.set(Some((loaded.generation, worker)));
        }
        Admitted::Judged { review: Box::new(review), verdict: Box::new(verdict), environment, slow: ask.slow }
    }));
    judged.unwrap_or(Admitted::Panicked)
}

/// Answers for what cannot be read, so that no API server lets it in as a call that failed.
fn unread(loaded: &Loaded, body: Arc<[u8]>, malformed: Malformed, ask: &Ask) -> Admitted {
    match loaded.gate.judge_unread(body, &malformed) {
        Some((review, verdict)) => {
            let environment = ask.environment.clone().or_else(|| loaded.gate.environment_of(&review.namespace));
            Admitted::Judged { review: Box::new(review), verdict: Box::new(verdict), environment, slow: ask.slow }
        }
        None => Admitted::Malformed(malformed),
    }
}
