//! Layouts: text with parts of Go's reference time, Mon Jan 2 15:04:05 MST 2006.

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The name of a month, from 1 on.
pub(super) fn month(month: u32) -> &'static str {
    MONTHS.get((month as usize).wrapping_sub(1)).copied().unwrap_or("%!Month")
}

/// The name of a day of the week, from Sunday on.
pub(super) fn weekday(day: u32) -> &'static str {
    WEEKDAYS.get(day as usize).copied().unwrap_or("%!Weekday")
}

/// A part of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumericMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperHalf,
    LowerHalf,
    ZoneName,
    /// A difference to UTC: whether UTC is `Z`, whether colons stand between, and whether it has minutes and seconds.
    Offset {
        z: bool,
        colon: bool,
        minutes: bool,
        seconds: bool,
    },
    /// A fraction of a second of some digits, with its separator; without trailing zeros where they are nines.
    Fraction {
        digits: usize,
        comma: bool,
        trimmed: bool,
    },
}

const fn offset(z: bool, colon: bool, minutes: bool, seconds: bool) -> Part {
    Part::Offset { z, colon, minutes, seconds }
}

/// The parts by their text; a text that starts another comes after it.
const PARTS: &[(&str, Part)] = &[
    ("January", Part::LongMonth),
    ("Jan", Part::Month),
    ("Monday", Part::LongWeekday),
    ("Mon", Part::Weekday),
    ("MST", Part::ZoneName),
    ("2006", Part::LongYear),
    ("__2", Part::SpaceYearDay),
    ("_2", Part::SpaceDay),
    ("002", Part::ZeroYearDay),
    ("01", Part::ZeroMonth),
    ("02", Part::ZeroDay),
    ("03", Part::ZeroHour12),
    ("04", Part::ZeroMinute),
    ("05", Part::ZeroSecond),
    ("06", Part::Year),
    ("15", Part::Hour),
    ("1", Part::NumericMonth),
    ("2", Part::Day),
    ("3", Part::Hour12),
    ("4", Part::Minute),
    ("5", Part::Second),
    ("PM", Part::UpperHalf),
    ("pm", Part::LowerHalf),
    ("-070000", offset(false, false, true, true)),
    ("-07:00:00", offset(false, true, true, true)),
    ("-0700", offset(false, false, true, false)),
    ("-07:00", offset(false, true, true, false)),
    ("-07", offset(false, false, false, false)),
    ("Z070000", offset(true, false, true, true)),
    ("Z07:00:00", offset(true, true, true, true)),
    ("Z0700", offset(true, false, true, false)),
    ("Z07:00", offset(true, true, true, false)),
    ("Z07", offset(true, false, false, false)),
];

/// The text before the first part, the part, and the layout after it.
pub(super) fn next(layout: &str) -> (&str, Option<Part>, &str) {
    for (at, _) in layout.char_indices() {
        let rest = layout.get(at..).unwrap_or_default();
        if let Some((part, length)) = part_at(rest) {
            return (layout.get(..at).unwrap_or_default(), Some(part), rest.get(length..).unwrap_or_default());
        }
    }
    (layout, None, "")
}

fn part_at(rest: &str) -> Option<(Part, usize)> {
    if let Some(found) = fraction(rest) {
        return Some(found);
    }
    // `_2006` is an underscore before a year.
    if rest.starts_with("_2006") {
        return None;
    }
    let (text, part) = PARTS.iter().find(|(text, _)| rest.starts_with(text))?;
    // `Janet` is no month.
    if *text == "Jan" && rest.as_bytes().get(3).is_some_and(u8::is_ascii_lowercase) {
        return None;
    }
    if *text == "Mon" && rest.as_bytes().get(3).is_some_and(u8::is_ascii_lowercase) {
        return None;
    }
    Some((*part, text.len()))
}

/// `.000` or `,999`, not followed by another digit.
fn fraction(rest: &str) -> Option<(Part, usize)> {
    let comma = match rest.as_bytes().first() {
        Some(b'.') => false,
        Some(b',') => true,
        Some(_) | None => return None,
    };
    let digit = rest.as_bytes().get(1).copied().filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = rest.bytes().skip(1).take_while(|&byte| byte == digit).count();
    if rest.as_bytes().get(digits + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((Part::Fraction { digits, comma, trimmed: digit == b'9' }, digits + 1))
}
