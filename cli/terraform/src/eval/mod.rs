//! Expressions to values.

mod access;
mod condition;
mod each;
mod encoded;
mod operator;
mod template;

pub(crate) use access::{may_be_computed, member};
pub(crate) use operator::equal;

use std::sync::Arc;

use portcullis_source::Span;

use crate::{
    convert::convert,
    machine::{Evaluated, Fault, Frame, Machine, Scope},
    origin::Origin,
    syntax::{Expr, Kind},
    types::Type,
    value::{Data, Known, Members, Reason, ReasonKind, Unknown, Value},
};

impl Machine<'_> {
    /// The value of an expression.
    pub(crate) fn eval(&mut self, expr: &Expr, scope: Scope<'_>) -> Evaluated {
        self.step(expr.span)?;
        self.deeper(expr.span, |machine| {
            let value = machine.eval_kind(expr, scope)?;
            // A reference makes nothing.
            if !matches!(expr.kind, Kind::Root(_) | Kind::Attr(..) | Kind::Index(..) | Kind::Paren(_) | Kind::Wrap(_)) {
                machine.make(&value, expr.span)?;
            }
            Ok(value)
        })
    }

    fn eval_kind(&mut self, expr: &Expr, scope: Scope<'_>) -> Evaluated {
        let written = |data: Data| Value::from(data).with_origin(Origin::written(expr.span));
        match &expr.kind {
            Kind::Null => Ok(written(Data::Null(Type::Dynamic))),
            Kind::Bool(value) => Ok(written(Data::Bool(*value))),
            Kind::Number(number) => Ok(written(Data::Number(number.clone()))),
            Kind::String(text) => Ok(Value::string(text).with_origin(self.text_origin(text, expr.span))),
            Kind::Template(parts) => self.template(parts, expr.span, scope),
            Kind::Wrap(inner) | Kind::Paren(inner) => self.eval(inner, scope),
            Kind::Tuple(items) => {
                let items: Evaluated<Vec<Value>> = items.iter().map(|item| self.eval(item, scope)).collect();
                Ok(written(Data::Tuple(Arc::from(items?))))
            }
            Kind::Object(pairs) => self.object(pairs, expr.span, scope),
            Kind::Root(_) | Kind::Attr(..) | Kind::Index(..) => self.reference(expr, scope),
            Kind::Splat(source, steps) => self.splat(source, steps, expr.span, scope),
            Kind::Call(call) => self.call(call, expr.span, scope),
            Kind::Unary(operator, operand) => self.unary(*operator, operand, expr.span, scope),
            Kind::Binary(operator, left, right) => self.binary(*operator, [left, right], expr.span, scope),
            Kind::Conditional(parts) => self.conditional(parts, expr.span, scope),
            Kind::For(all) => self.comprehension(all, expr.span, scope),
        }
    }

    fn object(&mut self, pairs: &[(Expr, Expr)], span: Span, scope: Scope<'_>) -> Evaluated {
        let mut members = Members::new();
        let (mut unknown, mut is_named) = (None, true);
        let mut marks = crate::value::Marks::default();
        for (key, value) in pairs {
            if matches!(key.kind, Kind::Attr(..)) {
                return Err(Fault::new("a reference as key is ambiguous", "put it in parentheses, or in quotes", key.span));
            }
            let name = self.eval(key, scope)?;
            let value = self.eval(value, scope)?;
            marks = marks.with(name.marks);
            if name.is_null() {
                return Err(Fault::new("a key is null", "keys are strings", key.span));
            }
            let name = convert(&name, &Type::String)
                .map_err(|why| Fault::new(format!("key is no string: {why}"), "keys are strings", key.span))?;
            match (&name.data, name.as_unknown()) {
                (Data::String(text), _) => {
                    members.insert(Arc::clone(text), value);
                }
                (_, Some(why)) => {
                    unknown = Some(why.reason.clone());
                    match name.partial_text() {
                        Some(text) => {
                            members.insert(text, value);
                        }
                        None => is_named = false,
                    }
                }
                _ => {}
            }
        }
        let value = match unknown {
            Some(reason) => {
                let known = if is_named { Known::Keyed(Arc::new(members)) } else { Known::Nothing };
                Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason, known })).into()
            }
            None => Value::object(members),
        };
        Ok(value.marked(marks).with_origin(Origin::written(span)))
    }

    /// A reference: its first names say what it is of, the rest is read of that.
    fn reference(&mut self, expr: &Expr, scope: Scope<'_>) -> Evaluated {
        let mut steps = Vec::new();
        let mut at = expr;
        while let Kind::Attr(inner, _) | Kind::Index(inner, _) = &at.kind {
            steps.push(at);
            at = inner;
        }
        steps.reverse();
        let (mut value, used) = match &at.kind {
            Kind::Root(name) => match scope.find(name) {
                Some(value) => (value.clone(), 0),
                None => self.resolve(name, at.span, &steps, scope)?,
            },
            _ => (self.eval(at, scope)?, 0),
        };
        let whole = value.clone();
        for step in steps.iter().skip(used) {
            value = match &step.kind {
                Kind::Attr(_, name) => member(&value, name, step.span)?,
                Kind::Index(_, key) => {
                    let key = self.eval(key, scope)?;
                    access::index(&value, &key, step.span)?
                }
                _ => value,
            };
        }
        Ok(if steps.len() > used { Self::through(value, &whole) } else { value })
    }

    /// Evaluates something with one more name.
    pub(crate) fn with_name<T>(&mut self, scope: Scope<'_>, name: &str, value: Value, work: impl FnOnce(&mut Self, Scope<'_>) -> T) -> T {
        let frame = Frame { name, value, parent: scope.frames };
        work(self, scope.with(&frame))
    }

    /// Converts a value for a place that wants a type.
    pub(crate) fn want(value: &Value, ty: &Type, what: &str, span: Span) -> Evaluated {
        convert(value, ty).map_err(|why| {
            let why = if value.all_marks().sensitive { "it is sensitive, and of another type".to_owned() } else { why };
            Fault::new(format!("{what} does not fit: {why}"), "give a value of that type", span)
        })
    }
}

/// The reason of something that is not evaluated here.
pub(crate) fn unsupported(what: &str, span: Span) -> Reason {
    Reason { kind: ReasonKind::Unsupported(Arc::from(what)), span: Some(span) }
}
