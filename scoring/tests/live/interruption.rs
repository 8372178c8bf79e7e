//! That instances come and go under a constant load of clients and of the broker, on one database, and nothing is lost or doubled.

use crate::{
    brokers::flags,
    fleet::{Fleet, Outcome},
    flow::Flow,
    process::Client,
    servers::{Pair, Postgres},
};

/// Runs a course of events while clients ask and the broker has transactions, and checks both to the end.
async fn under_both_loads(course: impl AsyncFnOnce(&mut Fleet, &Client)) -> Outcome {
    let (postgres, pair) = (Postgres::start(), Pair::start());
    let [_, broker, user, password] = flags(&postgres, &pair);
    let certificate = pair.certificate().to_str().unwrap().to_owned();
    let mut fleet = Fleet::new(Some(postgres.url()), &[broker, user, password]).with("SSL_CERT_FILE", certificate);
    let mut flow = Flow::start(&pair);
    let outcome = fleet.under_load(course).await;
    let count = flow.decided(&fleet.store().await, outcome.asked).await;
    fleet.holds(&outcome, count).await;
    let instances = fleet.instances.len();
    fleet.terminate(&Client::new(), instances).await;
    flow.holds(count, &outcome.answers).await;
    outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_drops_nothing() {
    under_both_loads(Fleet::roll).await.is_smooth();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reclaimed_node_drops_nothing() {
    under_both_loads(Fleet::reclaim).await.is_smooth();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_instances_lose_and_double_nothing() {
    assert!(under_both_loads(Fleet::kill).await.broken > 0, "the kill was felt");
}
