//! Pipelines and commands.

use std::rc::Rc;

use portcullis_source::OriginId;

use super::{
    fault::{At, Step},
    state::Exec,
};
use crate::{
    Data, List, Str, Value,
    ast::{self, Ideal},
    format::Complex,
};

impl<'tree> Exec<'_, '_, 'tree> {
    /// The value of a pipeline, out of its interface; its variables are declared or assigned.
    pub(super) fn pipeline(&mut self, dot: &Value, pipe: &'tree ast::Pipe) -> Step<Value> {
        self.at = At::Pipe(pipe);
        self.step()?;
        let mut passed: Option<Value> = None;
        for command in &pipe.commands {
            let value = self.command(dot, command, passed.take())?;
            passed = Some(Value { boxed: false, ..value });
        }
        let value = passed.unwrap_or_else(Value::invalid);
        for variable in &pipe.variables {
            if pipe.assigns {
                self.assign(&variable.name, value.clone())?;
            } else {
                self.variables.push((&variable.name, value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Value, command: &'tree ast::Command, passed: Option<Value>) -> Step<Value> {
        let first = &command.first;
        let arguments = &*command.arguments;
        match first {
            ast::Expr::Field { names, .. } => {
                self.at = At::Expr(first);
                self.fields(dot, dot.clone(), first, names, arguments, passed)
            }
            ast::Expr::Chain { .. } => self.chain(dot, first, arguments, passed),
            ast::Expr::Function { function, .. } => {
                self.at = At::Expr(first);
                self.call_function(dot, function, At::Command(command), arguments, passed)
            }
            ast::Expr::Pipe(pipe) => {
                self.refuse_arguments(first, arguments, passed.as_ref())?;
                self.pipeline(dot, pipe)
            }
            ast::Expr::Variable(variable) => self.variable(dot, first, variable, arguments, passed),
            ast::Expr::Bool { .. } | ast::Expr::Dot(_) | ast::Expr::Nil(_) | ast::Expr::Number(_) | ast::Expr::Text { .. } => {
                self.at = At::Expr(first);
                self.refuse_arguments(first, arguments, passed.as_ref())?;
                match first {
                    ast::Expr::Dot(_) => Ok(dot.clone()),
                    ast::Expr::Nil(_) => Err(self.fault("nil is not a command")),
                    _ => self.constant(first),
                }
            }
        }
    }

    pub(super) fn refuse_arguments(&self, first: &ast::Expr, arguments: &[ast::Expr], passed: Option<&Value>) -> Step<()> {
        if arguments.is_empty() && passed.is_none() {
            return Ok(());
        }
        Err(self.fault(format_args!("can't give argument to non-function {first}")))
    }

    /// The value of a constant where no parameter says its type.
    pub(super) fn constant(&mut self, expr: &'tree ast::Expr) -> Step<Value> {
        self.at = At::Expr(expr);
        let data = match expr {
            ast::Expr::Bool { value, .. } => Data::Bool(*value),
            ast::Expr::Text { value, .. } => Data::String(Str { bytes: std::sync::Arc::clone(value), pieces: None }),
            ast::Expr::Number(number) => match number.ideal {
                Ideal::Int(int) => Data::Int(int),
                Ideal::Float(float) => Data::Float(float),
                Ideal::Overflow => return Err(self.fault(format_args!("{} overflows int", number.text))),
                Ideal::Complex(real, imaginary) => Data::Object(Rc::new(Complex { real, imaginary })),
            },
            other => return Err(self.fault(format_args!("can't handle assignment of {other} to empty interface argument"))),
        };
        Ok(Value::new(data).from(OriginId::CONSTANT))
    }

    pub(super) fn variable(
        &mut self,
        dot: &Value,
        expr: &'tree ast::Expr,
        variable: &'tree ast::Variable,
        arguments: &'tree [ast::Expr],
        passed: Option<Value>,
    ) -> Step<Value> {
        self.at = At::Expr(expr);
        let found = self.variables.iter().rev().find(|(name, _)| **name == *variable.name);
        let Some((_, value)) = found else { return Err(self.undefined(&variable.name)) };
        let value = value.clone();
        if variable.fields.is_empty() {
            self.refuse_arguments(expr, arguments, passed.as_ref())?;
            return Ok(value);
        }
        self.fields(dot, value, expr, &variable.fields, arguments, passed)
    }

    /// Sets the innermost variable of a name.
    pub(super) fn assign(&mut self, name: &str, value: Value) -> Step<()> {
        let Some((_, slot)) = self.variables.iter_mut().rev().find(|(known, _)| *known == name) else { return Err(self.undefined(name)) };
        *slot = match (&slot.data, &value.data) {
            // What was there before came here without the guards that hold now.
            (Data::List(List::Any(old)), Data::List(List::Any(new))) if is_start_of(old, new) => {
                let (known, mut items) = (old.len(), Rc::clone(new));
                drop(value.data);
                for item in Rc::make_mut(&mut items).iter_mut().skip(known) {
                    *item = self.machine.guarded(item.clone(), self.site);
                }
                Value { data: Data::List(List::Any(items)), origin: value.origin, boxed: value.boxed }
            }
            _ => self.machine.guarded(value, self.site),
        };
        Ok(())
    }

    fn undefined(&self, name: &str) -> Box<crate::Failure> {
        self.fault(format_args!("undefined variable: {name}"))
    }
}

/// Whether a list was made of another one by adding to its end.
fn is_start_of(old: &[Value], new: &[Value]) -> bool {
    old.len() < new.len() && old.iter().zip(new).all(|(old, new)| old.origin == new.origin)
}
