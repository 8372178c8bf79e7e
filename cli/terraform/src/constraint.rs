//! The types that variables are declared with: attributes may be optional, and have defaults.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Span;

use crate::{
    convert::convert,
    machine::{Evaluated, Fault, Machine, Scope},
    syntax::{Call, Expr, Kind, expression_at},
    types::Type,
    value::{Data, Members, Value},
};

/// A type that is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Constraint {
    Plain(Type),
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<Self>),
    Tuple(Vec<Self>),
    Object(BTreeMap<Arc<str>, Field>),
}

/// An attribute of an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    constraint: Constraint,
    optional: bool,
    default: Option<Value>,
}

impl Constraint {
    /// Any type.
    pub(crate) fn any() -> Self {
        Self::Plain(Type::Dynamic)
    }

    /// The type that values are converted to.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::List(item) => Type::list(item.ty()),
            Self::Set(item) => Type::set(item.ty()),
            Self::Map(item) => Type::map(item.ty()),
            Self::Tuple(items) => Type::Tuple(items.iter().map(Self::ty).collect()),
            Self::Object(fields) => {
                Type::Object(Arc::new(fields.iter().map(|(name, field)| (Arc::clone(name), field.constraint.ty())).collect()))
            }
        }
    }

    /// Converts a value, with defaults where optional attributes are missing.
    pub(crate) fn apply(&self, value: &Value) -> Result<Value, String> {
        convert(&self.fill(value), &self.ty())
    }

    fn fill(&self, value: &Value) -> Value {
        let items = |constraint: &Self, items: &[Value]| items.iter().map(|item| constraint.fill(item)).collect();
        let members = |constraint: &Self, members: &Members| {
            Arc::new(members.iter().map(|(name, value)| (Arc::clone(name), constraint.fill(value))).collect())
        };
        let data = match (self, &value.data) {
            (Self::List(inner) | Self::Set(inner), Data::List(_, list) | Data::Set(_, list) | Data::Tuple(list)) => {
                Data::Tuple(items(inner, list))
            }
            (Self::Tuple(inner), Data::Tuple(list)) if inner.len() == list.len() => {
                Data::Tuple(inner.iter().zip(list.iter()).map(|(inner, item)| inner.fill(item)).collect())
            }
            (Self::Map(inner), Data::Map(_, map) | Data::Object(map)) => Data::Object(members(inner, map)),
            (Self::Object(fields), Data::Map(_, map) | Data::Object(map)) => {
                let mut filled = Members::clone(map);
                for (name, field) in fields {
                    let given = map.get(name).filter(|value| !(value.is_null() && field.default.is_some()));
                    match given {
                        Some(value) => {
                            filled.insert(Arc::clone(name), field.constraint.fill(value));
                        }
                        None if field.optional => {
                            let default = field
                                .default
                                .as_ref()
                                .map_or_else(|| Value::null(field.constraint.ty()), |default| field.constraint.fill(default));
                            filled.insert(Arc::clone(name), default);
                        }
                        None => {}
                    }
                }
                Data::Object(Arc::new(filled))
            }
            _ => return value.clone(),
        };
        // Empty collections keep their type, and what is not filled its items.
        if value.parts().next().is_none() && !matches!(self, Self::Object(_)) {
            return value.clone();
        }
        Value::from(data).marked(value.marks).with_origin(value.origin.clone())
    }
}

impl Machine<'_> {
    /// Reads a type as it is written.
    pub(crate) fn constraint(&mut self, expr: &Expr) -> Evaluated<Constraint> {
        match &expr.kind {
            Kind::Root(name) => named(name, expr.span),
            // JSON has types in quotes, and so had versions before 0.12.
            Kind::String(text) => {
                let inner = expression_at(text, expr.span).map_err(|error| Fault::new(error.message, error.hint, error.span))?;
                if matches!(inner.kind, Kind::String(_)) { Err(invalid(expr.span)) } else { self.constraint(&inner) }
            }
            Kind::Paren(inner) => self.constraint(inner),
            Kind::Call(call) => self.constructor(call, expr.span),
            _ => Err(invalid(expr.span)),
        }
    }

    fn constructor(&mut self, call: &Call, span: Span) -> Evaluated<Constraint> {
        let [argument] = call.arguments.as_slice() else { return Err(invalid(span)) };
        match (&*call.name, &argument.kind) {
            ("list", _) => Ok(Constraint::List(Box::new(self.constraint(argument)?))),
            ("set", _) => Ok(Constraint::Set(Box::new(self.constraint(argument)?))),
            ("map", _) => Ok(Constraint::Map(Box::new(self.constraint(argument)?))),
            ("tuple", Kind::Tuple(items)) => {
                let items: Evaluated<Vec<Constraint>> = items.iter().map(|item| self.constraint(item)).collect();
                Ok(Constraint::Tuple(items?))
            }
            ("object", Kind::Object(pairs)) => {
                let mut fields = BTreeMap::new();
                for (key, value) in pairs {
                    let Kind::String(name) = &key.kind else { return Err(invalid(key.span)) };
                    let field = self.field(value)?;
                    if fields.insert(Arc::clone(name), field).is_some() {
                        return Err(Fault::new(format!("attribute {name:?} is declared twice"), "declare it once", key.span));
                    }
                }
                Ok(Constraint::Object(fields))
            }
            _ => Err(invalid(span)),
        }
    }

    fn field(&mut self, expr: &Expr) -> Evaluated<Field> {
        let optional = match &expr.kind {
            Kind::Call(call) if &*call.name == "optional" => call,
            _ => return Ok(Field { constraint: self.constraint(expr)?, optional: false, default: None }),
        };
        let (ty, default) = match optional.arguments.as_slice() {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            _ => return Err(invalid(expr.span)),
        };
        let constraint = self.constraint(ty)?;
        let default = match default {
            None => None,
            Some(default) => {
                let value = self.eval(default, Scope { constant: true, ..Scope::default() })?;
                let value = constraint
                    .apply(&value)
                    .map_err(|why| Fault::new(format!("the default does not fit: {why}"), "give a default of the type", default.span))?;
                Some(value)
            }
        };
        Ok(Field { constraint, optional: true, default })
    }
}

fn named(name: &str, span: Span) -> Evaluated<Constraint> {
    Ok(match name {
        "any" => Constraint::any(),
        "bool" => Constraint::Plain(Type::Bool),
        "number" => Constraint::Plain(Type::Number),
        "string" => Constraint::Plain(Type::String),
        "list" => Constraint::List(Box::new(Constraint::any())),
        "set" => Constraint::Set(Box::new(Constraint::any())),
        "map" => Constraint::Map(Box::new(Constraint::any())),
        _ => return Err(invalid(span)),
    })
}

fn invalid(span: Span) -> Fault {
    Fault::new("this is no type", "types are any, bool, number, string, list(…), set(…), map(…), tuple([…]) and object({…})", span)
}
