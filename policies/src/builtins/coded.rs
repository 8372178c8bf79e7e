//! Texts that stand for something else, and whether they do.

use regorus::Value;

use super::{Builtin, builtin, regorus, text};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("base64.is_valid", 1, |args| Ok(is_valid("base64.is_valid", args))),
    builtin!("base64url.decode", 1, |args| Ok(unpadded(args))),
    builtin!("json.is_valid", 1, |args| Ok(is_valid("json.is_valid", args))),
    builtin!("net.cidr_is_valid", 1, |args| Ok(is_valid("net.cidr_is_valid", args))),
    builtin!("semver.compare", 2, |args| Ok(regorus("semver.compare", &args.iter().map(version).collect::<Vec<_>>()))),
    builtin!("semver.is_valid", 1, |args| Ok(regorus("semver.is_valid", &args.iter().map(version).collect::<Vec<_>>()))),
    builtin!("urlquery.decode", 1, |args| Ok(match args {
        [Value::String(coded)] => unescaped(coded).map_or(Value::Undefined, |plain| text(&plain)),
        _ => Value::Undefined,
    })),
    builtin!("yaml.is_valid", 1, |args| Ok(is_valid("yaml.is_valid", args))),
];

/// What is no text is not valid either.
fn is_valid(name: &str, args: &[Value]) -> Value {
    match args {
        [Value::String(_)] => regorus(name, args),
        _ => Value::Bool(false),
    }
}

/// With or without what fills it up.
fn unpadded(args: &[Value]) -> Value {
    let [Value::String(coded)] = args else { return Value::Undefined };
    let bare = coded.trim_end_matches('=');
    let whole = bare.len().next_multiple_of(4);
    regorus("base64url.decode", &[text(&format!("{bare:=<whole$}"))])
}

fn version(written: &Value) -> Value {
    match written {
        Value::String(written) => text(written.strip_prefix('v').unwrap_or(written)),
        other => other.clone(),
    }
}

/// A part of a query, plain.
fn unescaped(coded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(coded.len());
    let mut rest = coded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
