//! The arguments and blocks of a resource to values, `dynamic` blocks expanded.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Span;

use crate::{
    limits::MAX_ITEMS,
    machine::{Evaluated, Fault, Machine, Scope},
    origin::{Origin, Role},
    syntax::{Block, Body, Kind},
    types::Type,
    value::{Data, Known, Members, Reason, ReasonKind, Unknown, Value},
};

/// What belongs to Terraform itself, not to the resource.
const META: &[&str] = &["count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"];

/// Blocks that are an object and no list in every provider.
const ALONE: &[&str] = &["timeouts"];

impl Machine<'_> {
    /// The attributes that a body sets; blocks are lists under their names, but for [`ALONE`].
    pub(super) fn attributes(&mut self, body: &Body, address: &Arc<str>, scope: Scope<'_>, skip_meta: bool) -> Evaluated<Members> {
        let mut members = Members::new();
        for attribute in body.attributes() {
            if skip_meta && META.contains(&&*attribute.name) {
                continue;
            }
            let value = match self.eval(&attribute.value, scope) {
                Ok(value) => value,
                Err(fault) => {
                    let reason = self.report(&fault);
                    Value::unknown(Type::Dynamic, reason)
                }
            };
            let origin = value.origin.step(Role::Attribute, attribute.name_span, &attribute.name);
            members.insert(Arc::clone(&attribute.name), value.with_origin(origin));
        }
        let mut blocks: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        let mut unknown: BTreeMap<Arc<str>, Reason> = BTreeMap::new();
        for block in body.blocks() {
            if skip_meta && META.contains(&&*block.kind) {
                continue;
            }
            self.deeper(block.header, |machine| machine.nested(block, address, scope, &mut blocks, &mut unknown))?;
        }
        for (name, reason) in unknown {
            let pieces = blocks.remove(&name).unwrap_or_default();
            let origin = pieces.first().map(|piece| piece.origin.clone()).unwrap_or_default();
            let known = Known::Pieces(pieces.into());
            let value = Value::from(Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason, known })));
            members.insert(name, value.with_origin(origin));
        }
        members.extend(blocks.into_iter().map(|(name, mut items)| {
            let only = if ALONE.contains(&&*name) && items.len() == 1 { items.pop() } else { None };
            (name, only.unwrap_or_else(|| Value::tuple(items)))
        }));
        Ok(members)
    }

    fn nested(
        &mut self,
        block: &Block,
        address: &Arc<str>,
        scope: Scope<'_>,
        blocks: &mut BTreeMap<Arc<str>, Vec<Value>>,
        unknown: &mut BTreeMap<Arc<str>, Reason>,
    ) -> Evaluated<()> {
        if &*block.kind != "dynamic" {
            let value = self.block_value(&block.body, block.header, address, scope)?;
            blocks.entry(Arc::clone(&block.kind)).or_default().push(value);
            return Ok(());
        }
        let Some(name) = block.label(0).cloned() else {
            return Err(Fault::new("a dynamic block has no name", "write dynamic \"NAME\"", block.header));
        };
        let (Some(each), Some(content)) = (block.body.attribute("for_each"), block.body.blocks_of("content").next()) else {
            return Err(Fault::new("a dynamic block needs for_each and content", "write both", block.header));
        };
        let iterator = match block.body.attribute("iterator").map(|attribute| &attribute.value.kind) {
            Some(Kind::Root(iterator)) => Arc::clone(iterator),
            _ => Arc::clone(&name),
        };
        let source = self.eval(&each.value, scope)?;
        let pairs: Vec<(Value, Value)> = match &source.data {
            Data::Unknown(why) => {
                let one = || Value::unknown(Type::Dynamic, why.reason.clone());
                unknown.insert(Arc::clone(&name), why.reason.clone());
                vec![(one(), one())]
            }
            Data::Set(_, items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
            Data::List(_, items) | Data::Tuple(items) => {
                items.iter().enumerate().map(|(at, item)| (Value::integer(at), item.clone())).collect()
            }
            Data::Map(_, members) | Data::Object(members) => {
                members.iter().map(|(key, value)| (Value::string(key), value.clone())).collect()
            }
            _ => {
                return Err(Fault::new(
                    format!("for_each of a dynamic block is a {}", source.ty().name()),
                    "give a collection",
                    each.value.span,
                ));
            }
        };
        let list = blocks.entry(Arc::clone(&name)).or_default();
        for (key, value) in pairs {
            if list.len() >= MAX_ITEMS {
                return Err(Self::limit("MAX_ITEMS", "make fewer blocks", block.header));
            }
            self.step(block.header)?;
            let bound = Value::object(Members::from([(Arc::from("key"), key), (Arc::from("value"), value)]));
            let made = self
                .with_name(scope, &iterator, bound, |machine, scope| machine.block_value(&content.body, content.header, address, scope))?;
            list.push(made.marked(source.marks));
        }
        Ok(())
    }

    /// A block: what is not set in it may be computed.
    fn block_value(&mut self, body: &Body, span: Span, address: &Arc<str>, scope: Scope<'_>) -> Evaluated {
        let members = self.attributes(body, address, scope, false)?;
        let reason = Reason { kind: ReasonKind::Computed(Arc::clone(address), Arc::default()), span: Some(span) };
        let known = Known::Members(Arc::new(members));
        Ok(Value::from(Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason, known }))).with_origin(Origin::written(span)))
    }
}
