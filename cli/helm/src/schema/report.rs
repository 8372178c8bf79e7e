//! Violations of a schema in the words of the library that Helm uses.

use std::fmt::Write;

use boon::{ErrorKind, InstanceLocation, InstanceToken, ValidationError};
use serde_json::{Number, Value};

/// The violations with their heading.
pub(super) fn whole(error: &ValidationError<'_, '_>) -> String {
    let heading = match &error.kind {
        ErrorKind::Schema { url } => format!("jsonschema validation failed with {}\n", quote(url)),
        _ => String::new(),
    };
    format!("{heading}{}", list(error, &Value::Null))
}

/// The violations that a value has, one a line, with those below them indented.
pub(super) fn list(error: &ValidationError<'_, '_>, value: &Value) -> String {
    let mut lines = Vec::new();
    collect(error, value, 0, &mut lines);
    lines.join("\n")
}

fn collect(error: &ValidationError<'_, '_>, value: &Value, depth: usize, lines: &mut Vec<String>) {
    let is_heading = matches!(error.kind, ErrorKind::Schema { .. });
    let is_passed = matches!(error.kind, ErrorKind::Reference { .. }) && error.causes.len() == 1;
    if !is_heading && !is_passed {
        let place = match &error.kind {
            ErrorKind::PropertyName { prop } => object_with(value, prop).unwrap_or_default(),
            _ => pointer(&error.instance_location),
        };
        lines.push(format!("{}- at {}: {}", "  ".repeat(depth), quote(&place), sentence(&error.kind)));
    }
    let depth = if is_heading || is_passed { depth } else { depth + 1 };
    error.causes.iter().for_each(|cause| collect(cause, value, depth, lines));
}

/// The place of the first object that has a property: the validator does not say where a property's name offends.
fn object_with(value: &Value, property: &str) -> Option<String> {
    let below = |step: String, value: &Value| Some(format!("/{step}{}", object_with(value, property)?));
    match value {
        Value::Object(entries) if entries.contains_key(property) => Some(String::new()),
        Value::Object(entries) => entries.iter().find_map(|(key, value)| below(escaped(key), value)),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(index.to_string(), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The place of a value as a JSON pointer.
fn pointer(location: &InstanceLocation<'_>) -> String {
    let mut text = String::new();
    for token in &location.tokens {
        text.push('/');
        match token {
            InstanceToken::Prop(name) => text.push_str(&escaped(name)),
            InstanceToken::Item(index) => text.push_str(&index.to_string()),
        }
    }
    text
}

#[expect(clippy::too_many_lines, reason = "one arm per keyword")]
fn sentence(kind: &ErrorKind<'_, '_>) -> String {
    let counts = |keyword: &str, got: usize, want: usize| format!("{keyword}: got {}, want {}", grouped(got), grouped(want));
    let numbers = |keyword: &str, got: &Number, want: &Number| format!("{keyword}: got {}, want {}", number(got), number(want));
    let matched = |most: &str, want: usize, got: &[usize]| {
        let places: Vec<String> = got.iter().map(usize::to_string).collect();
        format!("{most} {want} items required to match contains schema, but matched {} items at {}", got.len(), places.join(" "))
    };
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".to_owned(),
        ErrorKind::Schema { url } => format!("jsonschema validation failed with {}", quote(url)),
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => format!("both {kw_loc1} and {kw_loc2} resolve to {url:?} causing reference cycle"),
        ErrorKind::FalseSchema => "false schema".to_owned(),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|kind| kind.to_string()).collect();
            format!("got {}, want {}", got.to_string().replace("integer", "number"), want.join(" or "))
        }
        ErrorKind::Enum { want } => match want.as_slice() {
            [only] if is_scalar(only) => format!("value must be {}", scalar(only)),
            several if several.iter().all(is_scalar) => {
                let several: Vec<String> = several.iter().map(scalar).collect();
                format!("value must be one of {}", several.join(", "))
            }
            _ => "'enum' failed".to_owned(),
        },
        ErrorKind::Const { want } if is_scalar(want) => format!("value must be {}", scalar(want)),
        ErrorKind::Const { .. } => "'const' failed".to_owned(),
        ErrorKind::Format { got, want, err } => format!("{} is not valid {want}: {err}", scalar(got)),
        ErrorKind::MinProperties { got, want } => counts("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => counts("maxProperties", *got, *want),
        ErrorKind::AdditionalProperties { got } => format!("additional properties {} not allowed", quoted(got)),
        ErrorKind::Required { want } if want.len() == 1 => format!("missing property {}", quoted(want)),
        ErrorKind::Required { want } => format!("missing properties {}", quoted(want)),
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            format!("properties {} required, if {} exists", quoted(missing), quote(prop))
        }
        ErrorKind::MinItems { got, want } => counts("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => counts("maxItems", *got, *want),
        ErrorKind::Contains => "no items match contains schema".to_owned(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {want} items required to match contains schema, but none matched")
        }
        ErrorKind::MinContains { got, want } => matched("min", *want, got),
        ErrorKind::MaxContains { got, want } => matched("max", *want, got),
        ErrorKind::UniqueItems { got: [first, second] } => format!("items at {first} and {second} are equal"),
        ErrorKind::AdditionalItems { got } => format!("last {got} additionalItem(s) not allowed"),
        ErrorKind::MinLength { got, want } => counts("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => counts("maxLength", *got, *want),
        ErrorKind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quote(want)),
        ErrorKind::ContentMediaType { want, err, .. } => format!("value is not of mediatype {}: {err}", quote(want)),
        ErrorKind::Minimum { got, want } => numbers("minimum", got, want),
        ErrorKind::Maximum { got, want } => numbers("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => numbers("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => numbers("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => numbers("multipleOf", got, want),
        ErrorKind::Not => "'not' failed".to_owned(),
        ErrorKind::AllOf => "'allOf' failed".to_owned(),
        ErrorKind::AnyOf => "'anyOf' failed".to_owned(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
        ErrorKind::OneOf(Some((first, second))) => format!("'oneOf' failed, subschemas {first}, {second} matched"),
    }
}

fn quote(text: &str) -> String {
    let quoted = format!("{text:?}");
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    format!("'{}'", inner.replace("\\'", "'"))
}

fn quoted<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quote(text.as_ref())).collect();
    texts.join(", ")
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quote(text),
        Value::Array(_) | Value::Object(_) => "value".to_owned(),
    }
}

/// A count with its thousands set apart.
fn grouped(count: usize) -> String {
    group(&count.to_string())
}

fn group(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number as an English text has it; large and small ones in powers of ten.
fn number(number: &Number) -> String {
    let value = number.as_f64().unwrap_or_default();
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let power: i32 = exponent.parse().unwrap_or_default();
    if (-4..21).contains(&power) && power < 6 {
        let plain = value.to_string();
        let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let point = if fraction.is_empty() { "" } else { "." };
        return format!("{sign}{}{point}{fraction}", group(whole));
    }
    let mut text = format!("{mantissa}×10");
    let sign = if power < 0 { "⁻" } else { "" };
    let _ = write!(text, "{sign}");
    for digit in format!("{:02}", power.abs()).chars() {
        let raised = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        text.extend(digit.to_digit(10).and_then(|digit| raised.get(digit as usize)));
    }
    text
}
