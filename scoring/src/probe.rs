//! The paths that the platform asks: whether the process lives, whether it can serve, and how it fares.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use crate::{api::Api, phase::Phase};

/// The router of probes, metrics and the drain; each probe has the platform's name and the one that tools expect.
pub fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/startupz", get(started))
        .route("/livez", get(lives))
        .route("/healthz/live", get(lives))
        .route("/readyz", get(ready))
        .route("/healthz/ready", get(ready))
        .route("/drain", get(drain).post(drain))
        .route("/metrics", get(metrics))
        .with_state(api)
}

async fn started(State(api): State<Arc<Api>>) -> Response {
    tell(api.phases.now() > Phase::Starting, "started", "starting")
}

/// Asks nothing of anybody else: a database that is away is no reason to end a process.
async fn lives() -> Response {
    tell(true, "live", "")
}

async fn ready(State(api): State<Arc<Api>>) -> Response {
    tell(api.phases.now() == Phase::Serving, "ready", "not ready")
}

/// For preStop: readiness goes off, everything is still served. SIGTERM, which follows, ends the process.
async fn drain(State(api): State<Arc<Api>>) -> Response {
    api.phases.advance(Phase::Draining);
    api.metrics.draining.set(1);
    tell(true, "draining", "")
}

async fn metrics(State(api): State<Arc<Api>>) -> Response {
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], api.metrics.text()).into_response()
}

fn tell(is: bool, yes: &'static str, no: &'static str) -> Response {
    if is { yes.into_response() } else { (StatusCode::SERVICE_UNAVAILABLE, no).into_response() }
}
