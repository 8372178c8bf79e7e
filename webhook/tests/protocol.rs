//! What is no review is told so, with a clear status and without a word of its content.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a request that cannot be made fails its test"
)]

mod gate;

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use gate::{ask, pod, post, send, server};
use http_body_util::Full;
use hyper::{
    Request, StatusCode,
    body::{Body, Frame, SizeHint},
};
use portcullis_webhook::Clock;
use serde_json::{Value, json};

fn status(body: impl Into<Bytes>) -> (u16, String) {
    let (status, body) = send(&server(), post(body));
    (status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn bodies_that_are_no_json() {
    let good = pod(|_| {}).to_string();
    let twice = good.replacen("\"object\":", "\"object\":{},\"object\":", 1);
    let deep = good.replacen("\"options\"", "\"x\"", 1).replacen(
        "\"oldObject\":null",
        &format!("\"oldObject\":{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        1,
    );
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "empty"),
        ("one byte", b"{".to_vec(), "unexpected end"),
        ("truncated", good.as_bytes()[..good.len() / 2].to_vec(), "relied on"),
        ("trailing garbage", format!("{good}x").into_bytes(), "after top-level value"),
        ("two values", format!("{good}{good}").into_bytes(), "after top-level value"),
        ("a mark of byte order", [b"\xEF\xBB\xBF".as_slice(), good.as_bytes()].concat(), "relied on"),
        (
            "no UTF-8",
            good.replace("alice", "al\u{1}").into_bytes().iter().map(|&byte| if byte == 1 { 0xFF } else { byte }).collect(),
            "no UTF-8",
        ),
        ("a key twice", twice.into_bytes(), "twice"),
        ("no number", good.replace("10001", "NaN").into_bytes(), "relied on"),
        ("a huge number", good.replace("10001", "1e999").into_bytes(), "too large"),
        ("deep", deep.into_bytes(), "levels deep"),
        ("many values", format!("[{}1]", "1,".repeat(1_000_000)).into_bytes(), "values"),
        ("yaml", b"kind: AdmissionReview\n".to_vec(), "relied on"),
        ("a list", b"[]".to_vec(), "no AdmissionReview"),
        ("null", b"null".to_vec(), "no AdmissionReview"),
    ];
    for (what, body, message) in cases {
        // Whoever told a uid gets a refusal, which no failurePolicy lets in; whoever told none gets no answer.
        let has_uid = body.starts_with(b"{") && String::from_utf8_lossy(&body).contains("uid-1");
        let (code, text) = status(body);
        assert_eq!(code, if has_uid { 200 } else { 400 }, "{what}: {text}");
        assert!(text.contains(message) && !text.contains("alice"), "{what}: {text}");
        assert!(!has_uid || text.contains("\"allowed\":false"), "{what}: {text}");
    }
    assert_eq!(status(good).0, 200);
}

/// A review as the API server writes it, whose pod has many annotations, or managed fields.
fn many(count: usize, changes: impl FnOnce(&mut Value)) -> Value {
    pod(|review| {
        let annotations: serde_json::Map<String, Value> = (0..count).map(|number| (format!("a{number}"), "".into())).collect();
        review["request"]["object"]["metadata"]["annotations"] = annotations.into();
        changes(review);
    })
}

#[test]
fn what_is_too_large_to_be_read_is_refused_and_recorded() {
    let server = server();
    let fields = many(0, |review| review["request"]["object"]["metadata"]["managedFields"] = vec![json!({"f": {}}); 30_000].into());
    assert_eq!(ask(&server, &fields)["allowed"], true, "what nobody reads has no limit of its own");
    let response = ask(&server, &many(40_100, |_| {}));
    assert_eq!((&response["allowed"], &response["uid"], &response["status"]["code"]), (&false.into(), &"uid-1".into(), &400.into()));
    let message = response["status"]["message"].as_str().unwrap();
    assert!(["more than 40000 values", "split the object up", "excludeNamespaces"].iter().all(|part| message.contains(part)), "{message}");
    // Of a body that is broken, only the uid is known.
    let broken = format!("{}x", json!({"request": {"uid": "uid-1"}}));
    let (_, body) = send(&server, post(broken));
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["response"]["allowed"], false);
    // Where nothing is ever refused, nothing is refused for its size.
    assert_eq!(ask(&server, &many(40_100, |review| review["request"]["namespace"] = "kube-system".into()))["allowed"], true);
    let metrics = server.metrics.text();
    for metric in ["operation=\"CREATE\",decision=\"denied\"} 1", "operation=\"UNKNOWN\",decision=\"denied\"} 1", "why=\"malformed\"} 2"] {
        assert!(metrics.contains(metric), "{metric}: {metrics}");
    }
    let path = server.folder.path().join("decisions.jsonl");
    server.handler.close();
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!((&lines[1]["allowed"], &lines[1]["user"], &lines[1]["errors"]), (&false.into(), &"alice".into(), &json!(["unreadable"])));
    assert_eq!((&lines[2]["allowed"], &lines[2]["uid"], &lines[2]["errors"]), (&false.into(), &"uid-1".into(), &json!(["unreadable"])));
}

