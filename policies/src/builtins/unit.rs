//! Amounts with units.

use regorus::Value;

use super::{Builtin, builtin, regorus};

pub(super) const BUILTINS: &[Builtin] =
    &[builtin!("units.parse", 1, |args| Ok(parse(args))), builtin!("units.parse_bytes", 1, |args| Ok(parse_bytes(args)))];

/// The units that OPA knows; regorus knows some more.
const UNITS: [&str; 14] = ["", "m", "k", "K", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi"];

fn parse(args: &[Value]) -> Value {
    let [Value::String(amount)] = args else { return Value::Undefined };
    let unit = amount.trim_matches('"').trim_start_matches(|letter: char| !letter.is_alphabetic());
    let is_known = UNITS.contains(&unit) || unit == "Ei" || unit.eq_ignore_ascii_case("e") || unit.starts_with(['e', 'E']);
    if is_known
        || UNITS.iter().any(|known| known.len() > 1 && known.eq_ignore_ascii_case(unit))
        || UNITS.iter().any(|known| *known != "m" && known.eq_ignore_ascii_case(unit))
    {
        regorus("units.parse", args)
    } else {
        Value::Undefined
    }
}

/// Whole bytes: what is left of one is none.
fn parse_bytes(args: &[Value]) -> Value {
    let Some(Value::String(amount)) = args.first() else { return Value::Undefined };
    let plain: Option<f64> = amount.parse().ok();
    match plain {
        Some(bytes) if bytes.fract() != 0.0 => regorus("floor", &[Value::from(bytes)]),
        _ => regorus("units.parse_bytes", args),
    }
}
