//! Tokens to trees: the state of the parser, the lists of nodes, and the definitions.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Range, Text};

use super::{
    lexer::Lexer,
    literal,
    token::{Kind, Token},
};
use crate::{Functions, ParseError, ast, format, opened, stack::Stack};

/// A template and the text that it stands in.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: Arc<str>,
    /// The name that the text was parsed under, for places.
    pub(crate) file: Arc<str>,
    pub(crate) text: Text,
    pub(crate) root: Arc<ast::List>,
    /// Whether it is a part of the text that `define` or `block` gave the name.
    pub(crate) is_part: bool,
}

/// The templates of one text.
pub(crate) type Parsed = BTreeMap<Arc<str>, Arc<Template>>;

/// Parses a text: its own template under `name`, and those that it defines.
pub(crate) fn parse(name: &str, text: &Text, functions: &Functions, stack: Stack) -> Result<Parsed> {
    let mut parser = Parser {
        name: Arc::from(name),
        text,
        functions,
        stack,
        lexer: Lexer::new(text.bytes()),
        tree: Tree::new(),
        tag: Range::default(),
        parsed: BTreeMap::new(),
    };
    let root = parser.file()?;
    let name = Arc::clone(&parser.name);
    parser.add(name, root, false)?;
    Ok(parser.parsed)
}

/// The state of the whole text.
pub(super) struct Parser<'text> {
    name: Arc<str>,
    text: &'text Text,
    pub(super) functions: &'text Functions,
    stack: Stack,
    pub(super) lexer: Lexer<'text>,
    pub(super) tree: Tree,
    /// The action at hand, from delimiter to delimiter.
    pub(super) tag: Range,
    parsed: Parsed,
}

/// The state of one template of the text.
pub(super) struct Tree {
    tokens: [Token; 3],
    pending: usize,
    pub(super) variables: Vec<Arc<str>>,
    action_line: u32,
    pub(super) ranges: u32,
    pub(super) parens: u32,
}

/// What ends a list of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    End,
    /// At a byte: where the list after it starts, if it is `else if`.
    Else(u32),
}

impl Stop {
    fn text(self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else(_) => "{{else}}",
        }
    }
}

/// A node, or what ends the list of nodes.
pub(super) enum Item {
    Node(ast::Node),
    Stop(Stop),
}

impl Tree {
    fn new() -> Self {
        let none = Token { kind: Kind::Error, start: 0, end: 0, line: 0 };
        Self { tokens: [none; 3], pending: 0, variables: vec![Arc::from("$")], action_line: 0, ranges: 0, parens: 0 }
    }
}

/// Errors are boxed, since they are rare and large.
pub(super) type Result<T> = std::result::Result<T, Box<ParseError>>;

impl<'text> Parser<'text> {
    fn lex(&mut self) -> Token {
        let mut token = self.lexer.next_token();
        let word = match token.kind {
            Kind::Break => "break",
            Kind::Continue => "continue",
            _ => return token,
        };
        if self.functions.get(word).is_some() {
            token.kind = Kind::Identifier;
        }
        token
    }

    pub(super) fn next(&mut self) -> Token {
        if self.tree.pending > 0 {
            self.tree.pending -= 1;
        } else {
            self.tree.tokens[0] = self.lex();
        }
        self.current()
    }

    fn current(&self) -> Token {
        self.tree.tokens.get(self.tree.pending).copied().unwrap_or(self.tree.tokens[0])
    }

    pub(super) fn back(&mut self) {
        self.tree.pending += 1;
    }

    /// Goes back over the last token and `before`, which came before it.
    pub(super) fn back_to(&mut self, before: Token) {
        self.tree.tokens[1] = before;
        self.tree.pending = 2;
    }

    /// Goes back over the last token, `middle` and `first`.
    pub(super) fn back_to_first(&mut self, first: Token, middle: Token) {
        self.tree.tokens[1] = middle;
        self.tree.tokens[2] = first;
        self.tree.pending = 3;
    }

    pub(super) fn peek(&mut self) -> Token {
        let token = self.next();
        self.back();
        token
    }

