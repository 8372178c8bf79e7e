//! What a module says that can be read without evaluating it: what it declares and never uses, keys that it writes twice, what it shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{RepoPath, Span};

use super::{Config, Mode};
use crate::{
    limits::MAX_PROBLEMS,
    syntax::{Block, Expr, Kind},
};

/// Something that stands in a module.
#[derive(Clone, Debug)]
pub struct Written {
    /// What there is to say of it.
    pub fact: Fact,
    /// What it is: `var.a`, `local.a`, `data.t.a`, `output.a`; of a key the key.
    pub name: Arc<str>,
    /// The folder of its module.
    pub folder: RepoPath,
    /// Where it stands.
    pub span: Span,
}

/// What there is to say of something that stands in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Nothing in the module refers to it.
    Unused,
    /// An object has the key twice, and keeps the second one.
    Repeated,
    /// A variable that may hold a text, or an output, that is not marked as sensitive.
    Shown,
}

/// What there is to say of a module, in the order of its places.
pub(super) fn of(config: &Config) -> Vec<Written> {
    let mut found = repeated(config);
    // What could not be read may use anything.
    if !config.partial {
        found.extend(unused(config));
    }
    found.extend(shown(config));
    found.sort_by_key(|one| (one.span, one.fact as u8));
    found.truncate(MAX_PROBLEMS);
    found
}

fn written(config: &Config, fact: Fact, name: &str, span: Span) -> Written {
    Written { fact, name: Arc::from(name), folder: config.folder.clone(), span }
}

/// Visits every expression of a module, with the block that it stands in.
fn each<'a>(config: &'a Config, visit: &mut dyn FnMut(Option<&'a Block>, &'a Expr)) {
    config.locals.values().for_each(|local| local.value.each(&mut |expr| visit(None, expr)));
    let blocks = config.variables.values().chain(config.outputs.values()).chain(config.resources.values());
    for block in blocks.chain(config.calls.values()).chain(&config.others) {
        block.body.each_expression(&mut |expr| visit(Some(block), expr));
    }
}

fn unused(config: &Config) -> Vec<Written> {
    let mut used = BTreeSet::new();
    each(config, &mut |block, expr| {
        let own = block.filter(|block| &*block.kind == "variable").and_then(|block| block.label(0));
        match reference(expr) {
            // A validation says nothing of who needs it.
            Some(("var", name)) if own.is_some_and(|own| **own == *name) => {}
            Some((kind, name)) => {
                used.insert(format!("{kind}.{name}"));
            }
            None => {}
        }
    });
    let variables = config.variables.iter().map(|(name, block)| (format!("var.{name}"), block.header));
    let locals = config.locals.iter().map(|(name, attribute)| (format!("local.{name}"), attribute.name_span));
    // Of what a check reads it is worth something that it can be read.
    let checks = config.others.iter().filter(|block| &*block.kind == "check");
    let read_by_checks: BTreeSet<Span> = checks.flat_map(|block| block.body.blocks_of("data")).map(|block| block.header).collect();
    let data = config.resources.iter().filter(|((mode, ..), block)| *mode == Mode::Data && !read_by_checks.contains(&block.header));
    let data = data.map(|((_, ty, name), block)| (format!("data.{ty}.{name}"), block.header));
    let all = variables.chain(locals).chain(data);
    all.filter(|(name, _)| !used.contains(name)).map(|(name, span)| written(config, Fact::Unused, &name, span)).collect()
}

/// `var.a`, `local.a` and `data.t.a`, where an expression is one.
fn reference(expr: &Expr) -> Option<(&str, Arc<str>)> {
    let root = |expr: &Expr, wanted: &str| matches!(&expr.kind, Kind::Root(name) if &**name == wanted);
    let (inner, name) = match &expr.kind {
        Kind::Attr(inner, name) => (inner, Arc::clone(name)),
        Kind::Index(inner, key) => match &key.kind {
            Kind::String(name) => (inner, Arc::clone(name)),
            _ => return None,
        },
        _ => return None,
    };
    match &inner.kind {
        Kind::Root(kind) if &**kind == "var" => Some(("var", name)),
        Kind::Root(kind) if &**kind == "local" => Some(("local", name)),
        Kind::Attr(data, ty) if root(data, "data") => Some(("data", Arc::from(format!("{ty}.{name}")))),
        _ => None,
    }
}

fn repeated(config: &Config) -> Vec<Written> {
    let mut found = Vec::new();
    each(config, &mut |_, expr| {
        let Kind::Object(items) = &expr.kind else { return };
        let mut seen = BTreeMap::new();
        for (key, _) in items {
            if let Kind::String(name) = &key.kind
                && seen.insert(Arc::clone(name), key.span).is_some()
            {
                found.push(written(config, Fact::Repeated, name, key.span));
            }
        }
    });
    found
}

fn shown(config: &Config) -> Vec<Written> {
    let is_open = |block: &&Block| {
        let flag = |name: &str| block.body.attribute(name).is_some_and(|attribute| !matches!(attribute.value.kind, Kind::Bool(false)));
        !flag("sensitive") && !flag("ephemeral")
    };
    // Switches and numbers are no secrets, nor are objects, whose parts have names of their own.
    let may_be_text = |block: &&Block| {
        let ty = block.body.attribute("type").map(|attribute| &attribute.value.kind);
        let is_text = match ty {
            Some(Kind::Root(name)) => matches!(&**name, "string" | "any"),
            Some(Kind::String(name)) => &**name == "string",
            Some(_) => false,
            None => true,
        };
        let default = block.body.attribute("default").map(|attribute| &attribute.value.kind);
        is_text && matches!(default, None | Some(Kind::Null | Kind::String(_) | Kind::Template(_)))
    };
    let variables = config.variables.iter().filter(|(_, block)| is_open(block) && may_be_text(block));
    let variables = variables.map(|(name, block)| (format!("var.{name}"), block.header));
    let outputs = config.outputs.iter().filter(|(_, block)| is_open(block)).map(|(name, block)| (format!("output.{name}"), block.header));
    variables.chain(outputs).map(|(name, span)| written(config, Fact::Shown, &name, span)).collect()
}
