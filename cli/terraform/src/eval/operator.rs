//! Operators.

use std::cmp::Ordering;

use portcullis_source::Span;

use crate::{
    machine::{Evaluated, Fault, Machine, Scope},
    number::Number,
    origin::Origin,
    syntax::{Binary, Expr, Unary},
    types::Type,
    value::{Data, Value},
};

impl Machine<'_> {
    pub(super) fn unary(&mut self, operator: Unary, operand: &Expr, span: Span, scope: Scope<'_>) -> Evaluated {
        let ty = match operator {
            Unary::Negate => Type::Number,
            Unary::Not => Type::Bool,
        };
        let value = self.operand(operand, &ty, scope)?;
        let result = match (&value.data, value.as_unknown()) {
            (Data::Number(number), _) => Value::from(number.negate()),
            (Data::Bool(known), _) => Value::from(!known),
            (_, Some(unknown)) => Value::unknown_not_null(ty, unknown.reason.clone()),
            _ => return Err(Fault::new("the operand does not fit", "give a number or a bool", span)),
        };
        Ok(result.marked(value.marks).with_origin(Origin::computed(span, std::iter::once(&value.origin))))
    }

    fn operand(&mut self, expr: &Expr, ty: &Type, scope: Scope<'_>) -> Evaluated {
        let value = self.eval(expr, scope)?;
        if value.is_null() {
            return Err(Fault::new("an operand is null", "check for null first", expr.span));
        }
        Self::want(&value, ty, "an operand", expr.span)
    }

    pub(super) fn binary(&mut self, operator: Binary, operands: [&Expr; 2], span: Span, scope: Scope<'_>) -> Evaluated {
        let [left, right] = operands;
        let ty = match operator {
            Binary::Or | Binary::And => Type::Bool,
            Binary::Equal | Binary::NotEqual => Type::Dynamic,
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => Type::Number,
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Modulo => Type::Number,
        };
        let (left, right) = if ty == Type::Dynamic {
            (self.eval(left, scope)?, self.eval(right, scope)?)
        } else {
            (self.operand(left, &ty, scope)?, self.operand(right, &ty, scope)?)
        };
        let mut marks = left.marks.with(right.marks);
        if ty == Type::Dynamic {
            marks = left.all_marks().with(right.all_marks());
        }
        let result = match operator {
            Binary::Equal => truth(equal(&left, &right), &left, &right),
            Binary::NotEqual => truth(equal(&left, &right).map(|same| !same), &left, &right),
            Binary::Or => logic(&left, &right, true),
            Binary::And => logic(&left, &right, false),
            _ => self.arithmetic(operator, &left, &right, span)?,
        };
        Ok(result.marked(marks).with_origin(Origin::computed(span, [&left.origin, &right.origin].into_iter())))
    }

    fn arithmetic(&mut self, operator: Binary, left: &Value, right: &Value, span: Span) -> Evaluated {
        let (Data::Number(one), Data::Number(other)) = (&left.data, &right.data) else {
            let reason = left.any_reason().or(right.any_reason()).cloned();
            let ty = if matches!(operator, Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual) {
                Type::Bool
            } else {
                Type::Number
            };
            return reason
                .map(|reason| Value::unknown_not_null(ty, reason))
                .ok_or_else(|| Fault::new("the operands do not fit", "give numbers", span));
        };
        let order = one.cmp(other);
        let result: Option<Number> = match operator {
            Binary::Less => return Ok(Value::from(order == Ordering::Less)),
            Binary::LessEqual => return Ok(Value::from(order != Ordering::Greater)),
            Binary::Greater => return Ok(Value::from(order == Ordering::Greater)),
            Binary::GreaterEqual => return Ok(Value::from(order != Ordering::Less)),
            Binary::Add => one.add(other),
            Binary::Subtract => one.add(&other.negate()),
            Binary::Multiply => one.multiply(other),
            Binary::Divide if other.is_zero() => {
                return Err(Fault::new("division by zero", "check the divisor first", span));
            }
            // Terraform leaves the dividend as it is.
            Binary::Modulo if other.is_zero() => return Ok(left.clone()),
            Binary::Divide => one.divide(other),
            Binary::Modulo => one.remainder(other),
            Binary::Or | Binary::And | Binary::Equal | Binary::NotEqual => None,
        };
        result.map(Value::from).ok_or_else(|| Self::limit("MAX_NUMBER_EXPONENT", "compute with smaller numbers", span))
    }
}

