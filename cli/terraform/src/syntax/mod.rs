//! Text to a tree: HCL's native syntax, its templates, and its JSON form.

mod ast;
mod body;
mod cursor;
mod expression;
mod json;
mod name;
mod template;
mod walk;

pub use ast::{Access, Attribute, Binary, Block, Body, Call, Expr, ForExpr, Item, Kind, Part, Unary};
pub use body::body;
pub(crate) use body::{body_at, expression_at};
pub(crate) use cursor::Base;
pub use cursor::SyntaxError;
pub(crate) use json::{body as json_body, values as json_values};
pub(crate) use name::{is_identifier, quoted};
pub(crate) use template::bare as template;
