//! Sends reviews to a webhook at a constant rate and measures how long each takes from the moment that it was due.
//!
//! A client that waits for an answer before it thinks of the next request slows down with the server, and never sees the queue that real
//! callers would stand in. Here every request has its time beforehand; when all connections are busy then, the wait counts.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use crate::cluster::https::Connection;
use crate::tools::Error;

/// How many times its time a run may take when the server cannot keep the pace; what is still due then is not sent.
const PATIENCE: u32 = 2;

/// A review and the verdict that it must get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What it is about.
    pub name: String,
    /// The JSON of the AdmissionReview.
    pub body: String,
    /// Whether it must be allowed.
    pub allowed: bool,
}

/// Where reviews go.
#[derive(Debug, Clone)]
pub struct Target {
    /// The port on this machine.
    pub port: u16,
    /// The path.
    pub path: String,
    /// Whom to trust.
    pub client: Arc<ClientConfig>,
}

/// How to send them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many connections there are; each carries one review at a time.
    pub connections: u32,
    /// How many reviews are due each second; none: as many as can be, each connection sending the next after an answer.
    pub rate: Option<u32>,
    /// For how long.
    pub time: Duration,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Reviews that were answered, right or wrong.
    pub answered: usize,
    /// Reviews whose connection failed or whose status was not 200.
    pub failed: usize,
    /// Answers with another verdict than the right one.
    pub wrong: usize,
    /// Answers a second.
    pub rate: f64,
    /// How long the answers took, sorted.
    pub latencies: Vec<Duration>,
}

impl Outcome {
    /// The latency that this share of all answers (0.99) was not above.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a rank among millions")]
        let rank = (share * self.latencies.len() as f64).ceil() as usize;
        self.latencies.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// Asks about every review once and gives the names of those whose verdict is not the right one, with the answers.
///
/// # Errors
/// If the server does not answer.
pub fn wrong_verdicts(target: &Target, reviews: &[Review]) -> Result<Vec<String>, Error> {
    let failed = |error: io::Error| Error::Unexpected(format!("the webhook on port {}: {error}", target.port));
    let mut connection = Connection::open(&target.client, target.port).map_err(failed)?;
    let mut wrong = Vec::new();
    for review in reviews {
        let answer = connection.exchange(&request(target, review)).map_err(failed)?;
        if answer.status() != 200 || allowed(&answer.body) != Some(review.allowed) {
            wrong.push(format!("{}: {} {}", review.name, answer.first, String::from_utf8_lossy(&answer.body)));
        }
    }
    Ok(wrong)
}

/// Sends reviews, over and over in their order, and waits for all answers.
///
/// # Errors
/// If there is no review, or nobody listens.
pub fn run(target: &Target, reviews: &[Review], pace: Pace) -> Result<Outcome, Error> {
    if reviews.is_empty() {
        return Err(Error::Unexpected("no review to send".to_owned()));
    }
    let requests: Vec<(Vec<u8>, bool)> = reviews.iter().map(|review| (request(target, review), review.allowed)).collect();
    let failed = |error: io::Error| Error::Unexpected(format!("the webhook on port {}: {error}", target.port));
    let connect = |_| {
        Connection::open(&target.client, target.port).and_then(|mut connection| {
            // TLS shakes hands with the first request, which is not one that counts.
            let (first, _) = requests.first().ok_or(io::ErrorKind::InvalidInput)?;
            connection.exchange(first)?;
            Ok(connection)
        })
    };
    let connections = (0..pace.connections).map(connect).collect::<io::Result<Vec<_>>>().map_err(failed)?;
    let (next, start) = (AtomicU64::new(0), Instant::now());
    let mut outcome = thread::scope(|scope| {
        let work = |connection| scope.spawn(|| worker(connection, target, &requests, pace, &next, start));
        let workers: Vec<_> = connections.into_iter().map(work).collect();
        let parts = workers.into_iter().map(|worker| worker.join().unwrap_or_default());
        parts.fold(Outcome::default(), add)
    });
    outcome.latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a number of answers")]
    let answered = outcome.answered as f64;
    outcome.rate = answered / start.elapsed().as_secs_f64();
    Ok(outcome)
}

fn worker(
    mut connection: Connection,
    target: &Target,
    requests: &[(Vec<u8>, bool)],
    pace: Pace,
    next: &AtomicU64,
    start: Instant,
) -> Outcome {
    let mut outcome = Outcome::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let due = match pace.rate {
            Some(rate) => start + Duration::from_secs(1).mul_f64(number as f64 / f64::from(rate)),
            None => Instant::now(),
        };
        if due.duration_since(start) >= pace.time || start.elapsed() >= pace.time * PATIENCE {
            return outcome;
        }
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let picked = usize::try_from(number).unwrap_or_default() % requests.len();
        let Some((request, expected)) = requests.get(picked) else { return outcome };
        match connection.exchange(request) {
            Ok(answer) if answer.status() == 200 => {
                outcome.answered += 1;
                outcome.wrong += usize::from(allowed(&answer.body) != Some(*expected));
                outcome.latencies.push(due.elapsed());
            }
            Ok(_) => outcome.failed += 1,
            Err(_) => {
                outcome.failed += 1;
                match Connection::open(&target.client, target.port) {
                    Ok(opened) => connection = opened,
                    Err(_) => return outcome,
                }
            }
        }
    }
}

fn add(mut whole: Outcome, part: Outcome) -> Outcome {
    whole.answered += part.answered;
    whole.failed += part.failed;
    whole.wrong += part.wrong;
    whole.latencies.extend(part.latencies);
    whole
}

fn request(target: &Target, review: &Review) -> Vec<u8> {
    let (path, body) = (&target.path, &review.body);
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The verdict of an answer, without reading all of its JSON: the client shares the machine with the server.
fn allowed(body: &[u8]) -> Option<bool> {
    const KEY: &[u8] = b"\"allowed\":";
    let at = body.windows(KEY.len()).position(|window| window == KEY)?;
    match body.get(at + KEY.len()..)?.trim_ascii_start() {
        rest if rest.starts_with(b"true") => Some(true),
        rest if rest.starts_with(b"false") => Some(false),
        _ => None,
    }
}
