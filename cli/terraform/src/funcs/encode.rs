//! Functions that encode and decode texts: JSON, base64, CSV, URLs.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use portcullis_source::{Data as Read, Node, Text, json};

use super::{Context, Done, Failure, Gives, Param, Regard, Spec, text};
use crate::{
    eval::unsupported,
    limits::{MAX_ITEMS, MAX_VALUE_DEPTH},
    number::Number,
    origin::Origin,
    types::Type,
    value::{Data, Format, Known, Members, Unknown, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("base64decode", &[Param::Text], Gives::Text, base64decode),
    Spec::new("base64encode", &[Param::Text], Gives::Text, |_, given| Ok(Value::string(&STANDARD.encode(text(given, 0))))),
    Spec::new("base64gzip", &[Param::Text], Gives::Text, |context, _| {
        // The bytes depend on the compressor.
        Ok(Value::unknown(Type::String, unsupported("base64gzip()", context.span)))
    }),
    Spec::new("csvdecode", &[Param::Text], Gives::Any, csvdecode),
    Spec::new("jsondecode", &[Param::Text], Gives::Any, jsondecode).regard(Regard::Own),
    Spec::new("jsonencode", &[Param::Nullable], Gives::Text, jsonencode).regard(Regard::Own),
    Spec::new("textdecodebase64", &[Param::Text, Param::Text], Gives::Text, textdecode),
    Spec::new("textencodebase64", &[Param::Text, Param::Text], Gives::Text, textencode),
    Spec::new("urlencode", &[Param::Text], Gives::Text, urlencode),
];

fn base64decode(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    // Line breaks within are passed over.
    let clean: String = text(given, 0).chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let bytes = STANDARD.decode(clean).map_err(|_| "failed to decode base64 data")?;
    let decoded = String::from_utf8(bytes).map_err(|_| "the result of decoding the provided string is not valid UTF-8")?;
    Ok(Value::string(&decoded))
}

/// A text in an encoding whose parts are not all known.
pub(super) fn encoded(format: Format, value: &Value) -> Option<Value> {
    let reason = value.any_reason()?.clone();
    let known = Known::Encoded(format, Arc::new(shown(value)));
    Some(Data::Unknown(Arc::new(Unknown { ty: Type::String, reason, known })).into())
}

/// What a document shows of a value: entries whose names are known in part stand beside the others.
fn shown(value: &Value) -> Value {
    let members = |members: &Members| -> Members { members.iter().map(|(name, value)| (Arc::clone(name), shown(value))).collect() };
    let data = match &value.data {
        _ if value.any_reason().is_none() => return value.clone(),
        Data::Tuple(items) => Data::Tuple(items.iter().map(shown).collect()),
        Data::List(ty, items) => Data::List(ty.clone(), items.iter().map(shown).collect()),
        Data::Object(inner) => Data::Object(Arc::new(members(inner))),
        Data::Map(ty, inner) => Data::Map(ty.clone(), Arc::new(members(inner))),
        Data::Unknown(unknown) => match &unknown.known {
            Known::Keyed(inner) => {
                let known = Known::Members(Arc::new(members(inner)));
                Data::Unknown(Arc::new(Unknown { known, ..Unknown::clone(unknown) }))
            }
            _ => return value.clone(),
        },
        _ => return value.clone(),
    };
    Value::from(data).marked(value.marks).with_origin(value.origin.clone())
}

/// The value that a text was encoded from.
pub(super) fn decoded(format: Format, value: &Value) -> Option<Value> {
    let unknown = value.as_unknown()?;
    match &unknown.known {
        Known::Encoded(known, inner) if *known == format => Some(Value::clone(inner)),
        _ => Some(Value::unknown(Type::Dynamic, unknown.reason.clone())),
    }
}

fn jsonencode(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("one argument is required")?;
    if value.depth() > MAX_VALUE_DEPTH {
        return Err(Failure::limit("MAX_VALUE_DEPTH"));
    }
    let known = || Value::string(&value.to_json()).with_origin(Origin::default().encoding(value, context.span));
    Ok(encoded(Format::Json, value).unwrap_or_else(known))
}

fn jsondecode(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if let Some(known) = given.first().and_then(|value| decoded(Format::Json, value)) {
        return Ok(known);
    }
    decode_json(text(given, 0))
}

/// Reads JSON.
pub(super) fn decode_json(text: &str) -> Done {
    let source = Text::nowhere(text.as_bytes());
    let manner =
        json::Manner { lenient: true, max_depth: MAX_VALUE_DEPTH, max_values: MAX_ITEMS, max_unread_depth: MAX_VALUE_DEPTH, unread: &[] };
    let document = json::parse_with(&source, manner).map_err(|fault| fault.message)?;
    from_node(&document.root, &source)
}

/// A value that was read, numbers in full.
pub(super) fn from_node(node: &Node, source: &Text) -> Done {
    Ok(match &node.data {
        Read::Null => Value::null(Type::Dynamic),
        Read::Bool(value) => Value::from(*value),
        Read::String(text) => Value::string(text),
        Read::Int(_) | Read::Uint(_) | Read::Float(_) => {
            let written = String::from_utf8_lossy(source.slice(node.range)).into_owned();
            Number::parse(&written).map(Value::from).ok_or_else(|| Failure::from(format!("{written:?} is no number that can be used")))?
        }
        Read::List(items) => Value::tuple(items.iter().map(|item| from_node(item, source)).collect::<Result<_, Failure>>()?),
        Read::Map(map) => {
            let members: Result<Members, Failure> =
                map.entries.iter().map(|entry| Ok((Arc::clone(&entry.key), from_node(&entry.value, source)?))).collect();
            Value::object(members?)
        }
    })
}

fn csvdecode(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let mut rows = csv_rows(text(given, 0))?.into_iter();
    let header = rows.next().ok_or("missing header line")?;
    for (at, name) in header.iter().enumerate() {
        if header.iter().take(at).any(|other| other == name) {
            return Err(format!("duplicate column name {name:?}").into());
        }
    }
    let mut records = Vec::new();
    for (line, row) in rows.enumerate() {
        if row.len() != header.len() {
            return Err(format!("record {}: wrong number of fields", line + 2).into());
        }
        let members: Members = header.iter().zip(&row).map(|(name, field)| (Arc::from(name.as_str()), Value::string(field))).collect();
        records.push(Value::object(members));
    }
    let item = Type::Object(Arc::new(header.iter().map(|name| (Arc::from(name.as_str()), Type::String)).collect()));
    Ok(Data::List(item, records.into()).into())
}

/// The fields of each line that is not empty.
fn csv_rows(text: &str) -> Result<Vec<Vec<String>>, Failure> {
    let mut rows = Vec::new();
    let mut rest = text;
    let mut fields = 0;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")) {
            rest = after;
            continue;
        }
        let mut row = Vec::new();
        loop {
            let (field, after) = csv_field(rest)?;
            row.push(field);
            fields += 1;
            if fields > MAX_ITEMS {
                return Err(Failure::limit("MAX_ITEMS"));
            }
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => {
                    rest = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')).unwrap_or(after);
                    break;
                }
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

fn csv_field(text: &str) -> Result<(String, &str), Failure> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let (field, rest) = text.split_at(end);
        if field.contains('"') {
            return Err("bare \" in non-quoted-field".into());
        }
        return Ok(match (field.strip_suffix('\r'), rest.starts_with('\n')) {
            (Some(field), true) => (field.to_owned(), rest),
            _ => (field.to_owned(), rest),
        });
    };
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let at = rest.find('"').ok_or("extraneous or missing \" in quoted-field")?;
        field.push_str(&rest.get(..at).unwrap_or_default().replace("\r\n", "\n"));
        rest = rest.get(at + 1..).unwrap_or_default();
        match rest.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None if rest.is_empty() || rest.starts_with([',', '\n']) || rest.starts_with("\r\n") => return Ok((field, rest)),
            None => return Err("extraneous or missing \" in quoted-field".into()),
        }
    }
}

