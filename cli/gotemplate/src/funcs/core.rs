//! The functions that Go itself has, without those that print.

use crate::{
    Call, Data, Failure, Function, List, Map, Param, Str, Value,
    exec::zero_element,
    format::{self, Complex},
    funcs::argument,
};

/// `and or not eq ne lt le gt ge index slice len call`; the evaluator itself runs `and`, `or` and `call`.
pub const FUNCTIONS: &[Function] = &[
    Function::variadic("and", &[Param::Reflect], Param::Reflect, last),
    Function::variadic("call", &[Param::Reflect], Param::Reflect, last),
    Function::variadic("eq", &[Param::Reflect], Param::Reflect, eq),
    Function::fixed("ge", &[Param::Reflect, Param::Reflect], ge),
    Function::fixed("gt", &[Param::Reflect, Param::Reflect], gt),
    Function::variadic("index", &[Param::Reflect], Param::Reflect, index),
    Function::fixed("le", &[Param::Reflect, Param::Reflect], le),
    Function::fixed("len", &[Param::Reflect], len),
    Function::fixed("lt", &[Param::Reflect, Param::Reflect], lt),
    Function::fixed("ne", &[Param::Reflect, Param::Reflect], ne),
    Function::fixed("not", &[Param::Reflect], not),
    Function::variadic("or", &[Param::Reflect], Param::Reflect, last),
    Function::variadic("slice", &[Param::Reflect], Param::Reflect, slice),
];

type Outcome = Result<Value, Failure>;

const NO_COMPARISON: &str = "missing argument for comparison";
const BAD_COMPARISON: &str = "invalid type for comparison";

fn last(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    Ok(args.into_iter().next_back().unwrap_or_else(Value::invalid))
}

fn bool_value(value: bool) -> Outcome {
    Ok(Value::new(Data::Bool(value)))
}

fn not(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    bool_value(!args.first().is_some_and(Value::truth))
}

fn eq(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    let Some((first, others)) = args.split_first() else { return Err(Failure::new(NO_COMPARISON)) };
    bool_value(equals_any(first, others)?)
}

fn ne(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    bool_value(!pair(&args, equals)?)
}

fn lt(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    bool_value(pair(&args, is_less)?)
}

fn le(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    bool_value(pair(&args, is_less_or_equal)?)
}

fn gt(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    bool_value(!pair(&args, is_less_or_equal)?)
}

fn ge(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    bool_value(!pair(&args, is_less)?)
}

fn pair(args: &[Value], compare: fn(&Value, &Value) -> Result<bool, Failure>) -> Result<bool, Failure> {
    match args {
        [left, right] => compare(left, right),
        _ => Err(Failure::new(NO_COMPARISON)),
    }
}

/// The kinds that Go compares, with the value to compare.
#[derive(Clone, Copy, PartialEq)]
enum Basic<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(&'a [u8]),
    Uint(u64),
    Complex(Complex),
}

impl<'a> Basic<'a> {
    fn of(value: &'a Value) -> Self {
        match &value.data {
            Data::Bool(value) => Self::Bool(*value),
            Data::Int(value) | Data::Int64(value) => Self::Int(*value),
            Data::Uint8(value) => Self::Uint(u64::from(*value)),
            Data::Float(value) => Self::Float(*value),
            Data::String(text) => Self::String(&text.bytes),
            Data::Object(object) => match Complex::of(&**object) {
                Some(complex) => Self::Complex(complex),
                None => object.integer().map_or(Self::None, Self::Int),
            },
            Data::Nil | Data::Bytes(_) | Data::List(_) | Data::Map(_) => Self::None,
        }
    }

