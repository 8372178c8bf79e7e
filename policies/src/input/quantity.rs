//! Quantities of resources such as `500m`, `1.5Gi` and `1e3`, read as the API server reads them.

use portcullis_source::{Data, Node};

/// The longest text of a quantity that is read.
const MAX_LENGTH: usize = 64;
/// Below this, a quantity is rounded to billionths, so that `300m` and `0.3` are the same.
const EXACT: f64 = 1e6;

/// How many units a field says; none where the API server refuses it.
pub(crate) fn quantity(node: &Node) -> Option<f64> {
    match &node.data {
        Data::String(text) => parse(text),
        Data::Int(number) => parse(&number.to_string()),
        Data::Uint(number) => parse(&number.to_string()),
        Data::Float(number) => parse(&number.to_string()),
        Data::Null | Data::Bool(_) | Data::List(_) | Data::Map(_) => None,
    }
}

/// How many units a text says; none where the API server refuses it.
pub(crate) fn parse(text: &str) -> Option<f64> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(unsigned.len());
    let (digits, suffix) = unsigned.split_at_checked(end)?;
    let number: f64 = digits.parse().ok()?;
    let value = number * factor(suffix)?;
    let rounded = if value < EXACT { (value * 1e9).round().max(f64::from(u8::from(value > 0.0))) / 1e9 } else { value };
    let is_finite = rounded.is_finite();
    is_finite.then_some(if text.starts_with('-') { -rounded } else { rounded })
}

/// What a suffix multiplies with: thousands, powers of two, or an exponent.
fn factor(suffix: &str) -> Option<f64> {
    const KIBI: f64 = 1024.0;
    Some(match suffix {
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "" => 1.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => KIBI,
        "Mi" => KIBI.powi(2),
        "Gi" => KIBI.powi(3),
        "Ti" => KIBI.powi(4),
        "Pi" => KIBI.powi(5),
        "Ei" => KIBI.powi(6),
        exponent => {
            let exponent = exponent.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || digits.bytes().any(|byte| !byte.is_ascii_digit()) {
                return None;
            }
            10_f64.powi(exponent.parse().ok()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_the_api_server_reads() {
        for (text, value) in [
            ("1", 1.0),
            ("100m", 0.1),
            ("0.1", 0.1),
            (".5", 0.5),
            ("5.", 5.0),
            ("+5", 5.0),
            ("-5", -5.0),
            ("1.5Gi", 1_610_612_736.0),
            ("1e3", 1000.0),
            ("1E3", 1000.0),
            ("1E", 1e18),
            ("12e-1", 1.2),
            ("3n", 3e-9),
            ("0.1n", 1e-9),
            ("0m", 0.0),
        ] {
            assert_eq!(parse(text), Some(value), "{text}");
        }
        assert_eq!(parse("300m"), parse("0.3"));
        assert_eq!(parse("1100m"), parse("1.1"));
    }

    #[test]
    fn refuses_what_it_refuses() {
        for text in [
            "", "1x", "x", "1 Gi", " 1", "1gi", "1KI", "1K", "1mi", "1Gb", "1.2.3", ".", "1e", "1e+", "e3", "--1", "1,5", "½", "1e999",
            "inf", "NaN",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