#[test]
fn what_is_there_and_too_large_is_not_locked() {
    let server = server();
    let update = |changes: fn(&mut Value)| {
        many(40_100, |review| {
            review["request"]["operation"] = "UPDATE".into();
            review["request"]["oldObject"] = review["request"]["object"].clone();
            review["request"]["object"]["metadata"]["finalizers"] = json!([]);
            changes(review);
        })
    };
    let response = ask(&server, &update(|_| {}));
    assert_eq!(response["allowed"], true, "{response}");
    assert!(response["warnings"][0].as_str().unwrap().contains("unread"), "{response}");
    let changes: [fn(&mut Value); 4] = [
        |review| review["request"]["object"]["spec"]["hostPID"] = true.into(),
        |review| review["request"]["object"]["extra"] = 1.into(),
        |review| drop(review["request"]["oldObject"].as_object_mut().unwrap().remove("spec")),
        |review| review["request"]["oldObject"] = Value::Null,
    ];
    for change in changes {
        assert_eq!(ask(&server, &update(change))["allowed"], false);
    }
    let gone = update(|review| {
        review["request"]["operation"] = "DELETE".into();
        review["request"]["object"] = Value::Null;
    });
    assert_eq!(ask(&server, &gone)["allowed"], true);
    // The same for what is too deep.
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    for (operation, allowed) in [("DELETE", true), ("CREATE", false), ("UPDATE", false)] {
        let review = pod(|review| {
            review["request"]["operation"] = operation.into();
            review["request"]["oldObject"] = json!({"spec": "DEEP"});
        });
        let (_, body) = send(&server, post(review.to_string().replace("\"DEEP\"", &deep)));
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["response"]["allowed"], allowed, "{operation}");
    }
}

#[test]
fn reviews_that_are_none() {
    let mut cases: Vec<(&str, Value, &str)> = vec![
        ("no request", pod(|review| drop(review.as_object_mut().unwrap().remove("request"))), "no request"),
        ("request null", pod(|review| review["request"] = Value::Null), "no request"),
        ("uid missing", pod(|review| drop(review["request"].as_object_mut().unwrap().remove("uid"))), "uid"),
        ("uid empty", pod(|review| review["request"]["uid"] = "".into()), "uid"),
        ("uid of a mebibyte", pod(|review| review["request"]["uid"] = "x".repeat(1 << 20).into()), "uid"),
        ("uid with a line break", pod(|review| review["request"]["uid"] = "a\r\nb".into()), "uid"),
        ("another kind", pod(|review| review["kind"] = "Review".into()), "no AdmissionReview"),
        ("v1beta1", pod(|review| review["apiVersion"] = "admission.k8s.io/v1beta1".into()), "no AdmissionReview"),
        ("no version", pod(|review| drop(review.as_object_mut().unwrap().remove("apiVersion"))), "no AdmissionReview"),
        ("answered already", pod(|review| review["response"] = json!({"uid": "uid-1", "allowed": true})), "answered already"),
    ];
    for (what, review, message) in cases.drain(..) {
        let (code, text) = status(review.to_string());
        let wanted = if what == "answered already" { 200 } else { 400 };
        assert!(code == wanted && text.contains(message) && !text.contains("\"allowed\":true"), "{what}: {code} {text}");
    }
}

