//! An end for builtins that make much of little: one instruction of the register machine may be one call that fills the memory.
//!
//! What is called here does the same as what it takes the place of, unless that would make more than it may. Then it fails in the one way that the
//! machine passes on: as a limit that was met, whose numbers say which builtin it was.

use anyhow::{Error, Result};
use regorus::{
    LimitError, Value,
    rvm::program::Program,
    unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Span},
};

use super::program::walks;
use crate::foreign::sprintf::sprintf;

/// The longest list that a builtin may make.
const MAX_ITEMS: usize = 1 << 16;

/// The longest text that a builtin may make, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// How much of something.
#[derive(Clone, Copy)]
enum Most {
    Items,
    Bytes,
}

type Body = fn(&Span, &[Ref<Expr>], &[Value], bool) -> Result<Value>;

/// By name: what may be made, and what takes its place.
const BOUNDED: [(&str, Most, Body); 15] = [
    ("array.concat", Most::Items, |span, params, args, strict| bounded(0, (span, params, args, strict), lists)),
    ("numbers.range", Most::Items, |span, params, args, strict| bounded(1, (span, params, args, strict), numbers)),
    ("numbers.range_step", Most::Items, |span, params, args, strict| bounded(2, (span, params, args, strict), numbers)),
    ("bits.lsh", Most::Items, |span, params, args, strict| bounded(3, (span, params, args, strict), shift)),
    ("sprintf", Most::Bytes, |_, _, args, _| printed(4, args)),
    ("concat", Most::Bytes, |span, params, args, strict| bounded(5, (span, params, args, strict), joined)),
    ("replace", Most::Bytes, |span, params, args, strict| bounded(6, (span, params, args, strict), replaced)),
    ("strings.replace_n", Most::Bytes, |span, params, args, strict| bounded(7, (span, params, args, strict), replaced_by_many)),
    ("regex.replace", Most::Bytes, |span, params, args, strict| bounded(8, (span, params, args, strict), replaced_by_pattern)),
    ("json.marshal", Most::Bytes, |span, params, args, strict| bounded(9, (span, params, args, strict), written)),
    ("yaml.marshal", Most::Bytes, |span, params, args, strict| bounded(10, (span, params, args, strict), written)),
    ("base64.encode", Most::Bytes, |span, params, args, strict| bounded(11, (span, params, args, strict), texts)),
    ("base64url.encode", Most::Bytes, |span, params, args, strict| bounded(12, (span, params, args, strict), texts)),
    ("hex.encode", Most::Bytes, |span, params, args, strict| bounded(13, (span, params, args, strict), texts)),
    ("urlquery.encode", Most::Bytes, |span, params, args, strict| bounded(14, (span, params, args, strict), texts)),
];

/// What `walk` met, among the numbers of builtins.
const WALK: u64 = BOUNDED.len() as u64;

/// Puts what is here into the place of what a program calls.
pub(super) fn install(program: &mut Program) {
    for (info, builtin) in program.builtin_info_table.iter().zip(&mut program.resolved_builtins) {
        if let Some((_, _, body)) = BOUNDED.iter().find(|(name, _, _)| *name == info.name.as_str()) {
            builtin.0 = *body;
        }
    }
}

/// What a limit that was met says, which one of these met.
pub(super) fn reason(usage: u64, limit: u64) -> String {
    if usage == WALK {
        return format!("walk goes deeper than {limit}");
    }
    let met = usize::try_from(usage).ok().and_then(|met| BOUNDED.get(met));
    let (name, what) = met.map_or(("a builtin", "bytes"), |(name, most, _)| (*name, most.what()));
    format!("{name} makes more than {limit} {what}")
}

impl Most {
    fn count(self) -> usize {
        match self {
            Self::Items => MAX_ITEMS,
            Self::Bytes => MAX_TEXT,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Bytes => "bytes",
        }
    }
}

type Call<'a> = (&'a Span, &'a [Ref<Expr>], &'a [Value], bool);

