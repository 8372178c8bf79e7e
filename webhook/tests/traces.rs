//! Spans reach a collector, and a collector that is away costs no review anything.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a server that cannot be set up fails its test")]

mod gate;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use gate::{CONFIG, NOON, bounds, bundle, post, server_of};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value,
    trace::v1::{Span, status::StatusCode},
};
use portcullis_webhook::{Clock, Traces};
use prost::Message;

/// The trace of the specification's examples, which the API server decided to record, or not.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// How long a batch may take until the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A collector that takes one batch in.
fn collector() -> (SocketAddr, Receiver<(String, Vec<Span>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, batch) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let before = head.len();
            reader.read_line(&mut head).unwrap();
            let line = head[before..].to_ascii_lowercase();
            length = line.strip_prefix("content-length:").map_or(length, |number| number.trim().parse().unwrap());
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n").unwrap();
        let batch = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
        let spans = batch.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans).collect();
        tell.send((head.lines().next().unwrap_or_default().to_owned(), spans))
    });
    (address, batch)
}

/// Sends reviews with these `traceparent` headers, and ends.
fn review(endpoint: &str, ratio: f64, parents: &[Option<&str>], body: &str) -> Vec<u16> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let traces = Traces::start(endpoint, ratio, runtime.handle()).unwrap();
    let mut server = server_of(&bundle(CONFIG), &bounds(), Clock::of(|| NOON));
    server.handler = server.handler.traced(Some(traces.clone()));
    let statuses = parents.iter().map(|parent| {
        let mut request = post(body.to_owned());
        if let Some(parent) = parent {
            request.headers_mut().insert("traceparent", parent.parse().unwrap());
        }
        runtime.block_on(server.handler.handle(request)).status().as_u16()
    });
    let statuses = statuses.collect();
    traces.close();
    statuses
}

fn body() -> String {
    let mut review: serde_json::Value = serde_json::from_str(include_str!("reviews/bases/deployment.json")).unwrap();
    review["spec"]["template"]["spec"]["hostPID"] = true.into();
    serde_json::json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "uid-1", "operation": "CREATE", "namespace": "shop", "name": "api",
        "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
        "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
        "userInfo": {"username": "alice", "groups": []}, "object": review, "oldObject": null,
    }})
    .to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> String {
    let value = span.attributes.iter().find(|attribute| attribute.key == key).and_then(|attribute| attribute.value.clone()?.value);
    match value {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::BoolValue(truth)) => truth.to_string(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        _ => "nothing".to_owned(),
    }
}

#[test]
fn a_span_is_part_of_the_trace_of_the_api_server() {
    let (address, batch) = collector();
    let (recorded, left) = (format!("00-{TRACE}-{PARENT}-01"), format!("00-{TRACE}-{PARENT}-00"));
    // Of those that the API server does not decide about, none.
    let parents = [Some(recorded.as_str()), Some(left.as_str()), None, Some("nonsense")];
    assert_eq!(review(&format!("http://{address}"), 0.0, &parents, &body()), [200; 4]);
    let (line, spans) = batch.recv_timeout(PATIENCE).unwrap();
    assert_eq!(line, "POST /v1/traces HTTP/1.1");
    let [span] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.to_owned(), PARENT.to_owned()));
    let said = ["k8s.admission.operation", "k8s.admission.subject", "portcullis.allowed", "portcullis.rules", "portcullis.environment"];
    let said = said.map(|key| attribute(span, key));
    assert_eq!(said, ["CREATE", "Deployment shop/api", "false", "host-process-namespace", "prod"]);
    assert!(attribute(span, "portcullis.bundle").starts_with("sha256:"));
    assert_eq!(span.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["read"]);
    assert!(!span.attributes.iter().any(|attribute| format!("{attribute:?}").contains("alice")));
}

#[test]
fn what_has_no_verdict_is_an_error() {
    let (address, batch) = collector();
    assert_eq!(review(&format!("http://{address}/"), 1.0, &[None], "{"), [400]);
    let (_, spans) = batch.recv_timeout(PATIENCE).unwrap();
    let status = spans[0].status.clone().unwrap();
    assert_eq!((status.code(), status.message.as_str(), spans[0].parent_span_id.is_empty()), (StatusCode::Error, "Bad Request", true));
}

#[test]
fn a_collector_that_is_away_costs_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(review(&format!("http://{address}"), 1.0, &[None; 20], &body()), [200; 20]);
}
