//! The dashboard of the chart shows what there is.
#![expect(clippy::disallowed_methods, reason = "reads a file of the repository; what cannot be read fails its test")]

use std::{collections::BTreeSet, fs, path::Path};

use portcullis_webhook::Metrics;
use serde_json::Value;

/// What Prometheus makes of a histogram.
const PARTS: [&str; 3] = ["_bucket", "_count", "_sum"];

#[test]
fn every_metric_of_the_dashboard_is_one_of_ours() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../platform-manifests/charts/admission/files/dashboard.json");
    let dashboard: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for expression in targets.map(|target| target["expr"].as_str().unwrap()) {
        let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        shown.extend(words.filter(|word| word.starts_with("portcullis_")).map(str::to_owned));
    }
    // Families without a member yet are in no text that is served, so the names are taken from where they are registered.
    let source = ["src/metrics.rs", "src/scan/gauges.rs"];
    let source = source.map(|path| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()).concat();
    let names = source.split(".register(").filter_map(|call| call.trim_start().strip_prefix('"')?.split('"').next());
    let known: BTreeSet<String> = names.map(|name| format!("portcullis_{name}")).collect();
    let served = Metrics::default().text();
    assert!(served.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).all(|name| known.contains(name)));
    let plain = |name: &str| PARTS.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name).to_owned();
    let unknown: Vec<&String> = shown.iter().filter(|name| !known.contains(plain(name.trim_end_matches("_total")).as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?} of {known:?}");
    assert!(panels.iter().all(|panel| !panel["description"].as_str().unwrap().is_empty()));
    assert!(shown.len() > 12, "{shown:?}");
}
