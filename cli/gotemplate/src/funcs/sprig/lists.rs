//! Lists; each function makes a new one, and the elements keep what they came from.

use std::{collections::BTreeSet, rc::Rc};

use portcullis_source::OriginId;

use crate::{
    Call, Data, Failure, Function, List, Param, Value,
    funcs::{
        argument::{Args, NIL_PANIC, Text, check_elements, elements, kind, list, nil_list, strings},
        cast::to_int,
        equal::deep_equal,
        sprig::strings::texts,
    },
};

const ONE: &[Param] = &[Param::Any];
const TWO: &[Param] = &[Param::Any, Param::Any];

/// Lists made, taken apart and searched; each that can fail also under its `must` name.
pub const FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[], Param::Any, |_, args| Ok(list(args).from(OriginId::CONSTANT))),
    Function::variadic("tuple", &[], Param::Any, |_, args| Ok(list(args).from(OriginId::CONSTANT))),
    Function::fixed("append", TWO, append),
    Function::fixed("mustAppend", TWO, append),
    Function::fixed("push", TWO, append),
    Function::fixed("mustPush", TWO, append),
    Function::fixed("prepend", TWO, prepend),
    Function::fixed("mustPrepend", TWO, prepend),
    Function::fixed("first", ONE, |call, args| end(call, args, "first", |items| items.first())),
    Function::fixed("mustFirst", ONE, |call, args| end(call, args, "first", |items| items.first())),
    Function::fixed("last", ONE, |call, args| end(call, args, "last", |items| items.last())),
    Function::fixed("mustLast", ONE, |call, args| end(call, args, "last", |items| items.last())),
    Function::fixed("rest", ONE, |_, args| part(args, "rest", |items| items.get(1..))),
    Function::fixed("mustRest", ONE, |_, args| part(args, "rest", |items| items.get(1..))),
    Function::fixed("initial", ONE, |_, args| part(args, "initial", |items| items.split_last().map(|(_, rest)| rest))),
    Function::fixed("mustInitial", ONE, |_, args| part(args, "initial", |items| items.split_last().map(|(_, rest)| rest))),
    Function::fixed("reverse", ONE, reverse),
    Function::fixed("mustReverse", ONE, reverse),
    Function::fixed("compact", ONE, compact),
    Function::fixed("mustCompact", ONE, compact),
    Function::fixed("uniq", ONE, uniq),
    Function::fixed("mustUniq", ONE, uniq),
    Function::variadic("without", ONE, Param::Any, without),
    Function::variadic("mustWithout", ONE, Param::Any, without),
    Function::fixed("has", TWO, has),
    Function::fixed("mustHas", TWO, has),
    Function::variadic("slice", ONE, Param::Any, slice),
    Function::variadic("mustSlice", ONE, Param::Any, slice),
    Function::variadic("concat", &[], Param::Any, concat),
    Function::fixed("chunk", &[Param::Int, Param::Any], chunk),
    Function::fixed("mustChunk", &[Param::Int, Param::Any], chunk),
    Function::fixed("sortAlpha", ONE, sort_alpha),
];

/// The elements of what must be a list, and what the list itself came from.
fn items(value: &Value, refusal: &str) -> Result<Vec<Value>, Failure> {
    match elements(value) {
        Some(items) => Ok(items),
        None if matches!(value.data, Data::Nil) => Err(Failure::new(NIL_PANIC)),
        None => Err(Failure::new(format!("{refusal} type {}", kind(value)))),
    }
}

fn made(items: Vec<Value>, from: &Value) -> Value {
    list(items).from(from.origin)
}

fn append(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (old, item) = (args.any(), args.any());
    let mut items = items(&old, "Cannot push on")?;
    items.push(item);
    Ok(made(items, &old))
}

fn prepend(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (old, item) = (args.any(), args.any());
    let mut items = items(&old, "Cannot prepend on")?;
    items.insert(0, item);
    Ok(made(items, &old))
}

fn end(call: &mut Call<'_, '_>, args: Vec<Value>, name: &str, pick: fn(&[Value]) -> Option<&Value>) -> Result<Value, Failure> {
    let from = Args::new(args).any();
    let items = items(&from, &format!("Cannot find {name} on"))?;
    let item = pick(&items).cloned().unwrap_or_else(Value::invalid);
    let origin = if item.origin.is_none() { from.origin } else { call.machine.part_of(from.origin, item.origin) };
    Ok(Value { boxed: false, ..item }.from(origin))
}

fn part(args: Vec<Value>, name: &str, pick: fn(&[Value]) -> Option<&[Value]>) -> Result<Value, Failure> {
    let from = Args::new(args).any();
    let items = items(&from, &format!("Cannot find {name} on"))?;
    let Some(kept) = pick(&items) else { return Ok(nil_list().from(from.origin)) };
    Ok(made(kept.to_vec(), &from))
}

fn reverse(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let from = Args::new(args).any();
    let mut items = items(&from, "Cannot find reverse on")?;
    items.reverse();
    Ok(made(items, &from))
}

