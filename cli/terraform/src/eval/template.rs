//! Templates to strings.

use std::sync::Arc;

use portcullis_source::Span;

use super::each::pairs;
use crate::{
    convert::convert,
    limits::MAX_STRING_BYTES,
    machine::{Evaluated, Fault, Machine, Scope},
    origin::Origin,
    syntax::{Expr, Part},
    types::Type,
    value::{Data, Known, Marks, Reason, Unknown, Value},
};

/// A string in the making; parts of it may be unknown.
#[derive(Default)]
struct Made {
    pieces: Vec<Value>,
    text: String,
    marks: Marks,
    unknown: Option<Reason>,
    named: Option<Origin>,
    length: usize,
}

impl Made {
    fn settle(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Value::string(&std::mem::take(&mut self.text)));
        }
    }
}

impl Machine<'_> {
    pub(super) fn template(&mut self, parts: &[Part], span: Span, scope: Scope<'_>) -> Evaluated {
        let mut made = Made::default();
        self.parts(parts, scope, &mut made)?;
        let origin = Origin::computed(span, made.named.iter());
        let value = match made.unknown.take() {
            None => Value::string(&made.text),
            Some(reason) => {
                made.settle();
                let known = Known::Pieces(Arc::from(made.pieces));
                Data::Unknown(Arc::new(Unknown { ty: Type::String, reason, known })).into()
            }
        };
        Ok(value.marked(made.marks).with_origin(origin))
    }

    fn parts(&mut self, parts: &[Part], scope: Scope<'_>, made: &mut Made) -> Evaluated<()> {
        for part in parts {
            match part {
                Part::Literal(text, span) => self.write(text, *span, made)?,
                Part::Value(expr) => self.write_value(expr, scope, made)?,
                Part::If(condition, yes, no) => {
                    let test = self.eval(condition, scope)?;
                    if test.is_null() {
                        return Err(Fault::new("the condition is null", "a condition is true or false", condition.span));
                    }
                    let test = Self::want(&test, &Type::Bool, "the condition", condition.span)?;
                    made.marks = made.marks.with(test.marks);
                    match &test.data {
                        Data::Bool(taken) => {
                            self.deeper(condition.span, |machine| machine.parts(if *taken { yes } else { no }, scope, made))?
                        }
                        _ => unknown_part(&test, made),
                    }
                }
                Part::For { key, value, source, body } => {
                    let walked = self.eval(source, scope)?;
                    made.marks = made.marks.with(walked.marks);
                    match pairs(&walked, source.span)? {
                        Err(_) => unknown_part(&walked, made),
                        Ok(pairs) => {
                            for (index, item) in pairs {
                                self.step(source.span)?;
                                self.with_pair(scope, (key.as_deref(), index), (value, item), |machine, scope| {
                                    machine.deeper(source.span, |machine| machine.parts(body, scope, made))
                                })?;
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, text: &str, span: Span, made: &mut Made) -> Evaluated<()> {
        made.length += text.len();
        if made.length > MAX_STRING_BYTES {
            return Err(Self::limit("MAX_STRING_BYTES", "make smaller strings", span));
        }
        made.text.push_str(text);
        Ok(())
    }

    fn write_value(&mut self, expr: &Expr, scope: Scope<'_>, made: &mut Made) -> Evaluated<()> {
        let value = self.eval(expr, scope)?;
        if value.is_null() {
            return Err(Fault::new("a template has a part that is null", "give it a string, or check for null with coalesce()", expr.span));
        }
        let text = convert(&value, &Type::String).map_err(|_| {
            Fault::new(format!("a template cannot hold a {}", value.ty().name()), "make a string of it, as with jsonencode()", expr.span)
        })?;
        made.marks = made.marks.with(text.marks);
        if made.named.is_none() && value.origin.span().is_some_and(|span| span != expr.span) {
            made.named = Some(value.origin);
        }
        match text.as_str() {
            Some(known) => self.write(known, expr.span, made)?,
            None => unknown_part(&text, made),
        }
        Ok(())
    }
}

fn unknown_part(part: &Value, made: &mut Made) {
    made.settle();
    if let Some(reason) = part.any_reason() {
        made.unknown.get_or_insert_with(|| reason.clone());
        made.pieces.push(Value::unknown(Type::String, reason.clone()).with_origin(part.origin.clone()));
    }
}