/// Calls a builtin where what it makes of these is not too much; what is not as it should be is for the builtin to say.
fn bounded(number: usize, call: Call<'_>, size: fn(&[Value]) -> Option<usize>) -> Result<Value> {
    let (span, params, args, strict) = call;
    let Some((name, most, _)) = BOUNDED.get(number) else { return Ok(Value::Undefined) };
    let most = most.count();
    if size(args).is_some_and(|size| size > most) {
        let is_walk = matches!(args, [_, Value::Number(_)]) && args.get(1).and_then(|to| to.as_i64().ok()) == Some(walks::TOO_DEEP);
        let (usage, limit) = if is_walk { (WALK, walks::MAX_DEPTH) } else { (number as u64, most) };
        return Err(Error::new(LimitError::MemoryLimitExceeded { usage, limit: limit as u64 }));
    }
    let own: Option<&BuiltinFcn> = BUILTINS.get(name);
    own.map_or(Ok(Value::Undefined), |(own, _)| own(span, params, args, strict))
}

fn lists(args: &[Value]) -> Option<usize> {
    args.iter().map(|list| list.as_array().ok().map(|list| list.len())).sum()
}

fn numbers(args: &[Value]) -> Option<usize> {
    let whole = |at: usize| args.get(at).and_then(|value| value.as_i64().ok());
    let step = whole(2).unwrap_or(1).unsigned_abs();
    usize::try_from(whole(0)?.abs_diff(whole(1)?).checked_div(step)?).ok().or(Some(usize::MAX))
}

fn shift(args: &[Value]) -> Option<usize> {
    args.get(1)?.as_i64().ok().map(|by| usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX))
}

/// All texts that something is handed, be it in lists.
fn texts(args: &[Value]) -> Option<usize> {
    let length = |value: &Value| match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().filter_map(|item| item.as_string().ok()).map(|text| text.len()).sum(),
        _ => 0,
    };
    Some(args.iter().map(length).sum())
}

/// What regorus' own has no words for is undefined there, and a finding is lost whose message says it.
fn printed(number: usize, args: &[Value]) -> Result<Value> {
    match sprintf(args) {
        Ok(text) => Ok(text.map_or(Value::Undefined, Value::from)),
        Err(_) => Err(Error::new(LimitError::MemoryLimitExceeded { usage: number as u64, limit: Most::Bytes.count() as u64 })),
    }
}

fn joined(args: &[Value]) -> Option<usize> {
    let between = args.first()?.as_string().ok()?.len();
    let lengths = |item: &Value| item.as_string().map_or(0, |text| text.len()) + between;
    match args.get(1)? {
        Value::Array(items) => Some(items.iter().map(lengths).sum()),
        Value::Set(items) => Some(items.iter().map(lengths).sum()),
        _ => None,
    }
}

fn replaced(args: &[Value]) -> Option<usize> {
    let [text, old, new] = args else { return None };
    let (text, old, new) = (text.as_string().ok()?, old.as_string().ok()?, new.as_string().ok()?);
    Some(text.len().saturating_add(text.matches(&**old).count().saturating_mul(new.len())))
}

fn replaced_by_many(args: &[Value]) -> Option<usize> {
    let [Value::Object(patterns), text] = args else { return None };
    let text = text.as_string().ok()?;
    let more =
        |(old, new): (&Value, &Value)| Some(text.matches(&**old.as_string().ok()?).count().saturating_mul(new.as_string().ok()?.len()));
    Some(patterns.iter().filter_map(more).fold(text.len(), usize::saturating_add))
}

/// A pattern matches once at each place at most; a group may stand for the whole text.
fn replaced_by_pattern(args: &[Value]) -> Option<usize> {
    let [text, _, new] = args else { return None };
    let (text, new) = (text.as_string().ok()?.len(), new.as_string().ok()?);
    let groups = new.matches('$').count().saturating_mul(text);
    // What is short is replaced at every place without harm.
    Some(text.saturating_add(1).saturating_mul(new.len()).saturating_add(groups)).filter(|size| *size > MAX_TEXT)
}

/// What a value has of texts and members, as far as that is not too much already.
fn written(args: &[Value]) -> Option<usize> {
    let (mut left, mut size) = (args.iter().collect::<Vec<_>>(), 0_usize);
    while let Some(value) = left.pop() {
        size = size.saturating_add(1);
        match value {
            Value::String(text) => size = size.saturating_add(text.len()),
            Value::Array(items) => left.extend(items.iter()),
            Value::Set(items) => left.extend(items.iter()),
            Value::Object(members) => members.iter().for_each(|(key, value)| left.extend([key, value])),
            _ => {}
        }
        if size > MAX_TEXT {
            break;
        }
    }
    Some(size)
}
