//! Pipelines, commands and their operands.

use std::sync::Arc;

use super::{
    literal,
    parser::{Parser, Result},
    token::{Kind, Token},
};
use crate::ast;

/// Go's limit of parentheses within each other; the stack is used up before.
const MAX_PARENS: u32 = 10_000;

const TOO_DEEP: &str = "max expression depth exceeded";

/// What stands before the commands of a pipeline.
#[derive(Default)]
struct Declared {
    assigns: bool,
    variables: Vec<ast::Variable>,
}

impl Parser<'_> {
    /// A pipeline up to its end, which is passed.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<ast::Pipe> {
        let position = self.peek_non_space().start as u32;
        let (mut declared, mut commands) = (Declared::default(), Vec::new());
        while self.declaration(&mut declared, context)? {}
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => {
                    if end == Kind::RightDelim {
                        self.tag.end = token.end as u32;
                    }
                    self.check(&commands, context)?;
                    let Declared { assigns, variables } = declared;
                    return Ok(ast::Pipe { position, assigns, variables: variables.into(), commands: commands.into() });
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.back();
                    let command = self.command()?;
                    if commands.is_empty() {
                        // Most pipelines have one command, and a chart has ten thousands of pipelines.
                        commands.reserve_exact(1);
                    }
                    commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
    }

    /// A variable with what declares or assigns it; true where another one must follow.
    fn declaration(&mut self, pipe: &mut Declared, context: &str) -> Result<bool> {
        let variable = self.peek_non_space();
        if variable.kind != Kind::Variable {
            return Ok(false);
        }
        self.next();
        let after = self.peek();
        let next = self.peek_non_space();
        let is_comma = next.kind == Kind::Char && self.slice(next) == b",";
        if matches!(next.kind, Kind::Assign | Kind::Declare) {
            pipe.assigns = next.kind == Kind::Assign;
            self.next_non_space();
            self.declare(pipe, variable);
            return Ok(false);
        }
        if !is_comma {
            if after.kind == Kind::Space {
                self.back_to_first(variable, after);
            } else {
                self.back_to(variable);
            }
            return Ok(false);
        }
        self.next_non_space();
        self.declare(pipe, variable);
        if context != "range" || pipe.variables.len() >= 2 {
            return Err(self.error(format!("too many declarations in {context}")));
        }
        match self.peek_non_space().kind {
            Kind::Variable | Kind::RightDelim | Kind::RightParen => Ok(true),
            _ => Err(self.error("range can only initialize variables")),
        }
    }

    fn declare(&mut self, pipe: &mut Declared, token: Token) {
        let name = self.word(token);
        self.tree.variables.push(Arc::clone(&name));
        pipe.variables.push(ast::Variable { position: token.start as u32, name, fields: Box::default() });
    }

    fn check(&self, commands: &[ast::Command], context: &str) -> Result<()> {
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            if is_literal(&command.first) {
                return Err(self.error(format!("non executable command in pipeline stage {}", index + 1)));
            }
        }
        Ok(())
    }

    /// Operands up to a `|`, which is passed, or the pipeline's end, which is not.
    fn command(&mut self) -> Result<ast::Command> {
        let mut first = None;
        let mut arguments = Vec::new();
        loop {
            self.peek_non_space();
            match self.operand()? {
                operand @ Some(_) if first.is_none() => first = operand,
                operand => arguments.extend(operand),
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.back();
                    break;
                }
                Kind::Pipe => break,
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
        let Some(first) = first else {
            return Err(self.error("empty command"));
        };
        Ok(ast::Command { first, arguments: arguments.into() })
    }

    /// A term with the fields after it; none where the next token starts no term.
    fn operand(&mut self) -> Result<Option<ast::Expr>> {
        let Some(mut term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let start = self.peek().start as u32;
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            let token = self.next();
            fields.push(self.field(token));
        }
        match &mut term {
            ast::Expr::Field { position, names } => {
                *position = start;
                names_with(names, fields);
            }
            ast::Expr::Variable(variable) => {
                variable.position = start;
                names_with(&mut variable.fields, fields);
            }
            ast::Expr::Bool { .. } | ast::Expr::Text { .. } | ast::Expr::Number(_) | ast::Expr::Nil(_) | ast::Expr::Dot(_) => {
                let text = crate::format::quote(term.to_string().as_bytes());
                return Err(self.error(format!("unexpected . after term {}", String::from_utf8_lossy(&text))));
            }
            ast::Expr::Chain { .. } | ast::Expr::Function { .. } | ast::Expr::Pipe(_) => {
                return Ok(Some(ast::Expr::Chain { position: start, of: Box::new(term), names: fields.into() }));
            }
        }
        Ok(Some(term))
    }

    fn field(&self, token: Token) -> Arc<str> {
        Arc::from(String::from_utf8_lossy(self.slice(token).get(1..).unwrap_or_default()))
    }

    fn term(&mut self) -> Result<Option<ast::Expr>> {
        let token = self.next_non_space();
        let position = token.start as u32;
        Ok(Some(match token.kind {
            Kind::Identifier => self.function(token)?,
            Kind::Dot => ast::Expr::Dot(position),
            Kind::Nil => ast::Expr::Nil(position),
            Kind::Variable => self.variable(token)?,
            Kind::Field => ast::Expr::Field { position, names: Box::new([self.field(token)]) },
            Kind::Bool => ast::Expr::Bool { position, value: self.slice(token) == b"true" },
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                ast::Expr::Number(Box::new(literal::number(position, self.slice(token), token.kind).map_err(|error| self.error(error))?))
            }
            Kind::LeftParen => self.parenthesis()?,
            Kind::String | Kind::RawString => {
                let value = literal::unquote(self.slice(token)).map_err(|error| self.error(error))?;
                ast::Expr::Text { quoted: self.part(token), value: Arc::from(value) }
            }
            _ => {
                self.back();
                return Ok(None);
            }
        }))
    }

    fn function(&self, token: Token) -> Result<ast::Expr> {
        let name = self.word(token);
        match self.functions.get(&name) {
            // Copied: a count that all threads share would be waited for.
            Some(function) => Ok(ast::Expr::Function { position: token.start as u32, function: *function }),
            None => Err(self.error(format!("function \"{name}\" not defined"))),
        }
    }

    fn variable(&self, token: Token) -> Result<ast::Expr> {
        let name = self.word(token);
        if !self.tree.variables.contains(&name) {
            return Err(self.error(format!("undefined variable \"{name}\"")));
        }
        Ok(ast::Expr::Variable(ast::Variable { position: token.start as u32, name, fields: Box::default() }))
    }

    fn parenthesis(&mut self) -> Result<ast::Expr> {
        self.check_depth(TOO_DEEP)?;
        if self.tree.parens >= MAX_PARENS {
            return Err(self.error(TOO_DEEP));
        }
        self.tree.parens += 1;
        let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
        self.tree.parens -= 1;
        Ok(ast::Expr::Pipe(Box::new(pipe)))
    }
}

/// Adds names to the end.
fn names_with(names: &mut Box<[Arc<str>]>, further: Vec<Arc<str>>) {
    *names = std::mem::take(names).into_iter().chain(further).collect();
}

fn is_literal(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::Bool { .. } | ast::Expr::Dot(_) | ast::Expr::Nil(_) | ast::Expr::Number(_) | ast::Expr::Text { .. } => true,
        ast::Expr::Field { .. } | ast::Expr::Variable(_) | ast::Expr::Chain { .. } | ast::Expr::Function { .. } | ast::Expr::Pipe(_) => {
            false
        }
    }
}
