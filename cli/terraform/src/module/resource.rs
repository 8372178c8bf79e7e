//! Resources and data sources: what the configuration sets of each instance.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Span;

use super::{Key, Lifecycle, call::Node, expand::Expansion, lifecycle, policy};
use crate::{
    machine::{Evaluated, Machine, Scope},
    origin::{Origin, Role},
    syntax::Block,
    types::Type,
    value::{Data, Known, Marks, Members, Reason, ReasonKind, Unknown, Value},
};

/// What a resource is to Terraform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// `resource`: made and kept.
    Managed,
    /// `data`: read.
    Data,
    /// `ephemeral`: read and forgotten.
    Ephemeral,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// It is.
    Certain,
    /// It depends on something unknown.
    Possible,
}

/// An instance of a resource or data source.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The address, such as `module.a.aws_s3_bucket.b["c"]`.
    pub address: Arc<str>,
    /// What it is to Terraform.
    pub mode: Mode,
    /// The type.
    pub ty: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// Which instance it is, where there may be several.
    pub key: Option<Key>,
    /// The address of its module, empty for the root.
    pub module: Arc<str>,
    /// What the configuration sets; blocks are lists under their names.
    pub values: Arc<Members>,
    /// Whether it is there.
    pub existence: Existence,
    /// The tags that it gets, those of its provider too.
    pub tags: Option<Value>,
    /// What `count` is, where that is set.
    pub count: Option<Value>,
    /// The contract that makes it, where its module is not there.
    pub contract: Option<Arc<str>>,
    /// What Terraform may do with it.
    pub lifecycle: Lifecycle,
    /// Where it is declared.
    pub span: Span,
}

/// How the names of attributes end that a provider takes and does not keep.
const WRITE_ONLY: &str = "_wo";

/// The one resource that terraform itself knows: its output has the type of its input.
fn terraform_data(members: &mut Members, address: &Arc<str>, span: Span) {
    let computed = |ty: Type, name: &str| {
        let kind = ReasonKind::Computed(Arc::clone(address), Arc::from(name));
        Value::unknown(ty, Reason { kind, span: Some(span) })
    };
    let output = members
        .get("input")
        .filter(|input| !input.is_null())
        .map_or_else(|| Value::null(Type::Dynamic), |input| computed(input.ty(), "output"));
    let reason = Reason { kind: ReasonKind::Computed(Arc::clone(address), Arc::from("id")), span: Some(span) };
    members.insert(Arc::from("id"), Value::unknown_not_null(Type::String, reason));
    members.insert(Arc::from("output"), output);
    for name in ["input", "triggers_replace"] {
        members.entry(Arc::from(name)).or_insert_with(|| Value::null(Type::Dynamic));
    }
}

