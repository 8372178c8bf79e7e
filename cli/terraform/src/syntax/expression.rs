//! Text to expressions.

use std::sync::Arc;

use super::{
    ast::{Access, Binary, Call, Expr, ForExpr, Kind, Unary},
    cursor::{Cursor, Read},
};
use crate::{limits::MAX_CHAIN, number::Number};

/// The operators between values, the loosest first.
const OPERATORS: [&[(&str, Binary)]; 6] = [
    &[("||", Binary::Or)],
    &[("&&", Binary::And)],
    &[("==", Binary::Equal), ("!=", Binary::NotEqual)],
    &[("<=", Binary::LessEqual), (">=", Binary::GreaterEqual), ("<", Binary::Less), (">", Binary::Greater)],
    &[("+", Binary::Add), ("-", Binary::Subtract)],
    &[("*", Binary::Multiply), ("/", Binary::Divide), ("%", Binary::Modulo)],
];

impl Cursor<'_> {
    fn make(&self, start: usize, kind: Kind) -> Expr {
        Expr { span: self.span(start), kind }
    }

    /// An expression, from the first character that is no space on.
    pub(super) fn expr(&mut self) -> Read<Expr> {
        self.deeper(|cursor| {
            cursor.space()?;
            let start = cursor.at;
            let condition = cursor.binary(0)?;
            let after = cursor.at;
            cursor.space()?;
            if !cursor.take("?") {
                cursor.at = after;
                return Ok(condition);
            }
            let yes = cursor.expr()?;
            cursor.space()?;
            if !cursor.take(":") {
                return cursor.error(format!("a conditional needs `:` here, not {}", cursor.found()), "write CONDITION ? THEN : ELSE");
            }
            let no = cursor.expr()?;
            Ok(cursor.make(start, Kind::Conditional(Box::new([condition, yes, no]))))
        })
    }

    fn binary(&mut self, level: usize) -> Read<Expr> {
        let Some(operators) = OPERATORS.get(level) else { return self.term() };
        self.space()?;
        let start = self.at;
        let mut left = self.binary(level + 1)?;
        let mut operands = 0;
        loop {
            operands += 1;
            if operands > MAX_CHAIN {
                return self.error(format!("more than MAX_CHAIN = {MAX_CHAIN} operators follow each other"), "put parts into locals");
            }
            let after = self.at;
            self.space()?;
            let Some((word, operator)) = operators.iter().find(|(word, _)| self.looks_at(word)) else {
                self.at = after;
                return Ok(left);
            };
            // `%{` and `~}` end a template's part, `=>` a key.
            self.at += word.len();
            let right = self.binary(level + 1)?;
            left = self.make(start, Kind::Binary(*operator, Box::new(left), Box::new(right)));
        }
    }

    /// A value with what is read of it.
    fn term(&mut self) -> Read<Expr> {
        self.space()?;
        let start = self.at;
        match self.byte(0) {
            Some(sign @ (b'-' | b'!')) => {
                self.at += 1;
                let operator = if sign == b'-' { Unary::Negate } else { Unary::Not };
                let operand = self.deeper(Self::term)?;
                Ok(self.make(start, Kind::Unary(operator, Box::new(operand))))
            }
            _ => {
                let value = self.value()?;
                self.accesses(start, value)
            }
        }
    }

    fn value(&mut self) -> Read<Expr> {
        let start = self.at;
        match self.byte(0) {
            Some(b'0'..=b'9') => self.number(),
            Some(b'"') => self.quoted(),
            Some(b'<') if self.byte(1) == Some(b'<') => self.heredoc(),
            Some(b'(') => {
                self.at += 1;
                let inner = self.flow(true, |cursor| {
                    let inner = cursor.expr()?;
                    cursor.close(")", "parenthesis")?;
                    Ok(inner)
                })?;
                Ok(self.make(start, Kind::Paren(Box::new(inner))))
            }
            Some(b'[') => self.deeper(|cursor| cursor.flow(true, Self::brackets)),
            Some(b'{') => self.deeper(Self::braces),
            _ => self.word(),
        }
    }

    /// The closing bracket of something, after space.
    fn close(&mut self, bracket: &str, what: &str) -> Read<()> {
        self.space()?;
        if self.take(bracket) {
            return Ok(());
        }
        self.error(
            format!("{what} is not closed: {} stands where {bracket:?} must", self.found()),
            "close it, or separate items with commas",
        )
    }

    fn number(&mut self) -> Read<Expr> {
        let start = self.at;
        self.digits();
        if self.byte(0) == Some(b'.') && self.byte(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
            self.digits();
        }
        let sign = usize::from(matches!(self.byte(1), Some(b'+' | b'-')));
        if matches!(self.byte(0), Some(b'e' | b'E')) && self.byte(1 + sign).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1 + sign;
            self.digits();
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        match Number::parse(text) {
            Some(number) => Ok(self.make(start, Kind::Number(number))),
            None => self.error_from(start, "number is larger or finer than MAX_NUMBER_DIGITS allows", "write a smaller number"),
        }
    }

    fn digits(&mut self) {
        while self.byte(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    /// A keyword, a call, or the name that a reference begins with.
    fn word(&mut self) -> Read<Expr> {
        let start = self.at;
        let Some(first) = self.name() else {
            return self.error(format!("an expression must stand here, not {}", self.found()), "write a value, a reference or a call");
        };
        let mut name = first.to_owned();
        while self.looks_at("::") {
            self.at += 2;
            let Some(next) = self.name() else {
                return self.error("a function's name must stand after `::`", "write provider::NAME::FUNCTION(…)");
            };
            name = format!("{name}::{next}");
        }
        let name_span = self.span(start);
        let after = self.at;
        self.space()?;
        if self.take("(") {
            let (arguments, expand) = self.deeper(|cursor| cursor.flow(true, Self::arguments))?;
            let name = Arc::from(name.strip_prefix("core::").unwrap_or(&name));
            return Ok(self.make(start, Kind::Call(Box::new(Call { name, name_span, arguments, expand }))));
        }
        self.at = after;
        if name.contains("::") {
            return self.error_from(start, format!("{name} is a function and must be called"), "write its arguments in parentheses");
        }
        let kind = match &*name {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "null" => Kind::Null,
            _ => Kind::Root(Arc::from(name)),
        };
        Ok(self.make(start, kind))
    }

    fn arguments(&mut self) -> Read<(Vec<Expr>, bool)> {
        let mut arguments = Vec::new();
        loop {
            self.space()?;
            if self.take(")") {
                return Ok((arguments, false));
            }
            arguments.push(self.expr()?);
            self.space()?;
            if self.take("...") {
                self.space()?;
                self.take(",");
                self.close(")", "call")?;
                return Ok((arguments, true));
            }
            if !self.take(",") {
                self.close(")", "call")?;
                return Ok((arguments, false));
            }
        }
    }

    fn brackets(&mut self) -> Read<Expr> {
        let start = self.at;
        self.at += 1;
        self.space()?;
        if self.keyword("for") {
            return self.comprehension(start, "]");
        }
        let mut items = Vec::new();
        loop {
            self.space()?;
            if self.take("]") {
                return Ok(self.make(start, Kind::Tuple(items)));
            }
            items.push(self.expr()?);
            self.space()?;
            if !self.take(",") {
                self.close("]", "list")?;
                return Ok(self.make(start, Kind::Tuple(items)));
            }
        }
    }

    fn braces(&mut self) -> Read<Expr> {
        let start = self.at;
        self.at += 1;
        let before = self.at;
        if self.flow(true, |cursor| {
            cursor.space()?;
            Ok(cursor.keyword("for"))
        })? {
            return self.flow(true, |cursor| cursor.comprehension(start, "}"));
        }
        self.at = before;
        self.flow(false, |cursor| cursor.object(start))
    }

    fn object(&mut self, start: usize) -> Read<Expr> {
        let mut items = Vec::new();
        loop {
            self.lines()?;
            if self.take("}") {
                return Ok(self.make(start, Kind::Object(items)));
            }
            let key = self.object_key()?;
            self.space()?;
            if !(self.take("=") && !self.looks_at("=") || self.take(":")) {
                return self.error(format!("`=` or `:` must follow the key, not {}", self.found()), "write KEY = VALUE");
            }
            let value = self.expr()?;
            items.push((key, value));
            self.space()?;
            if self.take(",") || self.newline() {
                continue;
            }
            if self.take("}") {
                return Ok(self.make(start, Kind::Object(items)));
            }
            let message = format!("object is not closed: {} stands where a comma, a new line or `}}` must", self.found());
            return self.error(message, "separate entries with commas or new lines");
        }
    }

    /// A key: a bare name stands for itself.
    fn object_key(&mut self) -> Read<Expr> {
        let key = self.expr()?;
        match key.kind {
            Kind::Root(name) => Ok(Expr { span: key.span, kind: Kind::String(name) }),
            Kind::Bool(value) => Ok(Expr { span: key.span, kind: Kind::String(Arc::from(value.to_string())) }),
            Kind::Null => Ok(Expr { span: key.span, kind: Kind::String(Arc::from("null")) }),
            kind => Ok(Expr { span: key.span, kind }),
        }
    }

    fn comprehension(&mut self, start: usize, end: &str) -> Read<Expr> {
        let (key, value) = self.for_names()?;
        let source = self.expr()?;
        self.space()?;
        if !self.take(":") {
            return self.error(format!("`:` must stand here, not {}", self.found()), "write `for NAME in COLLECTION : RESULT`");
        }
        let mut result = self.expr()?;
        let mut result_key = None;
        self.space()?;
        if self.take("=>") {
            if end == "]" {
                return self.error("a list is made of values without keys", "take `{` for an object");
            }
            result_key = Some(std::mem::replace(&mut result, self.expr()?));
        } else if end == "}" {
            return self.error("an object needs `=>` between key and value", "write `KEY => VALUE`");
        }
        self.space()?;
        let group = self.take("...");
        if group && end == "]" {
            return self.error("only objects can be grouped", "take `...` away");
        }
        self.space()?;
        let condition = if self.keyword("if") { Some(self.expr()?) } else { None };
        self.close(end, "for expression")?;
        let all = ForExpr { key, value, source, result_key, result, condition, group };
        Ok(self.make(start, Kind::For(Box::new(all))))
    }

    /// `NAME in` and `KEY, NAME in`.
    pub(super) fn for_names(&mut self) -> Read<(Option<Arc<str>>, Arc<str>)> {
        let mut names: Vec<Arc<str>> = Vec::new();
        loop {
            self.space()?;
            let Some(name) = self.name() else {
                return self.error(format!("a name must stand here, not {}", self.found()), "write `for NAME in COLLECTION`");
            };
            names.push(Arc::from(name));
            self.space()?;
            if names.len() < 2 && self.take(",") {
                continue;
            }
            break;
        }
        if !self.keyword("in") {
            return self.error(format!("`in` must stand here, not {}", self.found()), "write `for NAME in COLLECTION`");
        }
        let value = names.pop().unwrap_or_default();
        Ok((names.pop(), value))
    }

    /// What is read of a value: attributes, indexes, splats.
    fn accesses(&mut self, start: usize, first: Expr) -> Read<Expr> {
        let mut value = first;
        let mut steps = 0;
        loop {
            let after = self.at;
            self.space()?;
            steps += 1;
            if steps > crate::limits::MAX_DEPTH {
                return self.error("reference has more than MAX_DEPTH steps", "put a part of it into a local");
            }
            if self.looks_at(".") && !self.looks_at("...") {
                self.at += 1;
                self.space()?;
                value = if self.take("*") { self.attribute_splat(start, value)? } else { self.attribute(start, value)? };
            } else if self.looks_at("[") {
                value = self.index_or_splat(start, value)?;
            } else {
                self.at = after;
                return Ok(value);
            }
        }
    }

    /// The name, or the number, after a dot.
    fn attribute(&mut self, start: usize, value: Expr) -> Read<Expr> {
        if self.byte(0).is_some_and(|byte| byte.is_ascii_digit()) {
            let from = self.at;
            self.digits();
            let Some(number) = self.text.get(from..self.at).and_then(Number::parse) else {
                return self.error_from(from, "index is too large", "write a smaller number");
            };
            let key = self.make(from, Kind::Number(number));
            return Ok(self.make(start, Kind::Index(Box::new(value), Box::new(key))));
        }
        match self.name().map(Arc::from) {
            Some(name) => Ok(self.make(start, Kind::Attr(Box::new(value), name))),
            None => self.error(format!("an attribute's name must stand after the dot, not {}", self.found()), "write the name"),
        }
    }

    fn attribute_splat(&mut self, start: usize, value: Expr) -> Read<Expr> {
        let steps = self.attribute_steps()?;
        if self.looks_at(".*") {
            return self.error("a splat `.*` cannot stand within another one", "write [*], which takes everything that follows");
        }
        Ok(self.make(start, Kind::Splat(Box::new(value), steps)))
    }

    /// The names and numbers after dots.
    fn attribute_steps(&mut self) -> Read<Vec<Access>> {
        let mut steps = Vec::new();
        while self.byte(0) == Some(b'.') && !self.looks_at("...") && !self.looks_at(".*") {
            steps.push(self.attribute_step()?);
        }
        Ok(steps)
    }

    fn attribute_step(&mut self) -> Read<Access> {
        self.at += 1;
        let from = self.at;
        if self.byte(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.digits();
            let number = self.text.get(from..self.at).and_then(Number::parse).unwrap_or_else(|| Number::integer(0));
            return Ok(Access::Index(self.make(from, Kind::Number(number))));
        }
        match self.name().map(Arc::from) {
            Some(name) => Ok(Access::Attr(name, self.span(from))),
            None => self.error("an attribute's name must stand after the dot", "write the name"),
        }
    }

    /// What stands between brackets.
    fn bracketed(&mut self) -> Read<Expr> {
        self.deeper(|cursor| {
            cursor.flow(true, |cursor| {
                let key = cursor.expr()?;
                cursor.close("]", "index")?;
                Ok(key)
            })
        })
    }

    /// Whether `*]` follows, which is taken.
    fn star(&mut self) -> Read<bool> {
        let before = self.at;
        let is_splat = self.flow(true, |cursor| {
            cursor.space()?;
            let star = cursor.take("*");
            cursor.space()?;
            Ok(star && cursor.take("]"))
        })?;
        if !is_splat {
            self.at = before;
        }
        Ok(is_splat)
    }

    fn index_or_splat(&mut self, start: usize, value: Expr) -> Read<Expr> {
        self.at += 1;
        if !self.star()? {
            let key = self.bracketed()?;
            return Ok(self.make(start, Kind::Index(Box::new(value), Box::new(key))));
        }
        let steps = self.splat_steps()?;
        Ok(self.make(start, Kind::Splat(Box::new(value), steps)))
    }

    /// All that follows a `[*]` is done to each item, further splats too.
    fn splat_steps(&mut self) -> Read<Vec<Access>> {
        let mut steps = Vec::new();
        loop {
            if steps.len() > crate::limits::MAX_DEPTH {
                return self.error("reference has more than MAX_DEPTH steps", "put a part of it into a local");
            }
            let from = self.at;
            if self.looks_at(".*") {
                self.at += 2;
                let inner = self.attribute_steps()?;
                steps.push(Access::Splat(inner, self.span(from)));
            } else if self.byte(0) == Some(b'.') && !self.looks_at("...") {
                steps.push(self.attribute_step()?);
            } else if self.byte(0) == Some(b'[') {
                self.at += 1;
                if self.star()? {
                    let inner = self.deeper(Self::splat_steps)?;
                    steps.push(Access::Splat(inner, self.span(from)));
                } else {
                    steps.push(Access::Index(self.bracketed()?));
                }
            } else {
                return Ok(steps);
            }
        }
    }
}
