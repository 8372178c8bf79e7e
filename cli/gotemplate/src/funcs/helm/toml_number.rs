//! The numbers and times of a TOML text.

use std::rc::Rc;

use super::toml_scan::{Read, Scan};
use crate::{
    Data, Value,
    format::{NumberError, parse_float, parse_int},
    time::{Time, Zone},
};

/// What a run of characters turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Float,
    Time,
}

/// The forms of times, and the name of the zone that one has which says none itself.
const TIMES: [(&str, Option<&str>); 7] = [
    ("2006-01-02T15:04:05.999999999Z07:00", None),
    ("2006-01-02T15:04:05.999999999", Some("datetime-local")),
    ("2006-01-02", Some("date-local")),
    ("15:04:05.999999999", Some("time-local")),
    ("2006-01-02T15:04Z07:00", None),
    ("2006-01-02T15:04", Some("datetime-local")),
    ("15:04", Some("time-local")),
];

/// Takes a number or a time, which starts with a digit.
pub(super) fn scan(scan: &mut Scan<'_>) -> Read<Kind> {
    let start = scan.position();
    if scan.next()? != Some('0') {
        return digits(scan);
    }
    let based = |scan: &mut Scan<'_>, name: &str, fits: fn(char) -> bool| {
        scan.next()?;
        let next = scan.peek()?;
        if !next.is_some_and(fits) {
            return Err(scan.fault(format!("not {name} number: '{}{}'", scan.since(start), next.unwrap_or('\0'))));
        }
        scan.take_while(fits)?;
        while scan.peek()?.is_some_and(|next| next == '_' || fits(next)) {
            scan.next()?;
        }
        Ok(Kind::Integer)
    };
    match scan.peek()? {
        Some('0'..='9') => digits(scan),
        Some('_') => decimal(scan),
        Some('.' | 'e' | 'E') => float(scan),
        Some('b') => based(scan, "a binary", |digit| matches!(digit, '0' | '1')),
        Some('o') => based(scan, "an octal", |digit| matches!(digit, '0'..='7')),
        Some('x') => based(scan, "a hexadecimal", |digit| digit.is_ascii_hexdigit()),
        _ => Ok(Kind::Integer),
    }
}

/// Takes a number after its sign.
pub(super) fn scan_signed(scan: &mut Scan<'_>, start: usize) -> Read<Kind> {
    let first = scan.next()?;
    let named = |scan: &mut Scan<'_>, rest: [char; 2]| {
        for letter in rest {
            if !scan.accept(letter)? {
                return Err(scan.fault(format!("invalid float: '{}'", scan.since(start))));
            }
        }
        Ok(Kind::Float)
    };
    match first {
        Some('i') => named(scan, ['n', 'f']),
        Some('n') => named(scan, ['a', 'n']),
        Some('.') => Err(scan.fault("floats must start with a digit, not '.'")),
        Some('0') => match scan.peek()? {
            Some(base @ ('b' | 'o' | 'x')) => {
                Err(scan.fault(format!("cannot use sign with non-decimal numbers: '{}{base}'", scan.since(start))))
            }
            _ => decimal(scan),
        },
        Some('1'..='9') => decimal(scan),
        other => {
            let shown = crate::format::quote_rune(other.unwrap_or('\0'));
            Err(scan.fault(format!("expected a digit but got {shown}")))
        }
    }
}

/// A number, or a time as soon as one of its signs is met.
fn digits(scan: &mut Scan<'_>) -> Read<Kind> {
    scan.take_while(|character| character.is_ascii_digit())?;
    match scan.peek()? {
        Some('-' | ':') => {
            scan.take_while(|character| {
                character.is_ascii_digit() || matches!(character, '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+')
            })?;
            Ok(Kind::Time)
        }
        Some('_') => decimal(scan),
        Some('.' | 'e' | 'E') => float(scan),
        _ => Ok(Kind::Integer),
    }
}

fn decimal(scan: &mut Scan<'_>) -> Read<Kind> {
    scan.take_while(|character| character.is_ascii_digit() || character == '_')?;
    if matches!(scan.peek()?, Some('.' | 'e' | 'E')) { float(scan) } else { Ok(Kind::Integer) }
}

