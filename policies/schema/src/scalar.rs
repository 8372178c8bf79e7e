//! Texts that must read as something else: quantities, times, base64.

/// Whether an API server reads a text as a quantity.
pub(crate) fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = unsigned.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = unsigned.len() - whole.len();
    let (rest, decimals) = match whole.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|letter: char| letter.is_ascii_digit());
            (rest, fraction.len() - rest.len())
        }
        None => (whole, 0),
    };
    if digits + decimals == 0 {
        return false;
    }
    const SUFFIXES: [&str; 16] = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let exponent = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    SUFFIXES.contains(&rest) || rest.strip_prefix(['e', 'E']).is_some_and(exponent)
}

/// Whether a text is a time as RFC 3339 writes it.
pub(crate) fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number =
        |from: usize, to: usize| text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<u32>().ok();
    let is = |at: usize, letters: &[u8]| bytes.get(at).is_some_and(|byte| letters.contains(byte));
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else { return false };
    let (Some(hour), Some(minute), Some(second)) = (number(11, 13), number(14, 16), number(17, 19)) else { return false };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let separators = is(4, b"-") && is(7, b"-") && is(10, b"T") && is(13, b":") && is(16, b":");
    let in_range = (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    let mut rest = text.get(19..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|letter: char| letter.is_ascii_digit());
        if rest.len() == fraction.len() {
            return false;
        }
    }
    let offset = |rest: &str| {
        let bytes = rest.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        rest.len() == 6
            && matches!(bytes.first(), Some(b'+' | b'-'))
            && digit(1)
            && digit(2)
            && bytes.get(3) == Some(&b':')
            && digit(4)
            && digit(5)
    };
    separators && in_range && (rest == "Z" || offset(rest))
}

/// Whether a text is base64 as Go reads it: padded, with breaks of lines anywhere.
pub(crate) fn is_base64(text: &str) -> bool {
    let letters: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let padding = letters.iter().rev().take_while(|byte| **byte == b'=').count();
    let data = letters.get(..letters.len() - padding).unwrap_or_default();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    letters.len().is_multiple_of(4) && padding <= 2 && data.iter().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::{is_base64, is_quantity, is_time};

    #[test]
    fn reads_quantities_as_api_servers_do() {
        for text in ["0", "100m", "1.5Gi", "1e3", "1E-3", "-1", "+.5", "1.", "12E", "64Mi"] {
            assert!(is_quantity(text), "{text}");
        }
        for text in ["", "Gi", "1 Gi", "1gb", "100M i", "1KB", "0x10", "1e", ".", "1,5", "200MB", "1K"] {
            assert!(!is_quantity(text), "{text}");
        }
    }

    #[test]
    fn reads_times_as_go_does() {
        for text in ["2024-02-29T00:00:00Z", "2024-01-31T23:59:59.123456Z", "2024-01-01T00:00:00+02:00"] {
            assert!(is_time(text), "{text}");
        }
        for text in ["", "2024-01-01", "2023-02-29T00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "now"]
        {
            assert!(!is_time(text), "{text}");
        }
    }

    #[test]
    fn reads_base64_as_go_does() {
        for text in ["", "YQ==", "YWI=", "YWJj", "YWJj\nYWJj\n"] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["YQ", "YQ=", "Y===", "a b=", "plain-text!", "YQ==YQ=="] {
            assert!(!is_base64(text), "{text}");
        }
    }
}
