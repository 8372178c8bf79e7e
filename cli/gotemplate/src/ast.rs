//! A parsed template: located nodes, which print as Go prints them.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use portcullis_source::Range;

use crate::{Function, assigned::Assigned, format, opened::Opened};

/// A run of nodes.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) position: u32,
    pub(crate) nodes: Box<[Node]>,
    /// The branches that the lines after them may lie in.
    pub(crate) opened: Box<[Opened]>,
}

/// What stands in a template.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Text(Text),
    Action(Action),
    If(Arc<Branch>),
    With(Arc<Branch>),
    Range(Arc<Branch>),
    Template(Box<Call>),
    Break(u32),
    Continue(u32),
}

/// A part of the text that was parsed: text outside of actions, as trimmed, or a string with its quotes.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) source: Arc<[u8]>,
    pub(crate) range: Range,
}

impl Text {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.source.get(self.range.start as usize..self.range.end as usize).unwrap_or_default()
    }

    /// The text before a byte, and from it on.
    pub(crate) fn split(&self, at: usize) -> (Self, Self) {
        let Range { start, end } = self.range;
        let middle = end.min(start + at as u32);
        let part = |start, end| Self { source: Arc::clone(&self.source), range: Range { start, end } };
        (part(start, middle), part(middle, end))
    }
}

/// A pipeline whose value is printed.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(crate) position: u32,
    /// From delimiter to delimiter.
    pub(crate) tag: Range,
    pub(crate) pipe: Pipe,
}

/// An `if`, `with` or `range`.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) position: u32,
    /// The opening action, from delimiter to delimiter.
    pub(crate) tag: Range,
    pub(crate) pipe: Pipe,
    pub(crate) list: List,
    pub(crate) otherwise: Option<List>,
    /// The keys that `list` would write, and the fields that the pipeline looks at; found when they are asked for.
    pub(crate) keys: OnceLock<Box<[Arc<str>]>>,
    /// The keys that `otherwise` would write.
    pub(crate) other_keys: OnceLock<Box<[Arc<str>]>>,
    /// The variables around it that `list` assigns.
    pub(crate) assigned: Box<[Assigned]>,
    /// The variables around it that `otherwise` assigns.
    pub(crate) other_assigned: Box<[Assigned]>,
    /// The least column at which it begins an item or a key.
    pub(crate) least: u32,
    /// Whether it may leave the loop around it, or this turn of it.
    pub(crate) jumps: bool,
}

/// A `template` action.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) position: u32,
    pub(crate) tag: Range,
    pub(crate) name: Arc<str>,
    pub(crate) pipe: Option<Pipe>,
}

/// Commands that each pass their value on as the last argument of the next.
#[derive(Clone, Debug)]
pub(crate) struct Pipe {
    pub(crate) position: u32,
    /// The variables are assigned to, not declared.
    pub(crate) assigns: bool,
    pub(crate) variables: Box<[Variable]>,
    pub(crate) commands: Box<[Command]>,
}

/// An operand with its arguments: one expression at least.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) first: Expr,
    pub(crate) arguments: Box<[Expr]>,
}

/// A variable and the fields after it.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) position: u32,
    /// The name, `$` included.
    pub(crate) name: Arc<str>,
    pub(crate) fields: Box<[Arc<str>]>,
}

/// An operand or argument.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Bool { position: u32, value: bool },
    Dot(u32),
    Nil(u32),
    Number(Box<Number>),
    Text { quoted: Text, value: Arc<[u8]> },
    Field { position: u32, names: Box<[Arc<str>]> },
    Variable(Variable),
    Chain { position: u32, of: Box<Expr>, names: Box<[Arc<str>]> },
    Function { position: u32, function: Function },
    Pipe(Box<Pipe>),
}

/// A number constant with all the values that it may stand for.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    pub(crate) position: u32,
    pub(crate) text: Arc<str>,
    pub(crate) int: Option<i64>,
    pub(crate) float: Option<f64>,
    pub(crate) ideal: Ideal,
}

/// What a number constant is where no parameter says the type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ideal {
    Int(i64),
    Float(f64),
    Complex(f64, f64),
    Overflow,
}

