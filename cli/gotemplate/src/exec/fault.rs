//! Failures with the place that Go names.

use std::fmt;

use super::state::Exec;
use crate::{Failure, ast, format};

/// The result of a step; failures are boxed, since they are rare and large.
pub(super) type Step<T> = Result<T, Box<Failure>>;

/// The node that Go would call the current one.
#[derive(Clone, Copy)]
pub(super) enum At<'tree> {
    Node(&'tree ast::Node),
    List(&'tree ast::List),
    Pipe(&'tree ast::Pipe),
    Command(&'tree ast::Command),
    Expr(&'tree ast::Expr),
}

impl At<'_> {
    fn position(self) -> usize {
        let position = match self {
            Self::Node(node) => node.position(),
            Self::List(list) => list.position,
            Self::Pipe(pipe) => pipe.position,
            Self::Command(command) => command.first.position(),
            Self::Expr(expr) => expr.position(),
        };
        position as usize
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(out),
            Self::List(list) => list.fmt(out),
            Self::Pipe(pipe) => pipe.fmt(out),
            Self::Command(command) => command.fmt(out),
            Self::Expr(expr) => expr.fmt(out),
        }
    }
}

impl Exec<'_, '_, '_> {
    /// A failure at the current node.
    pub(super) fn fault(&self, message: impl fmt::Display) -> Box<Failure> {
        self.wrap(Failure::new(message.to_string()))
    }

    /// A failure that came from further in, at the current node.
    pub(super) fn wrap(&self, inner: Failure) -> Box<Failure> {
        let before = self.template.text.bytes().get(..self.at.position()).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count();
        let location = format!("{}:{line}:{column}", self.template.file);
        let name = format::quote(self.template.name.as_bytes());
        let name = String::from_utf8_lossy(&name);
        let message = format!("template: {location}: executing {name} at <{}>: {}", self.at, inner.message);
        Box::new(Failure { message, location: Some(location), span: inner.span.or(self.site), ..inner })
    }
}
