//! The tags that a resource gets: those of its provider, and its own.

use std::sync::Arc;

use super::Config;
use crate::{
    machine::{Machine, Scope},
    syntax::{Block, Expr, Kind},
    types::Type,
    value::{Members, Value},
};

/// A provider by its name in a module, and its alias.
type Named = (Arc<str>, Option<Arc<str>>);

impl Machine<'_> {
    /// The tags that the provider of a resource gives to all of its resources; none where it gives none, or nobody here configures it.
    pub(super) fn default_tags(&mut self, module: usize, ty: &str, block: &Block) -> Option<Value> {
        if !ty.starts_with("aws_") {
            return None;
        }
        let named = block.body.attribute("provider").map_or_else(|| Some((Arc::from("aws"), None)), |attribute| provider(&attribute.value));
        let (at, configured) = self.configured(module, named?)?;
        let tags = configured.body.blocks_of("default_tags").next().and_then(|tags| tags.body.attribute("tags"))?.clone();
        // What is wrong with it is told where the provider is.
        let known = self.problems.len();
        let value = self.eval(&tags.value, Scope::of_module(at));
        self.problems.truncate(known);
        value.ok()
    }

    /// The block that configures a provider, and the module that it stands in: that of the resource, or one that calls it.
    fn configured(&self, mut module: usize, mut named: Named) -> Option<(usize, Block)> {
        loop {
            let instance = self.modules.get(module)?;
            if let Some(block) = provider_block(&instance.config, &named) {
                return Some((module, block.clone()));
            }
            let parent = instance.parent?;
            let call = instance.path.rsplit('.').next().and_then(|name| self.modules.get(parent)?.config.calls.get(name))?;
            named = match call.body.attribute("providers").map(|attribute| &attribute.value.kind) {
                Some(Kind::Object(items)) => {
                    let given = items.iter().find(|(key, _)| key_of(key).as_ref() == Some(&named));
                    given.and_then(|(_, value)| provider(value))?
                }
                // What has no alias is handed on by itself.
                _ if named.1.is_none() => named,
                _ => return None,
            };
            module = parent;
        }
    }

    /// Both together; the resource's own win.
    pub(super) fn all_tags(default: Option<&Value>, members: &Members) -> Option<Value> {
        let own = members.get("tags").filter(|tags| !tags.is_null());
        match (default.filter(|tags| !tags.is_null()), own) {
            (None, None) => None,
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (Some(default), Some(own)) => Some(match (default.members(), own.members()) {
                (Some(all), Some(over)) => {
                    let mut merged = Members::clone(all);
                    merged.extend(over.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
                    Value::object(merged).marked(default.marks.with(own.marks)).with_origin(own.origin.clone())
                }
                (None, _) => unknown_like(default),
                (_, None) => unknown_like(own),
            }),
        }
    }
}

fn unknown_like(value: &Value) -> Value {
    value.as_unknown().map_or_else(
        || value.clone(),
        |unknown| Value::unknown(Type::map(Type::String), unknown.reason.clone()).marked(value.marks).with_origin(value.origin.clone()),
    )
}

fn provider_block<'a>(config: &'a Config, (name, alias): &Named) -> Option<&'a Block> {
    let own = |block: &&Block| match block.body.attribute("alias").map(|attribute| &attribute.value.kind) {
        Some(Kind::String(text)) => alias.as_ref() == Some(text),
        Some(_) => false,
        None => alias.is_none(),
    };
    config.others.iter().filter(|block| &*block.kind == "provider" && block.label(0) == Some(name)).find(own)
}

/// `aws` or `aws.west`.
fn provider(expr: &Expr) -> Option<Named> {
    match &expr.kind {
        Kind::Root(name) => Some((Arc::clone(name), None)),
        Kind::String(text) => {
            Some(text.split_once('.').map_or_else(|| (Arc::clone(text), None), |(name, alias)| (Arc::from(name), Some(Arc::from(alias)))))
        }
        Kind::Attr(inner, alias) => match &inner.kind {
            Kind::Root(name) => Some((Arc::clone(name), Some(Arc::clone(alias)))),
            _ => None,
        },
        _ => None,
    }
}

fn key_of(expr: &Expr) -> Option<Named> {
    match &expr.kind {
        Kind::Paren(inner) | Kind::Wrap(inner) => key_of(inner),
        _ => provider(expr),
    }
}
