//! `count` and `for_each`.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Span;

use super::{Given, call::Node};
use crate::{
    limits::MAX_INSTANCES,
    machine::{Evaluated, Fault, Machine, Scope},
    syntax::{Body, Expr, Kind},
    types::Type,
    value::{Data, Members, Reason, Value},
};

/// How many places are kept that decide how often something is there, and how deep they are looked for.
const MAX_DECIDING: usize = 64;
const MAX_DECIDING_DEPTH: usize = 16;

/// Names with their values.
pub(super) type Names = Vec<(&'static str, Value)>;

/// How often something is there, with the names that each instance has.
pub(super) enum Expansion {
    One,
    Count(Vec<Names>),
    Each(Vec<(Arc<str>, Names)>),
    Unknown(Reason, Names),
}

impl Machine<'_> {
    /// How often a resource or a call is there, as its plan knows it where the configuration does not; what says so is kept.
    pub(super) fn expansion_of(&mut self, address: &str, scope: Scope<'_>, body: &Body) -> Evaluated<Expansion> {
        let expansion = self.expansion(scope, body)?;
        if let (Some(attribute), Some(module)) = (body.attribute("count").or(body.attribute("for_each")), scope.module) {
            let mut spans = Vec::new();
            self.deciding(module, &attribute.value, 0, &mut spans);
            self.deciders.insert(Arc::from(address), Arc::from(spans));
        }
        Ok(self.planned_expansion(address, expansion))
    }

    /// The places that decide the value of an expression, those of the names in it first.
    fn deciding(&mut self, module: usize, expr: &Expr, depth: usize, spans: &mut Vec<Span>) {
        let mut named = Vec::new();
        expr.each(&mut |inner| {
            if let Kind::Attr(root, name) = &inner.kind
                && let Kind::Root(root) = &root.kind
            {
                named.push((Arc::clone(root), Arc::clone(name)));
            }
        });
        for (root, name) in named {
            if depth >= MAX_DECIDING_DEPTH || spans.len() >= MAX_DECIDING {
                break;
            }
            let Some(instance) = self.modules.get(module) else { break };
            let config = Arc::clone(&instance.config);
            match &*root {
                "local" => {
                    if let Some(local) = config.locals.get(&name) {
                        self.deciding(module, &local.value, depth + 1, spans);
                    }
                }
                "var" => {
                    if let (Some(Given::Argument(expr)), Some(parent)) = (instance.given.get(&name).cloned(), instance.parent) {
                        self.deciding(parent, &expr, depth + 1, spans);
                    } else if let Ok(value) = self.node(module, &Node::Variable(name), expr.span) {
                        places(&value, 0, spans);
                    }
                }
                _ => {}
            }
        }
        if spans.len() < MAX_DECIDING {
            spans.push(expr.span);
        }
    }

    pub(super) fn expansion(&mut self, scope: Scope<'_>, body: &Body) -> Evaluated<Expansion> {
        // OpenTofu asks there whether something is made at all.
        let enabled = body.blocks_of("lifecycle").find_map(|block| block.body.attribute("enabled"));
        if let Some(enabled) = enabled.filter(|enabled| !matches!(enabled.value.kind, Kind::Bool(true))) {
            let message = "lifecycle.enabled is not evaluated, so that this counts as being there";
            self.problem(message, "say by count whether it is there", Some(enabled.name_span));
        }
        match (body.attribute("count"), body.attribute("for_each")) {
            (None, None) => Ok(Expansion::One),
            (Some(_), Some(each)) => Err(Fault::new("count and for_each are both set", "set one of them", each.name_span)),
            (Some(count), None) => {
                let value = self.eval(&count.value, scope)?;
                self.count(&value, count.value.span)
            }
            (None, Some(each)) => {
                let value = self.eval(&each.value, scope)?;
                for_each(&value, each.value.span)
            }
        }
    }

    fn count(&mut self, value: &Value, span: Span) -> Evaluated<Expansion> {
        if value.is_null() {
            return Err(Fault::new("count is null", "give a whole number", span));
        }
        if value.marks.sensitive {
            return Err(Fault::new("count is sensitive", "addresses are shown: take a value that may be", span));
        }
        if value.marks.ephemeral {
            return Err(Fault::new("count is ephemeral", "how many there are is kept: take a value that may be", span));
        }
        let value = Self::want(value, &Type::Number, "count", span)?;
        let index = |value: Value| vec![("count", Value::object(Members::from([(Arc::from("index"), value)])))];
        let number = match &value.data {
            Data::Number(number) => number,
            Data::Unknown(unknown) => {
                return Ok(Expansion::Unknown(unknown.reason.clone(), index(Value::unknown(Type::Number, unknown.reason.clone()))));
            }
            _ => return Err(Fault::new("count is no number", "give a whole number", span)),
        };
        let count = number.to_i64().and_then(|count| usize::try_from(count).ok());
        let count = match count {
            Some(count) => count,
            None if number.is_whole() && !number.is_negative() => usize::MAX,
            None => return Err(Fault::new(format!("count is {}", number.text()), "give a whole number that is not negative", span)),
        };
        if count > MAX_INSTANCES {
            return Err(Self::limit("MAX_INSTANCES", "make fewer instances", span));
        }
        Ok(Expansion::Count((0..count).map(|at| index(Value::integer(at))).collect()))
    }
}

