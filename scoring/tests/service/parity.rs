//! That the native runtime says what the Python runtime said of the same rows, and that serving computes the features of training.

use std::io::Read as _;

use portcullis_scoring::{
    features::{self, COUNT, Row},
    history::History,
    manifest::Manifest,
    model::Model,
    transaction::Transaction,
};
use serde_json::{Value, json};

/// How far two runtimes may be apart.
const TOLERANCE: f32 = 1e-5;

/// The recording: the bytes of the rows' numbers in four planes, column by column, then the scores.
fn recorded() -> (Vec<Row>, Vec<f32>) {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&include_bytes!("../recorded/parity.bin.gz")[..]).read_to_end(&mut bytes).unwrap();
    let rows = bytes.len() / 4 / (COUNT + 1);
    let plane = rows * COUNT;
    let cell = |column: usize, row: usize| {
        let index = column * rows + row;
        f32::from_le_bytes([bytes[index], bytes[plane + index], bytes[2 * plane + index], bytes[3 * plane + index]])
    };
    let inputs = (0..rows).map(|row| std::array::from_fn(|column| cell(column, row))).collect();
    let scores = bytes[4 * plane..].chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    (inputs, scores)
}

#[test]
fn native_scores_are_those_of_onnxruntime() {
    let (rows, expected) = recorded();
    assert_eq!((rows.len(), expected.len()), (10_000, 10_000));
    let scores = Model::embedded().unwrap().scores(&rows).unwrap();
    let furthest = scores.iter().zip(&expected).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max);
    println!("10,000 rows, {furthest:e} apart at most");
    assert!(furthest <= TOLERANCE, "{furthest:e}");
    // The rows tell models apart: they are neither all alike nor all of one decision.
    let review = Model::embedded().unwrap().manifest.thresholds.review;
    let suspect = expected.iter().filter(|score| f64::from(**score) >= review).count();
    assert!((100..9_900).contains(&suspect), "{suspect}");
}

#[test]
fn serving_computes_the_features_of_training() {
    let manifest = Manifest::read(include_bytes!("../../model/manifest.json")).unwrap();
    let samples: Vec<Value> = serde_json::from_str(include_str!("../recorded/features.json")).unwrap();
    assert_eq!(samples.len(), 200);
    for sample in &samples {
        let (at, text) = (sample["occurred_at"].as_i64().unwrap() * 1_000, |key: &str| sample[key].as_str().unwrap().to_owned());
        let body = json!({
            "transaction_id": "t", "card_token": "tok_0123456789", "amount": sample["amount"].to_string(), "currency": text("currency"),
            "occurred_at": jiff::Timestamp::from_millisecond(at).unwrap().to_string(), "card_country": text("card_country"),
            "merchant": {"id": "m", "category": text("category"), "country": text("merchant_country")}, "entry_mode": text("entry_mode"),
        });
        let body = body.to_string().replace(".0\"", "\"");
        let transaction = Transaction::read(body.as_bytes(), at).unwrap();
        let last = sample["last"].as_i64().filter(|last| *last >= 0).map(|last| at - last * 1_000);
        let number = |key: &str| sample[key].as_f64().unwrap();
        let count = |key: &str| sample[key].as_i64().unwrap();
        let history = History {
            count_1h: count("count_1h"),
            sum_1h: number("sum_1h"),
            count_24h: count("count_24h"),
            sum_24h: number("sum_24h"),
            last,
        };
        let row = features::row(&transaction, features::euros(&transaction, &manifest).unwrap(), &history);
        for ((ours, theirs), name) in row.iter().zip(sample["features"].as_array().unwrap()).zip(features::NAMES) {
            let theirs = theirs.as_f64().unwrap();
            assert!((f64::from(*ours) - theirs).abs() <= 1e-5 * theirs.abs().max(1.0), "{name}: {ours} and {theirs} of {sample}");
        }
    }
}

#[test]
fn another_file_is_refused() {
    let manifest = Manifest::read(include_bytes!("../../model/manifest.json")).unwrap();
    let mut file = include_bytes!("../../model/model.onnx").to_vec();
    file[100] ^= 1;
    assert!(Model::load(manifest, &file).unwrap_err().to_string().contains("SHA-256"));
}
