//! Builtins of Rego in OPA's meaning, for the register machine and for the interpreter alike.
//!
//! Regorus has most of OPA's builtins. What stands here takes the place of those that it has in another way, adds those that it has not, and puts an end
//! to those that make much of little: one instruction may be one call that fills the memory. A call of what OPA would fail is undefined.

mod bounded;
mod cast;
mod coded;
mod compare;
mod digest;
mod glob;
mod list;
mod network;
mod object;
mod pattern;
mod sprintf;
mod text;
mod unit;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::LazyLock};

use anyhow::Error;
use regorus::{
    LimitError, Source, Value,
    rvm::{
        instructions::{BuiltinCallParams, Instruction},
        program::{BuiltinInfo, Program},
    },
    unstable::{BUILTINS, BuiltinFcn, Expr, Lexer, Ref, Span},
};

pub(crate) use pattern::refused;
pub(crate) use sprintf::write;

use crate::engine::{arithmetic, walks};

/// The longest list that a builtin may make.
const MAX_ITEMS: usize = 1 << 16;

/// The longest text that a builtin may make, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// A call that would make too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    most: usize,
    what: &'static str,
}

impl Excess {
    const ITEMS: Self = Self { most: MAX_ITEMS, what: "items" };
    const BYTES: Self = Self { most: MAX_TEXT, what: "bytes" };
    /// Not what a call makes, but what it is asked to match with.
    const PATTERN: Self = Self { most: portcullis_regexp::MAX_COMPILED, what: "bytes of a compiled pattern" };
    const DEPTH: Self = Self { most: walks::MAX_DEPTH, what: "levels" };
}

type Done = Result<Value, Excess>;

type Body = fn(&Span, &[Ref<Expr>], &[Value], bool) -> anyhow::Result<Value>;

/// A builtin: what it does, and the same for the register machine, which hands over arguments one by one, or all of them as a list to those that its
/// compiler does not know.
struct Builtin {
    name: &'static str,
    arity: u8,
    body: fn(&[Value]) -> Done,
    called: Body,
    awaited: Body,
}

macro_rules! builtin {
    ($name:literal, $arity:literal, $body:expr) => {
        $crate::builtins::Builtin {
            name: $name,
            arity: $arity,
            body: $body,
            called: |_, _, args, _| $crate::builtins::call($name, $body, args),
            awaited: |_, _, args, _| $crate::builtins::call_with_list($name, $body, args),
        }
    };
}
use builtin;

fn call(name: &str, body: fn(&[Value]) -> Done, args: &[Value]) -> anyhow::Result<Value> {
    body(args).map_err(|excess| met(name, excess))
}

fn call_with_list(name: &str, body: fn(&[Value]) -> Done, args: &[Value]) -> anyhow::Result<Value> {
    match args {
        [Value::Array(args)] => call(name, body, &args.iter().cloned().collect::<Vec<_>>()),
        _ => Ok(Value::Undefined),
    }
}

/// All that stand here.
const OURS: [&[Builtin]; 12] = [
    bounded::BUILTINS,
    cast::BUILTINS,
    coded::BUILTINS,
    compare::BUILTINS,
    digest::BUILTINS,
    glob::BUILTINS,
    list::BUILTINS,
    network::BUILTINS,
    object::BUILTINS,
    pattern::BUILTINS,
    text::BUILTINS,
    unit::BUILTINS,
];

fn ours() -> impl Iterator<Item = &'static Builtin> {
    OURS.into_iter().flatten()
}

/// The names and arities of those that regorus has not, which its compiler must be told of.
pub(crate) fn added() -> Vec<(&'static str, usize)> {
    ours().filter(|ours| !BUILTINS.contains_key(ours.name)).map(|ours| (ours.name, usize::from(ours.arity))).collect()
}

/// Whether there is a builtin of this name, ours or regorus'.
pub(crate) fn is_known(name: &str) -> bool {
    ours().any(|ours| ours.name == name) || BUILTINS.contains_key(name)
}

/// Puts those that are here into an interpreter.
pub(crate) fn extend(engine: &mut regorus::Engine) {
    for Builtin { name, arity, body, .. } in ours() {
        // A second extension of a name is refused, and there is no first one.
        let body = |args: Vec<Value>| body(&args).map_err(|excess| Error::msg(told(name, &excess)));
        let _ = engine.add_extension((*name).to_owned(), *arity, Box::new(body));
    }
}

