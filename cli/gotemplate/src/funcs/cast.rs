//! Values to numbers, as spf13's cast does for functions that take anything.

use crate::{
    Data, Value,
    format::{parse_float, parse_int},
};

/// `cast.ToInt64`: 0 for what is no number.
#[must_use]
pub fn to_int(value: &Value) -> i64 {
    match &value.data {
        Data::Int(number) | Data::Int64(number) => *number,
        Data::Uint8(number) => i64::from(*number),
        Data::Float(number) => truncate(*number),
        Data::String(text) => {
            let text = text.lossy();
            parse_int(without_zero_fraction(&text), 0).unwrap_or(0)
        }
        Data::Bool(truth) => i64::from(*truth),
        Data::Nil | Data::Bytes(_) | Data::List(_) | Data::Map(_) | Data::Object(_) => 0,
    }
}

/// `cast.ToFloat64`: 0 for what is no number.
#[must_use]
pub fn to_float(value: &Value) -> f64 {
    match &value.data {
        Data::Int(number) | Data::Int64(number) => *number as f64,
        Data::Uint8(number) => f64::from(*number),
        Data::Float(number) => *number,
        Data::String(text) => parse_float(&text.lossy()).unwrap_or(0.0),
        Data::Bool(truth) => f64::from(u8::from(*truth)),
        Data::Nil | Data::Bytes(_) | Data::List(_) | Data::Map(_) | Data::Object(_) => 0.0,
    }
}

/// A float to an integer as amd64 does it: what does not fit becomes the least number.
fn truncate(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&number) { number as i64 } else { i64::MIN }
}

/// `3.00` without its `.00`.
fn without_zero_fraction(text: &str) -> &str {
    match text.rsplit_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) | None => text,
    }
}
