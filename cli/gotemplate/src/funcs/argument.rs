//! Takes the arguments of a call apart; the evaluator has checked their types already.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use portcullis_source::OriginId;

use crate::{
    Data, Failure, List, Map, MapType, Object, Str, Value,
    format::{Rope, View, value_text},
};

/// The most bytes that one function may make.
pub(crate) const MAX_TEXT: usize = crate::format::MAX_BYTES;

/// The most elements of a list that one function may make.
pub(crate) const MAX_ELEMENTS: usize = 1_000_000;

/// What Go says when a function looks into a nil that it takes for a value.
pub(crate) const NIL_PANIC: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The arguments that are still to be taken.
pub(crate) struct Args(std::vec::IntoIter<Value>);

/// A string argument.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) text: Str,
    pub(crate) origin: OriginId,
}

impl Args {
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next argument, out of its `interface{}`.
    pub(crate) fn any(&mut self) -> Value {
        self.0.next().map_or_else(Value::invalid, |value| Value { boxed: false, ..value })
    }

    pub(crate) fn text(&mut self) -> Text {
        let value = self.any();
        match value.data {
            Data::String(text) => Text { text, origin: value.origin },
            _ => Text { text: Str::from(""), origin: value.origin },
        }
    }

    pub(crate) fn int(&mut self) -> i64 {
        match self.any().data {
            Data::Int(number) | Data::Int64(number) => number,
            _ => 0,
        }
    }

    pub(crate) fn truth(&mut self) -> bool {
        matches!(self.any().data, Data::Bool(true))
    }

    /// The next argument as `map[string]interface {}`, with the entries of the map that was given.
    pub(crate) fn map(&mut self) -> Map {
        map_of(self.any())
    }

    pub(crate) fn rest(self) -> Vec<Value> {
        self.0.map(|value| Value { boxed: false, ..value }).collect()
    }
}

impl Text {
    /// The text of any value, as sprig's `strval` makes it.
    pub(crate) fn of(value: &Value) -> Self {
        match &value.data {
            Data::String(text) => Self { text: text.clone(), origin: value.origin },
            Data::Bytes(bytes) => Self { text: Str { bytes: std::sync::Arc::clone(bytes), pieces: None }, origin: value.origin },
            Data::Nil
            | Data::Bool(_)
            | Data::Int(_)
            | Data::Int64(_)
            | Data::Uint8(_)
            | Data::Float(_)
            | Data::List(_)
            | Data::Map(_)
            | Data::Object(_) => Self::of_string(value_text(value)),
        }
    }

    fn of_string(value: Value) -> Self {
        match value.data {
            Data::String(text) => Self { text, origin: value.origin },
            _ => Self { text: Str::from(""), origin: value.origin },
        }
    }

    pub(crate) fn view(&self) -> View<'_> {
        View::new(&self.text, self.origin)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.text.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.text.bytes.len()
    }

    pub(crate) fn lossy(&self) -> Cow<'_, str> {
        self.text.lossy()
    }

    pub(crate) fn into_value(self) -> Value {
        Value::new(Data::String(self.text)).from(self.origin)
    }

    /// A part of the text with what it came from.
    pub(crate) fn part(&self, range: Range<usize>) -> Value {
        if range == (0..self.len()) {
            return self.clone().into_value();
        }
        let mut rope = Rope::default();
        rope.push_part(self.view(), range);
        rope.into_value(self.origin)
    }
}

/// The entries of a map argument under the type that the function declares; a nil map has none.
pub(crate) fn map_of(value: Value) -> Map {
    match value.data {
        Data::Map(map) => Map { kind: MapType::Any, entries: std::rc::Rc::clone(&map.entries) },
        _ => Map::new(MapType::Any, BTreeMap::new()),
    }
}

/// The elements, where Go finds a slice; as elements of `[]interface {}`.
pub(crate) fn elements(value: &Value) -> Option<Vec<Value>> {
    match &value.data {
        Data::List(list) => Some(list.items().to_vec()),
        Data::Bytes(bytes) => Some(bytes.iter().map(|&byte| Value::new(Data::Uint8(byte))).collect()),
        Data::Object(object) if object.kind() == "slice" => object.items().and_then(|items| elements(&items)),
        Data::Nil
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Map(_)
        | Data::Object(_) => None,
    }
}

/// A `[]interface {}` of these values.
pub(crate) fn list(items: Vec<Value>) -> Value {
    Value::list(items.into_iter().map(Value::boxed).collect())
}

thread_local! {
    /// The items of every nil slice: only their identity tells one from an empty slice.
    static NIL_ITEMS: std::rc::Rc<Vec<Value>> = std::rc::Rc::new(Vec::new());
}

/// Go's nil `[]interface {}`, which JSON and YAML write as null.
pub(crate) fn nil_list() -> Value {
    Value::new(Data::List(List::Any(NIL_ITEMS.with(std::rc::Rc::clone))))
}

/// Go's nil `[]string`.
pub(crate) fn nil_strings() -> Value {
    Value::new(Data::List(List::Strings(NIL_ITEMS.with(std::rc::Rc::clone))))
}

/// Whether the items of a list are those of a nil slice.
pub(crate) fn is_nil(items: &std::rc::Rc<Vec<Value>>) -> bool {
    NIL_ITEMS.with(|nil| std::rc::Rc::ptr_eq(items, nil))
}

/// A `[]string` of these string values.
pub(crate) fn strings(items: Vec<Value>) -> Value {
    Value::new(Data::List(List::Strings(std::rc::Rc::new(items))))
}

/// A `map[string]interface {}` of these values.
pub(crate) fn dict(entries: impl IntoIterator<Item = (std::sync::Arc<str>, Value)>) -> Value {
    Value::map(entries.into_iter().map(|(key, value)| (key, value.boxed())).collect())
}

/// The word that Go's reflection has for what a value is made of.
pub(crate) fn kind(value: &Value) -> &'static str {
    match &value.data {
        Data::Nil => "invalid",
        Data::Bool(_) => "bool",
        Data::Int(_) => "int",
        Data::Int64(_) => "int64",
        Data::Uint8(_) => "uint8",
        Data::Float(_) => "float64",
        Data::String(_) => "string",
        Data::Bytes(_) | Data::List(_) => "slice",
        Data::Map(_) => "map",
        Data::Object(object) => object.kind(),
    }
}

/// The object of a Rust type behind a value.
pub(crate) fn object<T: Object + Clone + 'static>(value: &Value) -> Option<T> {
    match &value.data {
        Data::Object(object) => object.as_any().downcast_ref::<T>().cloned(),
        _ => None,
    }
}

/// Refuses to make more than [`MAX_TEXT`] bytes.
pub(crate) fn check_size(bytes: usize) -> Result<(), Failure> {
    if bytes > MAX_TEXT {
        return Err(Failure::limit(format!("a text of {bytes} bytes is more than the limit of {MAX_TEXT}")));
    }
    Ok(())
}

/// Refuses to make a list of more than [`MAX_ELEMENTS`] elements.
pub(crate) fn check_elements(count: usize) -> Result<(), Failure> {
    if count > MAX_ELEMENTS {
        return Err(Failure::limit(format!("a list of {count} elements is more than the limit of {MAX_ELEMENTS}")));
    }
    Ok(())
}

/// A count that Go takes for repetitions.
pub(crate) fn count(number: i64) -> Result<usize, Failure> {
    usize::try_from(number).map_err(|_| Failure::new("strings: negative Repeat count"))
}
