//! An HTTP request to an answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::{Buf, Bytes};
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Body,
    header::{ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
};
use portcullis_policies::admission::{Malformed, Review, Verdict};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Semaphore;

use crate::{
    admit::{Admitted, Admitter},
    body::{self, Fault, Shelf},
    certificates::Certificates,
    clock::Clock,
    decisions::Decisions,
    gates::Gates,
    metrics::Metrics,
    timeout,
    traces::{Traced, Traces},
};

/// The longest that a body may take on its way.
const BODY_TIME: Duration = Duration::from_secs(5);

/// How many bodies may be on their way for each review that may be judged: a head without a body costs next to nothing.
const ARRIVING: usize = 16;

/// The longest name of an environment in a path.
const MAX_ENVIRONMENT: usize = 64;

/// What is not a matter of the bundle.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// How many requests are judged at once, or wait for that.
    pub in_flight: usize,
    /// How many bytes all bodies may have together.
    pub store: usize,
    /// How many costly reviews are judged at once.
    pub lanes: usize,
}

/// Answers requests; shared between connections.
#[derive(Debug)]
pub struct Handler {
    admitter: Admitter,
    gates: Arc<Gates>,
    certificates: Option<Arc<Certificates>>,
    decisions: Decisions,
    pub(crate) metrics: Arc<Metrics>,
    clock: Clock,
    environment: Option<Arc<str>>,
    in_flight: Semaphore,
    shelf: Shelf,
    is_draining: AtomicBool,
    traces: Option<Traces>,
}

/// Everything that a handler works with.
#[derive(Debug)]
pub struct Parts {
    /// What is judged by.
    pub gates: Arc<Gates>,
    /// What is shown to clients.
    pub certificates: Option<Arc<Certificates>>,
    /// Where decisions go.
    pub decisions: Decisions,
    /// Where things are counted.
    pub metrics: Arc<Metrics>,
    /// The present time.
    pub clock: Clock,
    /// The environment of the cluster.
    pub environment: Option<Arc<str>>,
}