#[test]
fn reviews_with_a_uid_are_answered() {
    let good = pod(|_| {})["request"]["object"].take();
    let list = |items: Value| pod(|review| review["request"]["object"] = json!({"apiVersion": "v1", "kind": "List", "items": items}));
    assert_eq!(ask(&server(), &list(json!([good.clone()])))["allowed"], true);
    let cases = [
        pod(|review| review["request"]["operation"] = "create".into()),
        pod(|review| review["request"]["operation"] = "PATCH".into()),
        pod(|review| review["request"]["kind"] = Value::Null),
        pod(|review| review["request"]["object"] = "text".into()),
        // What a List has is judged whole or not at all.
        list(json!([null])),
        list(json!([good.clone(), "text"])),
        list(json!([good.clone(), [good.clone()]])),
        list(json!([{"apiVersion": "v1", "kind": "List", "items": [good.clone()]}])),
        list(json!({"a": good.clone()})),
        list("text".into()),
    ];
    for review in cases {
        let response = ask(&server(), &review);
        assert_eq!((&response["uid"], &response["allowed"], &response["status"]["code"]), (&"uid-1".into(), &false.into(), &400.into()));
    }
}

#[test]
fn answers_say_what_they_must_and_no_more() {
    let server = server();
    let (_, body) = send(&server, post(pod(|_| {}).to_string()));
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((answer["apiVersion"].as_str(), answer["kind"].as_str()), (Some("admission.k8s.io/v1"), Some("AdmissionReview")));
    assert!(answer.get("request").is_none() && answer["response"]["uid"] == "uid-1" && answer["response"].get("status").is_none());
    let many: Vec<Value> =
        (0..200).map(|number| json!({"name": format!("v{number}\r\nWarning: \u{202E}ö"), "hostPath": {"path": "/ü".repeat(90)}})).collect();
    let response = ask(&server, &pod(|review| review["request"]["object"]["spec"]["volumes"] = many.clone().into()));
    let warnings: Vec<&str> = response["warnings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(
        warnings.iter().all(|text| text.len() <= 256 && !text.chars().any(|character| character.is_control() || character == '\u{202E}'))
    );
    assert!(warnings.iter().map(|text| text.len()).sum::<usize>() <= 4096 && warnings.last().unwrap().contains("more"));
    let containers: Vec<Value> = (0..300).map(|number| json!({"name": format!("ä{number}"), "image": "docker.io/x:1.2.3"})).collect();
    let response = ask(&server, &pod(|review| review["request"]["object"]["spec"]["containers"] = containers.clone().into()));
    assert!(response["status"]["message"].as_str().unwrap().len() <= 8 << 10);
    assert_eq!(response["status"]["reason"], "Forbidden");
}

