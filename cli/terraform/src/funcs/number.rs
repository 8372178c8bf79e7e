//! Functions of numbers.

use num_bigint::BigInt;

use super::{Context, Done, Failure, Gives, Param, Spec, items, number, whole};
use crate::{
    convert::convert,
    limits::MAX_NUMBER_DIGITS,
    number::Number,
    types::Type,
    value::{Data, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("abs", &[Param::Number], Gives::Number, |_, given| Ok(number(given, 0).absolute().into())),
    Spec::new("ceil", &[Param::Number], Gives::Number, |_, given| big(&number(given, 0).ceiling())),
    Spec::new("floor", &[Param::Number], Gives::Number, |_, given| big(&number(given, 0).floor())),
    Spec::new("log", &[Param::Number, Param::Number], Gives::Number, |_, given| {
        float(super::float::logarithm(number(given, 0).to_f64()) / super::float::logarithm(number(given, 1).to_f64()))
    }),
    Spec::new("pow", &[Param::Number, Param::Number], Gives::Number, |_, given| {
        float(super::float::power(number(given, 0).to_f64(), number(given, 1).to_f64()))
    }),
    Spec::new("max", &[], Gives::Number, max).rest(Param::Number),
    Spec::new("min", &[], Gives::Number, min).rest(Param::Number),
    Spec::new("parseint", &[Param::Any, Param::Number], Gives::Number, parseint),
    Spec::new("signum", &[Param::Number], Gives::Number, signum),
    Spec::new("sum", &[Param::Any], Gives::Number, sum),
];

fn big(value: &BigInt) -> Done {
    Number::whole(value).map(Value::from).ok_or_else(|| Failure::limit("MAX_NUMBER_EXPONENT"))
}

fn float(value: f64) -> Done {
    Number::float(value).map(Value::from).ok_or_else(|| "the result is no finite number".into())
}

fn max(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let all = (0..given.len()).map(|at| number(given, at));
    all.reduce(|best, next| if next > best { next } else { best }).map(Value::from).ok_or_else(|| "at least one number is required".into())
}

fn min(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let all = (0..given.len()).map(|at| number(given, at));
    all.reduce(|best, next| if next < best { next } else { best }).map(Value::from).ok_or_else(|| "at least one number is required".into())
}

fn signum(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = number(given, 0);
    let value = value.to_i64().ok_or("a whole number is required")?;
    Ok(Number::integer(value.signum()).into())
}

fn parseint(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if !matches!(given.first().map(|value| &value.data), Some(Data::String(_))) {
        return Err("the first argument must be a string".into());
    }
    let digits = given.first().and_then(|value| convert(value, &Type::String).ok());
    let digits = digits.as_ref().and_then(Value::as_str).unwrap_or_default();
    let base = whole(given, 1)?;
    let base = u32::try_from(base).ok().filter(|base| (2..=62).contains(base)).ok_or("base must be a whole number between 2 and 62")?;
    let (negative, rest) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let fail = || Failure::from(format!("cannot parse {digits:?} as a base {base} integer"));
    if rest.len() > MAX_NUMBER_DIGITS {
        return Err(Failure::limit("MAX_NUMBER_DIGITS"));
    }
    if rest.is_empty() {
        return Err(fail());
    }
    let mut value = BigInt::ZERO;
    for byte in rest.bytes() {
        let digit = digit_of(byte, base).ok_or_else(fail)?;
        value = value * base + digit;
    }
    big(&if negative { -value } else { value })
}

/// The value of a digit: up to base 36 letters have no case, above it capitals come last.
fn digit_of(byte: u8, base: u32) -> Option<u32> {
    let digit = match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'z' => byte - b'a' + 10,
        b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
        b'A'..=b'Z' => byte - b'A' + 36,
        _ => return None,
    };
    Some(u32::from(digit)).filter(|digit| *digit < base)
}

fn sum(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if !matches!(given.first().map(|value| &value.data), Some(Data::List(..) | Data::Set(..) | Data::Tuple(_))) {
        return Err("argument must be list, set, or tuple".into());
    }
    let all = items(given, 0);
    if all.is_empty() {
        return Err("cannot sum an empty list".into());
    }
    let mut total: Option<Number> = None;
    for item in all {
        if item.is_null() {
            return Err("argument must be list, set, or tuple of number values".into());
        }
        let converted = convert(item, &Type::Number)?;
        let Data::Number(next) = converted.data else { return Err("argument must be list, set, or tuple of number values".into()) };
        total = Some(match total {
            None => next,
            Some(total) => total.add(&next).ok_or_else(|| Failure::limit("MAX_NUMBER_EXPONENT"))?,
        });
    }
    Ok(total.unwrap_or_else(|| Number::integer(0)).into())
}
