//! Functions of points in time, which are texts as in RFC 3339.

use std::cmp::Ordering;

use super::{Context, Done, Failure, Gives, Param, Spec, text};
use crate::{number::Number, value::Value};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("formatdate", &[Param::Text, Param::Text], Gives::Text, formatdate),
    Spec::new("timeadd", &[Param::Text, Param::Text], Gives::Text, timeadd),
    Spec::new("timecmp", &[Param::Text, Param::Text], Gives::Number, timecmp),
];

/// A point in time in its own zone.
#[derive(Clone, Copy)]
struct Moment {
    /// Seconds since 1970 in the zone, as if it were UTC.
    local: i64,
    nanos: i64,
    /// The minutes that the zone is ahead; none for `Z`.
    offset: Option<i64>,
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Days since 1970 of a date of the Gregorian calendar.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of days since 1970.
fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

fn parse(text: &str) -> Result<Moment, Failure> {
    read(text).ok_or_else(|| format!("not a valid RFC3339 timestamp: {text:?}").into())
}

fn read(text: &str) -> Option<Moment> {
    let digits = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    let marks: Vec<&str> = [4, 7, 10, 13, 16].iter().filter_map(|at| text.get(*at..at + 1)).collect();
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let fits = (1..=12).contains(&month) && (1..=length).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if marks != ["-", "-", "T", ":", ":"] || !fits {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|character: char| !character.is_ascii_digit())?;
        let (part, after) = fraction.split_at(end);
        if part.is_empty() {
            return None;
        }
        nanos = format!("{part:0<9}").get(..9)?.parse().ok()?;
        rest = after;
    }
    let offset = if rest == "Z" { None } else { Some(zone(rest)?) };
    Some(Moment { local: days_of(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second, nanos, offset })
}

fn zone(text: &str) -> Option<i64> {
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits =
        |part: Option<&str>| part.filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).and_then(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (digits(text.get(1..3))?, digits(text.get(4..6))?);
    (text.len() == 6 && text.get(3..4) == Some(":") && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

impl Moment {
    fn text(self) -> String {
        let (year, month, day) = date_of(self.local.div_euclid(86_400));
        let clock = self.local.rem_euclid(86_400);
        let fraction = if self.nanos == 0 { String::new() } else { format!(".{:09}", self.nanos).trim_end_matches('0').to_owned() };
        let zone = match self.offset {
            None | Some(0) => "Z".to_owned(),
            Some(minutes) => offset(minutes, true),
        };
        let _ = fraction;
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{zone}", clock / 3_600, clock / 60 % 60, clock % 60)
    }

    fn instant(self) -> (i64, i64) {
        (self.local - self.offset.unwrap_or(0) * 60, self.nanos)
    }
}

fn offset(minutes: i64, colon: bool) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    if colon { format!("{sign}{hours:02}:{rest:02}") } else { format!("{sign}{hours:02}{rest:02}") }
}

fn timeadd(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let moment = parse(text(given, 0))?;
    let nanos = duration(text(given, 1)).ok_or_else(|| Failure::from(format!("{:?} is no duration", text(given, 1))))?;
    let total = i128::from(moment.local) * 1_000_000_000 + i128::from(moment.nanos) + nanos;
    let local = i64::try_from(total.div_euclid(1_000_000_000)).map_err(|_| "the time is out of range")?;
    let nanos = i64::try_from(total.rem_euclid(1_000_000_000)).unwrap_or(0);
    let sum = Moment { local, nanos, offset: moment.offset };
    let (year, ..) = date_of(local.div_euclid(86_400));
    if !(0..=9_999).contains(&year) {
        return Err("the time is out of range".into());
    }
    Ok(Value::string(&sum.text()))
}

/// A duration such as `1h30m` in nanoseconds.
fn duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !(character.is_ascii_digit() || character == '.'))?;
        let (number, after) = rest.split_at(end);
        let unit_end = after.find(|character: char| character.is_ascii_digit() || character == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let size: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.len() > 18 {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
        total += whole * size + part * size / 10_i128.pow(u32::try_from(fraction.len()).ok()?);
        rest = after;
    }
    (total <= i128::from(i64::MAX)).then_some(sign * total)
}

fn timecmp(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let order = parse(text(given, 0))?.instant().cmp(&parse(text(given, 1))?.instant());
    Ok(Number::integer(match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    })
    .into())
}

fn formatdate(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let moment = parse(text(given, 1))?;
    let mut out = String::new();
    let mut rest = text(given, 0);
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (quoted, after) = literal(rest.get(1..).unwrap_or_default())?;
            out.push_str(&quoted);
            rest = after;
        } else if first.is_ascii_alphabetic() {
            let end = rest.find(|character| character != first).unwrap_or(rest.len());
            let (token, after) = rest.split_at(end);
            out.push_str(&field(token, moment).ok_or_else(|| Failure::from(format!("invalid date format verb {token:?}")))?);
            rest = after;
        } else {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(Value::string(&out))
}

/// Text between quotes, of which two stand for one.
fn literal(text: &str) -> Result<(String, &str), Failure> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let at = rest.find('\'').ok_or("unterminated literal '")?;
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Ok((out, rest)),
        }
    }
}

fn field(token: &str, moment: Moment) -> Option<String> {
    let days = moment.local.div_euclid(86_400);
    let (year, month, day) = date_of(days);
    let clock = moment.local.rem_euclid(86_400);
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    let month_name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default();
    let day_name = usize::try_from((days + 4).rem_euclid(7)).ok().and_then(|at| DAYS.get(at)).copied().unwrap_or_default();
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let minutes = moment.offset.unwrap_or(0);
    Some(match token {
        "YYYY" => format!("{year:04}"),
        "YY" => format!("{:02}", year % 100),
        "M" => month.to_string(),
        "MM" => format!("{month:02}"),
        "MMM" => month_name.get(..3)?.to_owned(),
        "MMMM" => month_name.to_owned(),
        "D" => day.to_string(),
        "DD" => format!("{day:02}"),
        "EEE" => day_name.get(..3)?.to_owned(),
        "EEEE" => day_name.to_owned(),
        "h" => hour.to_string(),
        "hh" => format!("{hour:02}"),
        "H" => twelve.to_string(),
        "HH" => format!("{twelve:02}"),
        "AA" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if hour < 12 { "am" } else { "pm" }.to_owned(),
        "m" => minute.to_string(),
        "mm" => format!("{minute:02}"),
        "s" => second.to_string(),
        "ss" => format!("{second:02}"),
        "Z" => {
            if minutes == 0 {
                "Z".to_owned()
            } else {
                offset(minutes, true)
            }
        }
        "ZZZ" => {
            if minutes == 0 {
                "UTC".to_owned()
            } else {
                offset(minutes, false)
            }
        }
        "ZZZZ" => offset(minutes, false),
        "ZZZZZ" => offset(minutes, true),
        _ => return None,
    })
}
