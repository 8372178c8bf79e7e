//! Points in time, and how a zone shows them.

use std::{any::Any, sync::OnceLock};

use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};

use super::duration::{Duration, SECOND};
use crate::{Data, Failure, Object, Settings, Value, funcs::Args};

/// What a deterministic `now` gives: 2024-01-02T03:04:05Z.
const CONSTANT_NOW: i64 = 1_704_164_645;

/// The seconds of 0001-01-01, Go's zero time.
const ZERO: i64 = -62_135_596_800;

/// A point in time as a zone shows it.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    /// Seconds since 1970.
    pub(crate) seconds: i64,
    /// Nanoseconds within the second.
    pub(crate) nanos: u32,
    /// The zone.
    pub(crate) zone: Zone,
}

/// A difference to UTC and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    /// Seconds east of UTC.
    pub(crate) offset: i32,
    /// The abbreviation; empty where only the difference is known.
    pub(crate) name: String,
}

/// A point in time as a calendar and a clock show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    /// From Sunday on.
    pub(crate) weekday: u32,
    /// From 1 on.
    pub(crate) year_day: u32,
}

/// The time that `now` gives under these settings.
pub(crate) fn now(settings: &Settings) -> Time {
    match settings.chance {
        None => Time::utc(CONSTANT_NOW),
        Some(chance) => Time { nanos: chance.nanos.min(999_999_999), ..Time::utc(chance.seconds) },
    }
}

impl Zone {
    /// UTC, which is also what the zone of the machine is taken for.
    pub(crate) fn utc() -> Self {
        Self { offset: 0, name: "UTC".to_owned() }
    }

    /// What a named zone is at a point in time; UTC for a name that nobody knows.
    pub(crate) fn named(name: &str, seconds: i64) -> Self {
        static ZONES: OnceLock<TimeZoneDatabase> = OnceLock::new();
        if matches!(name, "" | "UTC" | "Local") {
            return Self::utc();
        }
        let zones = ZONES.get_or_init(TimeZoneDatabase::bundled);
        let zone: Option<TimeZone> = zones.get(name).ok();
        let Some((zone, at)) = zone.zip(Timestamp::from_second(seconds).ok()) else { return Self::utc() };
        let info = zone.to_offset_info(at);
        Self { offset: info.offset().seconds(), name: info.abbreviation().to_owned() }
    }
}

impl Time {
    /// A time in UTC.
    pub(crate) fn utc(seconds: i64) -> Self {
        Self { seconds, nanos: 0, zone: Zone::utc() }
    }

    /// Go's zero time.
    pub(crate) fn zero() -> Self {
        Self::utc(ZERO)
    }

    /// The same time in another zone.
    pub(crate) fn in_zone(self, name: &str) -> Self {
        let zone = Zone::named(name, self.seconds);
        Self { zone, ..self }
    }

    /// A later or earlier time.
    pub(crate) fn plus(&self, duration: Duration) -> Self {
        let nanos = i64::from(self.nanos) + duration.0 % SECOND;
        let seconds = self.seconds.saturating_add(duration.0 / SECOND).saturating_add(nanos.div_euclid(SECOND));
        Self { seconds, nanos: nanos.rem_euclid(SECOND) as u32, zone: self.zone.clone() }
    }

    /// How much later this is, as far as a duration goes.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanos = seconds * i128::from(SECOND) + i128::from(self.nanos) - i128::from(earlier.nanos);
        Duration(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }

    /// What calendar and clock show.
    pub(crate) fn civil(&self) -> Civil {
        let shown = self.seconds.saturating_add(i64::from(self.zone.offset));
        let (days, clock) = (shown.div_euclid(86_400), shown.rem_euclid(86_400) as u32);
        let (year, month, day) = civil_from_days(days);
        let year_day = days - days_from_civil(year, 1, 1) + 1;
        Civil {
            year,
            month,
            day,
            hour: clock / 3_600,
            minute: clock / 60 % 60,
            second: clock % 60,
            weekday: (days + 4).rem_euclid(7) as u32,
            year_day: year_day as u32,
        }
    }
}

/// The days from 1970-01-01 to a day of the Gregorian calendar.
pub(super) fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    // Years start in March here, so that the leap day ends them.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u32, day as u32)
}

const NUMBERS: &[&str] =
    &["Unix", "UnixMilli", "UnixNano", "Year", "Month", "Day", "Hour", "Minute", "Second", "Nanosecond", "Weekday", "YearDay"];

const COMPARISONS: &[&str] = &["After", "Before", "Equal", "Compare"];

