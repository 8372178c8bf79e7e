//! Arguments, checked against the types of parameters.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_source::OriginId;

use super::{
    fault::{At, Step},
    state::Exec,
};
use crate::{Data, Function, List, MapType, Param, Str, Value, ast};

impl<'tree> Exec<'_, '_, 'tree> {
    /// The value of an argument for a parameter; any value where there is none.
    pub(super) fn argument(&mut self, dot: &Value, expr: &'tree ast::Expr, param: Option<Param>) -> Step<Value> {
        self.at = At::Expr(expr);
        let value = match expr {
            ast::Expr::Dot(_) => dot.clone(),
            ast::Expr::Nil(_) => return self.nil(param),
            ast::Expr::Field { names, .. } => self.fields(dot, dot.clone(), expr, names, &[], None)?,
            ast::Expr::Variable(variable) => self.variable(dot, expr, variable, &[], None)?,
            ast::Expr::Pipe(pipe) => self.pipeline(dot, pipe)?,
            ast::Expr::Function { function, .. } => self.call_alone(dot, expr, function)?,
            ast::Expr::Chain { .. } => self.chain(dot, expr, &[], None)?,
            ast::Expr::Bool { .. } | ast::Expr::Number(_) | ast::Expr::Text { .. } => return self.literal(expr, param),
        };
        self.check_type(value, param)
    }

    fn call_alone(&mut self, dot: &Value, expr: &'tree ast::Expr, function: &'tree Function) -> Step<Value> {
        self.call_function(dot, function, At::Expr(expr), &[], None)
    }

    fn nil(&mut self, param: Option<Param>) -> Step<Value> {
        match param {
            None => Ok(Value::invalid()),
            Some(param) => match nil_of(param) {
                Some(value) => Ok(value),
                None => Err(self.fault(format_args!("cannot assign nil to {}", param.type_name()))),
            },
        }
    }

    /// A constant takes the type of the parameter, if it can.
    fn literal(&mut self, expr: &'tree ast::Expr, param: Option<Param>) -> Step<Value> {
        let data = match (param, expr) {
            (None | Some(Param::Any | Param::Reflect), _) => return self.constant(expr),
            (Some(Param::Bool), ast::Expr::Bool { value, .. }) => Data::Bool(*value),
            (Some(Param::String), ast::Expr::Text { value, .. }) => Data::String(Str { bytes: Arc::clone(value), pieces: None }),
            (Some(Param::Int), ast::Expr::Number(number)) if let Some(int) = &number.int => Data::Int(*int),
            (Some(Param::Int64), ast::Expr::Number(number)) if let Some(int) = &number.int => Data::Int64(*int),
            // Go cuts off what does not fit.
            (Some(Param::Uint32), ast::Expr::Number(number)) if let Some(int @ 0..) = &number.int => {
                Data::Int64(*int & i64::from(u32::MAX))
            }
            (Some(Param::Float), ast::Expr::Number(number)) if let Some(float) = &number.float => Data::Float(*float),
            (Some(Param::Bool), other) => return Err(self.fault(format_args!("expected bool; found {other}"))),
            (Some(Param::String), other) => return Err(self.fault(format_args!("expected string; found {other}"))),
            (Some(Param::Int | Param::Int64), other) => return Err(self.fault(format_args!("expected integer; found {other}"))),
            (Some(Param::Uint32), other) => return Err(self.fault(format_args!("expected unsigned integer; found {other}"))),
            (Some(Param::Float), other) => return Err(self.fault(format_args!("expected float; found {other}"))),
            (Some(param @ (Param::Map | Param::List | Param::Strings | Param::Time)), other) => {
                return Err(self.fault(format_args!("can't handle {other} for arg of type {}", param.type_name())));
            }
        };
        Ok(Value::new(data).from(OriginId::CONSTANT))
    }

    /// The value as the parameter takes it.
    pub(super) fn check_type(&mut self, value: Value, param: Option<Param>) -> Step<Value> {
        let Some(param) = param else { return Ok(value) };
        if param == Param::Reflect {
            return Ok(value);
        }
        let boxed = value.boxed;
        let value = Value { boxed: false, ..value };
        if matches!(value.data, Data::Nil) {
            return match nil_of(param) {
                Some(nil) if !boxed || param == Param::Any => Ok(nil.from(value.origin)),
                _ if boxed => Err(self.wrong_type("interface {}", param)),
                _ => Err(self.fault(format_args!("invalid value; expected {}", param.type_name()))),
            };
        }
        match (param, &value.data) {
            (Param::Any | Param::Reflect, _)
            | (Param::String, Data::String(_))
            | (Param::Bool, Data::Bool(_))
            | (Param::Int, Data::Int(_))
            | (Param::Int64, Data::Int64(_))
            | (Param::Float, Data::Float(_))
            | (Param::List, Data::List(List::Any(_)))
            | (Param::Strings, Data::List(List::Strings(_))) => Ok(value),
            (Param::Time, Data::Object(object)) if object.type_name() == param.type_name() => Ok(value),
            (Param::Map, Data::Map(map)) if map.kind != MapType::Strings => Ok(value),
            (Param::List | Param::Strings, Data::Object(object)) => match object.items() {
                Some(items) if !matches!(items.data, Data::Object(_)) => self.check_type(items.from(value.origin), Some(param)),
                Some(_) | None => Err(self.wrong_type(value.type_name(), param)),
            },
            _ => Err(self.wrong_type(value.type_name(), param)),
        }
    }

    fn wrong_type(&self, found: &str, param: Param) -> Box<crate::Failure> {
        self.fault(format_args!("wrong type for value; expected {}; got {found}", param.type_name()))
    }
}

/// Nil as a parameter takes it; none where its type has no nil.
fn nil_of(param: Param) -> Option<Value> {
    match param {
        Param::Any | Param::Reflect => Some(Value::invalid()),
        Param::Map => Some(Value::map(BTreeMap::new())),
        Param::List => Some(Value::list(Vec::new())),
        Param::Strings => Some(Value::new(Data::List(List::Strings(Rc::new(Vec::new()))))),
        Param::String | Param::Bool | Param::Int | Param::Int64 | Param::Uint32 | Param::Float | Param::Time => None,
    }
}