    fn is_of_kind(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

fn equals_any(first: &Value, others: &[Value]) -> Result<bool, Failure> {
    if others.is_empty() {
        return Err(Failure::new(NO_COMPARISON));
    }
    for other in others {
        if equals(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equals(left: &Value, right: &Value) -> Result<bool, Failure> {
    let is_nil = |value: &Value| matches!(value.data, Data::Nil);
    match (Basic::of(left), Basic::of(right)) {
        (Basic::None, Basic::None) => equals_complex(left, right),
        (one, two) if one.is_of_kind(two) => Ok(one == two),
        (Basic::Int(int), Basic::Uint(uint)) | (Basic::Uint(uint), Basic::Int(int)) => Ok(u64::try_from(int) == Ok(uint)),
        _ if is_nil(left) || is_nil(right) => Ok(false),
        _ => Err(incompatible(left, right)),
    }
}

fn incompatible(left: &Value, right: &Value) -> Failure {
    Failure::new(format!("incompatible types for comparison: {} and {}", left.type_name(), right.type_name()))
}

/// Whether Go can compare it with anything of its kind, since there is nothing in it.
fn is_nil(value: &Value) -> bool {
    match &value.data {
        Data::Nil => true,
        Data::List(list) => argument::is_nil(list.shared()),
        Data::Map(map) => map.is_nil(),
        Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bytes(_)
        | Data::Object(_) => false,
    }
}

/// Go compares nothing but pointers here, and everything with nil.
fn equals_complex(left: &Value, right: &Value) -> Result<bool, Failure> {
    let printed = |value: &Value| format::sprintf(&Str::from("%s"), std::slice::from_ref(value)).lossy().into_owned();
    match (&left.data, &right.data) {
        (Data::Nil, _) | (_, Data::Nil) => Ok(is_nil(left) && is_nil(right)),
        _ if kind(left) == kind(right) && (is_nil(left) || is_nil(right)) => Ok(is_nil(left) && is_nil(right)),
        (Data::Object(one), Data::Object(two)) if one.kind() == "ptr" && two.kind() == "ptr" => Ok(std::rc::Rc::ptr_eq(one, two)),
        (Data::Object(one), Data::Object(two)) if two.is_comparable() && kind(left) == kind(right) => {
            Ok(one.type_name() == two.type_name() && one.display() == two.display())
        }
        _ if kind(left) == kind(right) => Err(Failure::new(format!("non-comparable type {}: {}", printed(right), right.type_name()))),
        _ => {
            let mut last = Vec::new();
            format::write_value(right, &mut last);
            let last = String::from_utf8_lossy(&last).into_owned();
            let types = format!("{}, {}", left.type_name(), right.type_name());
            Err(Failure::new(format!("non-comparable types {}: {types}: {last}", printed(left))))
        }
    }
}

fn kind(value: &Value) -> &str {
    match &value.data {
        Data::List(_) | Data::Bytes(_) => "slice",
        Data::Map(_) => "map",
        Data::Object(object) => object.kind(),
        Data::Nil | Data::Bool(_) | Data::Int(_) | Data::Int64(_) | Data::Uint8(_) | Data::Float(_) | Data::String(_) => "",
    }
}

fn is_less(left: &Value, right: &Value) -> Result<bool, Failure> {
    match (Basic::of(left), Basic::of(right)) {
        (Basic::None, _) | (_, Basic::None) | (Basic::Bool(_), Basic::Bool(_)) | (Basic::Complex(_), Basic::Complex(_)) => {
            Err(Failure::new(BAD_COMPARISON))
        }
        (Basic::Int(one), Basic::Int(two)) => Ok(one < two),
        (Basic::Float(one), Basic::Float(two)) => Ok(one < two),
        (Basic::String(one), Basic::String(two)) => Ok(one < two),
        (Basic::Uint(one), Basic::Uint(two)) => Ok(one < two),
        (Basic::Int(int), Basic::Uint(uint)) => Ok(int < 0 || u64::try_from(int).is_ok_and(|int| int < uint)),
        (Basic::Uint(uint), Basic::Int(int)) => Ok(u64::try_from(int).is_ok_and(|int| uint < int)),
        _ => Err(incompatible(left, right)),
    }
}

fn is_less_or_equal(left: &Value, right: &Value) -> Result<bool, Failure> {
    Ok(is_less(left, right)? || equals(left, right)?)
}

fn len(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    match args.first() {
        Some(value) => length_of(value),
        None => length_of(&Value::invalid()),
    }
}

fn length_of(value: &Value) -> Outcome {
    let length = match &value.data {
        Data::Nil if value.boxed => return Err(Failure::new("len of nil pointer")),
        Data::Nil => return Err(Failure::new("reflect: call of reflect.Value.Type on zero Value")),
        Data::String(text) => text.bytes.len(),
        Data::Bytes(bytes) => bytes.len(),
        Data::List(list) => list.items().len(),
        Data::Map(map) => map.entries.borrow().len(),
        Data::Object(object) => match object.items() {
            Some(items) if !matches!(items.data, Data::Object(_)) => return length_of(&items),
            Some(_) | None => return Err(no_length(value)),
        },
        Data::Bool(_) | Data::Int(_) | Data::Int64(_) | Data::Uint8(_) | Data::Float(_) => return Err(no_length(value)),
    };
    Ok(Value::new(Data::Int(length as i64)))
}

fn no_length(value: &Value) -> Failure {
    Failure::new(format!("len of type {}", pointed_type(value)))
}

/// The type without the pointer, which Go follows before it looks.
fn pointed_type(value: &Value) -> &'static str {
    value.type_name().trim_start_matches('*')
}

fn index(call: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    let untyped_nil = || Failure::new("index of untyped nil");
    let (first, indexes) = args.split_first().ok_or_else(untyped_nil)?;
    if matches!(first.data, Data::Nil) {
        return Err(untyped_nil());
    }
    let mut item = first.clone();
    for at in indexes {
        let next = element(&item, at)?;
        let origin = if next.origin.is_none() { item.origin } else { call.machine.part_of(item.origin, next.origin) };
        item = next.from(origin);
    }
    Ok(item)
}

fn element(item: &Value, at: &Value) -> Outcome {
    let no_index = || Failure::new(format!("can't index item of type {}", pointed_type(item)));
    match &item.data {
        Data::Nil => Err(Failure::new("index of nil pointer")),
        Data::List(list) => {
            let boxed = matches!(list, List::Any(_));
            let found = list.items().get(position(at, list.items().len())?);
            found.map(|found| Value { boxed, ..found.clone() }).ok_or_else(|| Failure::new("reflect: slice index out of range"))
        }
        Data::String(text) => byte(&text.bytes, at, "string"),
        Data::Bytes(bytes) => byte(bytes, at, "slice"),
        Data::Map(map) => entry(map, at),
        Data::Object(object) => match object.items() {
            Some(items) if !matches!(items.data, Data::Object(_)) => element(&items, at),
            Some(_) | None => Err(no_index()),
        },
        Data::Bool(_) | Data::Int(_) | Data::Int64(_) | Data::Uint8(_) | Data::Float(_) => Err(no_index()),
    }
}

fn byte(bytes: &[u8], at: &Value, kind: &str) -> Outcome {
    let found = bytes.get(position(at, bytes.len())?);
    let out_of_range = || Failure::new(format!("reflect: {kind} index out of range"));
    found.map(|byte| Value::new(Data::Uint8(*byte))).ok_or_else(out_of_range)
}

fn entry(map: &Map, at: &Value) -> Outcome {
    let Data::String(key) = &at.data else {
        return Err(Failure::new(match at.data {
            Data::Nil => "value is nil; should be of type string".to_owned(),
            _ => format!("value has type {}; should be string", at.type_name()),
        }));
    };
    let zero = zero_element(map.kind);
    let boxed = zero.boxed;
    Ok(map.get(&key.lossy()).map_or(zero, |value| Value { boxed, ..value }))
}

/// An index into something of a length; Go lets it be the length itself.
fn position(at: &Value, length: usize) -> Result<usize, Failure> {
    let wanted = match &at.data {
        Data::Int(index) | Data::Int64(index) => *index,
        Data::Uint8(index) => i64::from(*index),
        Data::Nil => return Err(Failure::new("cannot index slice/array with nil")),
        _ => return Err(Failure::new(format!("cannot index slice/array with type {}", at.type_name()))),
    };
    let index = usize::try_from(wanted).ok().filter(|&index| index <= length);
    index.ok_or_else(|| Failure::new(format!("index out of range: {wanted}")))
}

fn slice(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    let untyped_nil = || Failure::new("slice of untyped nil");
    let (item, indexes) = args.split_first().ok_or_else(untyped_nil)?;
    if !matches!(item.data, Data::Nil) && indexes.len() > 3 {
        return Err(Failure::new(format!("too many slice indexes: {}", indexes.len())));
    }
    let length = match &item.data {
        Data::Nil => return Err(untyped_nil()),
        Data::String(_) if indexes.len() == 3 => return Err(Failure::new("cannot 3-index slice a string")),
        Data::String(text) => text.bytes.len(),
        Data::Bytes(bytes) => bytes.len(),
        Data::List(list) => list.items().len(),
        _ => return Err(Failure::new(format!("can't slice item of type {}", pointed_type(item)))),
    };
    let mut bounds = [0, length, length];
    for (bound, at) in bounds.iter_mut().zip(indexes) {
        // Go looks into the interface of an index everywhere but here.
        if at.boxed {
            return Err(Failure::new("cannot index slice/array with type interface {}"));
        }
        *bound = position(at, length)?;
    }
    let [start, end, capacity] = bounds;
    if start > end {
        return Err(Failure::new(format!("invalid slice index: {start} > {end}")));
    }
    if end > capacity {
        return Err(Failure::new(format!("invalid slice index: {end} > {capacity}")));
    }
    Ok(part(item, start..end))
}

fn part(item: &Value, range: std::ops::Range<usize>) -> Value {
    let data = match &item.data {
        Data::String(text) => {
            let mut rope = format::Rope::default();
            rope.push_part(format::View::new(text, item.origin), range);
            return rope.into_value(item.origin);
        }
        Data::Bytes(bytes) => Data::Bytes(bytes.get(range).unwrap_or_default().into()),
        Data::List(list) => Data::List(list.with(list.items().get(range).unwrap_or_default().to_vec())),
        other => other.clone(),
    };
    Value::new(data).from(item.origin)
}
