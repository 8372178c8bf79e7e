//! Helm 4's lengths of time: whatever stands for one, in another unit or rounded.

use std::rc::Rc;

use crate::{
    Call, Data, Failure, Function, Param, Value,
    format::{float_text, parse_float},
    funcs::argument::{Args, object},
    time::{Duration, SECOND},
};

const ONE: &[Param] = &[Param::Any];
const TWO: &[Param] = &[Param::Any, Param::Any];

/// `mustToDuration`, and the functions whose names start with `duration`; all but the first give zero for what is none.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("mustToDuration", ONE, must_to_duration),
    Function::fixed("durationSeconds", ONE, |call, args| float(call, args, |nanos| units(nanos, SECOND))),
    Function::fixed("durationMinutes", ONE, |call, args| float(call, args, |nanos| units(nanos, MINUTE))),
    Function::fixed("durationHours", ONE, |call, args| float(call, args, |nanos| units(nanos, HOUR))),
    Function::fixed("durationDays", ONE, |call, args| float(call, args, |nanos| units(nanos, HOUR) / 24.0)),
    Function::fixed("durationWeeks", ONE, |call, args| float(call, args, |nanos| units(nanos, HOUR) / 24.0 / 7.0)),
    Function::fixed("durationMilliseconds", ONE, |call, args| whole(call, args, 1_000_000)),
    Function::fixed("durationMicroseconds", ONE, |call, args| whole(call, args, 1_000)),
    Function::fixed("durationNanoseconds", ONE, |call, args| whole(call, args, 1)),
    Function::fixed("durationRoundTo", TWO, |call, args| adjusted(call, args, Duration::round)),
    Function::fixed("durationTruncateTo", TWO, |call, args| adjusted(call, args, Duration::truncate)),
];

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The whole seconds that a duration can hold.
const MAX_SECONDS: i64 = i64::MAX / SECOND;

fn value(duration: Duration) -> Value {
    Value::new(Data::Object(Rc::new(duration)))
}

/// A duration, a text of one, or a number of seconds.
fn duration(value: &Value) -> Result<Duration, String> {
    if let Some(duration) = object::<Duration>(value) {
        return Ok(duration);
    }
    match &value.data {
        Data::String(text) => {
            let text = text.lossy();
            let trimmed = text.trim();
            if trimmed.is_empty() {
                return Err("empty duration".to_owned());
            }
            Duration::parse(trimmed).or_else(|_| match parse_float(trimmed) {
                Ok(seconds) => fractional(seconds),
                Err(_) => Err(format!("could not parse duration {text:?}")),
            })
        }
        Data::Nil => Err("invalid duration".to_owned()),
        Data::Int(seconds) | Data::Int64(seconds) => {
            if !(-MAX_SECONDS..=MAX_SECONDS).contains(seconds) {
                return Err(format!("duration seconds overflow: {seconds}"));
            }
            Ok(Duration(seconds * SECOND))
        }
        Data::Uint8(seconds) => Ok(Duration(i64::from(*seconds) * SECOND)),
        Data::Float(seconds) => fractional(*seconds),
        Data::Bool(_) | Data::Bytes(_) | Data::List(_) | Data::Map(_) | Data::Object(_) => {
            Err(format!("unsupported duration type {}", value.type_name()))
        }
    }
}

fn fractional(seconds: f64) -> Result<Duration, String> {
    let printed = || float_text(seconds);
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", printed()));
    }
    let limit = i64::MAX as f64 / SECOND as f64;
    if seconds > limit || seconds < -limit {
        return Err(format!("duration seconds overflow: {}", printed()));
    }
    Ok(Duration((seconds * SECOND as f64) as i64))
}

fn must_to_duration(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let duration = duration(&Args::new(args).any()).map_err(Failure::new)?;
    Ok(value(duration).from(origin))
}

/// Go divides whole units and the rest apart, so that less is lost.
fn units(nanos: i64, unit: i64) -> f64 {
    (nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64
}

fn float(call: &mut Call<'_, '_>, args: Vec<Value>, of: fn(i64) -> f64) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let number = duration(&Args::new(args).any()).map_or(0.0, |duration| of(duration.0));
    Ok(Value::new(Data::Float(number)).from(origin))
}

fn whole(call: &mut Call<'_, '_>, args: Vec<Value>, unit: i64) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let number = duration(&Args::new(args).any()).map_or(0, |duration| duration.0 / unit);
    Ok(Value::new(Data::Int64(number)).from(origin))
}

fn adjusted(call: &mut Call<'_, '_>, args: Vec<Value>, by: fn(Duration, Duration) -> Duration) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (length, step) = (args.any(), args.any());
    let adjusted = match (duration(&length), duration(&step)) {
        (Ok(length), Ok(step)) => by(length, step),
        (Ok(length), Err(_)) => length,
        (Err(_), _) => Duration(0),
    };
    Ok(value(adjusted).from(origin))
}
