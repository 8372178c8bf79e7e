//! Templates to strings.

use std::sync::Arc;

use portcullis_source::Span;

use super::{each::pairs, encoded::Runs};
use crate::{
    convert::convert,
    limits::MAX_STRING_BYTES,
    machine::{Evaluated, Fault, Machine, Scope},
    origin::Origin,
    syntax::{Expr, Part},
    types::Type,
    value::{Data, Format, Known, Marks, Reason, Unknown, Value},
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
    /// What it may be a document of.
    runs: Option<Runs>,
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
        let is_object = matches!(parts.first(), Some(Part::Literal(text, _)) if text.trim_start().starts_with('{'));
        let mut made = Made { runs: is_object.then(Runs::default), ..Made::default() };
        self.parts(parts, scope, &mut made)?;
        let document = made.runs.take().and_then(|runs| runs.document(self));
        // Of a text over several lines no name in it is the place to edit.
        let is_long = parts.iter().any(|part| matches!(part, Part::Literal(text, _) if text.trim_end_matches('\n').contains('\n')));
        let origin = Origin::computed(span, made.named.iter().filter(|_| !is_long));
        let (value, origin) = match (made.unknown.take(), document) {
            (None, None) => (Value::string(&made.text), origin),
            (None, Some(document)) => (Value::string(&made.text), origin.encoding(&document, span)),
            (Some(reason), document) => {
                made.settle();
                let known = match document {
                    Some(document) => Known::Encoded(Format::Json, Arc::new(document)),
                    None => Known::Pieces(Arc::from(made.pieces)),
                };
                (Data::Unknown(Arc::new(Unknown { ty: Type::String, reason, known })).into(), origin)
            }
        };
        Ok(value.marked(made.marks).with_origin(origin))
    }

    /// Where a text is written; each part of a JSON document in several lines has the place of its own line.
    pub(super) fn text_origin(&self, text: &str, span: Span) -> Origin {
        let origin = Origin::written(span);
        if !text.contains('\n') || !text.trim_start().starts_with('{') {
            return origin;
        }
        let mut runs = Runs::default();
        runs.literal(text, span);
        runs.document(self).map_or_else(|| origin.clone(), |document| origin.encoding(&document, span))
    }

    fn parts(&mut self, parts: &[Part], scope: Scope<'_>, made: &mut Made) -> Evaluated<()> {
        for part in parts {
            match part {
                Part::Literal(text, span) => {
                    self.write(text, *span, made)?;
                    made.runs.iter_mut().for_each(|runs| runs.literal(text, *span));
                }
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
            Some(known) => {
                self.write(known, expr.span, made)?;
                made.runs.iter_mut().for_each(|runs| runs.value(known, Origin::computed(expr.span, std::iter::once(&text.origin))));
            }
            None => unknown_part(&text, made),
        }
        Ok(())
    }
}

/// How many parts of a string are told apart.
const MAX_PIECES: usize = 64;

fn unknown_part(part: &Value, made: &mut Made) {
    let Some(reason) = part.any_reason() else { return };
    made.unknown.get_or_insert_with(|| reason.clone());
    let whole = std::slice::from_ref(part);
    let pieces = match part.as_unknown().map(|unknown| &unknown.known) {
        Some(Known::Pieces(pieces)) => pieces,
        _ => whole,
    };
    let length: usize = pieces.iter().filter_map(Value::as_str).map(str::len).sum();
    let is_small = made.pieces.len() + pieces.len() <= MAX_PIECES && made.length + length <= MAX_STRING_BYTES;
    for piece in if is_small { pieces } else { whole } {
        match piece.as_str() {
            Some(known) => {
                made.length += known.len();
                made.text.push_str(known);
                made.runs.iter_mut().for_each(|runs| runs.value(known, part.origin.clone()));
            }
            None => {
                made.settle();
                let reason = piece.any_reason().unwrap_or(reason).clone();
                let piece = Value::unknown(Type::String, reason).with_origin(part.origin.clone());
                made.runs.iter_mut().for_each(|runs| runs.unknown(piece.clone()));
                made.pieces.push(piece);
            }
        }
    }
}
