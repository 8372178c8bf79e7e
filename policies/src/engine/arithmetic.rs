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
    ("plus", |_, _, args, _| Ok(plus(args))),
    ("minus", |_, _, args, _| Ok(minus(args))),
    ("mul", |_, _, args, _| Ok(product(args))),
    ("div", |_, _, args, _| Ok(quotient(args))),
    ("rem", |_, _, args, _| Ok(rest(args))),
];

/// A number, where there is one.
fn number<N>(made: Result<N>) -> Value
where
    Value: From<N>,
{
    made.map_or(Value::Undefined, Value::from)
}

/// The sum of two numbers.
pub(crate) fn plus(args: &[Value]) -> Value {
    match args {
        [Value::Number(a), Value::Number(b)] => exact(args, Decimal::plus).unwrap_or_else(|| number(a.add(b))),
        _ => Value::Undefined,
    }
}

/// The difference of two numbers, or of two sets.
pub(crate) fn minus(args: &[Value]) -> Value {
    match args {
        [Value::Number(a), Value::Number(b)] => exact(args, Decimal::minus).unwrap_or_else(|| number(a.sub(b))),
        _ => difference(args),
    }
}

/// What one set has and another has not.
pub(crate) fn difference(args: &[Value]) -> Value {
    match args {
        [Value::Set(a), Value::Set(b)] => Value::from(a.difference(b)),
        _ => Value::Undefined,
    }
}

/// The product of two numbers.
pub(crate) fn product(args: &[Value]) -> Value {
    match args {
        [Value::Number(a), Value::Number(b)] => exact(args, Decimal::times).unwrap_or_else(|| number(a.mul(b))),
        _ => Value::Undefined,
    }
}

/// One number by another.
pub(crate) fn quotient(args: &[Value]) -> Value {
    match args {
        [Value::Number(a), by @ Value::Number(b)] if !is_zero(by) => number(a.clone().divide(b)),
        _ => Value::Undefined,
    }
}

/// What is left of a whole number by another.
pub(crate) fn rest(args: &[Value]) -> Value {
    match args {
        [Value::Number(a), by @ Value::Number(b)] if !is_zero(by) && a.is_integer() && b.is_integer() => number(a.clone().modulo(b)),
        _ => Value::Undefined,
    }
}

/// A number as somebody writes it: 0.1 is a tenth, which no float is.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    /// How many digits stand behind the point.
    places: u32,
}

impl Decimal {
    /// The most digits behind a point; what has more is reckoned as a float.
    const MAX_PLACES: u32 = 12;

    fn of(value: &Value) -> Option<Self> {
        let written = value.as_f64().ok().filter(|number| number.abs() < 1e15)?.to_string();
        let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
        let places = u32::try_from(part.len()).ok().filter(|places| *places <= Self::MAX_PLACES)?;
        Some(Self { digits: format!("{whole}{part}").parse().ok()?, places })
    }

    /// The digits with so many places.
    fn with(self, places: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(places.checked_sub(self.places)?)?)
    }

    fn plus(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places);
        Some(Self { digits: self.with(places)?.checked_add(other.with(places)?)?, places })
    }

    fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { digits: -other.digits, ..other })
    }

    fn times(self, other: Self) -> Option<Self> {
        Some(Self { digits: self.digits.checked_mul(other.digits)?, places: self.places + other.places })
    }
}

/// What becomes of two numbers of which one is no whole one, as OPA reckons: in tens, not in twos.
fn exact(args: &[Value], with: fn(Decimal, Decimal) -> Option<Decimal>) -> Option<Value> {
    let [a, b] = args else { return None };
    if a.as_i64().is_ok() && b.as_i64().is_ok() {
        return None;
    }
    let made = with(Decimal::of(a)?, Decimal::of(b)?)?;
    let number: f64 = format!("{}e-{}", made.digits, made.places).parse().ok()?;
    Some(Value::from(number))
}

fn is_zero(value: &Value) -> bool {
    *value == Value::from(0_u64)
}

/// Puts calls into the places of a program's arithmetic.
pub(crate) fn install(program: &mut Program) {
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
