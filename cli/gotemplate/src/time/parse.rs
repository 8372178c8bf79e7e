//! Text to times by a layout.

use super::{
    instant::{Time, Zone, days_from_civil},
    layout::{self, Part},
};

/// What has been read so far.
#[derive(Clone, Debug, Default)]
struct Read {
    year: Option<i64>,
    month: Option<u32>,
    day: Option<u32>,
    year_day: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    afternoon: Option<bool>,
    offset: Option<i32>,
    zone: Option<String>,
}

impl Time {
    /// Reads a time that a layout describes; without a zone it is taken for UTC.
    ///
    /// # Errors
    /// Go's text.
    pub(crate) fn parse(layout: &str, text: &str) -> Result<Self, String> {
        let (mut read, mut rest, mut pattern) = (Read::default(), text, layout);
        loop {
            let (literal, part, after) = layout::next(pattern);
            let mismatch = |expected: &str, found: &str| {
                format!("parsing time {} as {}: cannot parse {} as {}", quote(text), quote(layout), quote(found), quote(expected))
            };
            rest = skip(literal, rest).map_err(|rest| mismatch(literal, rest))?;
            let Some(part) = part else { break };
            let shown = pattern.get(literal.len()..pattern.len() - after.len()).unwrap_or_default();
            let next_is_fraction = matches!(layout::next(after), ("", Some(Part::Fraction { .. }), _));
            rest = read.take(part, rest, next_is_fraction).map_err(|error| match error {
                Mismatch::Form => mismatch(shown, rest),
                Mismatch::Range(what) => format!("parsing time {}: {what} out of range", quote(text)),
            })?;
            pattern = after;
        }
        if !rest.is_empty() {
            return Err(format!("parsing time {}: extra text: {}", quote(text), quote(rest)));
        }
        read.into_time().map_err(|what| format!("parsing time {}: {what} out of range", quote(text)))
    }
}

/// A text as the errors of Go's time package quote it: byte by byte where it is no printable ASCII.
pub(super) fn quote(text: &str) -> String {
    let shown = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=0x7F => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("\"{}\"", text.bytes().map(shown).collect::<String>())
}

/// Why a part does not fit.
enum Mismatch {
    Form,
    Range(&'static str),
}

/// Skips the text between parts; a run of spaces fits any other. The error is the text from where it does not fit.
fn skip<'a>(literal: &str, text: &'a str) -> Result<&'a str, &'a str> {
    let (mut literal, mut text) = (literal, text);
    while let Some(first) = literal.chars().next() {
        if first == ' ' {
            if !text.is_empty() && !text.starts_with(' ') {
                return Err(text);
            }
            literal = literal.trim_start_matches(' ');
            text = text.trim_start_matches(' ');
            continue;
        }
        text = text.strip_prefix(first).ok_or(text)?;
        literal = literal.get(first.len_utf8()..).unwrap_or_default();
    }
    Ok(text)
}

/// A number of at least and at most so many digits.
fn number(text: &str, least: usize, most: usize) -> Result<(u32, &str), Mismatch> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (head, rest) = text.split_at_checked(digits).ok_or(Mismatch::Form)?;
    if digits < least {
        return Err(Mismatch::Form);
    }
    head.parse().map(|number| (number, rest)).map_err(|_| Mismatch::Form)
}

fn limited<'a>(
    read: Result<(u32, &'a str), Mismatch>,
    range: std::ops::RangeInclusive<u32>,
    what: &'static str,
) -> Result<(u32, &'a str), Mismatch> {
    read.and_then(|(number, rest)| if range.contains(&number) { Ok((number, rest)) } else { Err(Mismatch::Range(what)) })
}

