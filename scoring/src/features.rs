//! A transaction and its card's history as the numbers that the model reads, computed as training computed them.

use crate::{
    history::History,
    manifest::Manifest,
    transaction::{EntryMode, Transaction},
};

/// How many columns the model's input has.
pub const COUNT: usize = 17;

/// The columns of the model's input, in order.
pub const NAMES: [&str; COUNT] = [
    "amount_log",
    "hour",
    "weekend",
    "contactless",
    "magstripe",
    "ecommerce",
    "moto",
    "recurring",
    "foreign_country",
    "foreign_currency",
    "category_group",
    "count_1h",
    "sum_1h_log",
    "count_24h",
    "sum_24h_log",
    "amount_to_mean_24h",
    "since_last_log",
];

/// A row of the model's input.
pub type Row = [f32; COUNT];

/// The largest multiple of the day's mean that is told apart.
const MAX_RATIO: f64 = 100.0;

const MILLISECONDS: f64 = 1_000.0;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// The weekday of 1970-01-01, a Thursday, counted from Monday.
const EPOCH_WEEKDAY: i64 = 3;

/// What an amount is in euros, by the rates of a version; `None` where the version has no rate for its currency.
#[must_use]
pub fn euros(transaction: &Transaction, manifest: &Manifest) -> Option<f64> {
    let rate = manifest.rates.get(transaction.amount.currency().code())?;
    Some(transaction.amount.units() * rate)
}

/// The row of a transaction of `euros` euros.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the model reads 32-bit numbers")]
pub fn row(transaction: &Transaction, euros: f64, history: &History) -> Row {
    let at = transaction.occurred_at;
    let flag = |is: bool| f64::from(u8::from(is));
    let entered = |mode: EntryMode| flag(transaction.entry_mode == mode);
    let mean = if history.count_24h > 0 { history.sum_24h / history.count_24h as f64 } else { 0.0 };
    let ratio = if mean > 0.0 { (euros / mean).min(MAX_RATIO) } else { 1.0 };
    let since = history.last.map_or(DAY, |last| at - last) as f64 / MILLISECONDS;
    let columns: [f64; COUNT] = [
        euros.ln_1p(),
        (at.rem_euclid(DAY) / HOUR) as f64,
        flag((at.div_euclid(DAY) + EPOCH_WEEKDAY).rem_euclid(7) >= 5),
        entered(EntryMode::Contactless),
        entered(EntryMode::Magstripe),
        entered(EntryMode::Ecommerce),
        entered(EntryMode::Moto),
        entered(EntryMode::Recurring),
        flag(transaction.merchant_country != transaction.card_country),
        flag(transaction.amount.currency().code() != "EUR"),
        category_group(&transaction.merchant_category),
        history.count_1h as f64,
        history.sum_1h.ln_1p(),
        history.count_24h as f64,
        history.sum_24h.ln_1p(),
        ratio,
        since.max(0.0).ln_1p(),
    ];
    columns.map(|column| column as f32)
}

/// What a merchant sells, by its category code (ISO 18245), from the everyday to what is as good as money.
fn category_group(code: &str) -> f64 {
    match code {
        "4511" | "7011" => 1.0,
        "5732" | "5045" => 2.0,
        "5816" | "5817" => 3.0,
        "4829" | "6051" => 4.0,
        "7995" => 5.0,
        _ => 0.0,
    }
}
