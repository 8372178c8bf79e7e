//! Functions of lists, tuples and sets.

use std::sync::Arc;

use super::{Context, Done, Failure, Gives, Param, Regard, Spec, items, number, text::strings, texts, whole};
use crate::{
    convert::convert,
    eval::equal,
    limits::{MAX_ITEMS, MAX_VALUE_DEPTH},
    number::Number,
    types::{Type, unify},
    value::{Data, Known, Marks, Reason, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("alltrue", &[Param::Bools], Gives::Bool, |_, given| all_or_any(given, false).map(|value| value.marked(inner_marks(given))))
        .regard(Regard::Parts),
    Spec::new("anytrue", &[Param::Bools], Gives::Bool, |_, given| all_or_any(given, true).map(|value| value.marked(inner_marks(given))))
        .regard(Regard::Parts),
    Spec::new("chunklist", &[Param::List, Param::Number], Gives::Any, chunklist).regard(Regard::Parts),
    Spec::new("coalesce", &[], Gives::Any, coalesce).rest(Param::Nullable).regard(Regard::Own),
    Spec::new("coalescelist", &[], Gives::Any, coalescelist).rest(Param::Nullable).regard(Regard::Own),
    Spec::new("compact", &[Param::Texts], Gives::Texts, compact).regard(Regard::Parts),
    Spec::new("concat", &[], Gives::Any, concat).rest(Param::Collection).regard(Regard::Parts),
    Spec::new("contains", &[Param::Any, Param::Any], Gives::Bool, contains).regard(Regard::Own),
    Spec::new("distinct", &[Param::List], Gives::Any, distinct),
    Spec::new("element", &[Param::Collection, Param::Number], Gives::Any, element).regard(Regard::Parts),
    Spec::new("flatten", &[Param::Any], Gives::Any, flatten).regard(Regard::Parts),
    Spec::new("index", &[Param::Any, Param::Any], Gives::Number, index),
    Spec::new("length", &[Param::Any], Gives::Number, length).regard(Regard::Parts),
    Spec::new("list", &[], Gives::Any, |_, _| Err("it is gone since Terraform 0.12: write [ … ], or tolist([ … ])".into()))
        .rest(Param::Nullable),
    Spec::new("matchkeys", &[Param::List, Param::List, Param::List], Gives::Any, matchkeys),
    Spec::new("one", &[Param::Collection], Gives::Any, one).regard(Regard::Parts),
    Spec::new("range", &[], Gives::Any, range).rest(Param::Number),
    Spec::new("reverse", &[Param::Collection], Gives::Any, reverse).regard(Regard::Parts),
    Spec::new("slice", &[Param::Collection, Param::Number, Param::Number], Gives::Any, slice)
        .regard(Regard::Parts)
        .partly(slice_of_unknown),
    Spec::new("sort", &[Param::Texts], Gives::Texts, sort),
];

/// The most numbers that `range` gives.
const MAX_RANGE: usize = 1024;

/// The marks of items that are in the result no longer.
fn inner_marks(given: &[Value]) -> Marks {
    given.first().map(Value::all_marks).unwrap_or_default()
}

fn all_or_any(given: &[Value], decides: bool) -> Done {
    let mut unknown = None;
    for item in items(given, 0) {
        match &item.data {
            Data::Bool(value) if *value == decides => return Ok(decides.into()),
            Data::Null(_) if !decides => return Ok(false.into()),
            Data::Unknown(known) => unknown = Some(known.reason.clone()),
            _ => {}
        }
    }
    Ok(unknown.map_or_else(|| (!decides).into(), |reason| Value::unknown(Type::Bool, reason)))
}

fn chunklist(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let size = whole(given, 1)?;
    if size < 0 {
        return Err("the size argument must be positive".into());
    }
    let ty = given.first().map_or(Type::list(Type::Dynamic), Value::ty);
    let item = ty.item().cloned().unwrap_or(Type::Dynamic);
    let all = items(given, 0);
    let chunk = |items: &[Value]| Value::from(Data::List(item.clone(), Arc::from(items.to_vec())));
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let chunks = if all.is_empty() {
        Vec::new()
    } else if size == 0 {
        vec![chunk(all)]
    } else {
        all.chunks(size).map(chunk).collect()
    };
    Ok(Data::List(ty, Arc::from(chunks)).into())
}

fn coalesce(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let types: Vec<Type> = given.iter().map(Value::ty).collect();
    // Beside a null that has no type nothing is converted.
    let is_open = given.iter().any(|value| matches!(value.data, Data::Null(Type::Dynamic)));
    let ty = if types.is_empty() || is_open { Some(Type::Dynamic) } else { unify(&types, false) };
    let ty = ty.ok_or("all arguments must have the same type")?;
    for value in given {
        if let Some(unknown) = value.as_unknown() {
            return Ok(Value::unknown(ty, unknown.reason.clone()));
        }
        let converted = convert(value, &ty)?;
        if !converted.is_null() && converted.as_str() != Some("") {
            return Ok(converted);
        }
    }
    Err("no non-null, non-empty-string arguments".into())
}

fn coalescelist(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if given.is_empty() {
        return Err("at least one argument is required".into());
    }
    for value in given {
        if !matches!(value.data, Data::List(..) | Data::Tuple(_) | Data::Unknown(_)) {
            return Err("coalescelist arguments must be lists or tuples that are not null".into());
        }
    }
    for value in given {
        if let Some(unknown) = value.as_unknown() {
            return Ok(Value::unknown(Type::Dynamic, unknown.reason.clone()));
        }
        if value.items().is_some_and(|items| !items.is_empty()) {
            return Ok(value.clone());
        }
    }
    Err("no non-null arguments".into())
}

fn compact(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let mut kept = Vec::new();
    for item in items(given, 0) {
        match &item.data {
            Data::Null(_) => {}
            Data::String(text) if text.is_empty() => {}
            // A document is never empty, nor is a text of which some part is known.
            Data::Unknown(unknown) if !is_some(&unknown.known) => {
                return Ok(Value::unknown(Type::list(Type::String), unknown.reason.clone()));
            }
            _ => kept.push(item.clone()),
        }
    }
    Ok(Data::List(Type::String, Arc::from(kept)).into())
}

/// Whether what is known of a text shows that it has any letters.
fn is_some(known: &Known) -> bool {
    match known {
        Known::Encoded(..) => true,
        Known::Pieces(pieces) => pieces.iter().any(|piece| piece.as_str().is_some_and(|piece| !piece.is_empty())),
        Known::Either(both) => both.iter().all(|value| value.as_str().is_some_and(|text| !text.is_empty())),
        Known::Nothing | Known::NotNull | Known::Members(_) | Known::Keyed(_) => false,
    }
}

fn concat(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if given.is_empty() {
        return Err("at least one argument is required".into());
    }
    let mut all = Vec::new();
    let mut types = Vec::new();
    for value in given {
        match &value.data {
            Data::List(item, items) => {
                types.push(Type::list(item.clone()));
                all.extend(items.iter().cloned());
            }
            Data::Tuple(items) => all.extend(items.iter().cloned()),
            _ => return Err("all arguments must be lists or tuples".into()),
        }
        if all.len() > MAX_ITEMS {
            return Err(Failure::limit("MAX_ITEMS"));
        }
    }
    if types.len() == given.len()
        && let Some(ty) = unify(&types, true)
    {
        let item = ty.item().cloned().unwrap_or(Type::Dynamic);
        let converted: Result<Vec<Value>, String> = all.iter().map(|value| convert(value, &item)).collect();
        return Ok(Data::List(item, Arc::from(converted?)).into());
    }
    Ok(Value::tuple(all))
}

fn contains(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let [list, wanted] = given else { return Err("two arguments are required".into()) };
    if let Some(unknown) = list.as_unknown() {
        return Ok(Value::unknown(Type::Bool, unknown.reason.clone()));
    }
    let Some(all) = list.items() else { return Err("argument must be list, tuple, or set".into()) };
    let mut unknown: Option<Reason> = None;
    for item in all.iter() {
        match equal(item, wanted) {
            Some(true) => return Ok(true.into()),
            Some(false) => {}
            None => unknown = item.any_reason().or(wanted.any_reason()).cloned(),
        }
    }
    Ok(unknown.map_or_else(|| false.into(), |reason| Value::unknown(Type::Bool, reason)))
}

fn distinct(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let mut kept: Vec<Value> = Vec::new();
    for item in items(given, 0) {
        for _ in &kept {
            context.machine.step(context.span).map_err(|fault| Failure { message: fault.message, limit: fault.limit })?;
        }
        if !kept.iter().any(|other| other.same(item)) {
            kept.push(item.clone());
        }
    }
    let item = given.first().and_then(|list| list.ty().item().cloned()).unwrap_or(Type::Dynamic);
    Ok(Data::List(item, Arc::from(kept)).into())
}

fn element(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if !matches!(given.first().map(|value| &value.data), Some(Data::List(..) | Data::Tuple(_))) {
        return Err("cannot read elements from this: a list or tuple is required".into());
    }
    let all = items(given, 0);
    let at = whole(given, 1)?;
    if at < 0 {
        return Err("cannot use element function with a negative index".into());
    }
    if all.is_empty() {
        return Err("cannot use element function with an empty list".into());
    }
    let at = usize::try_from(at).unwrap_or(0) % all.len();
    Ok(all.get(at).cloned().unwrap_or_else(|| Value::null(Type::Dynamic)))
}

fn flatten(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let Some(list) = given.first().filter(|value| value.items().is_some()) else {
        return Err("can only flatten lists, sets and tuples".into());
    };
    let mut flat = Vec::new();
    let mut unknown = None;
    let mut marks = Marks::default();
    flatten_into(list, &mut flat, &mut unknown, &mut marks, 0)?;
    let value = match unknown {
        Some(reason) => Value::unknown(Type::Dynamic, reason),
        None => Value::tuple(flat),
    };
    Ok(value.marked(marks))
}

fn flatten_into(
    value: &Value,
    flat: &mut Vec<Value>,
    unknown: &mut Option<Reason>,
    marks: &mut Marks,
    depth: usize,
) -> Result<(), Failure> {
    if depth > MAX_VALUE_DEPTH {
        return Err(Failure::limit("MAX_VALUE_DEPTH"));
    }
    *marks = marks.with(value.marks);
    for item in value.items().map_or(&[][..], |items| items) {
        match &item.data {
            Data::List(..) | Data::Set(..) | Data::Tuple(_) => flatten_into(item, flat, unknown, marks, depth + 1)?,
            Data::Unknown(known) if !known.ty.is_primitive() && !matches!(known.ty, Type::Object(_) | Type::Map(_)) => {
                *unknown = Some(known.reason.clone());
            }
            _ => flat.push(item.clone()),
        }
        if flat.len() > MAX_ITEMS {
            return Err(Failure::limit("MAX_ITEMS"));
        }
    }
    Ok(())
}

fn index(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let [list, wanted] = given else { return Err("two arguments are required".into()) };
    if !matches!(list.data, Data::List(..) | Data::Tuple(_)) {
        return Err("argument must be a list or tuple".into());
    }
    let all = items(given, 0);
    if all.is_empty() {
        return Err("cannot search an empty list".into());
    }
    let at = all.iter().position(|item| equal(item, wanted) == Some(true));
    at.map(Value::integer).ok_or_else(|| "item not found".into())
}

fn length(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("one argument is required")?;
    let count = match (&value.data, value.items(), value.members()) {
        (Data::String(text), ..) => unicode_segmentation::UnicodeSegmentation::graphemes(&**text, true).count(),
        (Data::Set(..), Some(items), _) if value.any_reason().is_some() && items.len() > 1 => {
            let reason = value.any_reason().cloned().ok_or("nothing is unknown")?;
            return Ok(Value::unknown(Type::Number, reason));
        }
        (_, Some(items), _) => items.len(),
        (_, _, Some(members)) => members.len(),
        _ => return Err("argument must be a string, a collection type, or a structural type".into()),
    };
    Ok(Value::integer(count))
}

fn matchkeys(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let [values, keys, wanted] = given else { return Err("three arguments are required".into()) };
    let (all, names) = (items(given, 0), items(given, 1));
    if all.len() != names.len() {
        return Err("length of keys and values should be equal".into());
    }
    let item = values.ty().item().cloned().unwrap_or(Type::Dynamic);
    let key = keys.ty().item().cloned().unwrap_or(Type::Dynamic);
    let searched =
        unify(&[key, wanted.ty().item().cloned().unwrap_or(Type::Dynamic)], false).ok_or("keys and searchset must be of the same type")?;
    let mut found = Vec::new();
    for (value, name) in all.iter().zip(names) {
        let name = convert(name, &searched)?;
        for candidate in items(given, 2) {
            if convert(candidate, &searched)?.same(&name) {
                found.push(value.clone());
                break;
            }
        }
    }
    Ok(Data::List(item, Arc::from(found)).into())
}

fn one(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let list = given.first().ok_or("one argument is required")?;
    let Some(all) = list.items() else { return Err("must be a list, set, or tuple value with either zero or one elements".into()) };
    match &all[..] {
        [] => Ok(Value::null(list.ty().item().cloned().unwrap_or(Type::Dynamic))),
        [item] => Ok(item.clone()),
        _ => Err("must be a list, set, or tuple value with either zero or one elements".into()),
    }
}

fn range(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let zero = Number::integer(0);
    let (start, end, step) = match given.len() {
        1 => (zero.clone(), number(given, 0), None),
        2 => (number(given, 0), number(given, 1), None),
        3 => (number(given, 0), number(given, 1), Some(number(given, 2))),
        _ => return Err("must have one, two, or three arguments".into()),
    };
    let down = end < start;
    let step = step.unwrap_or_else(|| Number::integer(if down { -1 } else { 1 }));
    if end == start {
        return Ok(Data::List(Type::Number, Arc::from([])).into());
    }
    if step.is_zero() {
        return Err("step must not be zero".into());
    }
    if end != start && down != step.is_negative() {
        return Err("the step leads away from the end".into());
    }
    let mut found = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        if found.len() >= MAX_RANGE {
            return Err(format!(
                "more than {MAX_RANGE} values were generated; either decrease the difference between start and end or use a smaller step"
            )
            .into());
        }
        let next = at.add(&step).ok_or_else(|| Failure::limit("MAX_NUMBER_EXPONENT"))?;
        found.push(Value::from(at));
        at = next;
    }
    Ok(Data::List(Type::Number, Arc::from(found)).into())
}