impl List {
    /// Whether it is nothing but space, so that it doesn't replace another definition.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.iter().all(|node| matches!(node, Node::Text(text) if is_space(text.bytes())))
    }
}

/// What Go's `bytes.TrimSpace` removes.
fn is_space(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).chars().all(char::is_whitespace)
}

impl Node {
    /// Whether it may leave the loop around it, or this turn of it, for what a value says.
    pub(crate) fn jumps(&self) -> bool {
        match self {
            Self::If(branch) | Self::With(branch) => branch.jumps,
            Self::Text(_) | Self::Action(_) | Self::Range(_) | Self::Template(_) | Self::Break(_) | Self::Continue(_) => false,
        }
    }

    pub(crate) fn position(&self) -> u32 {
        match self {
            Self::Text(text) => text.range.start,
            Self::Action(action) => action.position,
            Self::If(branch) | Self::With(branch) | Self::Range(branch) => branch.position,
            Self::Template(call) => call.position,
            Self::Break(position) | Self::Continue(position) => *position,
        }
    }
}

impl Expr {
    pub(crate) fn position(&self) -> u32 {
        match self {
            Self::Bool { position, .. }
            | Self::Dot(position)
            | Self::Nil(position)
            | Self::Field { position, .. }
            | Self::Chain { position, .. }
            | Self::Function { position, .. } => *position,
            Self::Text { quoted, .. } => quoted.range.start,
            Self::Number(number) => number.position,
            Self::Variable(variable) => variable.position,
            Self::Pipe(pipe) => pipe.position,
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.nodes.iter().try_for_each(|node| node.fmt(out))
    }
}

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => out.write_str(&String::from_utf8_lossy(text.bytes())),
            Self::Action(action) => write!(out, "{{{{{}}}}}", action.pipe),
            Self::If(branch) => branch.write(out, "if"),
            Self::With(branch) => branch.write(out, "with"),
            Self::Range(branch) => branch.write(out, "range"),
            Self::Template(call) => {
                let name = format::quote(call.name.as_bytes());
                write!(out, "{{{{template {}", String::from_utf8_lossy(&name))?;
                if let Some(pipe) = &call.pipe {
                    write!(out, " {pipe}")?;
                }
                out.write_str("}}")
            }
            Self::Break(_) => out.write_str("{{break}}"),
            Self::Continue(_) => out.write_str("{{continue}}"),
        }
    }
}

impl Branch {
    fn write(&self, out: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
        write!(out, "{{{{{word} {}}}}}{}", self.pipe, self.list)?;
        if let Some(list) = &self.otherwise {
            write!(out, "{{{{else}}}}{list}")?;
        }
        out.write_str("{{end}}")
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, variable) in self.variables.iter().enumerate() {
            write!(out, "{}{variable}", if index > 0 { ", " } else { "" })?;
        }
        if !self.variables.is_empty() {
            out.write_str(if self.assigns { " = " } else { " := " })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            write!(out, "{}{command}", if index > 0 { " | " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.write_operand(out)?;
        for argument in &self.arguments {
            out.write_str(" ")?;
            argument.write_operand(out)?;
        }
        Ok(())
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        write_fields(&self.fields, out)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool { value, .. } => value.fmt(out),
            Self::Dot(_) => out.write_str("."),
            Self::Nil(_) => out.write_str("nil"),
            Self::Number(number) => out.write_str(&number.text),
            Self::Text { quoted, .. } => out.write_str(&String::from_utf8_lossy(quoted.bytes())),
            Self::Field { names, .. } => write_fields(names, out),
            Self::Variable(variable) => variable.fmt(out),
            Self::Chain { of, names, .. } => {
                of.write_operand(out)?;
                write_fields(names, out)
            }
            Self::Function { function, .. } => out.write_str(function.name),
            Self::Pipe(pipe) => pipe.fmt(out),
        }
    }
}

impl Expr {
    fn write_operand(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Pipe(pipe) = self { write!(out, "({pipe})") } else { fmt::Display::fmt(self, out) }
    }
}

fn write_fields(names: &[Arc<str>], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    names.iter().try_for_each(|name| write!(out, ".{name}"))
}
