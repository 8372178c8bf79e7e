//! Numbers as Go's strconv reads them.

/// Why a text is no number of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It has another form.
    #[error("invalid syntax")]
    Syntax,
    /// It does not fit.
    #[error("value out of range")]
    Range,
}

/// Reads an integer; base 0 takes the base from a prefix and allows `_` between digits.
///
/// # Errors
/// The text has another form, or the number does not fit.
pub fn parse_int(text: &str, base: u32) -> Result<i64, NumberError> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..).unwrap_or_default()),
        Some(b'+') => (false, text.get(1..).unwrap_or_default()),
        Some(_) | None => (false, text),
    };
    let (radix, body) = if base == 0 { prefix(digits) } else { (base, digits) };
    let spaced = base == 0 && body.contains('_');
    if spaced && !underscores_fit(digits) {
        return Err(NumberError::Syntax);
    }
    let clean = if spaced { body.replace('_', "") } else { body.to_owned() };
    if clean.is_empty() || !clean.chars().all(|digit| digit.is_digit(radix)) {
        return Err(NumberError::Syntax);
    }
    let magnitude = u64::from_str_radix(&clean, radix).map_err(|_| NumberError::Range)?;
    match (negative, i64::try_from(magnitude)) {
        (false, Ok(value)) => Ok(value),
        (true, Ok(value)) => Ok(-value),
        (true, Err(_)) if magnitude == i64::MIN.unsigned_abs() => Ok(i64::MIN),
        (_, Err(_)) => Err(NumberError::Range),
    }
}

/// Reads a floating point number, also a hexadecimal one, an infinity or not-a-number.
///
/// # Errors
/// The text has another form, or the number does not fit.
pub fn parse_float(text: &str) -> Result<f64, NumberError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let negative = text.starts_with('-');
    let signed = |value: f64| if negative { -value } else { value };
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Ok(signed(f64::INFINITY)),
        "nan" if unsigned.len() == text.len() => return Ok(f64::NAN),
        _ => {}
    }
    if unsigned.contains('_') && !underscores_fit(unsigned) {
        return Err(NumberError::Syntax);
    }
    let clean = unsigned.replace('_', "");
    let value = match clean.strip_prefix("0x").or_else(|| clean.strip_prefix("0X")) {
        Some(body) => hexadecimal(body).ok_or(NumberError::Syntax)?,
        None if clean.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
            && clean.bytes().any(|byte| byte.is_ascii_digit()) =>
        {
            clean.parse().map_err(|_| NumberError::Syntax)?
        }
        None => return Err(NumberError::Syntax),
    };
    if value.is_infinite() { Err(NumberError::Range) } else { Ok(signed(value)) }
}

fn prefix(digits: &str) -> (u32, &str) {
    let rest = digits.get(2..).unwrap_or_default();
    match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, rest),
        [b'0', b'b' | b'B', _, ..] => (2, rest),
        [b'0', b'o' | b'O', _, ..] => (8, rest),
        [b'0', _, ..] => (8, digits.get(1..).unwrap_or_default()),
        _ => (10, digits),
    }
}

/// Whether each `_` stands between digits, a base prefix counting as one.
fn underscores_fit(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let prefixed = matches!(bytes, [b'0', b'x' | b'X' | b'b' | b'B' | b'o' | b'O', ..]);
    let hexadecimal = matches!(bytes, [b'0', b'x' | b'X', ..]);
    let mut before = if prefixed { b'0' } else { b'^' };
    for &byte in bytes.iter().skip(if prefixed { 2 } else { 0 }) {
        let class = match byte {
            b'_' => b'_',
            _ if byte.is_ascii_digit() || (hexadecimal && byte.is_ascii_hexdigit()) => b'0',
            _ => b'!',
        };
        if (class == b'_' && before != b'0') || (class == b'!' && before == b'_') {
            return false;
        }
        before = class;
    }
    before != b'_'
}

/// `h.hhhp±d`, where the exponent is required.
fn hexadecimal(body: &str) -> Option<f64> {
    let (digits, exponent) = body.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0_f64;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value.mul_add(16.0, f64::from(digit.to_digit(16)?));
    }
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    Some(value * 2.0_f64.powi(shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_their_base_from_the_prefix() {
        let good = [
            ("010", 8),
            ("0x1f", 31),
            ("0b11", 3),
            ("0o17", 15),
            ("1_000", 1000),
            ("0x_1", 1),
            ("-7", -7),
            ("+5", 5),
            ("0", 0),
            ("0_7", 7),
        ];
        for (text, value) in good {
            assert_eq!(parse_int(text, 0), Ok(value), "{text}");
        }
        for text in ["", "08", "1__0", "_1", "1_", "x", " 5", "1e3", "0x", "-"] {
            assert_eq!(parse_int(text, 0), Err(NumberError::Syntax), "{text}");
        }
        assert_eq!(parse_int("9223372036854775808", 0), Err(NumberError::Range));
        assert_eq!(parse_int("-9223372036854775808", 0), Ok(i64::MIN));
        assert_eq!(parse_int("0777", 10), Ok(777));
    }

    #[test]
    fn floats_are_read_as_go_does() {
        for (text, value) in [("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("0x1p4", 16.0), ("-0.5", -0.5), ("1_0.5", 10.5)] {
            assert_eq!(parse_float(text), Ok(value), "{text}");
        }
        for text in ["", "x", "e", "1e", "0x1", " 1", "."] {
            assert_eq!(parse_float(text), Err(NumberError::Syntax), "{text}");
        }
        assert_eq!(parse_float("1e400"), Err(NumberError::Range));
    }
}
