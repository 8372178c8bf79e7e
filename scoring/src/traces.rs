//! A span of each request, sent to an OpenTelemetry collector beside the work: no request ever waits for it.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{HeaderMap, Request, Response};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{
    Context, KeyValue,
    propagation::TextMapPropagator,
    trace::{Span as _, SpanKind, Status, TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider, Span},
};
use tokio::runtime::Handle;

/// The path of the protocol, after an endpoint that names none.
const PATH: &str = "/v1/traces";

/// How long a collector may take to take a batch in.
const EXPORT_TIME: Duration = Duration::from_secs(3);

/// The largest answer of a collector that is read.
const MAX_ANSWER: usize = 64 * 1024;

/// Where spans go.
#[derive(Clone, Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

/// The span of a request under way.
#[derive(Debug)]
pub(crate) struct Traced(Span);

impl Traces {
    /// Sends spans to a collector by OTLP over HTTP, from the threads of a runtime; `ratio` of the requests that no trace of a client holds.
    ///
    /// # Errors
    /// The endpoint is no `http://` URL.
    pub fn start(endpoint: &str, ratio: f64, runtime: &Handle) -> Result<Self, String> {
        let url = url(endpoint)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector { client: Client::builder(TokioExecutor::new()).build_http(), runtime: runtime.clone() })
            .with_endpoint(url)
            .with_timeout(EXPORT_TIME)
            .build()
            .map_err(|error| error.to_string())?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))))
            .with_resource(Resource::builder().with_service_name("scoring").build())
            .build();
        Ok(Self { provider })
    }

    /// Begins the span of a request, within the trace that the client tells.
    pub(crate) fn begin(&self, headers: &HeaderMap) -> Traced {
        let around = TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers));
        // What is no trace of another process begins one of its own.
        let around = if around.span().span_context().is_valid() { around } else { Context::new() };
        let tracer = self.provider.tracer("scoring");
        Traced(tracer.span_builder("score").with_kind(SpanKind::Server).start_with_context(&tracer, &around))
    }

    /// Sends what is left, for which the runtime must still be there.
    pub fn close(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(EXPORT_TIME) {
            tracing::warn!(%error, "the last spans were not taken in");
        }
    }
}

impl Traced {
    /// What was asked and what came of it; nothing of a transaction.
    pub(crate) fn answered(mut self, path: &'static str, status: u16) {
        self.0.set_attributes([
            KeyValue::new("http.route", path),
            KeyValue::new("http.request.method", "POST"),
            KeyValue::new("http.response.status_code", i64::from(status)),
        ]);
        if status >= 500 {
            self.0.set_status(Status::error("no score"));
        }
    }
}

/// The URL of a collector's traces.
fn url(endpoint: &str) -> Result<String, String> {
    let usage = || format!("{endpoint:?} is no address of a collector: write it as http://HOST:4318");
    let authority = endpoint.strip_prefix("http://").ok_or_else(usage)?;
    let parsed: hyper::Uri = endpoint.parse().map_err(|_| usage())?;
    if parsed.host().is_none_or(str::is_empty) {
        return Err(usage());
    }
    Ok(if authority.trim_end_matches('/').contains('/') {
        endpoint.to_owned()
    } else {
        format!("{}{PATH}", endpoint.trim_end_matches('/'))
    })
}

/// A client whose work the runtime does, since the thread that exports has none.
struct Collector {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
}

impl fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Collector").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchange = async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        // The clock of the timeout is the runtime's, too.
        self.runtime.spawn(async { tokio::time::timeout(EXPORT_TIME, exchange).await }).await??
    }
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn endpoints_are_of_collectors() {
        assert_eq!(url("http://otel:4318").as_deref(), Ok("http://otel:4318/v1/traces"));
        assert_eq!(url("http://otel:4318/").as_deref(), Ok("http://otel:4318/v1/traces"));
        assert_eq!(url("http://otel:4318/other").as_deref(), Ok("http://otel:4318/other"));
        for wrong in ["", "otel:4318", "https://otel:4318", "http://", "http:///v1", "http://a b"] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }
}
