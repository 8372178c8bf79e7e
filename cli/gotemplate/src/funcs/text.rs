//! Go's printing and escaping functions.

use std::fmt::Write as _;

use super::argument::{Args, Text, check_size};
use crate::{
    Call, Data, Failure, Function, Param, Value,
    format::{is_print, sprint, sprintf_value, sprintln},
};

/// `print printf println html js urlquery`.
pub const FUNCTIONS: &[Function] = &[
    Function::variadic("print", &[], Param::Any, |_, args| printed(sprint(&Args::new(args).rest()))),
    Function::variadic("printf", &[Param::String], Param::Any, printf),
    Function::variadic("println", &[], Param::Any, |_, args| printed(sprintln(&Args::new(args).rest()))),
    Function::variadic("html", &[], Param::Any, |call, args| escaped(call, args, html)),
    Function::variadic("js", &[], Param::Any, |call, args| escaped(call, args, js)),
    Function::variadic("urlquery", &[], Param::Any, |call, args| escaped(call, args, urlquery)),
];

fn printf(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let format = args.any();
    printed(sprintf_value(&format, &args.rest()))
}

/// Refuses a text that printing was stopped at.
fn printed(text: Value) -> Result<Value, Failure> {
    if let Data::String(text) = &text.data {
        check_size(text.bytes.len())?;
    }
    Ok(text)
}

fn escaped(call: &mut Call<'_, '_>, args: Vec<Value>, escape: fn(&[u8]) -> Vec<u8>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let printable = |value: Value| if matches!(value.data, Data::Nil) { Value::string("<no value>") } else { value };
    let args: Vec<Value> = Args::new(args).rest().into_iter().map(printable).collect();
    let text = Text::of(&printed(sprint(&args))?);
    Ok(Value::string(escape(text.bytes())).from(origin))
}

fn html(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            0 => out.extend_from_slice("\u{FFFD}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(byte),
        }
    }
    out
}

fn js(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for rune in String::from_utf8_lossy(bytes).chars() {
        match rune {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' | '\0'..' ' => {
                let _ = write!(out, "\\u{:04X}", rune as u32);
            }
            _ if rune.is_ascii() || is_print(rune) => out.push(rune),
            _ => {
                let _ = write!(out, "\\u{:04X}", rune as u32);
            }
        }
    }
    out.into_bytes()
}

fn urlquery(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for &byte in bytes {
        match byte {
            b' ' => out.push('+'),
            _ if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out.into_bytes()
}