fn float(scan: &mut Scan<'_>) -> Read<Kind> {
    scan.take_while(|character| character.is_ascii_digit() || matches!(character, '_' | '.' | '-' | '+' | 'e' | 'E'))?;
    Ok(Kind::Float)
}

/// The value of such a run of characters.
///
/// # Errors
/// It only looked like one.
pub(super) fn value(text: &str, kind: Kind) -> Result<Value, String> {
    match kind {
        Kind::Integer => integer(text).map(|number| Value::new(Data::Int64(number))),
        Kind::Float => fraction(text).map(|number| Value::new(Data::Float(number))),
        Kind::Time => time(text.trim()),
    }
}

fn has_leading_zero(text: &str) -> bool {
    let (digits, sign) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let mut rest = digits.chars();
    match (rest.next(), rest.next()) {
        (Some('0'), Some('b' | 'o' | 'x')) => sign,
        (Some('0'), Some(_)) => true,
        (_, _) => false,
    }
}

/// Whether each underscore stands between digits.
fn are_underscores_fine(text: &str) -> bool {
    if matches!(text.trim_start_matches(['-', '+']), "nan" | "inf") {
        return true;
    }
    let mut after_digit = false;
    for character in text.chars() {
        if character == '_' && !after_digit {
            return false;
        }
        after_digit = character.is_ascii_hexdigit();
    }
    after_digit
}

fn integer(text: &str) -> Result<i64, String> {
    let shown = || String::from_utf8_lossy(&crate::format::quote(text.as_bytes())).into_owned();
    if !are_underscores_fine(text) {
        return Err(format!("Invalid integer {}: underscores must be surrounded by digits", shown()));
    }
    if has_leading_zero(text) {
        return Err(format!("Invalid integer {}: cannot have leading zeroes", shown()));
    }
    parse_int(&text.replace('_', ""), 0).map_err(|_| format!("{text} is out of range for int64"))
}

fn fraction(text: &str) -> Result<f64, String> {
    let shown = || String::from_utf8_lossy(&crate::format::quote(text.as_bytes())).into_owned();
    let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty()).peekable();
    let first = parts.peek().copied();
    if !parts.all(are_underscores_fine) {
        return Err(format!("Invalid float {}: underscores must be surrounded by digits", shown()));
    }
    if first.is_some_and(has_leading_zero) {
        return Err(format!("Invalid float {}: cannot have leading zeroes", shown()));
    }
    let after_points = text.split('.').skip(1);
    if after_points.into_iter().any(|part| !part.starts_with(|character: char| character.is_ascii_digit())) {
        return Err(format!("Invalid float {}: '.' must be followed by one or more digits", shown()));
    }
    match text {
        "nan" | "+nan" => return Ok(f64::NAN),
        "-nan" => return Ok(-f64::NAN),
        _ => {}
    }
    parse_float(&text.replace('_', "")).map_err(|error| match error {
        NumberError::Range => format!("{text} is out of range for float64"),
        NumberError::Syntax => format!("Invalid float value: {}", shown()),
    })
}

fn time(text: &str) -> Result<Value, String> {
    let text = text.replace('z', "Z").replace(['t', ' '], "T");
    let invalid = || format!("invalid datetime: {}", String::from_utf8_lossy(&crate::format::quote(text.as_bytes())));
    for (layout, zone) in TIMES {
        let Ok(found) = Time::parse(layout, &text) else { continue };
        if lacks_zero(&text, layout) {
            return Err(invalid());
        }
        let found = match zone {
            Some(name) => Time { zone: Zone { offset: 0, name: name.to_owned() }, ..found },
            None => found,
        };
        return Ok(Value::new(Data::Object(Rc::new(found))));
    }
    Err(invalid())
}

/// Go reads `1:02` where the form says `15:04`; TOML does not.
fn lacks_zero(text: &str, layout: &str) -> bool {
    let signs = layout.bytes().zip(text.bytes()).take_while(|(form, _)| !matches!(form, b'.' | b'Z'));
    signs.into_iter().any(|(form, byte)| !form.is_ascii_digit() && form != byte)
}
