//! Values to TOML text as BurntSushi's encoder lays it out.

use std::{fmt::Write as _, sync::Arc};

use portcullis_source::OriginId;

use crate::{
    Data, Failure, Value,
    format::{Complex, Rope, View, append_float},
    funcs::argument::{check_elements, check_size, is_nil},
    time::{Duration, Time},
};

/// How deep values are written; only a map that holds itself is deeper.
const MAX_DEPTH: usize = 100;

/// Writes a value; each scalar keeps what it came from.
///
/// # Errors
/// The encoder's text for what TOML has no form for, and a limit.
pub(super) fn to_toml(value: &Value) -> Result<Rope, Failure> {
    if matches!(value.data, Data::Nil) {
        return Err(Failure::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    let mut writer = Writer { out: Rope::default(), seen: 0 };
    writer.encode(&[], value, OriginId::NONE)?;
    Ok(writer.out)
}

/// A key without the quotes that it can do without.
pub(super) fn key_text(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(is_bare) {
        return key.to_owned();
    }
    format!("\"{}\"", String::from_utf8_lossy(&escaped(key.as_bytes())))
}

fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 | 0x7F => out.extend(format!("\\u{byte:04x}").into_bytes()),
            _ => out.push(byte),
        }
    }
    out
}

/// What TOML calls a value, as far as the layout depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Nothing is written.
    Nil,
    /// It stands behind a `=`.
    Plain,
    Table,
    /// A list of nothing but tables.
    Tables,
}

/// The same value with maps, structs, lists and scalars only.
fn plain(value: &Value) -> Value {
    match &value.data {
        Data::Object(object) if object.as_any().is::<Time>() || object.as_any().is::<Duration>() => value.clone(),
        Data::Object(object) if object.members().is_some() || Complex::of(&**object).is_some() => value.clone(),
        Data::Object(object) => object.items().or_else(|| object.to_plain()).unwrap_or_else(Value::invalid).from(value.origin),
        Data::Nil
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bytes(_)
        | Data::List(_)
        | Data::Map(_) => value.clone(),
    }
}

fn check_depth(depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::limit(format!("a value that is nested more than {MAX_DEPTH} levels deep")));
    }
    Ok(())
}

/// The entries of a map or struct.
fn members(value: &Value) -> Option<Vec<(Arc<str>, Value)>> {
    match &value.data {
        Data::Map(map) => Some(map.entries.borrow().iter().map(|(key, item)| (Arc::clone(key), item.clone())).collect()),
        Data::Object(object) => Some(object.members()?.into_iter().map(|member| (Arc::from(member.name), member.value)).collect()),
        Data::Nil
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bytes(_)
        | Data::List(_) => None,
    }
}

struct Writer {
    out: Rope,
    /// How many values were looked at.
    seen: usize,
}

impl Writer {
    fn shape(&mut self, value: &Value, depth: usize) -> Result<Shape, Failure> {
        check_depth(depth)?;
        self.seen += 1;
        check_elements(self.seen)?;
        Ok(match &value.data {
            Data::Nil => Shape::Nil,
            Data::Map(map) if map.is_nil() => Shape::Nil,
            Data::Map(_) => Shape::Table,
            Data::Object(object) if object.members().is_some() => Shape::Table,
            Data::Object(object) if Complex::of(&**object).is_some() => return Err(Failure::new("unsupported type: complex128")),
            Data::List(list) => {
                let items = list.shared();
                if is_nil(items) {
                    return Ok(Shape::Nil);
                }
                let mut only_tables = !items.is_empty();
                for item in items.iter() {
                    match self.shape(&plain(item), depth + 1)? {
                        Shape::Nil => return Err(Failure::new("toml: cannot encode array with nil element")),
                        Shape::Table => {}
                        Shape::Plain | Shape::Tables => only_tables = false,
                    }
                }
                if only_tables { Shape::Tables } else { Shape::Plain }
            }
            Data::Bool(_)
            | Data::Int(_)
            | Data::Int64(_)
            | Data::Uint8(_)
            | Data::Float(_)
            | Data::String(_)
            | Data::Bytes(_)
            | Data::Object(_) => Shape::Plain,
        })
    }

    fn write(&mut self, text: &str, origin: OriginId) -> Result<(), Failure> {
        self.out.push(text.as_bytes(), origin);
        check_size(self.out.bytes().len())
    }

    /// An end of line, but nothing before the first line.
    fn newline(&mut self, origin: OriginId) -> Result<(), Failure> {
        if self.out.bytes().is_empty() { Ok(()) } else { self.write("\n", origin) }
    }

    fn encode(&mut self, key: &[Arc<str>], value: &Value, outer: OriginId) -> Result<(), Failure> {
        check_depth(key.len())?;
        let value = plain(value);
        let origin = if value.origin.is_none() { outer } else { value.origin };
        if let Data::Object(object) = &value.data
            && Complex::of(&**object).is_some()
        {
            return Err(Failure::new("unsupported type for key '': complex128"));
        }
        match self.shape(&value, key.len())? {
            Shape::Nil => Ok(()),
            Shape::Plain => self.entry(key, &value, origin, None),
            Shape::Table => self.table(key, &value, origin),
            Shape::Tables if key.is_empty() => Err(Failure::new("toml: top-level values must be Go maps or structs")),
            Shape::Tables => {
                let Data::List(list) = &value.data else { return Ok(()) };
                for item in list.items() {
                    self.newline(origin)?;
                    self.write(&format!("{}[[{}]]", indent(key), joined(key)), origin)?;
                    self.newline(origin)?;
                    self.entries(key, &plain(item), origin, key.len(), false)?;
                }
                Ok(())
            }
        }
    }

