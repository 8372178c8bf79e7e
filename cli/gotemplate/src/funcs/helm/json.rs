//! Values to JSON and back.

use super::{
    json_read::read_json,
    json_text::{Escape, Layout, to_json},
    provenance::Places,
};
use crate::{
    Call, Data, Failure, Function, Param, Value,
    funcs::argument::{Args, dict, kind, list},
};

const VALUE: &[Param] = &[Param::Any];
const TEXT: &[Param] = &[Param::String];

/// What sprig has; without `must` an error becomes an empty text or nothing.
pub const SPRIG: &[Function] = &[
    Function::fixed("toJson", VALUE, |_, args| swallowed(write(args, Escape::Html, Layout::Compact))),
    Function::fixed("mustToJson", VALUE, |_, args| write(args, Escape::Html, Layout::Compact)),
    Function::fixed("toPrettyJson", VALUE, |_, args| swallowed(write(args, Escape::Html, Layout::Pretty))),
    Function::fixed("mustToPrettyJson", VALUE, |_, args| write(args, Escape::Html, Layout::Pretty)),
    Function::fixed("toRawJson", VALUE, |_, args| write(args, Escape::Raw, Layout::Compact)),
    Function::fixed("mustToRawJson", VALUE, |_, args| write(args, Escape::Raw, Layout::Compact)),
    Function::fixed("fromJson", TEXT, |call, args| Ok(read(call, args).unwrap_or_else(|_| Value::invalid()))),
    Function::fixed("mustFromJson", TEXT, |call, args| read(call, args).map_err(Failure::new)),
];

/// What Helm has instead and besides: an error becomes part of the value.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("fromJson", TEXT, |call, args| {
        Ok(read_as(call, args, "map").unwrap_or_else(|error| dict([("Error".into(), Value::string(error))])))
    }),
    Function::fixed("fromJsonArray", TEXT, |call, args| {
        Ok(read_as(call, args, "slice").unwrap_or_else(|error| list(vec![Value::string(error)])))
    }),
];

fn write(args: Vec<Value>, escape: Escape, layout: Layout) -> Result<Value, Failure> {
    let value = Args::new(args).any();
    let text = to_json(&value, escape, layout)?;
    Ok(text.into_value(value.origin))
}

/// An empty text instead of an error, but not instead of a limit.
fn swallowed(written: Result<Value, Failure>) -> Result<Value, Failure> {
    written.or_else(|failure| if failure.fatal { Err(failure) } else { Ok(Value::string("")) })
}

fn read(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, String> {
    let text = Args::new(args).text();
    read_json(text.bytes(), &mut Places::new(&text, call.machine))
}

/// Refuses a value of another kind in Go's words; null is an empty one.
fn read_as(call: &mut Call<'_, '_>, args: Vec<Value>, wanted: &str) -> Result<Value, String> {
    let value = read(call, args)?;
    let (empty, target) = if wanted == "map" { (dict([]), "map[string]interface {}") } else { (list(Vec::new()), "[]interface {}") };
    let found = match &value.data {
        _ if kind(&value) == wanted => return Ok(value),
        Data::Nil => return Ok(empty.from(value.origin)),
        Data::Bool(_) => "bool",
        Data::String(_) => "string",
        Data::List(_) => "array",
        Data::Map(_) => "object",
        Data::Int(_) | Data::Int64(_) | Data::Uint8(_) | Data::Float(_) | Data::Bytes(_) | Data::Object(_) => "number",
    };
    Err(format!("json: cannot unmarshal {found} into Go value of type {target}"))
}
