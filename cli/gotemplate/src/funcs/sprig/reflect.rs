//! What a value is.

use crate::{
    Data, Failure, Function, Param, Value,
    funcs::{
        argument::{Args, kind},
        equal::deep_equal,
    },
};

const NAMED: &[Param] = &[Param::String, Param::Any];

/// Types, kinds and deep equality.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("typeOf", &[Param::Any], |_, args| name(args, Value::type_name)),
    Function::fixed("kindOf", &[Param::Any], |_, args| name(args, kind)),
    Function::fixed("typeIs", NAMED, |_, args| is(args, |target, value| target == value.type_name())),
    Function::fixed("typeIsLike", NAMED, |_, args| {
        is(args, |target, value| target == value.type_name() || value.type_name().strip_prefix('*') == Some(target))
    }),
    Function::fixed("kindIs", NAMED, |_, args| is(args, |target, value| target == kind(value))),
    Function::fixed("deepEqual", &[Param::Any, Param::Any], |_, args| {
        let mut args = Args::new(args);
        Ok(Value::new(Data::Bool(deep_equal(&args.any(), &args.any()))))
    }),
];

fn name(args: Vec<Value>, of: fn(&Value) -> &'static str) -> Result<Value, Failure> {
    let value = Args::new(args).any();
    Ok(Value::string(of(&value)))
}

fn is(args: Vec<Value>, holds: fn(&str, &Value) -> bool) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (target, value) = (args.text(), args.any());
    Ok(Value::new(Data::Bool(holds(&target.lossy(), &value))))
}