/// Where a value and its parts were written, the parts first.
fn places(value: &Value, depth: usize, spans: &mut Vec<Span>) {
    let parts =
        value.items().into_iter().flat_map(|items| items.iter()).chain(value.members().into_iter().flat_map(|members| members.values()));
    for part in parts.filter(|_| depth < MAX_DECIDING_DEPTH) {
        places(part, depth + 1, spans);
    }
    let own = value.origin.span().filter(|span| spans.len() < MAX_DECIDING && !spans.contains(span));
    spans.extend(own);
}

fn for_each(value: &Value, span: Span) -> Evaluated<Expansion> {
    let fail = |message: String, hint: &str| Err(Fault::new(message, hint, span));
    if value.marks.sensitive {
        return fail("for_each is sensitive".to_owned(), "addresses are shown: take a value that may be");
    }
    let is_set = matches!(value.data, Data::Set(..));
    if if is_set { value.all_marks() } else { value.marks }.ephemeral {
        return fail("for_each is ephemeral".to_owned(), "addresses are kept: take a value that may be");
    }
    let names =
        |key: Value, value: Value| vec![("each", Value::object(BTreeMap::from([(Arc::from("key"), key), (Arc::from("value"), value)])))];
    let mut all = Vec::new();
    match &value.data {
        Data::Unknown(unknown) => {
            let one = |ty| Value::unknown(ty, unknown.reason.clone());
            return Ok(Expansion::Unknown(unknown.reason.clone(), names(one(Type::String), one(Type::Dynamic))));
        }
        Data::Map(_, members) | Data::Object(members) => {
            for (key, value) in members.iter() {
                all.push((Arc::clone(key), names(Value::string(key), value.clone())));
            }
        }
        Data::Set(_, items) => {
            for item in items.iter() {
                match &item.data {
                    Data::String(key) => all.push((Arc::clone(key), names(item.clone(), item.clone()))),
                    Data::Unknown(unknown) => {
                        let one = || Value::unknown(Type::String, unknown.reason.clone());
                        return Ok(Expansion::Unknown(unknown.reason.clone(), names(one(), one())));
                    }
                    Data::Null(_) => return fail("for_each has null among its items".to_owned(), "take it out"),
                    _ => return fail("for_each is a set of something else than strings".to_owned(), "give a map, or a set of strings"),
                }
            }
        }
        Data::Null(_) => return fail("for_each is null".to_owned(), "give a map, or a set of strings"),
        _ => return fail(format!("for_each is a {}", value.ty().name()), "give a map, or a set of strings: toset([…])"),
    }
    if all.len() > MAX_INSTANCES {
        return Err(Machine::limit("MAX_INSTANCES", "make fewer instances", span));
    }
    Ok(Expansion::Each(all))
}
