//! Times to text by a layout.

use std::fmt::Write as _;

use super::{
    instant::{Civil, Time},
    layout::{self, Part},
};

impl Time {
    /// The text of the time in a layout.
    pub(crate) fn format(&self, layout: &str) -> String {
        let civil = self.civil();
        let (mut out, mut rest) = (String::new(), layout);
        loop {
            let (text, part, after) = layout::next(rest);
            out.push_str(text);
            let Some(part) = part else { return out };
            self.push_part(&mut out, part, civil);
            rest = after;
        }
    }

    fn push_part(&self, out: &mut String, part: Part, civil: Civil) {
        let short = |name: &'static str| name.get(..3).unwrap_or(name);
        let twelve = if civil.hour.is_multiple_of(12) { 12 } else { civil.hour % 12 };
        // Writing to a string can't fail.
        let _ = match part {
            Part::LongMonth => write!(out, "{}", layout::month(civil.month)),
            Part::Month => write!(out, "{}", short(layout::month(civil.month))),
            Part::NumericMonth => write!(out, "{}", civil.month),
            Part::ZeroMonth => write!(out, "{:02}", civil.month),
            Part::LongWeekday => write!(out, "{}", layout::weekday(civil.weekday)),
            Part::Weekday => write!(out, "{}", short(layout::weekday(civil.weekday))),
            Part::Day => write!(out, "{}", civil.day),
            Part::SpaceDay => write!(out, "{:2}", civil.day),
            Part::ZeroDay => write!(out, "{:02}", civil.day),
            Part::SpaceYearDay => write!(out, "{:3}", civil.year_day),
            Part::ZeroYearDay => write!(out, "{:03}", civil.year_day),
            Part::Hour => write!(out, "{:02}", civil.hour),
            Part::Hour12 => write!(out, "{twelve}"),
            Part::ZeroHour12 => write!(out, "{twelve:02}"),
            Part::Minute => write!(out, "{}", civil.minute),
            Part::ZeroMinute => write!(out, "{:02}", civil.minute),
            Part::Second => write!(out, "{}", civil.second),
            Part::ZeroSecond => write!(out, "{:02}", civil.second),
            Part::LongYear if civil.year < 0 => write!(out, "-{:04}", civil.year.abs()),
            Part::LongYear => write!(out, "{:04}", civil.year),
            Part::Year => write!(out, "{:02}", civil.year.rem_euclid(100)),
            Part::UpperHalf => write!(out, "{}", if civil.hour >= 12 { "PM" } else { "AM" }),
            Part::LowerHalf => write!(out, "{}", if civil.hour >= 12 { "pm" } else { "am" }),
            Part::ZoneName => write!(out, "{}", self.zone_name()),
            Part::Offset { z, colon, minutes, seconds } => write!(out, "{}", self.offset(z, colon, minutes, seconds)),
            Part::Fraction { digits, comma, trimmed } => write!(out, "{}", self.fraction(digits, comma, trimmed)),
        };
    }

    fn zone_name(&self) -> String {
        if !self.zone.name.is_empty() {
            return self.zone.name.clone();
        }
        let minutes = self.zone.offset / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }

    fn offset(&self, z: bool, colon: bool, minutes: bool, seconds: bool) -> String {
        let offset = self.zone.offset;
        if z && offset == 0 {
            return "Z".to_owned();
        }
        let size = offset.abs();
        let mut out = format!("{}{:02}", if offset < 0 { '-' } else { '+' }, size / 3_600);
        for (wanted, number) in [(minutes, size / 60 % 60), (seconds, size % 60)] {
            if wanted {
                let _ = write!(out, "{}{number:02}", if colon { ":" } else { "" });
            }
        }
        out
    }

    fn fraction(&self, digits: usize, comma: bool, trimmed: bool) -> String {
        let all = format!("{:09}", self.nanos);
        let kept = all.get(..digits.min(9)).unwrap_or_default();
        let kept = if trimmed { kept.trim_end_matches('0') } else { kept };
        let separator = if comma { ',' } else { '.' };
        if kept.is_empty() { String::new() } else { format!("{separator}{kept}") }
    }
}
