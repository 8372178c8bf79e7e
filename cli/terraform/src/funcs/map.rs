//! Functions of maps and objects.

use std::{collections::BTreeMap, sync::Arc};

use super::{Context, Done, Failure, Gives, Param, Regard, Spec, items, text, texts};
use crate::{
    convert::convert,
    limits::MAX_ITEMS,
    types::Type,
    value::{Data, Members, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("keys", &[Param::Collection], Gives::Any, keys).regard(Regard::Parts),
    Spec::new("lookup", &[Param::Any, Param::Text], Gives::Any, lookup).rest(Param::Nullable).regard(Regard::Parts),
    Spec::new("map", &[], Gives::Any, |_, _| Err("it is gone since Terraform 0.12: write { … }, or tomap({ … })".into()))
        .rest(Param::Nullable),
    Spec::new("merge", &[], Gives::Any, merge).rest(Param::Members).regard(Regard::Parts),
    Spec::new("transpose", &[Param::Lists], Gives::Any, transpose),
    Spec::new("values", &[Param::Collection], Gives::Any, values).regard(Regard::Parts),
    Spec::new("zipmap", &[Param::Texts, Param::Any], Gives::Any, zipmap).regard(Regard::Parts),
];

fn keys(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("one argument is required")?;
    match &value.data {
        Data::Map(_, members) => Ok(texts(members.keys())),
        Data::Object(members) => Ok(Value::tuple(members.keys().map(|name| Value::string(name)).collect())),
        _ => Err("must be a map or an object".into()),
    }
}

fn values(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("one argument is required")?;
    match &value.data {
        Data::Map(item, members) => Ok(Data::List(item.clone(), members.values().cloned().collect()).into()),
        Data::Object(members) => Ok(Value::tuple(members.values().cloned().collect())),
        _ => Err("must be a map or an object".into()),
    }
}

fn lookup(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (map, key, default) = match given {
        [map, _] => (map, text(given, 1), None),
        [map, _, default] => (map, text(given, 1), Some(default)),
        _ => return Err("two or three arguments are required".into()),
    };
    let Some(members) = map.members() else { return Err("lookup() requires a map as the first argument".into()) };
    let item = match &map.data {
        Data::Map(item, _) => Some(item.clone()),
        _ => None,
    };
    if let (Some(item), Some(default)) = (&item, default) {
        convert(default, item).map_err(|_| "the default value must have the same type as the map elements")?;
    }
    match (members.get(key), default) {
        (Some(found), _) => Ok(found.clone()),
        (None, Some(default)) => match item {
            Some(item) => Ok(convert(default, &item)?),
            None => Ok(default.clone()),
        },
        (None, None) => Err(format!("the given object has no attribute {key:?}").into()),
    }
}

fn merge(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let mut members = Members::new();
    let mut types = Vec::new();
    let mut known = 0;
    for value in given {
        match &value.data {
            Data::Null(_) => continue,
            Data::Map(item, entries) => {
                types.push(item.clone());
                members.extend(entries.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
            }
            Data::Object(entries) => members.extend(entries.iter().map(|(name, value)| (Arc::clone(name), value.clone()))),
            _ => return Err("arguments must be maps or objects".into()),
        }
        known += 1;
        if members.len() > MAX_ITEMS {
            return Err(Failure::limit("MAX_ITEMS"));
        }
    }
    let nulls = given.len() - known;
    let same = types.first().filter(|first| types.len() == known && types.iter().all(|ty| ty == *first));
    match same {
        Some(item) if nulls == 0 => Ok(Data::Map(item.clone(), Arc::new(members)).into()),
        Some(_) | None => Ok(Value::object(members)),
    }
}

fn transpose(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, list) in given.first().and_then(Value::members).into_iter().flat_map(|members| members.iter()) {
        if list.is_null() {
            return Err("input must not contain null lists".into());
        }
        for item in list.items().map_or(&[][..], |items| items) {
            match &item.data {
                Data::String(text) => turned.entry(Arc::clone(text)).or_default().push(Value::string(name)),
                _ => return Err("input must not contain null string".into()),
            }
        }
    }
    let members = turned.into_iter().map(|(name, mut items)| {
        items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
        (name, Value::from(Data::List(Type::String, Arc::from(items))))
    });
    Ok(Data::Map(Type::list(Type::String), Arc::new(members.collect())).into())
}

fn zipmap(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    // The keys go into the result as plain text.
    let marks = given.first().map(Value::all_marks).unwrap_or_default();
    zipped(given).map(|value| value.marked(marks))
}

fn zipped(given: &[Value]) -> Done {
    let (names, list) = (items(given, 0), given.get(1).ok_or("two arguments are required")?);
    let Some(all) = list.items() else { return Err("values must be a list or tuple".into()) };
    if names.len() != all.len() {
        return Err(format!("number of keys ({}) does not match number of values ({})", names.len(), all.len()).into());
    }
    let mut members = Members::new();
    for (name, value) in names.iter().zip(all.iter()) {
        match &name.data {
            Data::String(name) => {
                members.insert(Arc::clone(name), value.clone());
            }
            Data::Unknown(unknown) => return Ok(Value::unknown(Type::Dynamic, unknown.reason.clone())),
            _ => return Err("keys must not be null".into()),
        }
    }
    match &list.data {
        Data::List(item, _) | Data::Set(item, _) => Ok(Data::Map(item.clone(), Arc::new(members)).into()),
        _ => Ok(Value::object(members)),
    }
}