/// Puts those that are here into a program: in the places of regorus' own, and of the calls that its compiler took for somebody else's.
pub(crate) fn install(program: &mut Program) {
    for (info, resolved) in program.builtin_info_table.iter().zip(&mut program.resolved_builtins) {
        if let Some(ours) = ours().find(|ours| ours.name == info.name) {
            resolved.0 = ours.called;
        }
    }
    let mut named = BTreeMap::new();
    for at in 0..program.instructions.len() {
        let Some(Instruction::HostAwait { dest, arg, id }) = program.instructions.get(at).copied() else { continue };
        let Some(ours) = name_of(program, at, id).and_then(|name| ours().find(|ours| ours.name == name)) else { continue };
        let Ok(next) = u16::try_from(program.resolved_builtins.len()) else { continue };
        let builtin_index = *named.entry(ours.name).or_insert(next);
        if builtin_index == next {
            program.builtin_info_table.push(BuiltinInfo { name: ours.name.to_owned(), num_args: 1 });
            program.resolved_builtins.push((ours.awaited, 1));
        }
        let params = BuiltinCallParams { dest, builtin_index, num_args: 1, args: [arg, 0, 0, 0, 0, 0, 0, 0] };
        let params_index = program.instruction_data.add_builtin_call_params(params);
        if let Some(instruction) = program.instructions.get_mut(at) {
            *instruction = Instruction::BuiltinCall { params_index };
        }
    }
    program.has_host_await = false;
    arithmetic::install(program);
}

/// The name of what a program awaits at a place: the text that it puts into a register before.
fn name_of(program: &Program, at: usize, id: u8) -> Option<&str> {
    let before = program.instructions.get(..at)?.iter().rev();
    let literal = before.map_while(|instruction| match instruction {
        Instruction::Load { dest, literal_idx } if *dest == id => Some(*literal_idx),
        _ => None,
    });
    match program.literals.get(usize::from(literal.into_iter().next()?))? {
        Value::String(name) => Some(name),
        _ => None,
    }
}

/// That a call would make too much, in the one way that the machine passes on: as a limit that was met, whose numbers say which builtin met it.
fn met(name: &str, excess: Excess) -> Error {
    let at = ours().position(|ours| ours.name == name).unwrap_or(usize::MAX) as u64;
    let kind = KINDS.iter().position(|kind| *kind == excess).unwrap_or_default() as u64;
    Error::new(LimitError::MemoryLimitExceeded { usage: at << KIND_BITS | kind, limit: excess.most as u64 })
}

const KINDS: [Excess; 4] = [Excess::ITEMS, Excess::BYTES, Excess::PATTERN, Excess::DEPTH];
const KIND_BITS: u32 = 4;

/// What a limit that was met says, which builtin met it.
pub(crate) fn reason(usage: u64, limit: u64) -> String {
    let kind = usize::try_from(usage & ((1 << KIND_BITS) - 1)).ok().and_then(|kind| KINDS.get(kind));
    let name = usize::try_from(usage >> KIND_BITS).ok().and_then(|at| ours().nth(at)).map_or("a builtin", |ours| ours.name);
    kind.map_or_else(|| format!("{name} makes more than {limit}"), |kind| told(name, kind))
}

/// What a builtin would make too much of.
fn told(name: &str, excess: &Excess) -> String {
    let most = excess.most;
    match *excess {
        Excess::DEPTH => format!("walk goes deeper than {most}"),
        Excess::PATTERN => format!("{name} is asked for a pattern of more than {most} bytes, compiled"),
        Excess { what, .. } => format!("{name} makes more than {most} {what}"),
    }
}

/// What regorus has for a name, for arguments of ours.
fn regorus(name: &str, args: &[Value]) -> Value {
    static NOWHERE: LazyLock<Option<(Span, Vec<Ref<Expr>>)>> = LazyLock::new(|| {
        let source = Source::from_contents("builtin".to_owned(), "builtin".to_owned()).ok()?;
        let span = Lexer::new(&source).next_token().ok()?.1;
        let params = (0..MAX_ARITY).map(|_| Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 })).collect();
        Some((span, params))
    });
    let body: Option<&BuiltinFcn> = BUILTINS.get(name);
    let (Some((body, _)), Some((span, params))) = (body, NOWHERE.as_ref()) else { return Value::Undefined };
    params.get(..args.len()).and_then(|params| body(span, params, args, false).ok()).unwrap_or(Value::Undefined)
}

/// How many arguments a builtin has at most.
const MAX_ARITY: usize = 5;

/// That a call makes no more than it may.
fn within(size: usize, most: Excess) -> Result<(), Excess> {
    if size > most.most { Err(most) } else { Ok(()) }
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}