fn reverse(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("one argument is required")?;
    let reversed = |items: &[Value]| items.iter().rev().cloned().collect();
    Ok(match &value.data {
        Data::Tuple(items) => Data::Tuple(reversed(items)).into(),
        Data::List(item, items) | Data::Set(item, items) => Data::List(item.clone(), reversed(items)).into(),
        _ => return Err(format!("can only reverse list or tuple values, not {}", value.ty().name()).into()),
    })
}

fn slice(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = given.first().ok_or("three arguments are required")?;
    let all = items(given, 0);
    let (start, end) = (whole(given, 1)?, whole(given, 2)?);
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = bounds.filter(|(start, end)| start <= end).and_then(|(start, end)| all.get(start..end));
    let part = part.ok_or_else(|| Failure::from(format!("indexes {start} to {end} do not lie within a list of {}", all.len())))?;
    match &value.data {
        Data::Tuple(_) => Ok(Value::tuple(part.to_vec())),
        Data::List(item, _) => Ok(Data::List(item.clone(), Arc::from(part.to_vec())).into()),
        _ => Err("must be a list or tuple value".into()),
    }
}

/// A part of a list that is not known has as many items as it was asked for: with fewer there is no plan.
fn slice_of_unknown(given: &[Value]) -> Option<Value> {
    let [list, start, end] = given else { return None };
    let unknown = list.as_unknown()?;
    let bound = |value: &Value| match &value.data {
        Data::Number(number) => number.to_i64().and_then(|bound| usize::try_from(bound).ok()),
        _ => None,
    };
    let count = bound(end)?.checked_sub(bound(start)?).filter(|count| *count <= MAX_ITEMS)?;
    let item = unknown.ty.item().cloned().unwrap_or(Type::Dynamic);
    let items: Vec<Value> = (0..count).map(|_| Value::unknown(item.clone(), unknown.reason.clone())).collect();
    Some(Data::List(item, Arc::from(items)).into())
}

fn sort(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if items(given, 0).iter().any(Value::is_null) {
        return Err("given list element is null; a null string cannot be sorted".into());
    }
    let mut all: Vec<&str> = strings(given, 0).collect();
    all.sort_unstable();
    Ok(texts(all))
}
