//! Regular expressions; found and kept parts remember what they came from.

use std::rc::Rc;

use portcullis_regexp::{Broken, Captures, Regex, compile, find_all, replace_all, split};

use crate::{
    Call, Data, Failure, Function, Param, Value,
    format::{Rope, quote},
    funcs::argument::{Args, Text, check_elements, check_size, nil_strings, strings},
};

const TEXTS: &[Param] = &[Param::String, Param::String];
const COUNTED: &[Param] = &[Param::String, Param::String, Param::Int];
const THREE: &[Param] = &[Param::String, Param::String, Param::String];

/// Matching, finding, replacing and splitting; without `must` a bad pattern is Go's panic.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("regexMatch", TEXTS, |call, args| matches(call, args).or_else(|_| Ok(Value::new(Data::Bool(false))))),
    Function::fixed("mustRegexMatch", TEXTS, matches),
    Function::fixed("regexFind", TEXTS, |_, args| find(args, Pattern::Panic)),
    Function::fixed("mustRegexFind", TEXTS, |_, args| find(args, Pattern::Error)),
    Function::fixed("regexFindAll", COUNTED, |_, args| all(args, Pattern::Panic)),
    Function::fixed("mustRegexFindAll", COUNTED, |_, args| all(args, Pattern::Error)),
    Function::fixed("regexReplaceAll", THREE, |_, args| replace(args, Pattern::Panic, expanded)),
    Function::fixed("mustRegexReplaceAll", THREE, |_, args| replace(args, Pattern::Error, expanded)),
    Function::fixed("regexReplaceAllLiteral", THREE, |_, args| replace(args, Pattern::Panic, literal)),
    Function::fixed("mustRegexReplaceAllLiteral", THREE, |_, args| replace(args, Pattern::Error, literal)),
    Function::fixed("regexSplit", COUNTED, |_, args| parts(args, Pattern::Panic)),
    Function::fixed("mustRegexSplit", COUNTED, |_, args| parts(args, Pattern::Error)),
    Function::fixed("regexQuoteMeta", &[Param::String], quote_meta),
];

/// How a bad pattern is reported.
#[derive(Clone, Copy)]
enum Pattern {
    Panic,
    Error,
}

impl Pattern {
    fn compile(self, pattern: &Text) -> Result<Rc<Regex>, Failure> {
        let text = pattern.lossy();
        let compiled = match std::str::from_utf8(pattern.bytes()) {
            Ok(text) => compile(text).map_err(Broken::into_text),
            Err(_) => Err(format!("error parsing regexp: invalid UTF-8: `{text}`")),
        };
        compiled.map_err(|error| match self {
            Self::Error => Failure::new(error),
            Self::Panic => {
                let plain = text.chars().all(|rune| rune == '\t' || (rune >= ' ' && !matches!(rune, '`' | '\u{7F}' | '\u{FEFF}')));
                let shown = if plain { format!("`{text}`") } else { String::from_utf8_lossy(&quote(pattern.bytes())).into_owned() };
                Failure::new(format!("regexp: Compile({shown}): {error}"))
            }
        })
    }
}

fn matches(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let regex = Pattern::Error.compile(&args.text())?;
    Ok(Value::new(Data::Bool(regex.is_match(args.text().bytes()))).from(origin))
}

fn find(args: Vec<Value>, pattern: Pattern) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (regex, text) = (pattern.compile(&args.text())?, args.text());
    let range = regex.find(text.bytes()).map_or(0..0, |found| found.range());
    Ok(text.part(range))
}

fn all(args: Vec<Value>, pattern: Pattern) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (regex, text, limit) = (pattern.compile(&args.text())?, args.text(), args.int());
    let found = find_all(&regex, text.bytes(), limit);
    check_elements(found.len())?;
    let found = found.into_iter().map(|range| text.part(range)).collect();
    Ok(found_or_nil(found).from(text.origin))
}

/// Go finds nothing as a nil slice.
fn found_or_nil(found: Vec<Value>) -> Value {
    if found.is_empty() { nil_strings() } else { strings(found) }
}

fn parts(args: Vec<Value>, pattern: Pattern) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (source, text, limit) = (args.text(), args.text(), args.int());
    let regex = pattern.compile(&source)?;
    let found = split(&regex, &source.lossy(), text.bytes(), limit);
    check_elements(found.len())?;
    let found = found.into_iter().map(|range| text.part(range)).collect();
    Ok(if limit == 0 { nil_strings() } else { strings(found) }.from(text.origin))
}

fn expanded(captures: &Captures<'_>, replacement: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    captures.expand(replacement, &mut out);
    out
}

fn literal(_: &Captures<'_>, replacement: &[u8]) -> Vec<u8> {
    replacement.to_vec()
}

fn replace(args: Vec<Value>, pattern: Pattern, make: fn(&Captures<'_>, &[u8]) -> Vec<u8>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (regex, text, replacement) = (pattern.compile(&args.text())?, args.text(), args.text());
    let mut rope = Rope::with_capacity(text.len());
    replace_all(&regex, text.bytes(), |range, captures| {
        match captures {
            None => rope.push_part(text.view(), range),
            Some(captures) => {
                let origin = if range.is_empty() { replacement.origin } else { text.view().origin_at(range.start) };
                rope.push(&make(captures, replacement.bytes()), origin);
            }
        }
        check_size(rope.bytes().len())
    })?;
    Ok(rope.into_value(text.origin))
}

fn quote_meta(_: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let text = Args::new(args).text();
    let mut rope = Rope::with_capacity(text.len());
    for (at, &byte) in text.bytes().iter().enumerate() {
        if b"\\.+*?()|[]{}^$".contains(&byte) {
            rope.push(b"\\", text.view().origin_at(at));
        }
        rope.push_part(text.view(), at..at + 1);
    }
    Ok(rope.into_value(text.origin))
}
