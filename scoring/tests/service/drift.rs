//! That features which are not as they were in training show in the metrics, and the others do not.

use portcullis_scoring::drift::WINDOW;
use serde_json::{Value, json};

use crate::process::{Client, start, transaction};

/// How many transactions a request has.
const BATCH: u64 = 100;

#[tokio::test]
async fn what_moved_since_training_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (service, client) = (start(folder.path(), &[]), Client::new());
    let manifest: Value = serde_json::from_str(include_str!("../../model/manifest.json")).unwrap();
    let feature = manifest["features"].as_array().unwrap().iter().find(|feature| feature["name"] == "foreign_currency").unwrap();
    // Of a currency other than the euro as many as in training.
    let foreign = 1.0 - feature["shares"][0].as_f64().unwrap();
    assert!((0.01..0.5).contains(&foreign), "{foreign}");
    let drift = async |feature: &str| service.metric(&client, &format!("scoring_feature_drift{{feature=\"{feature}\"}}")).await;
    for batch in 0..WINDOW / BATCH {
        assert_eq!(drift("magstripe").await, 0.0, "nothing is told of a window that is not full");
        let transactions = (batch * BATCH..(batch + 1) * BATCH).map(|number| {
            let mut body = transaction(&format!("t-{number}"));
            body["card_token"] = format!("tok_{number:08}").into();
            body["entry_mode"] = "magstripe".into();
            body["currency"] = if (number as f64) < foreign * WINDOW as f64 { "USD" } else { "EUR" }.into();
            body
        });
        let body = json!({"transactions": transactions.collect::<Vec<Value>>()}).to_string();
        let reply = client.post(service.address, "/v1/score/batch", &body).await;
        let results = reply.json()["results"].clone();
        assert!(results.as_array().unwrap().iter().all(|result| result["status"] == 200), "{}", reply.text);
    }
    let (moved, kept) = (drift("magstripe").await, drift("foreign_currency").await);
    println!("magstripe {moved:.2}, foreign currency {kept:.4}");
    assert!(moved > 0.25 && kept > 0.0 && kept < 0.01, "{moved} {kept}");
}