fn truth(known: Option<bool>, left: &Value, right: &Value) -> Value {
    match (known, left.any_reason().or(right.any_reason())) {
        (Some(known), _) => Value::from(known),
        (None, Some(reason)) => Value::unknown_not_null(Type::Bool, reason.clone()),
        (None, None) => Value::from(false),
    }
}

/// `||` and `&&`: the value that decides alone does so beside what is unknown.
fn logic(left: &Value, right: &Value, decides: bool) -> Value {
    match (&left.data, &right.data) {
        (Data::Bool(one), _) if *one == decides => Value::from(decides),
        (_, Data::Bool(other)) if *other == decides => Value::from(decides),
        (Data::Bool(_), Data::Bool(_)) => Value::from(!decides),
        _ => truth(None, left, right).clone(),
    }
}

/// Whether two values are equal; none where that depends on what is unknown.
pub(crate) fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (&left.data, &right.data) {
        (Data::Null(_), Data::Null(_)) => Some(true),
        (Data::Unknown(_), _) | (_, Data::Unknown(_)) => unknown_equal(left, right),
        (Data::Null(_), _) | (_, Data::Null(_)) => Some(false),
        (Data::List(left_type, left), Data::List(right_type, right)) if left_type == right_type => equal_all(left, right),
        (Data::Tuple(left), Data::Tuple(right)) => equal_all(left, right),
        (Data::Set(left_type, one), Data::Set(right_type, other)) if left_type == right_type => {
            let unknown = left.any_reason().or(right.any_reason()).is_some();
            if unknown { None } else { equal_all(one, other) }
        }
        (Data::Map(left_type, left), Data::Map(right_type, right)) if left_type == right_type => equal_members(left, right),
        (Data::Object(left), Data::Object(right)) => equal_members(left, right),
        _ => Some(left.same(right)),
    }
}

/// Whether two values may be equal of which one is unknown: values of two types never are, nor is null equal to what cannot be null, or a text to
/// one that begins otherwise.
fn unknown_equal(left: &Value, right: &Value) -> Option<bool> {
    if (left.is_null() && right.is_never_null()) || (right.is_null() && left.is_never_null()) {
        return Some(false);
    }
    for (text, other) in [(left, right), (right, left)] {
        if let (Some(text), Some(prefix)) = (text.as_str(), other.certain_prefix())
            && !text.starts_with(prefix)
        {
            return Some(false);
        }
    }
    let (one, other) = (left.ty(), right.ty());
    let typed = !one.has_dynamic() && !other.has_dynamic();
    (typed && one != other && !left.is_null() && !right.is_null()).then_some(false)
}

fn equal_all(left: &[Value], right: &[Value]) -> Option<bool> {
    if left.len() != right.len() {
        return Some(false);
    }
    all(left.iter().zip(right).map(|(left, right)| equal(left, right)))
}

fn equal_members(left: &crate::value::Members, right: &crate::value::Members) -> Option<bool> {
    if !left.keys().eq(right.keys()) {
        return Some(false);
    }
    all(left.values().zip(right.values()).map(|(left, right)| equal(left, right)))
}

fn all(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    parts
        .by_ref()
        .try_for_each(|part| {
            match part {
                Some(true) => {}
                Some(false) => {
                    result = Some(false);
                    return Err(());
                }
                None => result = None,
            }
            Ok(())
        })
        .ok();
    result
}