#[test]
fn methods_paths_and_types() {
    let server = server();
    let request = |method: &str, path: &str, kind: Option<&str>, encoding: Option<&str>| {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in [("content-type", kind), ("content-encoding", encoding)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        send(&server, request.body(Full::new(Bytes::from(pod(|_| {}).to_string()))).unwrap()).0.as_u16()
    };
    let json = Some("application/json");
    assert_eq!(request("POST", "/validate", json, None), 200);
    assert_eq!(request("POST", "/validate", Some("application/json; charset=utf-8"), None), 200);
    assert_eq!(request("POST", "/validate", Some("Application/JSON"), None), 200);
    assert_eq!(request("POST", "/validate", None, None), 415);
    assert_eq!(request("POST", "/validate", Some("application/yaml"), None), 415);
    assert_eq!(request("POST", "/validate", json, Some("gzip")), 415);
    assert_eq!(request("POST", "/validate", json, Some("identity")), 200);
    assert_eq!(request("GET", "/validate", json, None), 405);
    assert_eq!(request("PUT", "/validate", json, None), 405);
    assert_eq!(request("POST", "/", json, None), 404);
    assert_eq!(request("POST", "/validate/prod", json, None), 200);
    assert_eq!(request("POST", "/validate/a/b", json, None), 404);
    assert_eq!(request("POST", "/validate/%0a", json, None), 404);
    assert_eq!(request("GET", "/livez", None, None), 200);
    assert_eq!(request("GET", "/readyz", None, None), 200);
}

/// A body that comes in pieces, claims a length of its own, or never ends.
struct Pieces {
    left: usize,
    piece: Bytes,
    claimed: Option<u64>,
    ends: bool,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if self.left == 0 {
            return if self.ends { Poll::Ready(None) } else { Poll::Pending };
        }
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))))
    }

    fn size_hint(&self) -> SizeHint {
        self.claimed.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

fn pieces(left: usize, claimed: Option<u64>, ends: bool) -> Request<Pieces> {
    let body = Pieces { left, piece: Bytes::from(vec![b' '; 1 << 20]), claimed, ends };
    Request::post("/validate?timeout=1s").header("content-type", "application/json").body(body).unwrap()
}

fn status_of(request: Request<Pieces>) -> StatusCode {
    gate::runtime().block_on(async { server().handler.handle(request).await.status() })
}

#[test]
fn long_bodies() {
    // Two objects of three mebibytes are legal in an UPDATE; eight mebibytes are the most that is read.
    let filler = "x".repeat(3 << 20);
    let large = pod(|review| {
        for side in ["object", "oldObject"] {
            review["request"][side] = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": filler}});
        }
        review["request"]["operation"] = "UPDATE".into();
        review["request"]["kind"] = json!({"group": "", "version": "v1", "kind": "ConfigMap"});
    });
    assert_eq!(ask(&server(), &large)["allowed"], true);
    assert_eq!(status_of(pieces(9, None, true)), 413);
    assert_eq!(status_of(pieces(0, Some(9 << 20), false)), 413, "a length that is claimed is believed before anything is read");
    assert_eq!(status_of(pieces(1, Some(8 << 20), true)), 400, "a body that is shorter than it claims is no JSON");
    assert_eq!(status_of(pieces(8, None, true)), 400, "eight mebibytes of nothing are read");
}

#[test]
fn bodies_that_do_not_end() {
    let server = server();
    let begun = Instant::now();
    let answered = gate::runtime().block_on(async { server.handler.handle(pieces(1, None, false)).await.status() });
    assert_eq!(answered, 408);
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
}

#[test]
fn too_much_at_once_is_told_at_once() {
    let bounds = portcullis_webhook::Bounds { in_flight: 2, store: 2 << 20, lanes: 1 };
    let server = odd(RUNS, "version: 1\n", &bounds);
    gate::runtime().block_on(async {
        let handler = &server.handler;
        let costly = || async {
            let mut request = post(pod(|_| {}).to_string());
            *request.uri_mut() = "/validate?timeout=2s".parse().unwrap();
            handler.handle(request).await.status()
        };
        // It comes when the others have their places, and nobody has looked after them again.
        let third = async {
            let begun = Instant::now();
            let response = handler.handle(post(pod(|_| {}).to_string())).await;
            (response.status(), response.headers().contains_key("retry-after"), begun.elapsed())
        };
        let (_, _, (status, says_when, took)) = tokio::join!(costly(), costly(), third);
        assert_eq!((status, says_when), (StatusCode::TOO_MANY_REQUESTS, true));
        assert!(took < Duration::from_millis(100));
        let response = handler.handle(pieces(4, None, true)).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS, "bodies have no room");
        assert_eq!(handler.handle(post(pod(|_| {}).to_string())).await.status(), StatusCode::OK, "room comes back");
    });
    assert_eq!((server.metrics.refusals("in_flight"), server.metrics.refusals("store")), (1, 1));
}

#[test]
fn bodies_that_do_not_come_keep_nobody_out() {
    let bounds = portcullis_webhook::Bounds { in_flight: 2, store: 2 << 20, lanes: 1 };
    let server = gate::server_of(&gate::bundle(gate::CONFIG), &bounds, Clock::of(|| gate::NOON));
    let idle = |count: usize, left: usize| -> Vec<_> { (0..count).map(|_| server.handler.handle(pieces(left, None, false))).collect() };
    let good = || server.handler.handle(post(pod(|_| {}).to_string()));
    gate::runtime().block_on(async {
        // Heads alone, as many as may wait; two bodies that have taken all bytes and do not end.
        for heads in [idle(32, 0), idle(2, 1)] {
            let mut heads: Vec<_> = heads.into_iter().map(Box::pin).collect();
            for head in &mut heads {
                assert!(futures_pending(head).await);
            }
            tokio::time::sleep(Duration::from_millis(510)).await;
            let (answered, gone) = tokio::join!(good(), heads.remove(0));
            assert_eq!((answered.status(), gone.status()), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
        }
    });
    assert_eq!((server.metrics.refusals("arriving"), server.metrics.refusals("in_flight")), (2, 0));
}

/// Whether a request has no answer yet, once it was looked at.
async fn futures_pending<F: Future + Unpin>(request: &mut F) -> bool {
    std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut *request).poll(context).is_pending())).await
}