impl Machine<'_> {
    /// What a reference to a resource gives: one value, a list, or a value by key.
    pub(super) fn resource_value(&mut self, module: usize, identity: (Mode, &Arc<str>, &Arc<str>), block: &Block) -> Evaluated {
        let scope = Scope::of_module(module);
        let above = self.modules.get(module).map(|instance| Arc::clone(&instance.address)).unwrap_or_default();
        let dot = if above.is_empty() { "" } else { "." };
        let node = Node::Resource(identity.0, Arc::clone(identity.1), Arc::clone(identity.2));
        let address = format!("{above}{dot}{}", node.describe());
        let expansion = self.expansion_of(&address, scope, &block.body)?;
        let one = |machine: &mut Self, key: Option<Key>, names: &[(&'static str, Value)]| {
            machine.count_instance(block.header)?;
            let address: Arc<str> = Arc::from(format!("{address}{}", key.map(|key| key.to_string()).unwrap_or_default()));
            machine.with_bound(scope, names, |machine, scope| machine.instance_value(identity, &address, block, scope))
        };
        match expansion {
            Expansion::One => one(self, None, &[]),
            Expansion::Count(all) => {
                let items: Evaluated<Vec<Value>> =
                    all.iter().enumerate().map(|(at, names)| one(self, Some(Key::Index(at)), names)).collect();
                Ok(Value::tuple(items?))
            }
            Expansion::Each(all) => {
                let mut members = Members::new();
                for (key, names) in all {
                    members.insert(Arc::clone(&key), one(self, Some(Key::Name(Arc::clone(&key))), &names)?);
                }
                Ok(Value::object(members))
            }
            Expansion::Unknown(reason, names) => {
                let stand_in = one(self, Some(Key::Unknown), &names)?;
                let known = Known::Pieces(Arc::from([stand_in]));
                Ok(Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason, known })).into())
            }
        }
    }

    fn instance_value(
        &mut self,
        (mode, ty, _): (Mode, &Arc<str>, &Arc<str>),
        address: &Arc<str>,
        block: &Block,
        scope: Scope<'_>,
    ) -> Evaluated {
        let mut members = self.attributes(&block.body, address, scope, true)?;
        let is_contracted = scope.module.and_then(|at| self.modules.get(at)).is_some_and(|instance| instance.config.contract.is_some());
        if mode != Mode::Ephemeral && !is_contracted {
            self.refuse_ephemeral(&members, block.header);
        }
        if let (Mode::Managed, Some(module), true) = (mode, scope.module, members.contains_key("tags")) {
            let default = self.default_tags(module, ty, block, scope);
            let all = Self::all_tags(default.as_ref(), &members).filter(|_| default.is_some());
            members.extend(all.map(|all| (Arc::from("tags_all"), all)));
        }
        let kind = match mode {
            Mode::Managed => ReasonKind::Computed(Arc::clone(address), Arc::default()),
            Mode::Data | Mode::Ephemeral => ReasonKind::Data(Arc::clone(address), Arc::default()),
        };
        let reason = Reason { kind, span: Some(block.header) };
        if mode == Mode::Data && &**ty == "aws_iam_policy_document" {
            let document = policy::document(&members, block.header);
            match document {
                Ok(document) => {
                    members.insert(Arc::from("json"), document.text);
                    members.insert(Arc::from("minified_json"), document.minified);
                }
                Err(fault) => {
                    self.report(&fault);
                }
            }
        }
        if mode == Mode::Data {
            let known = self.answers(ty, &members, block, scope);
            members.extend(known.into_iter().map(|(name, value)| {
                let origin = if value.origin.span().is_some() { value.origin.clone() } else { Origin::written(block.header) };
                (Arc::from(name), value.with_origin(origin))
            }));
        }
        if mode == Mode::Data && &**ty == "terraform_remote_state" {
            let outputs = self.remote_outputs(&members, block.header);
            members.insert(Arc::from("outputs"), outputs);
        }
        if mode == Mode::Managed && &**ty == "terraform_data" {
            terraform_data(&mut members, address, block.header);
        }
        self.merge_planned(address, &lifecycle::of(block).ignored, block.header, &mut members);
        let known = Known::Members(Arc::new(members));
        let value = Value::from(Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason, known })));
        Ok(value.with_origin(Origin::written(block.header)).marked(Marks { ephemeral: mode == Mode::Ephemeral, sensitive: false }))
    }

    /// Tells where what must not be kept would be kept: in any attribute that providers do not call write-only.
    fn refuse_ephemeral(&mut self, members: &Members, near: Span) {
        for (name, value) in members {
            if name.ends_with(WRITE_ONLY) {
                continue;
            }
            let set = value.origin.last().filter(|step| step.role == Role::Attribute).map(|step| step.span);
            let blocks = value.items().filter(|items| set.is_none() && items.iter().all(|item| item.attributes().is_some()));
            match blocks {
                Some(blocks) => blocks.iter().filter_map(Value::attributes).for_each(|block| self.refuse_ephemeral(block, near)),
                None if value.all_marks().ephemeral => {
                    let hint = "take its write-only attribute, whose name ends in _wo, or another value";
                    self.problem(&format!("{name} is kept, but set to an ephemeral value"), hint, Some(set.unwrap_or(near)));
                }
                None => {}
            }
        }
    }

    /// The instances of a resource of a module that is evaluated.
    pub(super) fn instances(&mut self, module: usize, identity: (Mode, Arc<str>, Arc<str>), block: &Block) -> Vec<Resource> {
        let (mode, ty, name) = identity;
        let node = Node::Resource(mode, Arc::clone(&ty), Arc::clone(&name));
        let Ok(value) = self.node(module, &node, block.header) else { return Vec::new() };
        let (above, certain) =
            self.modules.get(module).map(|instance| (Arc::clone(&instance.address), instance.certain)).unwrap_or_default();
        let config = self.modules.get(module).map(|instance| Arc::clone(&instance.config)).unwrap_or_default();
        let contract: Option<Arc<str>> = config.contract.as_ref().map(|used| Arc::from(used.contract.name()));
        let dot = if above.is_empty() { "" } else { "." };
        let default = if mode == Mode::Managed { self.tags_by_key(module, &ty, block) } else { BTreeMap::new() };
        let count = block.body.attribute("count").and_then(|count| self.eval(&count.value, Scope::of_module(module)).ok());
        let lifecycle = lifecycle::of(block);
        let make = |key: Option<Key>, value: &Value| Resource {
            tags: value.attributes().and_then(|members| Self::all_tags(default.get(&key).or(default.get(&None)), members)),
            address: Arc::from(format!("{above}{dot}{}{}", node.describe(), key.as_ref().map(Key::to_string).unwrap_or_default())),
            mode,
            ty: Arc::clone(&ty),
            name: Arc::clone(&name),
            existence: if certain && key != Some(Key::Unknown) { Existence::Certain } else { Existence::Possible },
            key,
            module: Arc::clone(&above),
            values: value.attributes().cloned().unwrap_or_default(),
            count: count.clone(),
            contract: contract.clone(),
            lifecycle: lifecycle.clone(),
            span: block.header,
        };
        match (&value.data, value.as_unknown().map(|unknown| &unknown.known)) {
            (Data::Tuple(items), _) => items.iter().enumerate().map(|(at, item)| make(Some(Key::Index(at)), item)).collect(),
            (Data::Object(members), _) => members.iter().map(|(key, item)| make(Some(Key::Name(Arc::clone(key))), item)).collect(),
            (_, Some(Known::Pieces(pieces))) => pieces.iter().map(|item| make(Some(Key::Unknown), item)).collect(),
            (_, Some(Known::Members(_))) => vec![make(None, &value)],
            // It could not be counted, which was reported: it may be there.
            _ => vec![make(Some(Key::Unknown), &value)],
        }
    }
}