fn compact(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let from = Args::new(args).any();
    let items = items(&from, "Cannot compact on")?;
    Ok(made(items.into_iter().filter(Value::truth).collect(), &from))
}

/// How many lists and maps `uniq` compares with each other.
const MAX_COMPARED: usize = 2_000;

fn uniq(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let from = Args::new(args).any();
    let mut seen = BTreeSet::new();
    let (mut kept, mut compared) = (Vec::new(), Vec::new());
    for item in items(&from, "Cannot find uniq on")? {
        let new = match scalar_key(&item) {
            Some(key) => seen.insert(key),
            None => !compared.iter().any(|other| deep_equal(&item, other)),
        };
        if new && scalar_key(&item).is_none() {
            compared.push(item.clone());
            if compared.len() > MAX_COMPARED {
                return Err(Failure::limit(format!("uniq of more than {MAX_COMPARED} different lists and maps")));
            }
        }
        if new {
            kept.push(item);
        }
    }
    Ok(made(kept, &from))
}

/// Two scalars have the same key exactly when they are deeply equal; not-a-number equals nothing.
fn scalar_key(value: &Value) -> Option<(&'static str, Vec<u8>)> {
    let bytes = match &value.data {
        Data::Nil => Vec::new(),
        Data::Bool(truth) => vec![u8::from(*truth)],
        Data::Int(number) | Data::Int64(number) => number.to_be_bytes().to_vec(),
        Data::Uint8(number) => vec![*number],
        // Both zeros are equal.
        Data::Float(number) if !number.is_nan() => (number + 0.0).to_be_bytes().to_vec(),
        Data::String(text) => text.bytes.to_vec(),
        Data::Float(_) | Data::Bytes(_) | Data::List(_) | Data::Map(_) | Data::Object(_) => return None,
    };
    Some((value.type_name(), bytes))
}

fn without(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let items = items(&from, "Cannot find without on")?;
    let dropped = args.rest();
    let kept = items.into_iter().filter(|item| !dropped.iter().any(|other| deep_equal(other, item))).collect();
    Ok(made(kept, &from))
}

fn has(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (needle, from) = (args.any(), args.any());
    let found = match from.data {
        Data::Nil => None,
        _ => items(&from, "Cannot find has on")?.into_iter().find(|item| deep_equal(&needle, item)),
    };
    let is_found = found.is_some();
    // No other item can change that one is there; all could change that none is, and each would then be the one.
    let decisive = found.filter(|item| !item.origin.is_none()).unwrap_or(from);
    let origin = call.join(&[decisive, needle]);
    Ok(Value::new(Data::Bool(is_found)).from(origin))
}

fn slice(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let items = items(&from, "list should be type of slice or array but")
        .map_err(|failure| Failure::new(failure.message.replace("but type ", "but ")))?;
    if items.is_empty() {
        return Ok(Value::invalid());
    }
    let indices = args.rest();
    let start = indices.first().map_or(0, to_int);
    let end = indices.get(1).map_or(items.len() as i64, to_int);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok()).and_then(|(start, end)| items.get(start..end));
    let kept = range.ok_or_else(|| Failure::new("reflect.Value.Slice: slice index out of bounds"))?.to_vec();
    let kept = match &from.data {
        Data::List(list) => Value::new(Data::List(list.with(kept))),
        _ => list(kept),
    };
    Ok(kept.from(from.origin))
}

fn concat(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut all = Vec::new();
    for from in Args::new(args).rest() {
        let Some(items) = elements(&from) else {
            let text =
                if matches!(from.data, Data::Nil) { NIL_PANIC.to_owned() } else { format!("Cannot concat type {} as list", kind(&from)) };
            return Err(Failure::new(text));
        };
        check_elements(all.len() + items.len())?;
        all.extend(items);
    }
    Ok(if all.is_empty() { nil_list() } else { list(all) }.from(origin))
}

fn chunk(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (size, from) = (args.int(), args.any());
    let items = items(&from, "Cannot chunk")?;
    let last = i64::try_from(items.len()).unwrap_or_default() - 1;
    if size < 0 && last > 0 && last <= size.saturating_neg() {
        // Go counts no chunks at all then, before it can make one of a size below zero.
        return Ok(Value::new(Data::List(List::Lists(Rc::new(Vec::new())))).from(from.origin));
    }
    let Some(size) = usize::try_from(size).ok().filter(|&size| size > 0) else {
        return Err(Failure::new("runtime error: makeslice: len out of range"));
    };
    let chunks = items.chunks(size).map(|chunk| made(chunk.to_vec(), &from)).collect();
    Ok(Value::new(Data::List(List::Lists(Rc::new(chunks)))).from(from.origin))
}

fn sort_alpha(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let from = Args::new(args).any();
    let Some(_) = elements(&from) else { return Ok(strings(vec![Text::of(&from).into_value()])) };
    let mut sorted = texts(&from);
    sorted.sort_by(|left, right| Text::of(left).bytes().cmp(Text::of(right).bytes()));
    Ok(strings(sorted).from(from.origin))
}
