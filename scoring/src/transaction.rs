//! A card transaction as a client sends it, read strictly: what is not understood is refused with its field and a hint.

use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{
    money::{self, Amount},
    problem::{FieldError, Problem},
};

/// The largest body of one transaction, in bytes.
pub const MAX_BODY: usize = 4 << 10;
/// How deep JSON may nest.
pub const MAX_DEPTH: usize = 8;
/// The longest id of a transaction or a merchant, in bytes.
pub const MAX_ID: usize = 64;
/// The fewest and the most bytes of a card's token after its prefix.
pub const TOKEN_LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;
/// What a card's token begins with, so that no number of a card is taken for one.
pub const TOKEN_PREFIX: &str = "tok_";
/// The fewest digits of a card's number: so many in a row are in no token.
pub const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// How far a client's clock may be ahead of ours, in milliseconds.
pub const MAX_AHEAD: i64 = 5 * 60_000;
/// How old a transaction may be, in milliseconds: longer than a broker keeps one through an outage.
pub const MAX_AGE: i64 = 7 * 24 * 3_600_000;

/// A transaction that can be scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The key of idempotency.
    pub id: String,
    /// The card's token, never its number.
    pub card: String,
    /// What is paid.
    pub amount: Amount,
    /// When, in milliseconds after the start of 1970.
    pub occurred_at: i64,
    /// The merchant's id.
    pub merchant: String,
    /// Its category code (ISO 18245).
    pub merchant_category: String,
    /// Its country (ISO 3166-1 alpha-2).
    pub merchant_country: String,
    /// The country of the card's issuer.
    pub card_country: String,
    /// How the card was read.
    pub entry_mode: EntryMode,
}

/// How the card was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryMode {
    /// Inserted.
    Chip,
    /// Held to the terminal.
    Contactless,
    /// By its stripe.
    Magstripe,
    /// On the Internet.
    Ecommerce,
    /// By mail or telephone.
    Moto,
    /// Under a standing agreement.
    Recurring,
}

/// The form of a request's JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    transaction_id: String,
    card_token: String,
    amount: String,
    currency: String,
    occurred_at: String,
    merchant: WireMerchant,
    card_country: String,
    entry_mode: EntryMode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMerchant {
    id: String,
    category: String,
    country: String,
}

impl Transaction {
    /// Reads a transaction at the moment `now`, in milliseconds after the start of 1970.
    ///
    /// # Errors
    /// The body is too large or too deep, no JSON, or has a field that is missing, unknown or wrong: all wrong values are told at once.
    pub fn read(body: &[u8], now: i64) -> Result<Self, Problem> {
        if body.len() > MAX_BODY {
            return Err(Problem::too_large(MAX_BODY));
        }
        let wire: Wire = parse(body)?;
        let mut errors = Vec::new();
        let amount = amount(&wire, &mut errors);
        let occurred_at = moment(&wire.occurred_at, now, &mut errors);
        check_ids(&wire, &mut errors);
        check_codes(&wire, &mut errors);
        let (Some(amount), Some(occurred_at), true) = (amount, occurred_at, errors.is_empty()) else {
            return Err(Problem::invalid(errors));
        };
        Ok(Self {
            id: wire.transaction_id,
            card: wire.card_token,
            amount,
            occurred_at,
            merchant: wire.merchant.id,
            merchant_category: wire.merchant.category,
            merchant_country: wire.merchant.country,
            card_country: wire.card_country,
            entry_mode: wire.entry_mode,
        })
    }

    /// What tells two transactions of one id apart: the hash of all values, however they were written.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let (minor, at) = (self.amount.minor().to_string(), self.occurred_at.to_string());
        let mode = format!("{:?}", self.entry_mode);
        let values = [
            &self.id,
            &self.card,
            &minor,
            self.amount.currency().code(),
            &at,
            &self.merchant,
            &self.merchant_category,
            &self.merchant_country,
            &self.card_country,
            &mode,
        ];
        // No value has a line break.
        Sha256::digest(values.join("\n")).into()
    }
}

/// Parses JSON into a form, and says which field does not fit.
pub(crate) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    if depth(body) > MAX_DEPTH {
        return Err(Problem::too_deep(MAX_DEPTH));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        if error.is_data() { Problem::invalid(vec![shape(pointer, &error.to_string())]) } else { Problem::malformed(&error) }
    })?;
    deserializer.end().map_err(|error| Problem::malformed(&error))?;
    Ok(parsed)
}

