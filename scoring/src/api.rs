//! The paths that clients ask: a transaction or many of them in, answers or problems out.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use futures_util::future::join_all;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    clock::Clock,
    engine::{Engine, Origin, Standing},
    identity::Identity,
    limits::Limits,
    metrics::Metrics,
    phase::{Phase, Phases},
    problem::{FieldError, Problem},
    traces::{Traced, Traces},
    transaction::{self, Transaction},
};

/// The most transactions of one batch.
pub const MAX_TRANSACTIONS: usize = 100;

/// The header that says that an answer was given before.
pub const REPLAYED: &str = "idempotency-replayed";

/// The description of the paths.
pub const OPENAPI: &str = include_str!("../openapi.json");

/// What the paths work with.
#[derive(Debug)]
pub struct Api {
    /// Scores, once the process has started.
    pub engine: OnceLock<Engine>,
    /// Where the process stands.
    pub phases: Phases,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The present time.
    pub clock: Clock,
    /// How long a request may take.
    pub deadline: Duration,
    /// Who may ask; without it everybody may.
    pub identity: OnceLock<Identity>,
    /// How often each client may ask; without it as often as it likes.
    pub limits: Option<Limits>,
    /// Where spans go.
    pub traces: Option<Traces>,
}

/// Whom a connection is with.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The form of a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch<'a> {
    #[serde(borrow)]
    transactions: Vec<&'a RawValue>,
}

/// What came of a transaction of a batch.
#[derive(Serialize)]
struct Item {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

#[derive(Serialize)]
struct Items {
    results: Vec<Item>,
}

/// The router of the paths that clients ask.
pub fn router(api: Arc<Api>) -> Router {
    let description = || async { ([(header::CONTENT_TYPE, "application/json")], OPENAPI) };
    Router::new()
        .route("/v1/score", post(score))
        .route("/v1/score/batch", post(batch))
        .route("/openapi.json", get(description))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method() })
        .with_state(api)
}

async fn score(State(api): State<Arc<Api>>, request: Request) -> Response {
    let begun = Instant::now();
    let deadline = begun + api.deadline;
    let span = api.traces.as_ref().map(|traces| traces.begin(request.headers()));
    let (head, body) = request.into_parts();
    let answer = async {
        api.admit(&head).await?;
        let body = read(&head, body, transaction::MAX_BODY, deadline).await?;
        api.one(&body, deadline).await
    };
    let response = match answer.await {
        Ok(standing) => {
            let mut response = json(standing.json);
            if standing.origin == Origin::Replayed {
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            response
        }
        Err(problem) => api.refuse(problem),
    };
    api.finish("/v1/score", begun, span, response)
}

async fn batch(State(api): State<Arc<Api>>, request: Request) -> Response {
    let begun = Instant::now();
    let deadline = begun + api.deadline;
    let span = api.traces.as_ref().map(|traces| traces.begin(request.headers()));
    let (head, body) = request.into_parts();
    let answer = async {
        api.admit(&head).await?;
        let body = read(&head, body, transaction::MAX_BODY * MAX_TRANSACTIONS, deadline).await?;
        let batch: Batch<'_> = transaction::parse(&body)?;
        if !(1..=MAX_TRANSACTIONS).contains(&batch.transactions.len()) {
            let hint = format!("send 1 to {MAX_TRANSACTIONS} transactions");
            return Err(Problem::invalid(vec![FieldError::new("/transactions", "too many or none", &hint)]));
        }
        let each = batch.transactions.iter().map(|transaction| api.one(transaction.get().as_bytes(), deadline));
        let results = join_all(each).await.into_iter().map(|result| api.item(result)).collect();
        serde_json::to_string(&Items { results }).map_err(|_| Problem::internal())
    };
    let response = answer.await.map_or_else(|problem| api.refuse(problem), json);
    api.finish("/v1/score/batch", begun, span, response)
}

/// Reads the body of a request, as far as it may be read.
async fn read(head: &Parts, body: Body, limit: usize, deadline: Instant) -> Result<Vec<u8>, Problem> {
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Problem::media_type());
    }
    let collected = Limited::new(body, limit).collect();
    match tokio::time::timeout_at(deadline.into(), collected).await {
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::too_large(limit)),
        // Nobody is there to read it.
        Ok(Err(_)) => Err(Problem::slow_body()),
        Err(_) => Err(Problem::slow_body()),
    }
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], Body::from(text)).into_response()
}

impl Api {
    async fn one(&self, body: &[u8], deadline: Instant) -> Result<Standing, Problem> {
        let engine = self.engine.get().ok_or_else(Problem::unavailable)?;
        let transaction = Transaction::read(body, self.clock.milliseconds())?;
        engine.score(transaction, deadline).await
    }

    fn item(&self, result: Result<Standing, Problem>) -> Item {
        match result.and_then(|standing| RawValue::from_string(standing.json).map_err(|_| Problem::internal())) {
            Ok(answer) => Item { status: 200, answer: Some(answer), problem: None },
            Err(problem) => {
                self.metrics.refused(problem.name());
                Item { status: problem.status, answer: None, problem: Some(problem) }
            }
        }
    }

    fn refuse(&self, problem: Problem) -> Response {
        self.metrics.refused(problem.name());
        problem.into_response()
    }

    /// Lets a client ask, if it may.
    async fn admit(&self, head: &Parts) -> Result<(), Problem> {
        if self.engine.get().is_none() {
            return Err(Problem::unavailable());
        }
        let client = match self.identity.get() {
            Some(identity) => identity.caller(&head.headers).await?.0,
            None => head.extensions.get::<Peer>().map(|peer| peer.0.to_string()).unwrap_or_default(),
        };
        self.limits.as_ref().map_or(Ok(()), |limits| limits.check(&client))
    }

    fn finish(&self, path: &'static str, begun: Instant, span: Option<Traced>, mut response: Response) -> Response {
        if let Some(span) = span {
            span.answered(path, response.status().as_u16());
        }
        self.metrics.answered(path, response.status().as_u16(), begun.elapsed());
        if self.phases.now() >= Phase::Draining {
            // The next request goes over a connection to somebody who stays.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
