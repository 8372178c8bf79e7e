//! Durations in nanoseconds, read and written as Go does.

use std::{any::Any, rc::Rc};

use super::parse::quote;
use crate::{Data, Failure, Object, Param, Value};

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

pub(crate) const SECOND: i64 = 1_000_000_000;

const UNITS: &[(&str, i64)] =
    &[("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", SECOND), ("m", 60 * SECOND), ("h", 3_600 * SECOND)];

impl Duration {
    /// Reads numbers with units, such as `-1.5h` or `2h10m`.
    ///
    /// # Errors
    /// Go's text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("time: invalid duration {}", quote(text));
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        if unsigned == "0" {
            return Ok(Self(0));
        }
        let (mut rest, mut total) = (unsigned, 0_i128);
        if rest.is_empty() {
            return Err(invalid());
        }
        while !rest.is_empty() {
            let mut points = 0;
            let ends = |letter: char| {
                points += u32::from(letter == '.');
                points > 1 || !(letter.is_ascii_digit() || letter == '.')
            };
            let digits = rest.find(ends).unwrap_or(rest.len());
            let (number, after) = rest.split_at_checked(digits).ok_or_else(invalid)?;
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            if whole.is_empty() && fraction.is_empty() {
                return Err(invalid());
            }
            let end = after.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at_checked(end).ok_or_else(invalid)?;
            if unit.is_empty() {
                return Err(format!("time: missing unit in duration {}", quote(text)));
            }
            let size = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, size)| *size);
            let size = size.ok_or_else(|| format!("time: unknown unit {} in duration {}", quote(unit), quote(text)))?;
            let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| invalid())? };
            let part = format!("0.{fraction}").parse::<f64>().unwrap_or(0.0) * size as f64;
            total = whole.checked_mul(i128::from(size)).and_then(|whole| total.checked_add(whole + part as i128)).ok_or_else(invalid)?;
            rest = after;
        }
        let total = if text.starts_with('-') { -total } else { total };
        i64::try_from(total).map(Self).map_err(|_| invalid())
    }

    /// The duration with hours, minutes and seconds as far as they are needed.
    pub(crate) fn text(self) -> String {
        let (size, sign) = (self.0.unsigned_abs(), if self.0 < 0 { "-" } else { "" });
        let second = SECOND as u64;
        let decimal = |unit: u64, name: &str| {
            let width = unit.ilog10() as usize;
            let fraction = format!("{:0width$}", size % unit);
            let fraction = if width == 0 { "" } else { fraction.trim_end_matches('0') };
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{sign}{}{point}{fraction}{name}", size / unit)
        };
        match size {
            0 => "0s".to_owned(),
            1..1_000 => decimal(1, "ns"),
            1_000..1_000_000 => decimal(1_000, "µs"),
            1_000_000..1_000_000_000 => decimal(1_000_000, "ms"),
            _ => {
                let (hours, minutes) = (size / (3_600 * second), size / (60 * second) % 60);
                let fraction = format!("{:09}", size % second);
                let fraction = fraction.trim_end_matches('0');
                let point = if fraction.is_empty() { "" } else { "." };
                let seconds = format!("{}{point}{fraction}s", size / second % 60);
                match (hours, minutes) {
                    (0, 0) => format!("{sign}{seconds}"),
                    (0, _) => format!("{sign}{minutes}m{seconds}"),
                    _ => format!("{sign}{hours}h{minutes}m{seconds}"),
                }
            }
        }
    }

    /// The nearest multiple of a step, halves away from zero; a step that is none changes nothing.
    pub(crate) fn round(self, step: Self) -> Self {
        if step.0 <= 0 {
            return self;
        }
        let rest = self.0 % step.0;
        let whole = self.0 - rest;
        if rest.unsigned_abs().saturating_mul(2) < step.0.unsigned_abs() {
            return Self(whole);
        }
        Self(whole.checked_add(step.0 * self.0.signum()).unwrap_or(if self.0 < 0 { i64::MIN } else { i64::MAX }))
    }

    /// The multiple of a step that is next to it towards zero.
    pub(crate) fn truncate(self, step: Self) -> Self {
        if step.0 <= 0 { self } else { Self(self.0 - self.0 % step.0) }
    }

    /// Rounded to whole seconds, halves away from zero.
    pub(crate) fn to_seconds(self) -> Self {
        let rest = self.0 % SECOND;
        let whole = self.0 - rest;
        Self(if rest.abs() * 2 < SECOND { whole } else { whole + SECOND * rest.signum() })
    }

    /// Only the largest unit, rounded down, as sprig shows ages.
    pub(crate) fn largest_unit(self) -> String {
        let size = self.0.unsigned_abs();
        let hour = 3_600 * SECOND as u64;
        let units = [(hour * 24 * 365, "y"), (hour * 24 * 30, "mo"), (hour * 24, "d"), (hour, "h"), (hour / 60, "m"), (SECOND as u64, "s")];
        let fit = units.iter().find(|(unit, _)| size > *unit);
        fit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit))
    }
}

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> &'static str {
        "int64"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "String" | "Hours" | "Minutes" | "Seconds" | "Milliseconds" | "Microseconds" | "Nanoseconds" | "Abs")
    }

    fn parameters(&self, _: &str) -> Option<&'static [Param]> {
        Some(&[])
    }

    fn call(&self, name: &str, _: Vec<Value>) -> Result<Value, Failure> {
        let float = |unit: i64| Value::new(Data::Float((self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64));
        let long = |unit: i64| Value::new(Data::Int64(self.0 / unit));
        Ok(match name {
            "Hours" => float(3_600 * SECOND),
            "Minutes" => float(60 * SECOND),
            "Seconds" => float(SECOND),
            "Milliseconds" => long(1_000_000),
            "Microseconds" => long(1_000),
            "Nanoseconds" => long(1),
            "Abs" => Value::new(Data::Object(Rc::new(Self(self.0.saturating_abs())))),
            _ => Value::string(self.text()),
        })
    }

    fn integer(&self) -> Option<i64> {
        Some(self.0)
    }

    fn display(&self) -> String {
        self.text()
    }

    fn to_plain(&self) -> Option<Value> {
        Some(Value::new(Data::Int64(self.0)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_as_go_does() {
        let cases = [
            ("-1.5h", "-1h30m0s"),
            ("95s", "1m35s"),
            ("2h10m", "2h10m0s"),
            ("1.5ms", "1.5ms"),
            ("0", "0s"),
            ("10us", "10µs"),
            ("7ns", "7ns"),
            ("1s5ms", "1.005s"),
        ];
        for (text, expected) in cases {
            assert_eq!(Duration::parse(text).unwrap().text(), expected, "{text}");
        }
        assert_eq!(Duration::parse("5").unwrap_err(), "time: missing unit in duration \"5\"");
        assert_eq!(Duration::parse("5x").unwrap_err(), "time: unknown unit \"x\" in duration \"5x\"");
    }
}