    pub(super) fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.back();
        token
    }

    pub(super) fn slice(&self, token: Token) -> &'text [u8] {
        self.text.bytes().get(token.start..token.end).unwrap_or_default()
    }

    pub(super) fn part(&self, token: Token) -> ast::Text {
        ast::Text { source: self.text.shared(), range: Range { start: token.start as u32, end: token.end as u32 } }
    }

    pub(super) fn word(&self, token: Token) -> Arc<str> {
        Arc::from(String::from_utf8_lossy(self.slice(token)))
    }

    /// An error at the line of the token that was read last, which may lie ahead of the one at hand.
    pub(super) fn error(&self, message: impl Into<String>) -> Box<ParseError> {
        let token = self.tree.tokens[0];
        let range = Range { start: token.start as u32, end: token.end as u32 };
        let span = self.text.place(range);
        Box::new(ParseError { name: Arc::clone(&self.name), line: token.line, message: message.into(), span })
    }

    pub(super) fn unexpected(&self, token: Token, context: &str) -> Box<ParseError> {
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {} in {context}", token.kind.describe(self.slice(token))));
        }
        let message = &self.lexer.error;
        let started = self.tree.action_line;
        if started == 0 || started == token.line {
            return self.error(message.as_str());
        }
        let action = if message.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{message}{action} started at {}:{started}", self.name))
    }

    pub(super) fn expect(&mut self, kind: Kind, context: &str) -> Result<Token> {
        let token = self.next_non_space();
        if token.kind != kind {
            return Err(self.unexpected(token, context));
        }
        if kind == Kind::RightDelim {
            self.tag.end = token.end as u32;
        }
        Ok(token)
    }

    /// Refuses to go deeper than the stack allows; Go's own limit is one of 10,000 parentheses.
    pub(super) fn check_depth(&self, message: &str) -> Result<()> {
        if self.stack.is_used_up() { Err(self.error(message)) } else { Ok(()) }
    }

    /// The whole text; only here may other templates be defined.
    fn file(&mut self) -> Result<ast::List> {
        let (position, mut nodes) = (self.peek().start as u32, Vec::new());
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.back_to(delim);
            }
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                Item::Stop(stop) => return Err(self.error(format!("unexpected {}", stop.text()))),
            }
        }
        let opened = opened::of_list(&nodes);
        Ok(ast::List { position, nodes: nodes.into(), opened })
    }

    fn definition(&mut self) -> Result<()> {
        let outer = std::mem::replace(&mut self.tree, Tree::new());
        let token = self.next_non_space();
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(token, "define clause"));
        }
        let name = self.template_name(token, "define clause")?;
        self.expect(Kind::RightDelim, "define clause")?;
        self.body(name, "define clause")?;
        self.tree = outer;
        Ok(())
    }

    /// The body of a template up to its `end`, which adds it.
    fn body(&mut self, name: Arc<str>, context: &str) -> Result<()> {
        let (root, stop) = self.list()?;
        if stop != Stop::End {
            return Err(self.error(format!("unexpected {} in {context}", stop.text())));
        }
        self.add(name, root, true)
    }

    /// The body of a `block`, as a template of its own.
    pub(super) fn block_body(&mut self, name: Arc<str>) -> Result<()> {
        let outer = std::mem::replace(&mut self.tree, Tree::new());
        let (root, stop) = self.list()?;
        let inner = std::mem::replace(&mut self.tree, outer);
        if stop != Stop::End {
            return Err(self.error(format!("unexpected {} in block clause", stop.text())));
        }
        let outer = std::mem::replace(&mut self.tree, inner);
        self.add(name, root, true)?;
        self.tree = outer;
        Ok(())
    }

    fn add(&mut self, name: Arc<str>, root: ast::List, is_part: bool) -> Result<()> {
        let is_new = self.parsed.get(&name).is_none_or(|known| known.root.is_empty());
        if is_new {
            let (file, text) = (Arc::clone(&self.name), self.text.clone());
            let template = Template { name: Arc::clone(&name), file, text, root: Arc::new(root), is_part };
            self.parsed.insert(name, Arc::new(template));
        } else if !root.is_empty() {
            let name = String::from_utf8_lossy(&format::quote(name.as_bytes())).into_owned();
            return Err(self.error(format!("template: multiple definition of template {name}")));
        }
        Ok(())
    }

    pub(super) fn template_name(&mut self, token: Token, context: &str) -> Result<Arc<str>> {
        match token.kind {
            Kind::String | Kind::RawString => {
                let name = literal::unquote(self.slice(token)).map_err(|error| self.error(error))?;
                Ok(Arc::from(String::from_utf8_lossy(&name)))
            }
            _ => Err(self.unexpected(token, context)),
        }
    }

    /// Nodes up to `end` or `else`.
    pub(super) fn list(&mut self) -> Result<(ast::List, Stop)> {
        self.check_depth("max nesting depth exceeded")?;
        let (position, mut nodes) = (self.peek_non_space().start as u32, Vec::new());
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                Item::Stop(stop) => {
                    let opened = opened::of_list(&nodes);
                    return Ok((ast::List { position, nodes: nodes.into(), opened }, stop));
                }
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Item> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Item::Node(ast::Node::Text(self.part(token)))),
            Kind::LeftDelim => {
                self.tree.action_line = token.line;
                self.tag.start = token.start as u32;
                let item = self.action()?;
                self.tree.action_line = 0;
                Ok(item)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }
}