fn urlencode(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let mut out = String::new();
    for byte in text(given, 0).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::string(&out))
}

/// The encodings of text that are known here.
#[derive(Clone, Copy)]
enum Charset {
    Utf8,
    Utf16 { little: bool, mark: bool },
    Latin1,
    Ascii,
}

fn charset(name: &str) -> Option<Charset> {
    Some(match name.to_uppercase().as_str() {
        "UTF-8" | "UTF8" => Charset::Utf8,
        "UTF-16LE" => Charset::Utf16 { little: true, mark: false },
        "UTF-16BE" => Charset::Utf16 { little: false, mark: false },
        "UTF-16" => Charset::Utf16 { little: false, mark: true },
        "ISO-8859-1" | "LATIN1" => Charset::Latin1,
        "US-ASCII" | "ASCII" => Charset::Ascii,
        _ => return None,
    })
}

fn textencode(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let whole = text(given, 0);
    let bytes = match charset(text(given, 1)) {
        None => return Ok(Value::unknown(Type::String, unsupported(&format!("the encoding {:?}", text(given, 1)), context.span))),
        Some(Charset::Utf8) => whole.as_bytes().to_vec(),
        Some(Charset::Utf16 { little, mark }) => {
            let units = mark.then_some(0xFEFF).into_iter().chain(whole.encode_utf16());
            units.flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        }
        Some(Charset::Latin1) => single_bytes(whole, 0xFF)?,
        Some(Charset::Ascii) => single_bytes(whole, 0x7F)?,
    };
    Ok(Value::string(&STANDARD.encode(bytes)))
}

fn single_bytes(text: &str, most: u32) -> Result<Vec<u8>, Failure> {
    let bytes = text.chars().map(|character| u8::try_from(u32::from(character)).ok().filter(|byte| u32::from(*byte) <= most));
    bytes.collect::<Option<Vec<u8>>>().ok_or_else(|| "the given string contains characters that cannot be represented".into())
}

fn textdecode(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let bytes = STANDARD.decode(text(given, 0)).map_err(|_| "the given value is no base64")?;
    let decoded = match charset(text(given, 1)) {
        None => return Ok(Value::unknown(Type::String, unsupported(&format!("the encoding {:?}", text(given, 1)), context.span))),
        Some(Charset::Utf8) => String::from_utf8_lossy(&bytes).into_owned(),
        Some(Charset::Utf16 { .. }) if bytes.len() % 2 == 1 => return Err("the text ends within a character".into()),
        Some(Charset::Utf16 { little, mark }) => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| match pair {
                    [one, other] if little => u16::from_le_bytes([*one, *other]),
                    [one, other] => u16::from_be_bytes([*one, *other]),
                    _ => 0,
                })
                .collect();
            let text = String::from_utf16_lossy(&units);
            if mark { text.trim_start_matches('\u{feff}').to_owned() } else { text }
        }
        Some(Charset::Latin1 | Charset::Ascii) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    Ok(Value::string(&decoded))
}
