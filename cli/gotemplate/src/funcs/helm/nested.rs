//! Templates within templates, demands on values, and looks into the cluster.

use portcullis_source::Source;

use crate::{
    Call, Data, Failure, Function, Param, Value,
    funcs::argument::{Args, dict},
};

/// `include tpl required lookup getHostByName`; `fail` is sprig's.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("include", &[Param::String, Param::Any], include),
    Function::fixed("tpl", &[Param::String, Param::Any], tpl),
    Function::fixed("required", &[Param::String, Param::Any], required),
    Function::fixed("lookup", &[Param::String, Param::String, Param::String, Param::String], lookup),
    Function::fixed("getHostByName", &[Param::String], |_, _| Ok(Value::string(""))),
];

fn include(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (name, data) = (args.text(), args.any());
    call.machine.include(&name.lossy(), data, call.site)
}

fn tpl(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (source, data) = (args.any(), args.any());
    call.machine.tpl(source, data, call.site)
}

fn lookup(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let Some(live) = call.machine.settings.live.clone() else { return Ok(dict([])) };
    let mut args = Args::new(args);
    let (version, kind, namespace, name) = (args.text(), args.text(), args.text(), args.text());
    let shown = format!("lookup {} {} {} {}", version.lossy(), kind.lossy(), namespace.lossy(), name.lossy());
    let origin = call.machine.trace.source(Source::Builtin(std::sync::Arc::from(shown)));
    Ok(live.lookup(&version.lossy(), &kind.lossy(), &namespace.lossy(), &name.lossy(), origin))
}

fn required(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (message, value) = (args.text(), args.any());
    let missing = match &value.data {
        Data::Nil => true,
        Data::String(text) => text.bytes.is_empty(),
        _ => false,
    };
    if missing { Err(Failure::raise(message.lossy())) } else { Ok(value) }
}
