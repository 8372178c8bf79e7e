//! Any bytes, as a request, come to a transaction that can be scored, or to a problem that repeats nothing of them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_scoring::{Model, Transaction, features, history::History};

const NOW: i64 = 1_800_000_000_000;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::embedded().unwrap());

fuzz_target!(|bytes: &[u8]| {
    match Transaction::read(bytes, NOW) {
        Ok(transaction) => {
            assert!(transaction.card.starts_with("tok_") && transaction.id.len() <= 64);
            if let Some(euros) = features::euros(&transaction, &MODEL.manifest) {
                let row = features::row(&transaction, euros, &History::default());
                assert!(row.iter().all(|value| value.is_finite()));
                assert!((0.0..=1.0).contains(&MODEL.explain(&row).unwrap().score));
            }
        }
        Err(problem) => {
            assert!((400..500).contains(&problem.status));
            let told = serde_json::to_string(&problem).unwrap();
            assert!(!told.split(|character: char| !character.is_ascii_digit()).any(|digits| digits.len() >= 13), "{told}");
        }
    }
});
