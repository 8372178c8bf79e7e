//! What blocks `terraform` and `provider` say: backends, versions, providers.

use std::sync::Arc;

use portcullis_source::{RepoPath, Span};

use super::{Config, expand::Names};
use crate::{
    limits::MAX_INSTANCES,
    machine::{Machine, Scope},
    origin::Role,
    syntax::{Attribute, Block, Expr, Kind},
    types::Type,
    value::{Members, Reason, ReasonKind, Value},
};

/// A block that configures Terraform or a provider.
#[derive(Clone, Debug)]
pub struct Setting {
    /// `terraform`, the kind of a block in it (`backend`, `cloud`, `required_providers`), or `provider`.
    pub kind: Arc<str>,
    /// Its label, such as `s3`; empty where it has none.
    pub label: Arc<str>,
    /// The address of its module, empty for the root.
    pub module: Arc<str>,
    /// The folder of its module.
    pub folder: RepoPath,
    /// What it sets; blocks are lists under their names.
    pub values: Arc<Members>,
    /// Where it stands.
    pub span: Span,
}

impl Machine<'_> {
    /// The settings of a module. What cannot be evaluated in them is unknown and no problem: a provider may be configured from anything.
    pub(super) fn settings(&mut self, at: usize, config: &Config) -> Vec<Setting> {
        let address = self.modules.get(at).map(|instance| Arc::clone(&instance.address)).unwrap_or_default();
        let mut settings = Vec::new();
        for block in &config.others {
            let blocks: Vec<&Block> = match &*block.kind {
                "provider" => vec![block],
                "terraform" => std::iter::once(block).chain(block.body.blocks()).collect(),
                _ => continue,
            };
            for block in blocks {
                let instances = if &*block.kind == "provider" { self.provider_instances(at, block) } else { vec![Names::new()] };
                for names in instances {
                    if settings.len() >= MAX_INSTANCES {
                        let fault = Self::limit("MAX_INSTANCES", "configure fewer providers", block.header);
                        self.report(&fault);
                        return settings;
                    }
                    settings.push(Setting {
                        kind: Arc::clone(&block.kind),
                        label: block.label(0).cloned().unwrap_or_default(),
                        module: Arc::clone(&address),
                        folder: config.folder.clone(),
                        values: Arc::new(self.with_bound(Scope::of_module(at), &names, |machine, scope| machine.set_in(scope, block))),
                        span: block.header,
                    });
                }
            }
        }
        settings
    }

    fn set_in(&mut self, scope: Scope<'_>, block: &Block) -> Members {
        let mut members = Members::new();
        for attribute in block.body.attributes() {
            let value = self.set_to(scope, &attribute.value);
            let origin = value.origin.step(Role::Attribute, attribute.name_span, &attribute.name);
            members.insert(Arc::clone(&attribute.name), value.with_origin(origin));
        }
        if &*block.kind == "provider" {
            for inner in block.body.blocks() {
                let value = Value::object(self.set_in(scope, inner)).with_origin(crate::Origin::written(inner.header));
                let list = members.remove(&inner.kind).and_then(|list| list.items().map(|items| items.to_vec())).unwrap_or_default();
                members.insert(Arc::clone(&inner.kind), Value::tuple(list.into_iter().chain([value]).collect()));
            }
        }
        members
    }

    /// A value; of an object whose parts cannot all be evaluated, those that can.
    fn set_to(&mut self, scope: Scope<'_>, expr: &Expr) -> Value {
        let known = self.problems.len();
        let value = self.eval(expr, scope);
        self.problems.truncate(known);
        match (value, &expr.kind) {
            (Ok(value), _) => value,
            (Err(_), Kind::Object(items)) => {
                let mut members = Members::new();
                for (key, value) in items {
                    if let Kind::String(name) = &key.kind {
                        members.insert(Arc::clone(name), self.set_to(scope, value));
                    }
                }
                Value::object(members).with_origin(crate::Origin::written(expr.span))
            }
            (Err(fault), _) => Value::unknown(Type::Dynamic, Reason { kind: ReasonKind::Failed, span: Some(fault.span) }),
        }
    }
}

/// A text that stands in a call as it is, such as its version, and where.
pub(super) fn text_of(attribute: Option<&Attribute>) -> Option<(Arc<str>, Span)> {
    let value = &attribute?.value;
    match &value.kind {
        Kind::String(text) => Some((Arc::clone(text), value.span)),
        _ => None,
    }
}
