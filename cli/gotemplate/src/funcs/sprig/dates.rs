//! Times and durations as values.

use std::rc::Rc;

use crate::{
    Call, Data, Failure, Function, Param, Value,
    format::parse_int,
    funcs::argument::{Args, object},
    time::{Duration, Time, now},
};

const DATED: &[Param] = &[Param::String, Param::Any];
const ZONED: &[Param] = &[Param::String, Param::Any, Param::String];
const TEXTS: &[Param] = &[Param::String, Param::String];
const MODIFIED: &[Param] = &[Param::String, Param::Time];
const ONE: &[Param] = &[Param::Any];

/// Clocks, calendars and spans of time; the zone of the machine is UTC.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("now", &[], |call, _| Ok(time_value(now(&call.machine.settings)))),
    Function::fixed("date", DATED, date),
    Function::fixed("dateInZone", ZONED, date),
    Function::fixed("date_in_zone", ZONED, date),
    Function::fixed("htmlDate", ONE, html_date),
    Function::fixed("htmlDateInZone", &[Param::Any, Param::String], html_date),
    Function::fixed("toDate", TEXTS, |call, args| to_date(call, args).or_else(|_| Ok(time_value(Time::zero())))),
    Function::fixed("mustToDate", TEXTS, to_date),
    Function::fixed("dateModify", MODIFIED, |call, args| modify(call, args, OnError::Keep)),
    Function::fixed("date_modify", MODIFIED, |call, args| modify(call, args, OnError::Keep)),
    Function::fixed("mustDateModify", MODIFIED, |call, args| modify(call, args, OnError::Fail)),
    Function::fixed("must_date_modify", MODIFIED, |call, args| modify(call, args, OnError::Fail)),
    Function::fixed("unixEpoch", &[Param::Time], unix_epoch),
    Function::fixed("ago", ONE, ago),
    Function::fixed("duration", ONE, duration),
    Function::fixed("durationRound", ONE, duration_round),
];

/// What becomes of a duration that can't be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnError {
    Keep,
    Fail,
}

fn time_value(time: Time) -> Value {
    Value::new(Data::Object(Rc::new(time)))
}

/// A time, or the seconds since 1970 as an integer; anything else is now.
fn time_of(call: &Call<'_, '_>, value: &Value) -> Time {
    match &value.data {
        Data::Int(seconds) | Data::Int64(seconds) => Time::utc(*seconds),
        _ => object(value).unwrap_or_else(|| now(&call.machine.settings)),
    }
}

/// A time where Go's signature has `time.Time`.
fn only_time(value: &Value) -> Result<Time, Failure> {
    object(value).ok_or_else(|| Failure::new(format!("wrong type for value; expected time.Time; got {}", value.type_name())))
}

fn date(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (layout, value, zone) = (args.text(), args.any(), args.text());
    let time = time_of(call, &value).in_zone(&zone.lossy());
    Ok(Value::string(time.format(&layout.lossy())).from(origin))
}

fn html_date(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (value, zone) = (args.any(), args.text());
    let time = time_of(call, &value).in_zone(&zone.lossy());
    Ok(Value::string(time.format("2006-01-02")).from(origin))
}

fn to_date(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (layout, text) = (args.text(), args.text());
    let time = Time::parse(&layout.lossy(), &text.lossy()).map_err(Failure::new)?;
    Ok(time_value(time).from(origin))
}

fn modify(call: &mut Call<'_, '_>, args: Vec<Value>, on_error: OnError) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (text, value) = (args.text(), args.any());
    let time = only_time(&value)?;
    match Duration::parse(&text.lossy()) {
        Ok(duration) => Ok(time_value(time.plus(duration)).from(origin)),
        Err(_) if on_error == OnError::Keep => Ok(value),
        Err(error) => Err(Failure::new(error)),
    }
}

fn unix_epoch(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::string(only_time(&Args::new(args).any())?.seconds.to_string()).from(origin))
}

fn ago(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let time = time_of(call, &Args::new(args).any());
    let passed = now(&call.machine.settings).since(&time);
    Ok(Value::string(passed.to_seconds().text()).from(origin))
}

fn duration(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let seconds = match &Args::new(args).any().data {
        Data::Int64(seconds) => *seconds,
        Data::String(text) => parse_int(&text.lossy(), 10).unwrap_or(0),
        _ => 0,
    };
    Ok(Value::string(Duration(seconds.wrapping_mul(1_000_000_000)).text()).from(origin))
}

fn duration_round(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let value = Args::new(args).any();
    let duration = match &value.data {
        Data::Int64(nanos) => Duration(*nanos),
        Data::String(text) => Duration::parse(&text.lossy()).unwrap_or(Duration(0)),
        _ => object::<Time>(&value).map_or(Duration(0), |time| now(&call.machine.settings).since(&time)),
    };
    Ok(Value::string(duration.largest_unit()).from(origin))
}
