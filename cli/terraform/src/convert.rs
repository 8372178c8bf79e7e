//! Values of one type to values of another.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crate::{
    number::Number,
    types::{Type, unify},
    value::{Data, Known, Marks, Members, Unknown, Value},
};

/// Converts a value; its marks and origin stay.
///
/// # Errors
/// Says what does not fit.
pub(crate) fn convert(value: &Value, ty: &Type) -> Result<Value, String> {
    let data = convert_data(value, ty)?;
    let mut converted = Value::from(data).marked(value.marks).with_origin(value.origin.clone());
    if let Data::Set(_, items) = &converted.data {
        // A set's items have no marks of their own.
        let marks = items.iter().fold(Marks::default(), |marks, item| marks.with(item.all_marks()));
        if marks != Marks::default() {
            converted = converted.unmarked().marked(value.marks.with(marks));
        }
    }
    Ok(converted)
}

fn convert_data(value: &Value, ty: &Type) -> Result<Data, String> {
    match (&value.data, ty) {
        (data, Type::Dynamic) => Ok(data.clone()),
        (Data::Null(_), _) => Ok(Data::Null(ty.clone())),
        (Data::Unknown(unknown), _) => convert_unknown(unknown, ty),
        (Data::Bool(_), Type::Bool) | (Data::Number(_), Type::Number) | (Data::String(_), Type::String) => Ok(value.data.clone()),
        (Data::Bool(value), Type::String) => Ok(Data::String(Arc::from(value.to_string()))),
        (Data::Number(number), Type::String) => Ok(Data::String(Arc::from(number.text()))),
        (Data::String(text), Type::Number) => parse_number(text).map(Data::Number).ok_or_else(|| "a number is required".to_owned()),
        (Data::String(text), Type::Bool) => parse_bool(text).map(Data::Bool),
        (Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items), Type::List(item)) => {
            let (item, items) = convert_items(items, item)?;
            Ok(Data::List(item, Arc::from(items)))
        }
        (Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items), Type::Set(item)) => {
            let (item, items) = convert_items(items, item)?;
            Ok(set_data(item, items))
        }
        (Data::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            let converted: Result<Vec<Value>, String> = items
                .iter()
                .zip(types.iter())
                .enumerate()
                .map(|(at, (item, ty))| convert(item, ty).map_err(|why| format!("element {at}: {why}")))
                .collect();
            Ok(Data::Tuple(Arc::from(converted?)))
        }
        (Data::Map(_, members) | Data::Object(members), Type::Map(item)) => convert_members(members, item),
        (Data::Map(_, members) | Data::Object(members), Type::Object(fields)) => convert_object(members, fields),
        (_, Type::Tuple(types)) if matches!(value.data, Data::Tuple(_)) => Err(format!("tuple of {} elements is required", types.len())),
        _ => Err(format!("{} is required, not {}", with_article(ty), value.ty().name())),
    }
}

fn with_article(ty: &Type) -> String {
    match ty {
        Type::Object(_) => "an object".to_owned(),
        _ => format!("a {}", ty.name()),
    }
}

fn convert_unknown(unknown: &Unknown, ty: &Type) -> Result<Data, String> {
    if unknown.ty == *ty {
        return Ok(Data::Unknown(Arc::new(unknown.clone())));
    }
    if unknown.ty != Type::Dynamic && !unknown.ty.converts_to(ty, false) {
        return Err(format!("{} is required, not {}", with_article(ty), unknown.ty.name()));
    }
    let known = match &unknown.known {
        Known::Either(both) => match <(Result<Value, String>, Result<Value, String>)>::from(both.each_ref().map(|one| convert(one, ty))) {
            (Ok(yes), Ok(no)) => Known::Either(Arc::new([yes, no])),
            _ => Known::Nothing,
        },
        known => known.clone(),
    };
    Ok(Data::Unknown(Arc::new(Unknown { ty: ty.clone(), reason: unknown.reason.clone(), known })))
}

fn parse_number(text: &str) -> Option<Number> {
    // Text that is converted may not have what only Go's own reader takes.
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit() || first == '.').then(|| Number::parse(text)).flatten()
}

fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        "True" | "TRUE" | "False" | "FALSE" => {
            Err(format!("a bool is required; to convert from string, use lowercase \"{}\"", text.to_lowercase()))
        }
        _ => Err("a bool is required".to_owned()),
    }
}

fn convert_items(items: &[Value], item: &Type) -> Result<(Type, Vec<Value>), String> {
    let item = common(items.iter(), item)?;
    let converted: Result<Vec<Value>, String> =
        items.iter().enumerate().map(|(at, value)| convert(value, &item).map_err(|why| format!("element {at}: {why}"))).collect();
    let converted = converted?;
    match settled(converted.iter(), &item)? {
        None => Ok((item, converted)),
        Some(item) => {
            let converted: Result<Vec<Value>, String> = converted.iter().map(|value| convert(value, &item)).collect();
            Ok((item, converted?))
        }
    }
}