#[test]
fn an_unknown_environment_is_refused() {
    let server = server();
    let ask_at = |review: &Value| {
        let mut request = post(review.to_string());
        *request.uri_mut() = "/validate/pord?timeout=10s".parse().unwrap();
        serde_json::from_slice::<Value>(&send(&server, request).1).unwrap()["response"].take()
    };
    let response = ask_at(&pod(|_| {}));
    assert_eq!(response["allowed"], false);
    assert!(response["status"]["message"].as_str().unwrap().contains("\"pord\" in the configuration, which has dev, prod"), "{response}");
    assert_eq!(ask_at(&pod(|review| review["request"]["namespace"] = "kube-system".into()))["allowed"], true);
    // A bundle that knows no environments knows every name, and one that no longer knows the cluster's is not taken in.
    let path = server.folder.path().join("bundle.json");
    let gates = portcullis_webhook::Gates::open_for(&path, Some("dev")).unwrap();
    let digest = gates.digest();
    for (name, is_taken) in [("other", false), ("dev", true)] {
        std::fs::write(&path, gate::bundle(&format!("version: 1\nenvironments: [{{name: {name}}}]\nzones: [eu-west-1a]\n")).text())
            .unwrap();
        gates.refresh(&Clock::of(|| gate::NOON), &server.metrics);
        assert_eq!(gates.digest() != digest, is_taken, "{name}");
    }
    assert!(portcullis_webhook::Gates::open_for(&path, Some("prod")).unwrap_err().to_string().contains("which has dev"));
}

#[test]
fn lists_are_judged_beside_the_others() {
    let server = server();
    let good = pod(|_| {})["request"]["object"].take();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [good.clone(), good]});
    assert_eq!(ask(&server, &pod(|review| review["request"]["object"] = list))["allowed"], true);
    assert!(server.metrics.text().contains("portcullis_slow_reviews_total 1"));
}

