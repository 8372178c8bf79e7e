//! The tree of a configuration, every part with its place.

use std::sync::Arc;

use portcullis_source::Span;

use crate::number::Number;

/// An expression and its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The place.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string without interpolations.
    String(Arc<str>),
    /// A string of several parts.
    Template(Vec<Part>),
    /// A string that is one interpolation and nothing else, which keeps its type.
    Wrap(Box<Expr>),
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ a = b }`; a bare name as key stands as a string.
    Object(Vec<(Expr, Expr)>),
    /// The name that a reference begins with.
    Root(Arc<str>),
    /// `a.b`.
    Attr(Box<Expr>, Arc<str>),
    /// `a[b]`.
    Index(Box<Expr>, Box<Expr>),
    /// `a[*].b` and `a.*.b`: what is done to each item.
    Splat(Box<Expr>, Vec<Access>),
    /// A function and its arguments.
    Call(Box<Call>),
    /// `-a` and `!a`.
    Unary(Unary, Box<Expr>),
    /// `a + b` and so on.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `a ? b : c`.
    Conditional(Box<[Expr; 3]>),
    /// `[for …]` and `{for …}`.
    For(Box<ForExpr>),
    /// `(a)`.
    Paren(Box<Expr>),
}

/// A step of a splat.
#[derive(Clone, Debug)]
pub enum Access {
    /// `.name`.
    Attr(Arc<str>, Span),
    /// `[key]`.
    Index(Expr),
    /// `[*]` and `.*` within a splat: what is done to each item of each item.
    Splat(Vec<Access>, Span),
}

/// A call of a function.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name, `core::` taken away.
    pub name: Arc<str>,
    /// The place of the name.
    pub name_span: Span,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// Whether the last argument is a list of further arguments.
    pub expand: bool,
}

/// A `for` expression.
#[derive(Clone, Debug)]
pub struct ForExpr {
    /// The name of the key, where there is one.
    pub key: Option<Arc<str>>,
    /// The name of the value.
    pub value: Arc<str>,
    /// What is walked over.
    pub source: Expr,
    /// The key of each result, for objects.
    pub result_key: Option<Expr>,
    /// Each result.
    pub result: Expr,
    /// What decides whether there is a result.
    pub condition: Option<Expr>,
    /// Whether results with the same key are put into lists.
    pub group: bool,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it stands.
    Literal(Arc<str>, Span),
    /// `${a}`.
    Value(Expr),
    /// `%{ if a }…%{ else }…%{ endif }`.
    If(Expr, Vec<Part>, Vec<Part>),
    /// `%{ for k, v in a }…%{ endfor }`.
    For {
        /// The name of the key, where there is one.
        key: Option<Arc<str>>,
        /// The name of the value.
        value: Arc<str>,
        /// What is walked over.
        source: Expr,
        /// What is written for each.
        body: Vec<Part>,
    },
}

/// An operator before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `-`.
    Negate,
    /// `!`.
    Not,
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `||`.
    Or,
    /// `&&`.
    And,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulo,
}

/// The attributes and blocks between two braces, or of a file.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// In the order of the text.
    pub items: Vec<Item>,
}

/// An attribute or a block.
#[derive(Clone, Debug)]
pub enum Item {
    /// `name = value`.
    Attribute(Attribute),
    /// `type "label" { … }`.
    Block(Block),
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// The place of the name.
    pub name_span: Span,
    /// The value.
    pub value: Expr,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The type.
    pub kind: Arc<str>,
    /// The labels with their places.
    pub labels: Vec<(Arc<str>, Span)>,
    /// The place of the type and the labels.
    pub header: Span,
    /// What it holds.
    pub body: Body,
}

impl Body {
    /// The attribute of a name, the last one where it is there twice.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes().filter(|attribute| &*attribute.name == name).last()
    }

    /// All attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.items.iter().filter_map(|item| match item {
            Item::Attribute(attribute) => Some(attribute),
            Item::Block(_) => None,
        })
    }

    /// All blocks.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.items.iter().filter_map(|item| match item {
            Item::Block(block) => Some(block),
            Item::Attribute(_) => None,
        })
    }

    /// The blocks of a type.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks().filter(move |block| &*block.kind == kind)
    }
}

impl Block {
    /// A label by its place, from zero.
    #[must_use]
    pub fn label(&self, at: usize) -> Option<&Arc<str>> {
        self.labels.get(at).map(|(label, _)| label)
    }
}

impl Expr {
    /// The names of a reference without indexes, such as `var.a.b`.
    #[must_use]
    pub fn path(&self) -> Option<Vec<Arc<str>>> {
        match &self.kind {
            Kind::Root(name) => Some(vec![Arc::clone(name)]),
            Kind::Attr(inner, name) => {
                let mut path = inner.path()?;
                path.push(Arc::clone(name));
                Some(path)
            }
            _ => None,
        }
    }
}
