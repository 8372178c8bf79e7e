//! That instances come and go under a constant load, gracefully or not, and nothing is lost, doubled or scored twice.

use crate::fleet::Fleet;

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_drops_nothing() {
    let mut fleet = Fleet::new(None, &[]);
    let outcome = fleet.under_load(Fleet::roll).await;
    outcome.is_smooth();
    fleet.holds(&outcome, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reclaimed_node_drops_nothing() {
    let mut fleet = Fleet::new(None, &[]);
    let outcome = fleet.under_load(Fleet::reclaim).await;
    outcome.is_smooth();
    fleet.holds(&outcome, 0).await;
}

/// An instance that is killed breaks connections, and that is all: who asks again gets the answer that stands.
#[tokio::test(flavor = "multi_thread")]
async fn killed_instances_lose_and_double_nothing() {
    let mut fleet = Fleet::new(None, &[]);
    let outcome = fleet.under_load(Fleet::kill).await;
    assert!(outcome.broken > 0, "the kill was felt");
    fleet.holds(&outcome, 0).await;
}