    fn table(&mut self, key: &[Arc<str>], value: &Value, origin: OriginId) -> Result<(), Failure> {
        if key.len() == 1 {
            self.newline(origin)?;
        }
        if !key.is_empty() {
            self.write(&format!("{}[{}]", indent(key), joined(key)), origin)?;
            self.newline(origin)?;
        }
        self.entries(key, value, origin, key.len(), false)
    }

    /// The entries of a map: first those behind a `=`, then the tables.
    fn entries(&mut self, key: &[Arc<str>], value: &Value, outer: OriginId, depth: usize, inline: bool) -> Result<(), Failure> {
        check_depth(depth)?;
        let Some(members) = members(value) else { return Ok(()) };
        let origin = if value.origin.is_none() { outer } else { value.origin };
        let (mut direct, mut below) = (Vec::new(), Vec::new());
        for (name, item) in members {
            let item = plain(&item);
            let shape = self.shape(&item, depth + 1)?;
            let list = if matches!(shape, Shape::Table | Shape::Tables) { &mut below } else { &mut direct };
            list.push((name, item, shape));
        }
        if inline {
            self.write("{", origin)?;
        }
        let followed = !below.is_empty();
        for (list, followed) in [(direct, followed), (below, false)] {
            let count = list.len();
            for (index, (name, item, _)) in list.into_iter().enumerate().filter(|(_, (_, _, shape))| *shape != Shape::Nil) {
                if inline {
                    self.entry(&[name], &item, origin, Some(depth + 1))?;
                    if followed || index + 1 != count {
                        self.write(", ", origin)?;
                    }
                } else {
                    let key: Vec<Arc<str>> = key.iter().cloned().chain([name]).collect();
                    self.encode(&key, &item, origin)?;
                }
            }
        }
        if inline { self.write("}", origin) } else { Ok(()) }
    }

    fn entry(&mut self, key: &[Arc<str>], value: &Value, outer: OriginId, inline: Option<usize>) -> Result<(), Failure> {
        let origin = if value.origin.is_none() { outer } else { value.origin };
        if let Some(name) = key.last() {
            self.write(&format!("{}{} = ", indent(key), key_text(name)), origin)?;
        }
        self.element(value, origin, inline.unwrap_or(key.len()))?;
        if inline.is_some() || key.is_empty() { Ok(()) } else { self.newline(origin) }
    }

    fn element(&mut self, value: &Value, outer: OriginId, depth: usize) -> Result<(), Failure> {
        check_depth(depth)?;
        let value = plain(value);
        let origin = if value.origin.is_none() { outer } else { value.origin };
        match &value.data {
            Data::Nil => Ok(()),
            Data::Bool(truth) => self.write(if *truth { "true" } else { "false" }, origin),
            Data::Int(number) | Data::Int64(number) => self.write(&number.to_string(), origin),
            Data::Uint8(number) => self.write(&number.to_string(), origin),
            Data::Float(number) => self.write(&float(*number), origin),
            Data::String(text) => {
                let origin = View::new(text, origin).origins(0..text.bytes.len()).first().copied().unwrap_or(origin);
                self.out.push(b"\"", origin);
                self.out.push(&escaped(&text.bytes), origin);
                self.write("\"", origin)
            }
            Data::Bytes(bytes) => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.write(&format!("[{}]", numbers.join(", ")), origin)
            }
            Data::List(list) => {
                self.write("[", origin)?;
                for (index, item) in list.items().iter().enumerate() {
                    if index > 0 {
                        self.write(", ", origin)?;
                    }
                    self.element(item, origin, depth + 1)?;
                }
                self.write("]", origin)
            }
            Data::Map(_) => self.entries(&[], &value, origin, depth + 1, true),
            Data::Object(object) if object.members().is_some() => self.entries(&[], &value, origin, depth + 1, true),
            Data::Object(object) => match object.as_any().downcast_ref::<Time>() {
                Some(time) => self.write(&date(time), origin),
                None => self.write(&format!("\"{}\"", object.display()), origin),
            },
        }
    }
}

fn indent(key: &[Arc<str>]) -> String {
    "  ".repeat(key.len().saturating_sub(1))
}

fn joined(key: &[Arc<str>]) -> String {
    let parts: Vec<String> = key.iter().map(|part| key_text(part)).collect();
    parts.join(".")
}

/// A float with a point or an exponent.
fn float(number: f64) -> String {
    if number.is_nan() || number.is_infinite() {
        let mut text = String::new();
        let _ = write!(text, "{}{}", if number.is_sign_negative() { "-" } else { "" }, if number.is_nan() { "nan" } else { "inf" });
        return text;
    }
    let mut out = Vec::new();
    append_float(&mut out, number, b'g', None);
    let text = String::from_utf8_lossy(&out).into_owned();
    if text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// A time in the form that it was read in, else as RFC 3339 has it.
fn date(time: &Time) -> String {
    time.format(match time.zone.name.as_str() {
        "datetime-local" => "2006-01-02T15:04:05.999999999",
        "date-local" => "2006-01-02",
        "time-local" => "15:04:05.999999999",
        _ => "2006-01-02T15:04:05.999999999Z07:00",
    })
}
