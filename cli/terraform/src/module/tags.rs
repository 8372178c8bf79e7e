//! The tags that a resource gets: those of its provider, and its own.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Config, Dialect, Key,
    expand::{Expansion, Names},
};
use crate::{
    machine::{Machine, Scope},
    syntax::{Attribute, Block, Body, Expr, Kind},
    types::Type,
    value::{Marks, Members, Reason, ReasonKind, Value},
};

/// A provider by its name in a module, and its alias.
type Named = (Arc<str>, Option<Arc<str>>);

impl Machine<'_> {
    /// The tags that the provider of a resource gives to all of its resources; none where it gives none, or nobody here configures it. The scope has
    /// the names of an instance: OpenTofu lets these choose among several providers.
    pub(super) fn default_tags(&mut self, module: usize, ty: &str, block: &Block, scope: Scope<'_>) -> Option<Value> {
        if !ty.starts_with("aws_") {
            return None;
        }
        self.said_by_provider(module, block, scope, |provider| provider.blocks_of("default_tags").next()?.body.attribute("tags"))
    }

    /// The region that the provider of a resource or a data source of AWS is set to, where that is known.
    pub(super) fn region_of_provider(&mut self, module: usize, block: &Block, scope: Scope<'_>) -> Option<Arc<str>> {
        let region = self.said_by_provider(module, block, scope, |provider| provider.attribute("region"))?;
        region.as_str().filter(|_| region.all_marks() == Marks::default()).map(Arc::from)
    }

    /// What the provider of a resource of AWS is set to; what is wrong with it is told where the provider is.
    fn said_by_provider(
        &mut self,
        module: usize,
        block: &Block,
        scope: Scope<'_>,
        which: fn(&Body) -> Option<&Attribute>,
    ) -> Option<Value> {
        let wanted = match block.body.attribute("provider") {
            None => ((Arc::from("aws"), None), None),
            Some(attribute) => self.chosen(&attribute.value, scope)?,
        };
        let known = self.problems.len();
        let (at, configured, key) = self.configured(module, wanted)?;
        let value = which(&configured.body).cloned().and_then(|attribute| {
            let names = self.names_of_provider(at, &configured, key.as_ref());
            self.with_bound(Scope::of_module(at), &names, |machine, scope| machine.eval(&attribute.value, scope)).ok()
        });
        self.problems.truncate(known);
        value
    }

    /// The same for each instance of a resource that has several; those of `None` are of all others.
    pub(super) fn tags_by_key(&mut self, module: usize, ty: &str, block: &Block) -> BTreeMap<Option<Key>, Value> {
        let scope = Scope::of_module(module);
        let is_chosen = block.body.attribute("provider").is_some_and(|attribute| matches!(attribute.value.kind, Kind::Index(..)));
        let expansion = if is_chosen { self.expansion(scope, &block.body).ok() } else { None };
        let instances: Vec<(Option<Key>, Names)> = match expansion {
            Some(Expansion::Count(all)) => all.into_iter().enumerate().map(|(at, names)| (Some(Key::Index(at)), names)).collect(),
            Some(Expansion::Each(all)) => all.into_iter().map(|(key, names)| (Some(Key::Name(key)), names)).collect(),
            Some(Expansion::Unknown(_, names)) => vec![(None, names)],
            Some(Expansion::One) | None => vec![(None, Names::new())],
        };
        let mut tags = BTreeMap::new();
        for (key, names) in instances {
            let own = self.with_bound(scope, &names, |machine, scope| machine.default_tags(module, ty, block, scope));
            tags.extend(own.map(|own| (key, own)));
        }
        tags
    }

    /// The block that configures a provider, and the module that it stands in: that of the resource, or one that calls it. Calls, too, may choose
    /// an instance by a key.
    fn configured(&mut self, mut module: usize, wanted: (Named, Option<Value>)) -> Option<(usize, Block, Option<Value>)> {
        let (mut named, mut key) = wanted;
        loop {
            let instance = self.modules.get(module)?;
            if let Some(block) = provider_block(&instance.config, &named) {
                return Some((module, block.clone(), key));
            }
            let (parent, frames) = (instance.parent?, Arc::clone(&instance.frames));
            let call = instance.path.rsplit('.').next().and_then(|name| self.modules.get(parent)?.config.calls.get(name))?;
            (named, key) = match call.body.attribute("providers").map(|attribute| &attribute.value.kind) {
                Some(Kind::Object(items)) => {
                    let given = items.iter().find(|(key, _)| key_of(key).as_ref() == Some(&named)).map(|(_, value)| value.clone())?;
                    self.with_bound(Scope::of_module(parent), &frames, |machine, scope| machine.chosen(&given, scope))?
                }
                // What has no alias is handed on by itself.
                _ if named.1.is_none() => (named, key),
                _ => return None,
            };
            module = parent;
        }
    }

    /// The provider that an expression names, and the key of the instance that it takes.
    fn chosen(&mut self, expr: &Expr, scope: Scope<'_>) -> Option<(Named, Option<Value>)> {
        let Kind::Index(inner, key) = &expr.kind else { return Some((provider(expr)?, None)) };
        let failed = || Value::unknown(Type::String, Reason { kind: ReasonKind::Failed, span: Some(expr.span) });
        let key = self.eval(key, scope).unwrap_or_else(|_| failed());
        Some((provider(inner)?, Some(key)))
    }

    /// The names that an instance of a provider has: none of one without `for_each`, such as are not known where nobody knows which instance it is.
    fn names_of_provider(&mut self, module: usize, block: &Block, key: Option<&Value>) -> Names {
        let Some(each) = block.body.attribute("for_each") else { return Names::new() };
        let unknown = |reason: Reason| {
            let one = |ty| Value::unknown(ty, reason.clone());
            vec![("each", Value::object(Members::from([(Arc::from("key"), one(Type::String)), (Arc::from("value"), one(Type::Dynamic))])))]
        };
        let failed = Reason { kind: ReasonKind::Failed, span: Some(each.value.span) };
        match self.expansion(Scope::of_module(module), &block.body) {
            Ok(Expansion::Each(all)) => {
                let wanted = key.and_then(Value::as_str);
                let found = all.into_iter().find(|(own, _)| Some(&**own) == wanted).map(|(_, names)| names);
                found.unwrap_or_else(|| unknown(key.and_then(Value::any_reason).cloned().unwrap_or(failed)))
            }
            Ok(Expansion::Unknown(_, names)) => names,
            Ok(Expansion::One | Expansion::Count(_)) | Err(_) => unknown(failed),
        }
    }

    /// The names of each instance of a provider; of one without `for_each`, which OpenTofu alone knows, no names.
    pub(super) fn provider_instances(&mut self, module: usize, block: &Block) -> Vec<Names> {
        let Some(each) = block.body.attribute("for_each") else { return vec![Names::new()] };
        if self.inputs.setup.dialect == Dialect::Terraform {
            self.problem("for_each of a provider is OpenTofu's alone", "write a block for each alias", Some(each.name_span));
            return vec![self.names_of_provider(module, block, None)];
        }
        match self.expansion(Scope::of_module(module), &block.body) {
            Ok(Expansion::Each(all)) => all.into_iter().map(|(_, names)| names).collect(),
            Ok(Expansion::Unknown(_, names)) => vec![names],
            Ok(Expansion::One | Expansion::Count(_)) => vec![Names::new()],
            Err(fault) => {
                self.report(&fault);
                vec![self.names_of_provider(module, block, None)]
            }
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
