//! Slash-separated paths; those of the operating system are taken for such too.

use crate::{Call, Data, Failure, Function, Param, Value, funcs::argument::Args};

const TEXT: &[Param] = &[Param::String];

/// The parts of paths.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("base", TEXT, |call, args| path(call, args, base)),
    Function::fixed("osBase", TEXT, |call, args| path(call, args, base)),
    Function::fixed("dir", TEXT, |call, args| path(call, args, dir)),
    Function::fixed("osDir", TEXT, |call, args| path(call, args, dir)),
    Function::fixed("clean", TEXT, |call, args| path(call, args, clean)),
    Function::fixed("osClean", TEXT, |call, args| path(call, args, clean)),
    Function::fixed("ext", TEXT, |call, args| path(call, args, ext)),
    Function::fixed("osExt", TEXT, |call, args| path(call, args, ext)),
    Function::fixed("isAbs", TEXT, is_absolute),
    Function::fixed("osIsAbs", TEXT, is_absolute),
];

fn path(call: &mut Call<'_, '_>, args: Vec<Value>, part: fn(&str) -> String) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::string(part(&Args::new(args).text().lossy())).from(origin))
}

fn is_absolute(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::new(Data::Bool(Args::new(args).text().bytes().starts_with(b"/"))).from(origin))
}

fn base(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if name.is_empty() { "/".to_owned() } else { name.to_owned() }
}

fn dir(path: &str) -> String {
    clean(path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default())
}

fn ext(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default().to_owned()
}

pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
