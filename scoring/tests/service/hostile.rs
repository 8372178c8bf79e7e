//! That what cannot be scored is refused clearly, scored not at all, and never repeated in the log.

use hyper::Method;
use serde_json::{Value, json};

use crate::process::{Client, Reply, ago, start, transaction};

/// The problem's name, and the first field with its message.
fn told(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    assert_eq!(reply.headers["content-type"], "application/problem+json", "{body}");
    let kind = body["type"].as_str().unwrap().strip_prefix("urn:scoring:problem:").unwrap().to_owned();
    let error = &body["errors"][0];
    let field = error["field"].as_str().map_or(String::new(), |field| format!("{field}: {}", error["message"].as_str().unwrap()));
    (reply.status, kind, field)
}

/// A transaction with another value at a JSON pointer.
fn with(pointer: &str, value: Value) -> String {
    let mut body = transaction("t-hostile");
    *body.pointer_mut(pointer).unwrap() = value;
    body.to_string()
}

#[tokio::test]
async fn wrong_values_are_named_with_their_field() {
    let folder = tempfile::tempdir().unwrap();
    let (service, client) = (start(folder.path(), &[]), Client::new());
    let cases: [(&str, Value, &str); 22] = [
        ("/amount", json!("NaN"), "the amount is not finite"),
        ("/amount", json!("Infinity"), "the amount is not finite"),
        ("/amount", json!("-0.01"), "the amount is negative"),
        ("/amount", json!("1e3"), "the amount is no decimal number"),
        ("/amount", json!("1.234"), "the amount has more than 2 decimals, which EUR does not have"),
        ("/amount", json!("1000000000000"), "the amount has more than 12 digits before its point"),
        ("/amount", json!(12.5), "wrong type, expected a string"),
        ("/amount", json!(1e300), "wrong type, expected a string"),
        ("/currency", json!("XXY"), "unknown currency"),
        ("/currency", json!("eur"), "unknown currency"),
        ("/currency", json!("KWD"), "no reference rate for this currency"),
        ("/occurred_at", json!(ago(-600)), "more than 5 minutes in the future"),
        ("/occurred_at", json!(ago(8 * 86_400)), "more than 7 days ago"),
        ("/occurred_at", json!("yesterday"), "no time of RFC 3339"),
        ("/card_token", json!("4111111111111111"), "no token of a card"),
        ("/card_token", json!("tok_4111111111111111"), "no token of a card"),
        ("/transaction_id", json!("4111111111111111"), "looks like the number of a card"),
        ("/transaction_id", json!("a\nb"), "no id"),
        ("/merchant/id", json!("m".repeat(65)), "no id"),
        ("/merchant/category", json!("541"), "no merchant category code"),
        ("/merchant/country", json!("ie"), "no code of a country"),
        ("/entry_mode", json!("telepathy"), "unknown value, expected one of chip, contactless, magstripe, ecommerce, moto, recurring"),
    ];
    for (pointer, value, message) in cases {
        let body = with(pointer, value);
        let reply = client.post(service.address, "/v1/score", &body).await;
        assert_eq!(told(&reply), (422, "invalid-fields".to_owned(), format!("{pointer}: {message}")), "{body}");
        assert!(!reply.json()["errors"][0]["hint"].as_str().unwrap().is_empty());
    }
    let all = json!({"transaction_id": "", "card_token": "x", "amount": "-1", "currency": "EUR", "occurred_at": "x", "card_country": "",
        "merchant": {"id": "", "category": "", "country": ""}, "entry_mode": "chip"});
    let reply = client.post(service.address, "/v1/score", &all.to_string()).await;
    assert_eq!(reply.json()["errors"].as_array().unwrap().len(), 8, "all at once: {}", reply.text);
    assert_eq!(service.metric(&client, "scoring_problems_total{why=\"invalid-fields\"}").await, 23.0);
    assert_eq!(service.metric(&client, "scoring_inference_seconds_count").await, 0.0, "nothing was scored");
    assert!(!service.log().contains("4111"), "{}", service.log());
}

