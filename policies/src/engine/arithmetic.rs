//! Arithmetic as OPA does it: what cannot be reckoned is undefined, so that the next round of a loop goes on.
//!
//! The register machine takes it for an error, which ends the whole body of a rule without a word. So its instructions become calls of builtins, whose
//! errors it takes for undefined.

use anyhow::Result;
use regorus::{
    Value,
    rvm::{
        instructions::{BuiltinCallParams, Instruction},
        program::{BuiltinInfo, Program},
    },
    unstable::{Expr, Ref, Span},
};

type Body = fn(&Span, &[Ref<Expr>], &[Value], bool) -> Result<Value>;

/// The operations: what each is called where a program is listed, and what it does.
const OPERATIONS: [(&str, Body); 5] = [
    ("plus", |_, _, args, _| match args {
        [Value::Number(a), Value::Number(b)] => Ok(Value::from(a.add(b)?)),
        _ => Ok(Value::Undefined),
    }),
    ("minus", |_, _, args, _| match args {
        [Value::Number(a), Value::Number(b)] => Ok(Value::from(a.sub(b)?)),
        [Value::Set(a), Value::Set(b)] => Ok(Value::from(a.difference(b))),
        _ => Ok(Value::Undefined),
    }),
    ("mul", |_, _, args, _| match args {
        [Value::Number(a), Value::Number(b)] => Ok(Value::from(a.mul(b)?)),
        _ => Ok(Value::Undefined),
    }),
    ("div", |_, _, args, _| match args {
        [Value::Number(a), by @ Value::Number(b)] if !is_zero(by) => Ok(Value::from(a.clone().divide(b)?)),
        _ => Ok(Value::Undefined),
    }),
    ("rem", |_, _, args, _| match args {
        [Value::Number(a), by @ Value::Number(b)] if !is_zero(by) && a.is_integer() && b.is_integer() => {
            Ok(Value::from(a.clone().modulo(b)?))
        }
        _ => Ok(Value::Undefined),
    }),
];

fn is_zero(value: &Value) -> bool {
    *value == Value::from(0_u64)
}

/// Puts calls into the places of a program's arithmetic.
pub(super) fn install(program: &mut Program) {
    let mut added: [Option<u16>; OPERATIONS.len()] = [None; OPERATIONS.len()];
    let Program { instructions, instruction_data, builtin_info_table, resolved_builtins, .. } = program;
    for instruction in instructions {
        let (operation, dest, left, right) = match *instruction {
            Instruction::Add { dest, left, right } => (0, dest, left, right),
            Instruction::Sub { dest, left, right } => (1, dest, left, right),
            Instruction::Mul { dest, left, right } => (2, dest, left, right),
            Instruction::Div { dest, left, right } => (3, dest, left, right),
            Instruction::Mod { dest, left, right } => (4, dest, left, right),
            _ => continue,
        };
        let (Some((name, body)), Some(known)) = (OPERATIONS.get(operation), added.get_mut(operation)) else { continue };
        // A program with more calls than can be counted keeps its own arithmetic.
        if instruction_data.builtin_call_params.len() >= usize::from(u16::MAX) {
            continue;
        }
        let builtin_index = match *known {
            Some(index) => index,
            None => {
                let Ok(index) = u16::try_from(resolved_builtins.len()) else { continue };
                builtin_info_table.push(BuiltinInfo { name: (*name).to_owned(), num_args: 2 });
                resolved_builtins.push((*body, 2));
                *known.insert(index)
            }
        };
        let params = BuiltinCallParams { dest, builtin_index, num_args: 2, args: [left, right, 0, 0, 0, 0, 0, 0] };
        *instruction = Instruction::BuiltinCall { params_index: instruction_data.add_builtin_call_params(params) };
    }
}
