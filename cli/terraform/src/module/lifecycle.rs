//! `lifecycle`: what Terraform may do with a resource.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::Span;

use crate::syntax::{Block, Expr, Kind};

/// The `lifecycle` of a resource, as far as anything asks for it.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Whether a plan that would destroy it is refused, and where that is said.
    pub prevent_destroy: Option<(bool, Span)>,
    /// The attributes that may be others than the configuration says, and where that is said.
    pub ignored: Ignored,
}

/// The attributes whose changes are ignored.
#[derive(Clone, Debug, Default)]
pub struct Ignored {
    /// All of them.
    pub all: bool,
    /// These.
    pub names: BTreeSet<Arc<str>>,
    /// Where that is said.
    pub span: Option<Span>,
}

impl Ignored {
    /// Whether an attribute is one of them.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }
}

/// The lifecycle that a resource is declared with.
pub(super) fn of(block: &Block) -> Lifecycle {
    let mut lifecycle = Lifecycle::default();
    for block in block.body.blocks_of("lifecycle") {
        if let Some(attribute) = block.body.attribute("prevent_destroy")
            && let Kind::Bool(value) = attribute.value.kind
        {
            lifecycle.prevent_destroy = Some((value, attribute.value.span));
        }
        if let Some(attribute) = block.body.attribute("ignore_changes") {
            let mut ignored = Ignored { span: Some(attribute.value.span), ..Ignored::default() };
            match &attribute.value.kind {
                Kind::Tuple(items) => ignored.names.extend(items.iter().filter_map(first)),
                _ => ignored.all = first(&attribute.value).as_deref() == Some("all"),
            }
            lifecycle.ignored = ignored;
        }
    }
    lifecycle
}

/// The name that a reference begins with; older configurations write it as a string.
fn first(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        Kind::Root(name) => Some(Arc::clone(name)),
        Kind::String(text) => text.split(['.', '[']).next().map(Arc::from),
        Kind::Attr(inner, _) | Kind::Index(inner, _) | Kind::Splat(inner, _) | Kind::Paren(inner) => first(inner),
        _ => None,
    }
}