#[tokio::test]
async fn what_is_no_transaction_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (service, client) = (start(folder.path(), &[]), Client::new());
    let good = transaction("t-1").to_string();
    let unknown = good.replacen('{', "{\"4111111111111111\": 1, ", 1);
    let twice = good.replacen('{', "{\"amount\": \"1\", ", 1);
    let nan = good.replace("\"23.40\"", "NaN");
    let huge = good.replace("\"23.40\"", "1e999");
    let nested = format!("{}{}", "[".repeat(100_000 / 50), "]".repeat(100_000 / 50));
    let padded = good.replacen('{', &format!("{{{}", " ".repeat(5_000)), 1);
    let cases: [(&str, u16, &str); 12] = [
        ("", 400, "malformed-json"),
        ("{", 400, "malformed-json"),
        ("null", 422, "invalid-fields"),
        ("[]", 422, "invalid-fields"),
        ("{}", 422, "invalid-fields"),
        (&nan, 400, "malformed-json"),
        (&huge, 400, "malformed-json"),
        (&unknown, 422, "invalid-fields"),
        (&twice, 422, "invalid-fields"),
        (&nested, 400, "too-deep"),
        (&padded, 413, "too-large"),
        (&format!("{good}{good}"), 400, "malformed-json"),
    ];
    for (body, status, kind) in cases {
        let reply = client.post(service.address, "/v1/score", body).await;
        let told = told(&reply);
        assert_eq!((told.0, told.1.as_str()), (status, kind), "{body:.100} {}", reply.text);
        assert!(!reply.text.contains("4111"), "{}", reply.text);
    }
    let bytes: &[u8] = b"{\"transaction_id\": \"\xff\xfe\"}";
    assert_eq!(told(&client.send(service.address, Method::POST, "/v1/score", ("application/json", bytes)).await.unwrap()).0, 400);
    assert_eq!(told(&client.send(service.address, Method::POST, "/v1/score", ("text/plain", good.as_bytes())).await.unwrap()).0, 415);
    assert_eq!(told(&client.get(service.address, "/v1/score").await).0, 405);
    assert_eq!(told(&client.get(service.address, "/v2").await).0, 404);
    assert_eq!(client.get(service.address, "/drain").await.status, 404, "who asks for scores ends no process");
    assert_eq!(client.score(&service, &transaction("t-1")).await.status, 200, "it goes on");
}

#[tokio::test]
async fn what_cannot_be_answered_in_time_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let (service, client) = (start(folder.path(), &["--deadline-ms=0"]), Client::new());
    // Whether the body had come by then is chance.
    let reply = client.score(&service, &transaction("t-1")).await;
    assert!([(408, false), (503, true)].contains(&(reply.status, reply.headers.contains_key("retry-after"))), "{}", reply.text);
    assert_eq!(service.metric(&client, "scoring_inference_seconds_count").await, 0.0, "nobody waited for it");
}

#[tokio::test]
async fn a_full_queue_sheds() {
    let folder = tempfile::tempdir().unwrap();
    let (service, client) = (start(folder.path(), &["--queue=1"]), Client::new());
    let batch = json!({"transactions": (0..100).map(|number| transaction(&format!("t-{number}"))).collect::<Vec<_>>()});
    let reply = client.post(service.address, "/v1/score/batch", &batch.to_string()).await;
    let results = reply.json()["results"].as_array().unwrap().clone();
    let count = |status: u64| results.iter().filter(|result| result["status"] == status).count();
    assert!(count(200) >= 1 && count(429) >= 1 && count(200) + count(429) == 100, "{}", reply.text);
    let shed = results.iter().find(|result| result["status"] == 429).unwrap();
    assert_eq!(shed["problem"]["retry_after"], 1);
    // What was shed was not scored, and is when it comes again.
    assert_eq!(service.metric(&client, "scoring_inference_seconds_count").await, count(200) as f64);
    for number in 0..100 {
        assert_eq!(client.score(&service, &batch["transactions"][number]).await.status, 200);
    }
    assert_eq!(service.metric(&client, "scoring_inference_seconds_count").await, 100.0);
}
