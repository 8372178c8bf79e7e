//! Values as Go's `%v` and its JSON encoder print them.

use std::{collections::BTreeMap, fmt::Write as _};

use portcullis_gotemplate::{Data, MapType, Value};

/// What `%v` prints.
pub(crate) fn print(value: &Value) -> String {
    match &value.data {
        Data::Nil => "<nil>".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) | Data::Int64(value) => value.to_string(),
        Data::Uint8(value) => value.to_string(),
        Data::Float(value) => float(*value),
        Data::String(text) => text.lossy().into_owned(),
        Data::Bytes(bytes) => format!("{bytes:?}").replace(',', ""),
        Data::List(list) => {
            let items: Vec<String> = list.items().iter().map(print).collect();
            format!("[{}]", items.join(" "))
        }
        Data::Map(map) => {
            let entries: Vec<String> = map.entries.borrow().iter().map(|(key, value)| format!("{key}:{}", print(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
        Data::Object(object) => object.display(),
    }
}

/// The shortest digits, with an exponent below 1e-4 and from 1e6 on.
fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) { value.to_string() } else { with_exponent(mantissa, exponent) }
}

fn with_exponent(mantissa: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The parameters flattened with dots: maps and lists recurse, empty ones vanish; lists of strings that Go holds as such are printed whole.
/// So are maps of strings where they are `opaque`.
pub(crate) fn flatten(value: &Value, opaque: bool) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    flatten_into(value, "", opaque, &mut flat);
    flat
}

fn flatten_into(value: &Value, prefix: &str, opaque: bool, flat: &mut BTreeMap<String, String>) {
    let key = |part: &str| if prefix.is_empty() { part.to_owned() } else { format!("{prefix}.{part}") };
    match &value.data {
        Data::Map(map) if !(opaque && map.kind == MapType::Strings) => {
            map.entries.borrow().iter().for_each(|(part, value)| flatten_into(value, &key(part), opaque, flat));
        }
        Data::List(portcullis_gotemplate::List::Any(items)) => {
            items.iter().enumerate().for_each(|(index, item)| flatten_into(item, &key(&index.to_string()), opaque, flat));
        }
        _ => {
            flat.insert(prefix.to_owned(), print(value));
        }
    }
}

/// What Go's JSON encoder prints, keys sorted.
pub(crate) fn json(value: &Value) -> String {
    let mut text = String::new();
    write_json(value, &mut text);
    text
}

fn write_json(value: &Value, text: &mut String) {
    match &value.data {
        Data::Nil => text.push_str("null"),
        Data::Float(number) => text.push_str(&json_float(*number)),
        Data::String(string) => quote(&string.lossy(), text),
        Data::Map(map) => {
            text.push('{');
            for (index, (key, value)) in map.entries.borrow().iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                quote(key, text);
                text.push(':');
                write_json(value, text);
            }
            text.push('}');
        }
        Data::List(list) => {
            text.push('[');
            for (index, item) in list.items().iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_json(item, text);
            }
            text.push(']');
        }
        Data::Bool(_) | Data::Int(_) | Data::Int64(_) | Data::Uint8(_) => text.push_str(&print(value)),
        Data::Bytes(_) | Data::Object(_) => quote(&print(value), text),
    }
}

/// A JSON number: plain digits between 1e-6 and 1e21.
pub(crate) fn json_float(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 || (1e-6..1e21).contains(&size) {
        return number.to_string();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// Appends a character as it stands within a JSON string.
pub(crate) fn escape(character: char, text: &mut String) {
    match character {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        control if (control as u32) < 0x20 => {
            let _ = write!(text, "\\u{:04x}", control as u32);
        }
        other => text.push(other),
    }
}

/// Whether a byte stands as it is within a JSON string.
pub(crate) fn stands_for_itself(byte: u8) -> bool {
    byte >= 0x20 && !matches!(byte, b'"' | b'\\')
}

fn quote(string: &str, text: &mut String) {
    text.push('"');
    string.chars().for_each(|character| escape(character, text));
    text.push('"');
}

#[cfg(test)]
mod tests {
    #[test]
    fn floats_print_as_in_go() {
        let printed: Vec<String> = [999_999.0, 1e6, 12_345_678.0, 123_456_789_012.0, 1.0, 0.5, 1e-5, 1e21].map(super::float).into();
        assert_eq!(printed, ["999999", "1e+06", "1.2345678e+07", "1.23456789012e+11", "1", "0.5", "1e-05", "1e+21"]);
    }
}
