//! What a client is told when there is no score: problem details (RFC 9457) with fields and hints.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// What precedes the name of a problem.
const TYPE: &str = "urn:scoring:problem:";

/// Why there is no score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// Which kind of problem it is, as a URN that stays.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: &'static str,
    /// The status of HTTP.
    pub status: u16,
    /// What is to be done.
    pub detail: String,
    /// What is wrong with fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// After how many seconds it may go better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901).
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl FieldError {
    pub(crate) fn new(field: &str, message: &str, hint: &str) -> Self {
        Self { field: field.to_owned(), message: message.to_owned(), hint: hint.to_owned() }
    }
}

impl Problem {
    fn new(status: StatusCode, name: &str, title: &'static str, detail: impl Into<String>) -> Self {
        let kind = format!("{TYPE}{name}");
        Self { kind, title, status: status.as_u16(), detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    fn later(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The name of its kind.
    #[must_use]
    pub fn name(&self) -> &str {
        self.kind.strip_prefix(TYPE).unwrap_or(&self.kind)
    }

    /// No JSON.
    pub(crate) fn malformed(error: &serde_json::Error) -> Self {
        let detail = format!("no JSON from line {} column {} on; NaN and Infinity are none", error.line(), error.column());
        Self::new(StatusCode::BAD_REQUEST, "malformed-json", "malformed JSON", detail)
    }

    /// JSON in JSON in JSON.
    pub(crate) fn too_deep(limit: usize) -> Self {
        let detail = format!("a request nests at most {limit} levels");
        Self::new(StatusCode::BAD_REQUEST, "too-deep", "JSON nests too deep", detail)
    }

    /// A body that is not read.
    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("a body has at most {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "request too large", detail)
    }

    /// A body that did not come in time.
    pub(crate) fn slow_body() -> Self {
        let detail = "the body did not come within the deadline";
        Self::new(StatusCode::REQUEST_TIMEOUT, "slow-body", "request too slow", detail)
    }

    /// Fields that cannot be scored.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = "correct the fields named in errors";
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", "invalid fields", detail) }
    }

    /// Not JSON by its own word.
    pub(crate) fn media_type() -> Self {
        let detail = "send Content-Type: application/json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "unsupported media type", detail)
    }

    /// Another transaction has the id.
    pub(crate) fn conflict() -> Self {
        let detail = "this transaction_id was scored with other content; a new transaction needs a new id";
        Self::new(StatusCode::CONFLICT, "conflicting-content", "conflicting content", detail)
    }

    /// No token, or none that is good.
    pub(crate) fn unauthorized(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "unauthorized", detail)
    }

    /// A token that is not for this.
    pub(crate) fn forbidden(scope: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "forbidden", format!("the token has not the scope {scope}"))
    }

    /// More than this client may ask.
    pub(crate) fn rate() -> Self {
        let detail = "this client asks more often than it may; nothing was scored";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate-limit", "rate limit", detail).later(1)
    }

    /// More than can wait.
    pub(crate) fn queue_full() -> Self {
        let detail = "more requests wait than can be answered in time; nothing was scored";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "queue-full", "queue full", detail).later(1)
    }

    /// Not in time.
    pub(crate) fn deadline() -> Self {
        let detail = "the deadline passed; ask again with the same transaction_id, which is scored at most once";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "deadline", "deadline passed", detail).later(1)
    }

    /// The database does not answer.
    pub(crate) fn store_away() -> Self {
        let detail = "decisions cannot be stored; ask again with the same transaction_id, which is scored at most once";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "store-away", "store away", detail).later(2)
    }

    /// About to end, or not ready yet.
    pub(crate) fn unavailable() -> Self {
        let detail = "this instance is starting or ending; another one answers";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "not serving", detail).later(1)
    }

    /// A fault of ours.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "internal error", "the fault is ours; the log says more")
    }

    /// No such path.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "not found", "GET /openapi.json says what is here")
    }

    /// No such method.
    pub(crate) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "method not allowed", "GET /openapi.json says which methods a path has")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let kind: (HeaderName, HeaderValue) = (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let mut response = (status, [kind], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
