//! A body to a verdict: quickly where it is small, beside the others where it is not, and never at the price of the process.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
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
}

impl Admitter {
    /// Judges by some gates, with as many threads for costly reviews.
    #[must_use]
    pub fn new(gates: Arc<Gates>, clock: Clock, lanes: usize) -> Self {
        Self { gates, clock, lanes: Arc::new(Semaphore::new(lanes.max(1))) }
    }

    /// Judges a body. Only what is too large or too costly leaves the thread.
    pub async fn admit(&self, body: Vec<u8>, environment: Option<Arc<str>>, deadline: Instant) -> Admitted {
        let loaded = self.gates.load();
        let seconds = self.clock.seconds();
        let body: Arc<[u8]> = body.into();
        if body.len() <= FAST_BYTES {
            let budget = Budget { instructions: FAST_INSTRUCTIONS, deadline: None };
            let admitted = judge(&loaded, Arc::clone(&body), &Ask { seconds, environment: environment.clone(), budget, slow: false });
            if !matches!(&admitted, Admitted::Judged { verdict, .. } if verdict.is_exhausted()) {
                return admitted;
            }
        }
        let waited = tokio::time::timeout_at(deadline.into(), Arc::clone(&self.lanes).acquire_owned()).await;
        let Ok(Ok(lane)) = waited else { return Admitted::Late };
        let budget = Budget { deadline: Some(deadline), ..Budget::WHOLE };
        let judged = tokio::task::spawn_blocking(move || {
            let _lane = lane;
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
        let review = match Review::parse(body) {
            Ok(review) => review,
            Err(malformed) => return Admitted::Malformed(malformed),
        };
        let mut worker = match WORKER.take() {
            Some((generation, worker)) if generation == loaded.generation => worker,
            Some(_) | None => loaded.gate.engine().worker(),
        };
        let environment = ask.environment.clone().or_else(|| loaded.gate.environment_of(&review.namespace));
        let at = Circumstances { seconds: ask.seconds, environment: environment.clone(), budget: ask.budget };
        let verdict = loaded.gate.judge(&mut worker, &review, &at);
        WORKER.set(Some((loaded.generation, worker)));
        Admitted::Judged { review: Box::new(review), verdict: Box::new(verdict), environment, slow: ask.slow }
    }));
    judged.unwrap_or(Admitted::Panicked)
}