impl Time {
    /// What Go's methods say of this time and another.
    fn compared(&self, name: &str, other: &Value) -> Value {
        let zero = Self { seconds: ZERO, nanos: 0, zone: Zone::utc() };
        let other = match &other.data {
            Data::Object(object) => object.as_any().downcast_ref::<Self>().unwrap_or(&zero),
            _ => &zero,
        };
        let order = (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos));
        Value::new(match name {
            "After" => Data::Bool(order.is_gt()),
            "Before" => Data::Bool(order.is_lt()),
            "Equal" => Data::Bool(order.is_eq()),
            "Compare" => Data::Int(order as i64),
            _ => {
                let seconds = self.seconds.saturating_sub(other.seconds);
                let nanos = i64::from(self.nanos) - i64::from(other.nanos);
                Data::Object(std::rc::Rc::new(Duration(seconds.saturating_mul(SECOND).saturating_add(nanos))))
            }
        })
    }
}

impl Object for Time {
    fn type_name(&self) -> &'static str {
        "time.Time"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn is_comparable(&self) -> bool {
        true
    }

    fn has_method(&self, name: &str) -> bool {
        NUMBERS.contains(&name)
            || matches!(name, "String" | "Format" | "UTC" | "Local" | "AddDate" | "IsZero" | "Sub")
            || COMPARISONS.contains(&name)
    }

    fn call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
        let civil = self.civil();
        let int = |number: i64| Value::new(Data::Int(number));
        let long = |number: i64| Value::new(Data::Int64(number));
        let mut arguments = Args::new(arguments);
        Ok(match name {
            "Unix" => long(self.seconds),
            "UnixMilli" => long(self.seconds * 1_000 + i64::from(self.nanos) / 1_000_000),
            "UnixNano" => long(self.seconds.wrapping_mul(SECOND).wrapping_add(i64::from(self.nanos))),
            "Year" => int(civil.year),
            "Month" => Value::string(super::layout::month(civil.month)),
            "Day" => int(i64::from(civil.day)),
            "Hour" => int(i64::from(civil.hour)),
            "Minute" => int(i64::from(civil.minute)),
            "Second" => int(i64::from(civil.second)),
            "Nanosecond" => int(i64::from(self.nanos)),
            "Weekday" => Value::string(super::layout::weekday(civil.weekday)),
            "YearDay" => int(i64::from(civil.year_day)),
            "Format" => Value::string(self.format(&arguments.text().lossy())),
            "UTC" | "Local" => Value::new(Data::Object(std::rc::Rc::new(Self { zone: Zone::utc(), ..self.clone() }))),
            "AddDate" => {
                let (years, months, days) = (arguments.int(), arguments.int(), arguments.int());
                Value::new(Data::Object(std::rc::Rc::new(self.plus_date(years, months, days))))
            }
            "Sub" | "After" | "Before" | "Equal" | "Compare" => self.compared(name, &arguments.any()),
            "IsZero" => Value::new(Data::Bool(self.seconds == ZERO && self.nanos == 0)),
            _ => Value::string(self.display()),
        })
    }

    fn parameters(&self, name: &str) -> Option<&'static [crate::Param]> {
        use crate::Param;
        Some(match name {
            "Format" => &[Param::String],
            "Sub" | "After" | "Before" | "Equal" | "Compare" => &[Param::Time],
            "AddDate" => &[Param::Int, Param::Int, Param::Int],
            _ => &[],
        })
    }

    fn display(&self) -> String {
        self.format("2006-01-02 15:04:05.999999999 -0700 MST")
    }

    fn to_plain(&self) -> Option<Value> {
        Some(Value::string(self.format("2006-01-02T15:04:05.999999999Z07:00")))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Time {
    /// Years, months and days later; a day that the month does not have runs over into the next one.
    fn plus_date(&self, years: i64, months: i64, days: i64) -> Self {
        let civil = self.civil();
        let month = (i64::from(civil.month) - 1).saturating_add(months);
        let year = civil.year.saturating_add(years).saturating_add(month.div_euclid(12)).clamp(-100_000, 100_000);
        let start = days_from_civil(year, month.rem_euclid(12) as u32 + 1, 1);
        let day = start.saturating_add(i64::from(civil.day) - 1).saturating_add(days.clamp(-100_000_000, 100_000_000));
        let clock = (self.seconds + i64::from(self.zone.offset)).rem_euclid(86_400);
        Self { seconds: day * 86_400 + clock - i64::from(self.zone.offset), ..self.clone() }
    }
}
