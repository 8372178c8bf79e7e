//! `fail`, and a greeting.

use crate::{Call, Failure, Function, Param, Value, funcs::argument::Args};

/// What ends a render.
pub const FUNCTIONS: &[Function] =
    &[Function::fixed("fail", &[Param::String], fail), Function::fixed("hello", &[], |_, _| Ok(Value::string("Hello!")))];

fn fail(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    Err(Failure::raise(Args::new(args).text().lossy()))
}
