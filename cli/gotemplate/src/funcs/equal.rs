//! `reflect.DeepEqual` and deep copies.

use std::{collections::BTreeMap, rc::Rc};

use super::argument::is_nil;
use crate::{Data, Failure, Map, MapType, Value};

/// How deep values are compared and copied; only a map that holds itself is deeper.
const MAX_DEPTH: usize = 500;

/// How many values one copy may make.
const MAX_COPIES: usize = 1_000_000;

/// Whether two values are of the same type and deeply the same.
#[must_use]
pub fn deep_equal(left: &Value, right: &Value) -> bool {
    equal(left, right, 0)
}

fn equal(left: &Value, right: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match (&left.data, &right.data) {
        (Data::Nil, Data::Nil) => true,
        (Data::Bool(left), Data::Bool(right)) => left == right,
        (Data::Int(left), Data::Int(right)) | (Data::Int64(left), Data::Int64(right)) => left == right,
        (Data::Uint8(left), Data::Uint8(right)) => left == right,
        (Data::Float(left), Data::Float(right)) => left == right,
        (Data::String(left), Data::String(right)) => left.bytes == right.bytes,
        (Data::Bytes(left), Data::Bytes(right)) => left == right,
        (Data::List(one), Data::List(two)) if one.is_like(two) => {
            one.items().len() == two.items().len()
                && is_nil(one.shared()) == is_nil(two.shared())
                && one.items().iter().zip(two.items()).all(|(left, right)| equal(left, right, depth + 1))
        }
        (Data::Map(left), Data::Map(right)) if left.kind == right.kind => {
            if left.is(right) {
                return true;
            }
            let (left, right) = (left.entries.borrow(), right.entries.borrow());
            left.len() == right.len()
                && left.iter().zip(right.iter()).all(|((one, left), (other, right))| one == other && equal(left, right, depth + 1))
        }
        (Data::Object(left), Data::Object(right)) => {
            Rc::ptr_eq(left, right) || (left.type_name() == right.type_name() && left.display() == right.display())
        }
        _ => false,
    }
}

/// A copy that shares no map or list with the value; maps keep the name of their type.
///
/// # Errors
/// The value holds itself, or has more parts than any chart's values.
pub fn deep_copy(value: &Value) -> Result<Value, Failure> {
    copy(value, 0, &mut 0)
}

fn copy(value: &Value, depth: usize, copies: &mut usize) -> Result<Value, Failure> {
    *copies += 1;
    if depth > MAX_DEPTH || *copies > MAX_COPIES {
        return Err(Failure::limit("a copy of a value that is nested too deeply or is too large"));
    }
    let data = match &value.data {
        Data::List(list) if is_nil(list.shared()) => value.data.clone(),
        Data::List(list) => {
            let items = list.items().iter().map(|item| copy(item, depth + 1, copies)).collect::<Result<Vec<_>, _>>()?;
            Data::List(list.with(items))
        }
        Data::Map(map) => Data::Map(copy_map(map, depth, copies)?),
        data => data.clone(),
    };
    Ok(Value { data, origin: value.origin, boxed: value.boxed })
}

fn copy_map(map: &Map, depth: usize, copies: &mut usize) -> Result<Map, Failure> {
    let mut entries = BTreeMap::new();
    for (key, item) in map.entries.borrow().iter() {
        let item = if map.kind == MapType::Strings { item.clone() } else { copy(item, depth + 1, copies)? };
        entries.insert(std::sync::Arc::clone(key), item);
    }
    Ok(Map::new(map.kind, entries))
}