/// One of some names, in any case, as a number from `first` on.
fn name(text: &str, of: fn(u32) -> &'static str, numbers: std::ops::Range<u32>, length: usize) -> Result<(u32, &str), Mismatch> {
    for index in numbers {
        let whole = of(index);
        let wanted = if length == 0 { whole } else { whole.get(..length).unwrap_or(whole) };
        if let Some((head, rest)) = text.split_at_checked(wanted.len()).filter(|(head, _)| head.eq_ignore_ascii_case(wanted)) {
            let _ = head;
            return Ok((index, rest));
        }
    }
    Err(Mismatch::Form)
}

impl Read {
    fn take<'a>(&mut self, part: Part, text: &'a str, next_is_fraction: bool) -> Result<&'a str, Mismatch> {
        let spaced = text.strip_prefix(' ').unwrap_or(text);
        let (slot, (value, rest)) = match part {
            Part::LongMonth => (&mut self.month, name(text, layout::month, 1..13, 0)?),
            Part::Month => (&mut self.month, name(text, layout::month, 1..13, 3)?),
            Part::NumericMonth => (&mut self.month, limited(number(text, 1, 2), 1..=12, "month")?),
            Part::ZeroMonth => (&mut self.month, limited(number(text, 2, 2), 1..=12, "month")?),
            Part::Day => (&mut self.day, number(text, 1, 2)?),
            Part::SpaceDay => (&mut self.day, number(spaced, 1, 2)?),
            Part::ZeroDay => (&mut self.day, number(text, 2, 2)?),
            Part::ZeroYearDay => (&mut self.year_day, number(text, 3, 3)?),
            Part::SpaceYearDay => (&mut self.year_day, number(text.trim_start_matches(' '), 1, 3)?),
            Part::LongWeekday => return name(text, layout::weekday, 0..7, 0).map(|(_, rest)| rest),
            Part::Weekday => return name(text, layout::weekday, 0..7, 3).map(|(_, rest)| rest),
            Part::LongYear | Part::Year => return self.take_year(part, text),
            Part::Hour | Part::Hour12 | Part::ZeroHour12 | Part::Minute | Part::ZeroMinute | Part::Second | Part::ZeroSecond => {
                return self.take_clock(part, text, next_is_fraction);
            }
            Part::UpperHalf | Part::LowerHalf => return self.take_half(part, text),
            Part::ZoneName | Part::Offset { .. } => return self.take_zone(part, text),
            Part::Fraction { digits, trimmed, .. } => return self.take_fraction(text, (!trimmed).then_some(digits)),
        };
        *slot = Some(value);
        Ok(rest)
    }

    fn take_year<'a>(&mut self, part: Part, text: &'a str) -> Result<&'a str, Mismatch> {
        let width = if part == Part::LongYear { 4 } else { 2 };
        let (year, rest) = number(text, width, width)?;
        let century = match (width, year) {
            (2, 69..) => 1_900,
            (2, _) => 2_000,
            _ => 0,
        };
        self.year = Some(i64::from(year + century));
        Ok(rest)
    }

    fn take_clock<'a>(&mut self, part: Part, text: &'a str, next_is_fraction: bool) -> Result<&'a str, Mismatch> {
        let (slot, read) = match part {
            Part::Hour => (&mut self.hour, limited(number(text, 1, 2), 0..=23, "hour")),
            Part::Hour12 => (&mut self.hour, limited(number(text, 1, 2), 0..=12, "hour")),
            Part::ZeroHour12 => (&mut self.hour, limited(number(text, 2, 2), 0..=12, "hour")),
            Part::Minute => (&mut self.minute, limited(number(text, 1, 2), 0..=59, "minute")),
            Part::ZeroMinute => (&mut self.minute, limited(number(text, 2, 2), 0..=59, "minute")),
            Part::Second => (&mut self.second, limited(number(text, 1, 2), 0..=59, "second")),
            _ => (&mut self.second, limited(number(text, 2, 2), 0..=59, "second")),
        };
        let (value, rest) = read?;
        *slot = value;
        let second = matches!(part, Part::Second | Part::ZeroSecond);
        let follows = rest.starts_with(['.', ',']) && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        if second && follows && !next_is_fraction { self.take_fraction(rest, None) } else { Ok(rest) }
    }

    fn take_fraction<'a>(&mut self, text: &'a str, digits: Option<usize>) -> Result<&'a str, Mismatch> {
        let Some(after) = text.strip_prefix(['.', ',']) else { return if digits.is_none() { Ok(text) } else { Err(Mismatch::Form) } };
        let held = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits.is_some_and(|digits| held < digits) {
            return Err(Mismatch::Form);
        }
        let held = digits.unwrap_or(held);
        let (fraction, rest) = after.split_at_checked(held).ok_or(Mismatch::Form)?;
        let nine: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
        self.nanos = nine.parse().map_err(|_| Mismatch::Form)?;
        Ok(rest)
    }

    fn take_half<'a>(&mut self, part: Part, text: &'a str) -> Result<&'a str, Mismatch> {
        let (half, rest) = text.split_at_checked(2).ok_or(Mismatch::Form)?;
        self.afternoon = Some(match (part, half) {
            (Part::UpperHalf, "PM") | (Part::LowerHalf, "pm") => true,
            (Part::UpperHalf, "AM") | (Part::LowerHalf, "am") => false,
            _ => return Err(Mismatch::Form),
        });
        Ok(rest)
    }

    fn take_zone<'a>(&mut self, part: Part, text: &'a str) -> Result<&'a str, Mismatch> {
        let Part::Offset { z, colon, minutes, seconds } = part else {
            let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
            let (zone, rest) = text.split_at_checked(letters).filter(|_| (3..=5).contains(&letters)).ok_or(Mismatch::Form)?;
            self.zone = Some(zone.to_owned());
            return Ok(rest);
        };
        if let Some(rest) = text.strip_prefix('Z').filter(|_| z) {
            self.offset = Some(0);
            self.zone = Some("UTC".to_owned());
            return Ok(rest);
        }
        let sign = match text.as_bytes().first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) | None => return Err(Mismatch::Form),
        };
        let (hours, mut rest) = number(text.get(1..).unwrap_or_default(), 2, 2)?;
        let mut total = hours as i32 * 3_600;
        for (wanted, size) in [(minutes, 60), (seconds, 1)] {
            if wanted {
                let digits = if colon { rest.strip_prefix(':').ok_or(Mismatch::Form)? } else { rest };
                let (value, after) = number(digits, 2, 2)?;
                total += value as i32 * size;
                rest = after;
            }
        }
        self.offset = Some(sign * total);
        Ok(rest)
    }

    fn into_time(self) -> Result<Time, &'static str> {
        // Without a year Go stays in its year 0.
        let year = self.year.unwrap_or(0);
        let days = match (self.year_day, self.month, self.day) {
            (Some(year_day), None, None) => days_from_civil(year, 1, 1) + i64::from(year_day) - 1,
            (_, month, day) => {
                let (month, day) = (month.unwrap_or(1), day.unwrap_or(1));
                let next = if month == 12 { days_from_civil(year + 1, 1, 1) } else { days_from_civil(year, month + 1, 1) };
                let length = next - days_from_civil(year, month, 1);
                if day == 0 || i64::from(day) > length {
                    return Err("day");
                }
                days_from_civil(year, month, day)
            }
        };
        let hour = match (self.afternoon, self.hour) {
            (Some(true), hour @ 0..12) => hour + 12,
            (Some(false), 12) => 0,
            (_, hour) => hour,
        };
        let clock = i64::from(hour * 3_600 + self.minute * 60 + self.second);
        let offset = self.offset.unwrap_or(0);
        let name = match (self.zone, self.offset) {
            (Some(name), _) => name,
            (None, Some(0) | None) => "UTC".to_owned(),
            (None, Some(_)) => String::new(),
        };
        Ok(Time { seconds: days * 86_400 + clock - i64::from(offset), nanos: self.nanos, zone: Zone { offset, name } })
    }
}
