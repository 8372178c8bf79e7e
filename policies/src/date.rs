//! Calendar days, for the expiry of waivers; the present day is always injected.

use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// A day, where the calendar has it.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let valid = (1..=9999).contains(&year) && day >= 1 && day <= days_in_month(year, month)?;
        valid.then_some(Self { year, month, day })
    }

    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |range: std::ops::Range<usize>| text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
            return None;
        }
        Self::new(digits(0..4)?.parse().ok()?, digits(5..7)?.parse().ok()?, digits(8..10)?.parse().ok()?)
    }

    /// The day that lies this many seconds after the start of 1970, in UTC.
    #[must_use]
    pub fn from_unix_seconds(seconds: u64) -> Self {
        let mut days = (seconds / 86_400).min(2_900_000);
        let mut year = 1970;
        while days >= days_in_year(year) {
            days -= days_in_year(year);
            year += 1;
        }
        let mut month = 1;
        while let Some(length) = days_in_month(year, month).map(u64::from).filter(|length| days >= *length) {
            days -= length;
            month += 1;
        }
        Self { year, month, day: u8::try_from(days + 1).unwrap_or(1) }
    }

    /// How many days lie between another day and this one; negative where this one is earlier.
    #[must_use]
    pub fn days_after(self, other: Self) -> i64 {
        self.ordinal() - other.ordinal()
    }

    /// The day that lies this many days after this one.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        let since_1970 = self.days_after(Self::from_unix_seconds(0)) + i64::from(days);
        Self::from_unix_seconds(u64::try_from(since_1970).unwrap_or(0).saturating_mul(86_400))
    }

    fn ordinal(self) -> i64 {
        let years = i64::from(self.year - 1);
        let before: i64 = (1..self.month).filter_map(|month| days_in_month(self.year, month)).map(i64::from).sum();
        years * 365 + years / 4 - years / 100 + years / 400 + before + i64::from(self.day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_year(year: i32) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_in_month(year: i32, month: u8) -> Option<u8> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap(year) { 29 } else { 28 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn reads_only_days_that_exist() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "20260101", "2026-01-0x", "2026-01-32", "+026-01-01", ""] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::parse("2028-02-29").unwrap().to_string(), "2028-02-29");
    }

    #[test]
    fn counts_days() {
        let day = |text| Date::parse(text).unwrap();
        assert_eq!(day("2026-03-01").days_after(day("2026-02-28")), 1);
        assert_eq!(day("2028-03-01").days_after(day("2028-02-28")), 2);
        assert_eq!(day("2026-01-01").days_after(day("2027-01-01")), -365);
        assert_eq!(day("2101-01-01").days_after(day("2000-01-01")), 36_890);
    }

    #[test]
    fn adds_days() {
        assert_eq!(Date::parse("2027-12-31").unwrap().plus_days(60).to_string(), "2028-02-29");
        assert_eq!(Date::parse("2026-06-30").unwrap().plus_days(0).to_string(), "2026-06-30");
    }

    #[test]
    fn finds_the_day_of_a_second() {
        assert_eq!(Date::from_unix_seconds(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_unix_seconds(951_782_400).to_string(), "2000-02-29");
        assert_eq!(Date::from_unix_seconds(1_798_761_599).to_string(), "2026-12-31");
    }
}
