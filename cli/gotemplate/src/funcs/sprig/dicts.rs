//! Maps; `set`, `unset` and the merges change the map they are given, the others make a new one around the same values.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::OriginId;

use crate::{
    Call, Data, Failure, Function, Map, MapType, Param, Value,
    funcs::{
        argument::{Args, Text, dict, list, map_of, strings},
        equal::deep_copy,
        merge::{Winner, merge},
    },
};

const MAP: &[Param] = &[Param::Map];
const MAP_KEY: &[Param] = &[Param::Map, Param::String];

/// Maps made, read, changed and merged.
pub const FUNCTIONS: &[Function] = &[
    Function::variadic("dict", &[], Param::Any, make),
    Function::fixed("get", MAP_KEY, get),
    Function::fixed("set", &[Param::Map, Param::String, Param::Any], set),
    Function::fixed("unset", MAP_KEY, unset),
    Function::fixed("hasKey", MAP_KEY, has_key),
    Function::variadic("pluck", &[Param::String], Param::Map, pluck),
    Function::variadic("keys", &[], Param::Map, keys),
    Function::fixed("values", MAP, values),
    Function::variadic("pick", MAP, Param::String, pick),
    Function::variadic("omit", MAP, Param::String, omit),
    Function::variadic("merge", MAP, Param::Map, |call, args| merged(call, args, Winner::Destination)),
    Function::variadic("mustMerge", MAP, Param::Map, |call, args| merged(call, args, Winner::Destination)),
    Function::variadic("mergeOverwrite", MAP, Param::Map, |call, args| merged(call, args, Winner::Source)),
    Function::variadic("mustMergeOverwrite", MAP, Param::Map, |call, args| merged(call, args, Winner::Source)),
    Function::fixed("deepCopy", &[Param::Any], copied),
    Function::fixed("mustDeepCopy", &[Param::Any], copied),
    Function::variadic("dig", &[], Param::Any, dig),
];

fn key(text: &Text) -> Arc<str> {
    std::str::from_utf8(text.bytes()).map_or_else(|_| Arc::from(&*text.lossy()), Arc::from)
}

/// The map under the type that the function returns it as.
fn same(map: Map, from: &Value) -> Value {
    Value::new(Data::Map(map)).from(from.origin)
}

fn make(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    // The map is what it is because of its keys; its values know their own origins.
    let names: Vec<Value> = args.iter().step_by(2).cloned().collect();
    let origin = match call.join(&names) {
        OriginId::NONE => OriginId::CONSTANT,
        known => known,
    };
    let mut entries = BTreeMap::new();
    let mut args = args.into_iter();
    while let Some(name) = args.next() {
        let item = args.next().unwrap_or_else(|| Value::string(""));
        let known = call.join(std::slice::from_ref(&name));
        let item = call.machine.keyed(item, known, call.site);
        entries.insert(key(&Text::of(&name)), item.boxed());
    }
    Ok(Value::map(entries).from(origin))
}

fn get(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let found = map_of(from.clone()).get(&args.text().lossy());
    Ok(found.map_or_else(|| Value::string(""), |value| Value { boxed: false, ..call.part(&from, value) }))
}

fn set(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    if matches!(from.data, Data::Nil) {
        return Err(Failure::new("assignment to entry in nil map"));
    }
    let (name, value) = (args.any(), args.any());
    let known = call.join(std::slice::from_ref(&name));
    let value = call.machine.keyed(value, known, call.site);
    let name = Text::of(&name);
    let map = map_of(from.clone());
    let value = call.machine.guarded(value, call.site);
    map.set(key(&name), value.boxed());
    Ok(same(map, &from))
}

fn unset(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let map = map_of(from.clone());
    map.entries.borrow_mut().remove(&*args.text().lossy());
    Ok(same(map, &from))
}

fn has_key(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let found = map_of(from.clone()).get(&args.text().lossy());
    let origin = match &found {
        // What a template put there is there, whatever it is; unless something decided about that.
        Some(value) if from.origin == OriginId::CONSTANT => call.machine.decisions(value.origin),
        Some(value) => {
            let known = call.join(std::slice::from_ref(value));
            call.machine.part_of(from.origin, known)
        }
        None => from.origin,
    };
    Ok(Value::new(Data::Bool(found.is_some())).from(origin))
}

fn pluck(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let name = args.text();
    let mut found = |map: Value| Some(map_of(map.clone()).get(&name.lossy())).flatten().map(|value| call.part(&map, value));
    Ok(list(args.rest().into_iter().filter_map(&mut found).collect()))
}

fn keys(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut names = Vec::new();
    for from in Args::new(args).rest() {
        for (name, value) in map_of(from.clone()).entries.borrow().iter() {
            names.push(call.part(&from, Value::string(&**name).from(value.origin)));
        }
    }
    Ok(strings(names))
}

fn values(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let from = Args::new(args).any();
    let items: Vec<Value> = map_of(from.clone()).entries.borrow().values().cloned().collect();
    Ok(list(items.into_iter().map(|item| call.part(&from, item)).collect()))
}

fn pick(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let map = map_of(from.clone());
    let names = args.rest();
    let names = names.iter().map(|name| key(&Text::of(name)));
    Ok(dict(names.filter_map(|name| map.get(&name).map(|value| (name, value)))).from(from.origin))
}

fn omit(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let mut entries = map_of(from.clone()).entries.borrow().clone();
    for name in args.rest() {
        entries.remove(&*Text::of(&name).lossy());
    }
    Ok(same(Map::new(MapType::Any, entries), &from))
}

fn merged(call: &mut Call<'_, '_>, args: Vec<Value>, winner: Winner) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let from = args.any();
    let target = map_of(from.clone());
    let mut origins = vec![from.origin];
    for source in args.rest() {
        if target.entries.borrow().is_empty() {
            // Whether there is anything in it is up to the others, too.
            origins.push(source.origin);
        }
        merge(&target, &map_of(source), winner, &mut |old, new| call.machine.join([old, new]))?;
    }
    let origin = call.machine.join(origins);
    Ok(same(target, &from).from(origin))
}

fn copied(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let value = Args::new(args).any();
    if matches!(value.data, Data::Nil) {
        return Err(Failure::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    deep_copy(&value)
}

fn dig(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args).rest();
    let (Some(from), Some(default)) = (args.pop(), args.pop()) else {
        return Err(Failure::new("dig needs at least three arguments"));
    };
    if args.is_empty() {
        return Err(Failure::new("dig needs at least three arguments"));
    }
    let mismatch = |value: &Value, wanted: &str| {
        let got = if matches!(value.data, Data::Nil) { "nil" } else { value.type_name() };
        Failure::new(format!("interface conversion: interface {{}} is {got}, not {wanted}"))
    };
    let enter = |value: &Value| match &value.data {
        Data::Map(map) if map.kind == MapType::Any => Ok(map.clone()),
        _ => Err(mismatch(value, "map[string]interface {}")),
    };
    let mut map = enter(&from)?;
    let mut whole = from;
    if let Some(name) = args.iter().find(|name| !matches!(name.data, Data::String(_))) {
        return Err(mismatch(name, "string"));
    }
    let last = args.len() - 1;
    for (index, name) in args.iter().enumerate() {
        let Some(step) = map.get(&Text::of(name).lossy()) else { return Ok(default) };
        let step = call.part(&whole, step);
        if index == last {
            return Ok(Value { boxed: false, ..step });
        }
        map = enter(&step)?;
        whole = step;
    }
    Ok(default)
}