#[test]
fn draining_answers_and_says_so() {
    let server = server();
    server.handler.drain();
    gate::runtime().block_on(async {
        let ready = Request::get("/readyz").body(Full::new(Bytes::new())).unwrap();
        assert_eq!(server.handler.handle(ready).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        let response = server.handler.handle(post(pod(|_| {}).to_string())).await;
        assert_eq!((response.status(), response.headers()["connection"].to_str().unwrap()), (StatusCode::OK, "close"));
    });
}

#[test]
fn decisions_are_chained_and_hold_nothing_of_the_object() {
    let server = server();
    for number in 0..5 {
        ask(
            &server,
            &pod(|review| {
                review["request"]["object"]["spec"]["hostPID"] = true.into();
                review["request"]["object"]["spec"]["containers"][0]["env"] = json!([{"name": "P", "value": "hunter2"}]);
                review["request"]["name"] = format!("api-{number}\n{{\"forged\":true}}").into();
            }),
        );
    }
    ask(&server, &pod(|review| review["request"]["dryRun"] = true.into()));
    let path = server.folder.path().join("decisions.jsonl");
    server.handler.close();
    let text = std::fs::read_to_string(path).unwrap();
    let audit = portcullis_policies::admission::chain::Audit::read(text.as_bytes()).unwrap();
    assert_eq!((audit.lines, audit.broken), (5, None), "{text}");
    assert!(!text.contains("hunter2") && text.contains("host-process-namespace"));
}

#[test]
fn a_new_bundle_is_tried_and_a_bad_one_refused() {
    let server = server();
    let path = server.folder.path().join("bundle.json");
    let clock = Clock::of(|| gate::NOON);
    let allowed = || {
        ask(&server, &pod(|review| review["request"]["object"]["spec"]["volumes"] = json!([{"name": "v", "hostPath": {"path": "/"}}])))["allowed"]
            == true
    };
    assert!(allowed() && allowed());
    let first = server.gates.digest();
    let whole = gate::bundle(gate::CONFIG).text();
    for bad in [String::new(), whole[..whole.len() / 2].to_owned(), whole.replace("shop/agent", "shop/*"), "{}".to_owned()] {
        std::fs::write(&path, bad).unwrap();
        server.gates.refresh(&clock, &server.metrics);
        assert_eq!(server.gates.digest(), first);
    }
    let stricter = gate::bundle(&gate::CONFIG.replace("host-path-volume: { level: warn }", "host-path-volume: { level: deny }"));
    std::fs::write(&path, stricter.text()).unwrap();
    server.gates.refresh(&clock, &server.metrics);
    assert_ne!(server.gates.digest(), first);
    assert!(!allowed());
    let text = server.metrics.text();
    assert!(text.contains("portcullis_bundle_newly_denied 2"), "{text}");
    assert!(text.contains("portcullis_reloads_total{what=\"bundle\",result=\"refused\"} 4"), "{text}");
    std::fs::remove_file(&path).unwrap();
    server.gates.refresh(&clock, &server.metrics);
    assert_eq!(server.gates.digest(), stricter.digest, "a bundle that is gone stays in use");
}

#[test]
fn waivers_end_with_their_day() {
    let agent = pod(|review| {
        review["request"]["object"]["metadata"]["name"] = "agent".into();
        review["request"]["object"]["spec"]["hostPID"] = true.into();
    });
    let day = 86_400;
    for (seconds, allowed) in
        [(gate::NOON, true), (gate::NOON + day / 2 - 1, true), (gate::NOON + day / 2, false), (gate::NOON + day, false)]
    {
        let server = gate::server_of(&gate::bundle(gate::CONFIG), &gate::bounds(), Clock::of(move || seconds));
        assert_eq!(ask(&server, &agent)["allowed"], allowed, "{seconds}");
    }
}

#[test]
fn more_than_anybody_reads_is_not_read() {
    let containers = |count: usize, image: &str| -> Value {
        (0..count).map(|number| json!({"name": format!("c{number}"), "image": image, "securityContext": {"privileged": true}})).collect()
    };
    let ask_for = |containers: Value| ask(&server(), &pod(|review| review["request"]["object"]["spec"]["containers"] = containers));
    let response = ask_for(containers(501, "x"));
    assert_eq!((&response["allowed"], &response["auditAnnotations"]["denied"]), (&false.into(), &"unreadable".into()), "{response}");
    assert!(response["status"]["message"].as_str().unwrap().contains("501 items"), "{response}");
    assert_eq!(ask_for(containers(400, "docker.io/x"))["allowed"], false);
    let many = "findings contains {\"at\": [], \"message\": sprintf(\"%d\", [n])} if some n in numbers.range(1, 1001)\n";
    let response = ask(&rule(many, "version: 1\n"), &pod(|_| {}));
    assert_eq!((&response["allowed"], &response["auditAnnotations"]["denied"]), (&false.into(), &"odd!".into()), "{response}");
}

/// A library of one rule.
fn rule(rego: &str, config: &str) -> gate::Server {
    odd(rego, config, &gate::bounds())
}

fn odd(rego: &str, config: &str, bounds: &portcullis_webhook::Bounds) -> gate::Server {
    let head = "# METADATA\n# title: A rule\n# description: It is one.\n# custom: {severity: error, group: platform, scope: resource, target: pod}\npackage portcullis.rules.odd\n\n";
    let files = [("rules/odd/rule.rego".to_owned(), format!("{head}{rego}"))].into_iter().collect();
    gate::server_of(&gate::with_files(files, config), bounds, Clock::of(|| gate::NOON))
}

#[test]
fn a_rule_that_fails_does_what_it_is_told() {
    // The machine passes over builtins that fail; what says nothing that is a finding is an error.
    let fails = "findings contains input.pod.containers[0].container.name\n";
    let response = ask(&rule(fails, "version: 1\n"), &pod(|_| {}));
    assert_eq!((&response["allowed"], &response["auditAnnotations"]["denied"]), (&false.into(), &"odd!".into()), "{response}");
    let response = ask(&rule(fails, "version: 1\nrules: {odd: {onError: warn}}\n"), &pod(|_| {}));
    assert_eq!((&response["allowed"], &response["auditAnnotations"]["warned"]), (&true.into(), &"odd!".into()), "{response}");
}

/// A rule that runs away.
const RUNS: &str = "findings contains {\"at\": [], \"message\": \"x\"} if {\n\tn := numbers.range(1, 2000)\n\tsome a in n\n\tsome b in n\n\tsome c in n\n\ta * b * c == 0\n}\n";

#[test]
fn a_rule_that_runs_away_is_stopped_in_time() {
    let server = rule(RUNS, "version: 1\n");
    let begun = Instant::now();
    let mut request = post(pod(|_| {}).to_string());
    *request.uri_mut() = "/validate?timeout=2s".parse().unwrap();
    let (status, body) = send(&server, request);
    let response: Value = serde_json::from_slice(&body).unwrap();
    assert!(status == 200 && response["response"]["allowed"] == false, "{response}");
    assert!(begun.elapsed() < Duration::from_millis(1900), "{:?}", begun.elapsed());
    assert!(server.metrics.text().contains("portcullis_rule_errors_total{why=\"budget\"} 1"));
}

const RUNAWAY: [(&str, &str); 2] = [
    (
        "foreign/000/gatekeeper/Runs.json",
        r#"{"apiVersion":"templates.gatekeeper.sh/v1","kind":"ConstraintTemplate","metadata":{"name":"runs"},"spec":{"crd":{"spec":{"names":{"kind":"Runs"}}},
        "targets":[{"target":"admission.k8s.gatekeeper.sh","rego":"package runs\nviolation[{\"msg\": \"x\"}] { n := numbers.range(1, 2000); a := n[_]; b := n[_]; c := n[_]; a * b * c == 0 }"}]}}"#,
    ),
    (
        "foreign/000/gatekeeper/Runs/a.json",
        r#"{"apiVersion":"constraints.gatekeeper.sh/v1beta1","kind":"Runs","metadata":{"name":"a"},"spec":{"enforcementAction":"ACTION"}}"#,
    ),
];

