//! That spans reach a collector within the traces of clients, with nothing of a card, and that a collector that is away costs no score.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::mpsc::{Receiver, channel},
    thread,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value,
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message as _;

use crate::process::{Client, PATIENCE, start, transaction};

/// The trace of the specification's examples.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

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

/// Scores with these `traceparent` headers, and ends: the last spans are sent then.
async fn score(endpoint: SocketAddr, flags: &[&str], parents: &[Option<&str>]) -> Vec<u16> {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = format!("--otlp-endpoint=http://{endpoint}");
    let flags: Vec<&str> = flags.iter().copied().chain([endpoint.as_str()]).collect();
    let (mut service, client, mut statuses) = (start(folder.path(), &flags), Client::new(), Vec::new());
    for (number, parent) in parents.iter().enumerate() {
        let body = transaction(&format!("t-{number}")).to_string();
        let request = Request::post(format!("http://{}/v1/score", service.address)).header("content-type", "application/json");
        let request = parent.iter().fold(request, |request, parent| request.header("traceparent", *parent));
        statuses.push(client.ask(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap().status);
    }
    service.signal("TERM");
    assert_eq!(service.wait().code(), Some(0), "{}", service.log());
    statuses
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> String {
    let value = span.attributes.iter().find(|attribute| attribute.key == key).and_then(|attribute| attribute.value.clone()?.value);
    match value {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        _ => "nothing".to_owned(),
    }
}

#[tokio::test]
async fn a_span_is_part_of_the_trace_of_the_client() {
    let (address, batch) = collector();
    let (recorded, left) = (format!("00-{TRACE}-{PARENT}-01"), format!("00-{TRACE}-{PARENT}-00"));
    // Of those that no client decides about, none.
    let parents = [Some(recorded.as_str()), Some(left.as_str()), None, Some("nonsense")];
    assert_eq!(score(address, &["--otlp-ratio=0"], &parents).await, [200; 4]);
    let (line, spans) = batch.recv_timeout(PATIENCE).unwrap();
    assert_eq!((line.as_str(), spans.len()), ("POST /v1/traces HTTP/1.1", 1));
    let span = &spans[0];
    assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.to_owned(), PARENT.to_owned()));
    let said = ["http.route", "http.request.method", "http.response.status_code"].map(|key| attribute(span, key));
    assert_eq!((span.name.as_str(), span.kind(), said), ("score", SpanKind::Server, ["/v1/score", "POST", "200"].map(str::to_owned)));
    assert!(!format!("{span:?}").contains("tok_"), "{span:?}");
}

#[tokio::test]
async fn what_has_no_score_is_an_error() {
    let (address, batch) = collector();
    assert_eq!(score(address, &["--otlp-ratio=1", "--deadline-ms=0"], &[None]).await, [503]);
    let (_, spans) = batch.recv_timeout(PATIENCE).unwrap();
    let status = spans[0].status.clone().unwrap();
    assert_eq!((status.code(), spans[0].parent_span_id.is_empty()), (StatusCode::Error, true));
}

#[tokio::test]
async fn a_collector_that_is_away_costs_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(score(address, &["--otlp-ratio=1"], &[None; 20]).await, [200; 20]);
}