/// The one type of items that each have their own where a type leaves parts of them open; nothing where it leaves nothing open, or not all is known.
fn settled<'a>(values: impl Iterator<Item = &'a Value>, item: &Type) -> Result<Option<Type>, String> {
    if !item.has_dynamic() {
        return Ok(None);
    }
    let mut types = Vec::new();
    for value in values {
        if value.as_unknown().is_some() {
            return Ok(None);
        }
        types.push(value.ty());
    }
    if types.iter().all(|ty| ty == item) {
        return Ok(None);
    }
    unify(&types, false).map(Some).ok_or_else(|| "all elements must have the same type".to_owned())
}

/// The type of items: the one that is asked for, or the one that they have in common.
fn common<'a>(values: impl Iterator<Item = &'a Value>, item: &Type) -> Result<Type, String> {
    if *item != Type::Dynamic {
        return Ok(item.clone());
    }
    let mut types = Vec::new();
    let mut open = false;
    for value in values {
        open |= value.as_unknown().is_some();
        types.push(value.ty());
    }
    if types.is_empty() {
        return Ok(Type::Dynamic);
    }
    let common = unify(&types, false).filter(|ty| open || *ty != Type::Dynamic || types.iter().all(|ty| *ty == Type::Dynamic));
    common.ok_or_else(|| "all elements must have the same type".to_owned())
}

fn convert_members(members: &Members, item: &Type) -> Result<Data, String> {
    let item = common(members.values(), item)?;
    let converted: Result<Members, String> = members
        .iter()
        .map(|(name, value)| Ok((Arc::clone(name), convert(value, &item).map_err(|why| format!("element {name:?}: {why}"))?)))
        .collect();
    let converted = converted?;
    match settled(converted.values(), &item)? {
        None => Ok(Data::Map(item, Arc::new(converted))),
        Some(item) => {
            let converted: Result<Members, String> =
                converted.iter().map(|(name, value)| Ok((Arc::clone(name), convert(value, &item)?))).collect();
            Ok(Data::Map(item, Arc::new(converted?)))
        }
    }
}

fn convert_object(members: &Members, fields: &BTreeMap<Arc<str>, Type>) -> Result<Data, String> {
    let mut converted = Members::new();
    let mut missing = Vec::new();
    for (name, ty) in fields {
        match members.get(name) {
            Some(value) => {
                let value = convert(value, ty).map_err(|why| format!("attribute {name:?}: {why}"))?;
                converted.insert(Arc::clone(name), value);
            }
            None => missing.push(format!("{name:?}")),
        }
    }
    match missing.as_slice() {
        [] => Ok(Data::Object(Arc::new(converted))),
        [one] => Err(format!("attribute {one} is required")),
        _ => Err(format!("attributes {} are required", missing.join(", "))),
    }
}

/// A set of items, which are sorted; each is kept once.
#[must_use]
pub(crate) fn set_data(item: Type, items: Vec<Value>) -> Data {
    let mut keyed: Vec<(SetKey, Value)> = items.into_iter().map(|value| (set_key(&value), value)).collect();
    keyed.sort_by(compare_keys);
    keyed.dedup_by(|later, earlier| later.1.any_reason().is_none() && earlier.1.same(&later.1));
    Data::Set(item, keyed.into_iter().map(|(_, value)| value).collect())
}

/// What sets are sorted by: known before unknown, null last.
type SetKey = (u8, Vec<u8>);

fn compare_keys(left: &(SetKey, Value), right: &(SetKey, Value)) -> Ordering {
    match (&left.1.data, &right.1.data) {
        (Data::Number(left), Data::Number(right)) => left.cmp(right),
        (Data::Bool(left), Data::Bool(right)) => left.cmp(right),
        (Data::String(left), Data::String(right)) => left.cmp(right),
        _ => left.0.cmp(&right.0),
    }
}

fn set_key(value: &Value) -> SetKey {
    let mut bytes = Vec::new();
    let rank = match &value.data {
        Data::Unknown(_) => 1,
        Data::Null(_) => 2,
        _ => 0,
    };
    write_key(value, &mut bytes);
    (rank, bytes)
}

/// What sets of collections are sorted by.
fn write_key(value: &Value, out: &mut Vec<u8>) {
    let mut list = |open: u8, close: u8, items: &[Value]| {
        out.push(open);
        for item in items {
            write_key(item, out);
            out.push(b';');
        }
        out.push(close);
    };
    match &value.data {
        Data::Unknown(_) => out.push(b'?'),
        Data::Null(_) => out.push(b'~'),
        Data::Bool(value) => out.push(if *value { b'T' } else { b'F' }),
        Data::Number(number) => out.extend_from_slice(number.text().as_bytes()),
        Data::String(text) => out.extend_from_slice(format!("{text:?}").as_bytes()),
        Data::List(_, items) | Data::Set(_, items) => list(b'[', b']', items),
        Data::Tuple(items) => list(b'<', b'>', items),
        Data::Map(_, members) => {
            out.push(b'{');
            for (name, value) in members.iter() {
                out.extend_from_slice(format!("{name:?}:").as_bytes());
                write_key(value, out);
                out.push(b';');
            }
            out.push(b'}');
        }
        Data::Object(members) => {
            out.push(b'<');
            for value in members.values() {
                write_key(value, out);
                out.push(b';');
            }
            out.push(b'>');
        }
    }
}