/// Named, with its level, within a second, and beside the others: whoever asks meanwhile is answered.
#[test]
fn a_policy_of_gatekeeper_that_runs_away_is_stopped_in_time() {
    for (action, is_allowed, outcome) in [("deny", false, "denied"), ("warn", true, "warned")] {
        let files = RUNAWAY.map(|(path, text)| (path.to_owned(), text.replace("ACTION", action))).into_iter().collect();
        let server = gate::server_of(&gate::with_files(files, "version: 1\n"), &gate::bounds(), Clock::of(|| gate::NOON));
        let begun = Instant::now();
        let mut request = post(pod(|_| {}).to_string());
        *request.uri_mut() = "/validate?timeout=10s".parse().unwrap();
        let (status, body) = send(&server, request);
        let response = &serde_json::from_slice::<Value>(&body).unwrap()["response"];
        assert!(status == 200 && response["allowed"] == is_allowed, "{response}");
        assert_eq!(response["auditAnnotations"][outcome], "gatekeeper/Runs/a!", "{response}");
        assert!(begun.elapsed() < Duration::from_millis(2500), "{:?}", begun.elapsed());
        assert!(server.metrics.text().contains("portcullis_rule_errors_total{why=\"budget\"} 1"));
    }
}

#[test]
fn labels_of_metrics_are_bounded() {
    let server = server();
    for number in 0..200 {
        ask(
            &server,
            &pod(|review| {
                review["request"]["namespace"] = format!("n{number}").into();
                review["request"]["object"]["spec"]["hostPID"] = true.into();
                review["request"]["userInfo"]["username"] = format!("u{number}").into();
            }),
        );
    }
    let text = server.metrics.text();
    assert!(text.lines().count() < 200 && !text.contains("u77") && !text.contains("n77"), "{text}");
    let _ = Arc::strong_count(&server.metrics);
}
