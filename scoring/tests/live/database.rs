//! That a database that fails in the middle of its work costs nobody an answer that was given, and nobody a second one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use hyper::Method;
use portcullis_scoring::Store;
use serde_json::Value;

use crate::{
    cut::Way,
    process::{Client, Service, logs, start, transaction, until},
    servers::{Postgres, url},
};

/// How many clients ask all the time.
const CLIENTS: usize = 8;

/// How long the load goes on before and after something happens.
const WHILE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_nobody_was_told_of_stands_once() {
    let (folder, postgres) = (tempfile::tempdir().unwrap(), Postgres::start());
    let way = Way::to(postgres.listens()).await;
    let service = start(folder.path(), &[&format!("--database-url={}", url(way.address))]);
    let (store, client) = (Store::open(&postgres.url(), 1).await.unwrap(), Client::new());
    for number in 1..=5 {
        let body = transaction(&format!("t-{number}"));
        way.cut_after_commit();
        let reply = client.score(&service, &body).await;
        assert!(way.is_cut(), "{}", reply.text);
        assert_eq!((reply.status, reply.json()["type"].as_str()), (503, Some("urn:scoring:problem:store-away")));
        assert!(reply.headers.contains_key("retry-after"));
        assert_eq!(store.count().await.unwrap(), number, "it was committed all the same");
        let again = client.score(&service, &body).await;
        assert_eq!((again.status, again.headers.get("idempotency-replayed").map(|value| value == "true")), (200, Some(true)));
        assert_eq!(store.count().await.unwrap(), number, "once");
    }
    println!("5 connections cut between a commit and its answer: 5 decisions stand");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_database_loses_and_doubles_nothing() {
    let (folder, mut postgres) = (tempfile::tempdir().unwrap(), Postgres::start());
    let flag = format!("--database-url={}", postgres.url());
    let services: Arc<Vec<Service>> = Arc::new((0..2).map(|_| start(folder.path(), &[&flag])).collect());
    let (done, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let begin = |number| tokio::spawn(load(number, Arc::clone(&services), Arc::clone(&done), Arc::clone(&refused)));
    let clients: Vec<_> = (0..CLIENTS).map(begin).collect();
    for _ in 0..2 {
        tokio::time::sleep(WHILE).await;
        postgres.crash();
        tokio::time::sleep(WHILE).await;
        postgres.begin();
    }
    tokio::time::sleep(WHILE).await;
    done.store(true, Ordering::Relaxed);
    let mut answers = Vec::new();
    for client in clients {
        answers.extend(client.await.unwrap());
    }
    let stand = Store::open(&postgres.url(), 1).await.unwrap().count().await.unwrap();
    let refused = refused.load(Ordering::Relaxed);
    println!("{} transactions, {stand} decisions, {refused} tries refused while the database was away", answers.len());
    assert_eq!(usize::try_from(stand).unwrap(), answers.len());
    assert!(refused > 0, "the crash was felt");
    let client = Client::new();
    for (body, text) in &answers {
        let again = client.score(&services[0], body).await;
        assert_eq!((again.status, &again.text), (200, text), "what was answered is what stands");
    }
}

/// Asks about one transaction after the other, each until there is an answer.
async fn load(number: usize, services: Arc<Vec<Service>>, done: Arc<AtomicBool>, refused: Arc<AtomicUsize>) -> Vec<(Value, String)> {
    let (client, mut answers) = (Client::new(), Vec::new());
    while !done.load(Ordering::Relaxed) {
        let body = transaction(&format!("t-{number}-{}", answers.len()));
        let text = body.to_string();
        loop {
            // Every try may go to another instance.
            let tries = refused.load(Ordering::Relaxed);
            let service = &services[(answers.len() + tries) % services.len()];
            let reply = client.send(service.address, Method::POST, "/v1/score", ("application/json", text.as_bytes())).await.unwrap();
            if reply.status == 200 {
                answers.push((body, reply.text));
                break;
            }
            assert_eq!(reply.status, 503, "{}", reply.text);
            refused.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_its_database() {
    let (folder, mut postgres) = (tempfile::tempdir().unwrap(), Postgres::start());
    postgres.crash();
    let flag = format!("--database-url={}", postgres.url());
    let path = folder.path().to_owned();
    let starting = std::thread::spawn(move || start(&path, &[&flag]));
    until(async || logs(folder.path()).contains("the database is away")).await;
    postgres.begin();
    let service = starting.join().unwrap();
    assert_eq!(Client::new().score(&service, &transaction("t-1")).await.status, 200);
}
