//! Conditionals: one of two values, of a type that both have in common.

use std::sync::Arc;

use portcullis_source::Span;

use crate::{
    convert::convert,
    machine::{Evaluated, Fault, Machine, Scope},
    origin::Origin,
    syntax::Expr,
    types::{Type, unify},
    value::{Data, Known, Reason, Unknown, Value},
};

impl Machine<'_> {
    pub(super) fn conditional(&mut self, parts: &[Expr; 3], span: Span, scope: Scope<'_>) -> Evaluated {
        let [condition, yes, no] = parts;
        let test = self.eval(condition, scope)?;
        if test.is_null() {
            return Err(Fault::new("the condition is null", "a condition is true or false", condition.span));
        }
        let test = Self::want(&test, &Type::Bool, "the condition", condition.span)?;
        // Both are evaluated for the type that they have in common; what is wrong with the one that is not taken does not matter.
        let (yes, no) = (self.eval(yes, scope), self.eval(no, scope));
        for branch in [&yes, &no] {
            if let Err(fault) = branch
                && fault.limit.is_some()
            {
                return Err(fault.clone());
            }
        }
        let taken = match &test.data {
            Data::Bool(taken) => *taken,
            Data::Unknown(unknown) => {
                let reason = unknown.reason.clone();
                return either([yes?, no?], reason, span).map(|value| value.marked(test.marks));
            }
            _ => return Err(Fault::new("the condition is no bool", "a condition is true or false", condition.span)),
        };
        for branch in [&yes, &no].into_iter().flatten() {
            self.charge(branch, span)?;
        }
        let (chosen, other) = if taken { (yes?, no) } else { (no?, yes) };
        let chosen = if self.is_contract(scope) { decided_by(chosen, &test, span) } else { chosen };
        let Ok(other) = other else { return Ok(chosen.marked(test.marks)) };
        let ty = common(&chosen, &other).ok_or_else(|| inconsistent(&chosen, &other, span))?;
        let converted = convert(&chosen, &ty)
            .map_err(|why| Fault::new(format!("a conditional's result does not fit: {why}"), "let both have one type", span))?;
        Ok(converted.marked(test.marks).marked(other.marks))
    }
}

/// A branch that nobody named, as what the test makes of the names in it: in a contract no line of its own is there to edit.
fn decided_by(chosen: Value, test: &Value, span: Span) -> Value {
    if chosen.origin.is_named() {
        return chosen;
    }
    let origin = Origin::computed(span, std::iter::once(&test.origin));
    chosen.with_origin(origin)
}

fn inconsistent(one: &Value, other: &Value, span: Span) -> Fault {
    let message = format!("the results of a conditional have no type in common: {} and {}", one.ty(), other.ty());
    Fault::new(message, "let both have one type", span)
}

fn common(one: &Value, other: &Value) -> Option<Type> {
    let is_untyped = |value: &Value| matches!(value.data, Data::Null(Type::Dynamic));
    if is_untyped(one) {
        return Some(other.ty());
    }
    if is_untyped(other) {
        return Some(one.ty());
    }
    unify(&[one.ty(), other.ty()], false)
}

/// One of two values, it is not known which.
fn either(both: [Value; 2], reason: Reason, span: Span) -> Evaluated {
    let ty = common(&both[0], &both[1]).ok_or_else(|| inconsistent(&both[0], &both[1], span))?;
    let fit = |value: &Value| {
        convert(value, &ty).map_err(|why| Fault::new(format!("a conditional's result does not fit: {why}"), "let both have one type", span))
    };
    let (yes, no) = (fit(&both[0])?, fit(&both[1])?);
    if yes.any_reason().is_none() && yes.same(&no) {
        return Ok(yes.marked(no.marks));
    }
    let (marks, origin) = (yes.marks.with(no.marks), yes.origin.clone());
    let known = if yes.depth() < 32 { Known::Either(Arc::new([yes, no])) } else { Known::Nothing };
    Ok(Value::from(Data::Unknown(Arc::new(Unknown { ty, reason, known }))).marked(marks).with_origin(origin))
}
