//! Values to TOML and back.

use super::{toml_read::read_toml, toml_text::to_toml};
use crate::{
    Call, Failure, Function, Param, Value,
    funcs::{
        argument::{Args, dict},
        helm::yaml::error_map,
    },
};

const VALUE: &[Param] = &[Param::Any];

/// What both Helms have: an error becomes the text, or a part of the value.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("toToml", VALUE, |call, args| match write(call, args) {
        Err(failure) if !failure.fatal && !failure.message.starts_with(PANIC) => Ok(Value::string(failure.message)),
        written => written,
    }),
    Function::fixed("fromToml", &[Param::String], read),
];

/// What Helm 4 has besides: an error is one.
pub const HELM_4: &[Function] = &[Function::fixed("mustToToml", VALUE, write)];

/// What Go's reflection says before it gives up altogether.
const PANIC: &str = "reflect: ";

fn write(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let value = Args::new(args).any();
    let text = to_toml(&value)?;
    Ok(text.into_value(value.origin))
}

fn read(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let text = Args::new(args).text();
    Ok(match read_toml(text.bytes(), origin) {
        Ok(entries) => dict(entries).from(origin),
        Err(error) => error_map(error).from(origin),
    })
}
