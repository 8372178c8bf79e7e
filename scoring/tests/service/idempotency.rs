//! That a transaction is scored once, however often and however it is sent.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::process::{Client, Service, ago, start, transaction};

fn service() -> (tempfile::TempDir, Service, Client) {
    let folder = tempfile::tempdir().unwrap();
    let service = start(folder.path(), &[]);
    (folder, service, Client::new())
}

#[tokio::test]
async fn the_same_transaction_gets_the_same_bytes() {
    let (_folder, service, client) = service();
    let first = client.score(&service, &transaction("t-1")).await;
    assert_eq!((first.status, first.headers.get("idempotency-replayed")), (200, None), "{}", first.text);
    let again = client.score(&service, &transaction_like(&transaction("t-1"), &first)).await;
    assert_eq!(again.status, 409, "occurred at another time: {}", again.text);
    let body = transaction("t-2");
    let first = client.score(&service, &body).await;
    let again = client.score(&service, &body).await;
    assert_eq!((again.status, again.text == first.text), (200, true));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(service.metric(&client, "scoring_replays_total").await, 1.0);
}

fn transaction_like(body: &Value, _reply: &crate::process::Reply) -> Value {
    let mut body = body.clone();
    body["occurred_at"] = ago(100).into();
    body
}

#[tokio::test]
async fn the_same_id_with_other_content_is_a_conflict() {
    let (_folder, service, client) = service();
    let mut body = transaction("t-1");
    assert_eq!(client.score(&service, &body).await.status, 200);
    body["amount"] = "23.41".into();
    let reply = client.score(&service, &body).await;
    assert_eq!((reply.status, reply.json()["type"].as_str()), (409, Some("urn:scoring:problem:conflicting-content")));
    // How an amount is written is no other content.
    body["amount"] = "23.4".into();
    assert_eq!(client.score(&service, &body).await.status, 200);
}

#[tokio::test]
async fn many_at_once_get_one_answer() {
    let (_folder, service, client) = service();
    let body = transaction("t-1");
    let replies = join_all((0..50).map(|_| client.score(&service, &body))).await;
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.text == replies[0].text));
    assert_eq!(replies.iter().filter(|reply| !reply.headers.contains_key("idempotency-replayed")).count(), 1);
}

#[tokio::test]
async fn a_batch_has_a_result_for_each() {
    let (_folder, service, client) = service();
    let body = transaction("t-1");
    let mut wrong = transaction("t-2");
    wrong["amount"] = "-1".into();
    let mut other = body.clone();
    other["amount"] = "1.00".into();
    let batch = json!({"transactions": [body, wrong, body, other, transaction("t-3")]});
    let reply = client.post(service.address, "/v1/score/batch", &batch.to_string()).await;
    let results = reply.json()["results"].clone();
    let statuses: Vec<u64> = results.as_array().unwrap().iter().map(|result| result["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 422, 200, 409, 200], "{}", reply.text);
    assert_eq!(results[0]["answer"], results[2]["answer"]);
    assert_eq!(results[1]["problem"]["errors"][0]["field"], "/amount");
    for count in [0, 101] {
        let batch = json!({"transactions": vec![transaction("t-9"); count]});
        assert_eq!(client.post(service.address, "/v1/score/batch", &batch.to_string()).await.status, 422, "{count}");
    }
}

#[tokio::test]
async fn history_counts_what_was_before() {
    let (_folder, service, client) = service();
    let mut scores = Vec::new();
    for number in 0..12 {
        let mut body = transaction(&format!("t-{number}"));
        body["occurred_at"] = before_noon(3_000 - number * 120).into();
        body["amount"] = "450.00".into();
        body["entry_mode"] = "ecommerce".into();
        body["merchant"] = json!({"id": "m-7", "category": "5732", "country": "US"});
        scores.push(client.score(&service, &body).await.json()["score"].as_f64().unwrap());
    }
    // The twelfth of such payments within the hour is not what the first one was; at night the first one would be odd already.
    assert!(scores[11] > scores[0] * 2.0, "{scores:?}");
}

/// The time so many seconds before the latest noon.
fn before_noon(seconds: i64) -> String {
    const DAY: i64 = 24 * 3_600;
    let now = jiff::Timestamp::now().as_second();
    let noon = (now - DAY / 2).div_euclid(DAY) * DAY + DAY / 2;
    jiff::Timestamp::from_second(noon - seconds).unwrap().to_string()
}