/// How deep brackets nest, strings left out.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in body {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (true | false, _) => {}
        }
    }
    deepest
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => WIRE.contains(&key.as_str()).then(|| format!("/{key}")),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(step).collect()
}

/// The names of fields: no other name from outside is repeated, since it could be a card's number.
const WIRE: [&str; 12] = [
    "transaction_id",
    "card_token",
    "amount",
    "currency",
    "occurred_at",
    "merchant",
    "card_country",
    "entry_mode",
    "id",
    "category",
    "country",
    "transactions",
];

/// What serde says of a value, without the value.
fn shape(field: String, text: &str) -> FieldError {
    let text = text.split(" at line ").next().unwrap_or_default();
    let expected = text.split_once(", expected ").map_or("", |(_, expected)| expected);
    let (message, hint) = if text.starts_with("missing field") || text.starts_with("duplicate field") {
        (text.replace('`', ""), "every field is needed, once")
    } else if text.starts_with("unknown field") {
        (format!("unknown field, expected {}", expected.replace('`', "")), "leave it out: what the service does not know it does not score")
    } else if text.starts_with("unknown variant") {
        (format!("unknown value, expected {}", expected.replace('`', "")), "take one of these, in lower case")
    } else {
        (format!("wrong type, expected {expected}"), "amounts and times are strings too, such as \"12.50\"")
    };
    FieldError { field, message, hint: hint.to_owned() }
}

fn amount(wire: &Wire, errors: &mut Vec<FieldError>) -> Option<Amount> {
    let Some(currency) = money::currency(&wire.currency) else {
        errors.push(FieldError::new("/currency", "unknown currency", "write the three letters of ISO 4217 in upper case, such as EUR"));
        return None;
    };
    let read = Amount::read(&wire.amount, currency);
    read.map_err(|error| {
        errors.push(FieldError::new("/amount", &error.to_string(), "write digits and, where the currency has them, decimals: \"12.50\""));
    })
    .ok()
}

fn moment(text: &str, now: i64, errors: &mut Vec<FieldError>) -> Option<i64> {
    let mut wrong = |message: &str, hint: &str| {
        errors.push(FieldError::new("/occurred_at", message, hint));
        None
    };
    let Ok(moment) = text.parse::<Timestamp>() else {
        return wrong("no time of RFC 3339", "write it as 2026-01-31T12:00:00.000Z");
    };
    let at = moment.as_millisecond();
    if at > now + MAX_AHEAD {
        return wrong("more than 5 minutes in the future", "check the clock of the sender");
    }
    if at < now - MAX_AGE {
        return wrong("more than 7 days ago", "what is so old is no longer scored");
    }
    Some(at)
}

fn check_ids(wire: &Wire, errors: &mut Vec<FieldError>) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    for (field, id) in [("/transaction_id", &wire.transaction_id), ("/merchant/id", &wire.merchant.id)] {
        if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(plain) {
            errors.push(FieldError::new(field, "no id", "1 to 64 letters, digits, and - _ . :"));
        } else if CARD_DIGITS.contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()) {
            errors.push(FieldError::new(field, "looks like the number of a card", "put a letter before an id of 13 to 19 digits"));
        }
    }
    let token = wire.card_token.strip_prefix(TOKEN_PREFIX).filter(|token| TOKEN_LENGTHS.contains(&token.len()));
    if token.is_none_or(|token| !token.bytes().all(plain) || longest_digits(token) >= *CARD_DIGITS.start()) {
        let hint = "send the vault's token: tok_ and 8 to 64 letters, digits, and - _ . :, with fewer than 13 digits in a row";
        errors.push(FieldError::new("/card_token", "no token of a card", hint));
    }
}

fn longest_digits(text: &str) -> usize {
    text.split(|character: char| !character.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

fn check_codes(wire: &Wire, errors: &mut Vec<FieldError>) {
    for (field, country) in [("/merchant/country", &wire.merchant.country), ("/card_country", &wire.card_country)] {
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            errors.push(FieldError::new(field, "no code of a country", "write the two letters of ISO 3166-1 in upper case, such as IE"));
        }
    }
    let category = &wire.merchant.category;
    if category.len() != 4 || !category.bytes().all(|byte| byte.is_ascii_digit()) {
        errors.push(FieldError::new("/merchant/category", "no merchant category code", "write the four digits of ISO 18245, such as 5411"));
    }
}