impl Handler {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts, bounds: &Bounds) -> Self {
        let Parts { gates, certificates, decisions, metrics, clock, environment } = parts;
        Self {
            admitter: Admitter::new(Arc::clone(&gates), clock.clone(), bounds.lanes),
            gates,
            certificates,
            decisions,
            metrics,
            clock,
            environment,
            in_flight: Semaphore::new(bounds.in_flight.max(1)),
            shelf: Shelf::new(bounds.store, bounds.in_flight.saturating_mul(ARRIVING)),
            is_draining: AtomicBool::new(false),
            traces: None,
        }
    }

    /// Makes a span of each review.
    #[must_use]
    pub fn traced(self, traces: Option<Traces>) -> Self {
        Self { traces, ..self }
    }

    /// Turns readiness off and asks clients to come back elsewhere; everything is answered all the same.
    pub fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
        self.metrics.draining.set(1);
    }

    /// Why no request should come here.
    #[must_use]
    pub fn unready(&self) -> Option<&'static str> {
        if self.is_draining.load(Ordering::Relaxed) {
            return Some("the process is about to end");
        }
        self.certificates.as_ref().and_then(|certificates| certificates.fault(self.clock.seconds()))
    }

    /// Writes the last decisions down.
    pub fn close(self) {
        self.decisions.close();
    }

    /// Answers a request.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body + Unpin,
        B::Data: Buf,
    {
        let path = request.uri().path();
        let mut response = match path {
            "/livez" => text(StatusCode::OK, "ok"),
            "/readyz" => self.readiness(),
            "/validate" => self.validate(request, self.environment.clone()).await,
            _ => match path.strip_prefix("/validate/").map(str::to_owned) {
                Some(name) if is_name(&name) => self.validate(request, Some(name.into())).await,
                Some(_) | None => self.refuse("path", StatusCode::NOT_FOUND, "POST /validate or /validate/ENVIRONMENT"),
            },
        };
        if self.is_draining.load(Ordering::Relaxed) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    pub(crate) fn readiness(&self) -> Response<Full<Bytes>> {
        self.unready().map_or_else(|| text(StatusCode::OK, "ok"), |why| text(StatusCode::SERVICE_UNAVAILABLE, why))
    }

    async fn validate<B>(&self, request: Request<B>, environment: Option<Arc<str>>) -> Response<Full<Bytes>>
    where
        B: Body + Unpin,
        B::Data: Buf,
    {
        let begun = Instant::now();
        if let Some(refusal) = self.misfit(request.method(), request.headers()) {
            return refusal;
        }
        let mut traced = self.traces.as_ref().map(|traces| traces.begin(request.headers()));
        let response = self.answer(request, environment, begun, traced.as_mut()).await;
        if let Some(traced) = traced.as_mut().filter(|_| !response.status().is_success()) {
            traced.failed(response.status().canonical_reason().unwrap_or_default());
        }
        response
    }

    async fn answer<B>(
        &self,
        request: Request<B>,
        environment: Option<Arc<str>>,
        begun: Instant,
        mut traced: Option<&mut Traced>,
    ) -> Response<Full<Bytes>>
    where
        B: Body + Unpin,
        B::Data: Buf,
    {
        let time = timeout::budget(request.uri().query());
        let whole = match body::read(request.into_body(), &self.shelf, time.min(BODY_TIME)).await {
            Ok(whole) => whole,
            Err(Fault::TooLong) => return self.refuse("too_long", StatusCode::PAYLOAD_TOO_LARGE, "the body has more than 8 MiB"),
            Err(Fault::NoRoom) => return self.busy("store", StatusCode::TOO_MANY_REQUESTS, "too many bytes at once"),
            Err(Fault::Crowded) => return self.busy("arriving", StatusCode::TOO_MANY_REQUESTS, "too many bodies are on their way"),
            Err(Fault::Slow) => return self.refuse("slow", StatusCode::REQUEST_TIMEOUT, "the body came too slowly"),
            Err(Fault::Broken) => return self.refuse("broken", StatusCode::BAD_REQUEST, "the body is broken"),
        };
        if whole.bytes.is_empty() {
            return self.refuse("malformed", StatusCode::BAD_REQUEST, "the body is empty");
        }
        // Whoever comes too much is told at once, while the API server still has time to ask another replica. Only what is there takes a place:
        // heads without bodies keep nobody out.
        let Ok(_place) = self.in_flight.try_acquire() else {
            return self.busy("in_flight", StatusCode::TOO_MANY_REQUESTS, "too many reviews at once");
        };
        let _counted = Counted::of(&self.metrics.in_flight);
        let read = Instant::now();
        if let Some(traced) = &mut traced {
            traced.read();
        }
        match self.admitter.admit(whole.bytes, environment.clone(), begun + time).await {
            Admitted::Judged { review, verdict, environment, slow } => {
                if verdict.is_unreadable() {
                    tracing::warn!(reason = verdict.message, uid = &*verdict.uid, "unreadable review");
                    self.metrics.refused("malformed");
                }
                if slow {
                    self.metrics.slow.inc();
                }
                self.keep(&review, &verdict, environment.as_ref(), read.elapsed());
                if let Some(traced) = traced {
                    traced.judged(&review, &verdict, environment.as_deref());
                }
                json(verdict.response())
            }
            Admitted::Malformed(malformed) => self.malformed(&malformed, environment.as_deref(), read.elapsed()),
            Admitted::Panicked => {
                self.metrics.panics.inc();
                tracing::error!("a fault of portcullis cost a review its verdict");
                self.refuse("panic", StatusCode::INTERNAL_SERVER_ERROR, "portcullis has a fault that this review meets")
            }
            Admitted::Late | Admitted::Many => self.busy("late", StatusCode::SERVICE_UNAVAILABLE, "no time was left for the review"),
        }
    }

    /// What is wrong with a request before its body.
    fn misfit(&self, method: &Method, headers: &HeaderMap) -> Option<Response<Full<Bytes>>> {
        if method != Method::POST {
            let mut response = self.refuse("method", StatusCode::METHOD_NOT_ALLOWED, "reviews are POSTed");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return Some(response);
        }
        if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Some(self.refuse(
                "encoding",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "bodies are taken as they are, without Content-Encoding",
            ));
        }
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        (!essence.eq_ignore_ascii_case("application/json"))
            .then(|| self.refuse("content_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "the Content-Type is not application/json"))
    }

    /// Answers what is no review, or of which nothing but the uid can be told.
    fn malformed(&self, malformed: &Malformed, environment: Option<&str>, took: Duration) -> Response<Full<Bytes>> {
        tracing::warn!(reason = %malformed, "malformed review");
        match Verdict::unreadable(malformed) {
            Some(verdict) => {
                self.metrics.refused("malformed");
                self.metrics.verdict("UNKNOWN", &verdict, took, false);
                self.decisions.record_unread(&verdict, environment, &self.gates.digest(), self.clock.seconds());
                json(verdict.response())
            }
            None => self.refuse("malformed", StatusCode::BAD_REQUEST, &malformed.message),
        }
    }

    /// Counts, logs and remembers a verdict.
    fn keep(&self, review: &Review, verdict: &Verdict, environment: Option<&Arc<str>>, took: Duration) {
        self.metrics.verdict(review.operation.name(), verdict, took, review.dry_run);
        if verdict.passed.is_none() && !verdict.is_unreadable() {
            self.gates.recent.remember(review, environment, verdict.allowed);
        }
        let bundle = verdict.annotations.get("bundle").map(String::as_str).unwrap_or_default();
        self.decisions.record(review, verdict, environment.map(|name| &**name), bundle, self.clock.seconds());
        if verdict.allowed {
            tracing::debug!(uid = &*review.uid, operation = review.operation.name(), warnings = verdict.warnings.len(), "allowed");
            return;
        }
        let rules: Vec<&str> = verdict.refused_by().into_iter().map(|rule| rule.as_str()).collect();
        tracing::info!(
            uid = &*review.uid,
            operation = review.operation.name(),
            subject = %review.subject(),
            user = &*review.user.name,
            rules = rules.join(","),
            dry_run = review.dry_run,
            "denied"
        );
    }

    fn refuse(&self, why: &'static str, status: StatusCode, message: &str) -> Response<Full<Bytes>> {
        self.metrics.refused(why);
        text(status, message)
    }

    fn busy(&self, why: &'static str, status: StatusCode, message: &str) -> Response<Full<Bytes>> {
        let mut response = self.refuse(why, status, message);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        response
    }
}

/// One more in a gauge, until it is dropped: a request that is given up half way is none any more.
struct Counted<'a>(&'a Gauge);

impl<'a> Counted<'a> {
    fn of(gauge: &'a Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_ENVIRONMENT && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn json(body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

pub(crate) fn text(status: StatusCode, message: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{message}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
