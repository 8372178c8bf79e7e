//! What holds of every input on the way of a request, whatever it is.

use portcullis_scoring::{
    Model, Transaction,
    features::COUNT,
    history::{DAY, History},
    money::{Amount, currency},
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

/// When transactions are read, in milliseconds after the start of 1970.
const NOW: i64 = 1_800_000_000_000;

fn body(id: &str, minor: u64, at: i64) -> Value {
    json!({
        "transaction_id": id, "card_token": "tok_0a1b2c3d4e", "amount": format!("{}.{:02}", minor / 100, minor % 100), "currency": "EUR",
        "occurred_at": jiff::Timestamp::from_millisecond(at).unwrap().to_string(),
        "merchant": {"id": "m-1", "category": "5411", "country": "IE"}, "card_country": "IE", "entry_mode": "chip",
    })
}

/// JSON of any form, with the names of real fields among its own.
fn json_of_any_form() -> impl Strategy<Value = Value> {
    let name = prop_oneof!["[a-z_]{0,8}", Just("amount".to_owned()), Just("merchant".to_owned()), Just("card_token".to_owned())];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9]{13,19}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        let object = vec((name.clone(), inner.clone()), 0..8).prop_map(|pairs| pairs.into_iter().collect::<Value>());
        prop_oneof![object, vec(inner, 0..8).prop_map(Value::from)]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_transaction_or_a_problem(bytes in vec(any::<u8>(), 0..512)) {
        if let Err(problem) = Transaction::read(&bytes, NOW) {
            prop_assert!((400..500).contains(&problem.status));
        }
    }

    #[test]
    fn any_json_in_any_field_comes_to_an_end(value in json_of_any_form(), field in 0_usize..8) {
        let mut body = body("t-1", 100, NOW);
        *body.as_object_mut().unwrap().values_mut().nth(field).unwrap() = value;
        match Transaction::read(body.to_string().as_bytes(), NOW) {
            Ok(transaction) => prop_assert!(transaction.card.starts_with("tok_") && transaction.occurred_at <= NOW + 300_000),
            Err(problem) => {
                prop_assert!((400..500).contains(&problem.status));
                // What could be the number of a card is in no answer.
                let told = serde_json::to_string(&problem).unwrap();
                prop_assert!(!told.split(|character: char| !character.is_ascii_digit()).any(|digits| digits.len() >= 13), "{}", told);
            }
        }
    }

    #[test]
    fn amounts_are_read_as_they_are_written(minor in 0_u64..100_000_000_000_000) {
        for (code, decimals) in [("EUR", 2_usize), ("JPY", 0), ("TND", 3)] {
            let scale = 10_u64.pow(u32::try_from(decimals).unwrap());
            let whole = minor / scale;
            let text = if decimals == 0 { whole.to_string() } else { format!("{whole}.{:0decimals$}", minor % scale) };
            let expected = if decimals == 0 { whole } else { minor };
            if whole < 1_000_000_000_000 {
                prop_assert_eq!(Amount::read(&text, currency(code).unwrap()).unwrap().minor(), expected);
            }
        }
    }

    #[test]
    fn fingerprints_tell_transactions_apart(ids in ["[a-z]{1,9}", "[a-z]{1,9}"], minors in [0_u64..9, 0_u64..9], ages in [0_i64..3, 0_i64..3]) {
        let read = |index: usize| {
            Transaction::read(body(&ids[index], minors[index], NOW - ages[index]).to_string().as_bytes(), NOW).unwrap()
        };
        let (one, other) = (read(0), read(1));
        prop_assert_eq!(one == other, one.fingerprint() == other.fingerprint());
    }

    #[test]
    fn history_is_what_lies_in_its_windows(payments in vec((0_i64..2 * DAY, 0.0_f64..1e4), 0..50)) {
        let mut history = History::default();
        payments.iter().for_each(|(age, euros)| history.add(NOW, NOW - age, *euros));
        let within = |window: i64| payments.iter().filter(|(age, _)| *age > 0 && *age < window).count();
        prop_assert_eq!((history.count_1h, history.count_24h), (within(DAY / 24) as i64, within(DAY) as i64));
        prop_assert!(history.sum_1h <= history.sum_24h + 1e-6);
    }
}

#[test]
fn any_row_has_a_probability() {
    let model = Model::embedded().unwrap();
    let value = prop_oneof![any::<f32>(), Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY)];
    let rows = proptest::array::uniform17(value);
    const _: () = assert!(COUNT == 17);
    proptest!(|(row in rows)| {
        let scored = model.explain(&row).unwrap();
        prop_assert!((0.0..=1.0).contains(&scored.score));
        prop_assert!(scored.contributions.iter().all(|contribution| contribution.log_odds.is_finite()));
    });
}
