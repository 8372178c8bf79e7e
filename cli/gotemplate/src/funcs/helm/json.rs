//! Values to JSON and back.

use super::json_text::{Escape, Layout, to_json};
use crate::{Failure, Function, Param, Value, funcs::argument::Args};

const VALUE: &[Param] = &[Param::Any];

/// The writers; without `must` an error becomes an empty text.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("toJson", VALUE, |_, args| Ok(write(args, Escape::Html, Layout::Compact).unwrap_or_else(|_| Value::string("")))),
    Function::fixed("mustToJson", VALUE, |_, args| write(args, Escape::Html, Layout::Compact)),
    Function::fixed("toPrettyJson", VALUE, |_, args| Ok(write(args, Escape::Html, Layout::Pretty).unwrap_or_else(|_| Value::string("")))),
    Function::fixed("mustToPrettyJson", VALUE, |_, args| write(args, Escape::Html, Layout::Pretty)),
    Function::fixed("toRawJson", VALUE, |_, args| write(args, Escape::Raw, Layout::Compact)),
    Function::fixed("mustToRawJson", VALUE, |_, args| write(args, Escape::Raw, Layout::Compact)),
];

fn write(args: Vec<Value>, escape: Escape, layout: Layout) -> Result<Value, Failure> {
    let value = Args::new(args).any();
    let text = to_json(&value, escape, layout).map_err(Failure::new)?;
    Ok(text.into_value(value.origin))
}
