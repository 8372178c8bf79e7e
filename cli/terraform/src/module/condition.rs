//! What configurations demand of values: `validation`, `precondition`, `postcondition` and the assertions of `check`.

use std::sync::Arc;

use portcullis_source::Span;

use super::{
    Config, Mode,
    call::Node,
    expand::{Expansion, Names},
};
use crate::{
    limits::MAX_PROBLEMS,
    machine::{Machine, Scope},
    syntax::Block,
    types::Type,
    value::{Data, Value},
};

impl Machine<'_> {
    /// Why a demand is not met, in the words that it has for that; none where it is, or where nobody knows.
    pub(super) fn unmet(&mut self, demand: &Block, scope: Scope<'_>) -> Option<String> {
        let Some(condition) = demand.body.attribute("condition") else {
            self.problem(&format!("a block {} has no condition", demand.kind), "write condition = …", Some(demand.header));
            return None;
        };
        let test = self.eval(&condition.value, scope);
        let test = test.and_then(|test| Self::want(&test, &Type::Bool, "the condition", condition.value.span));
        match test.map(|test| test.data) {
            Ok(Data::Bool(false)) => {
                let said = demand.body.attribute("error_message").map(|attribute| self.eval(&attribute.value, scope));
                let said = said.and_then(Result::ok).filter(|said| !said.all_marks().sensitive);
                Some(said.as_ref().and_then(Value::as_str).unwrap_or("its condition is false").to_owned())
            }
            Ok(_) => None,
            Err(fault) => {
                self.report(&fault);
                None
            }
        }
    }

    /// Tells what the instances of a resource must be and are not.
    pub(super) fn demands_of(&mut self, module: usize, identity: &(Mode, Arc<str>, Arc<str>), block: &Block) {
        let demands: Vec<&Block> = block.body.blocks_of("lifecycle").flat_map(|lifecycle| lifecycle.body.blocks()).collect();
        if demands.is_empty() {
            return;
        }
        let scope = Scope::of_module(module);
        let node = Node::Resource(identity.0, Arc::clone(&identity.1), Arc::clone(&identity.2));
        let (Ok(expansion), Ok(value)) = (self.expansion(scope, &block.body), self.node(module, &node, block.header)) else { return };
        let instances: Vec<(Names, Value)> = match (expansion, value.items(), value.members()) {
            (Expansion::One, ..) => vec![(Vec::new(), value)],
            (Expansion::Count(names), Some(items), _) => names.into_iter().zip(items.iter().cloned()).collect(),
            (Expansion::Each(names), _, Some(members)) => {
                names.into_iter().filter_map(|(key, names)| Some((names, members.get(&key)?.clone()))).collect()
            }
            // Of what nobody knows how often it is there, nothing is demanded for certain.
            _ => Vec::new(),
        };
        for (mut names, own) in instances {
            names.push(("self", own));
            for demand in demands.iter().filter(|demand| matches!(&*demand.kind, "precondition" | "postcondition")) {
                let said = self.with_bound(scope, &names, |machine, scope| machine.unmet(demand, scope));
                if let Some(said) = said {
                    let message = format!("a {} of {} fails: {said}", demand.kind, node.describe());
                    self.problem(&message, "give it what it demands", Some(demanded_at(demand)));
                }
            }
        }
    }

    /// Tells what an output must be and is not.
    pub(super) fn demands_of_output(&mut self, module: usize, name: &str, block: &Block) {
        for demand in block.body.blocks_of("precondition") {
            if let Some(said) = self.unmet(demand, Scope::of_module(module)) {
                let message = format!("a precondition of output.{name} fails: {said}");
                self.problem(&message, "give it what it demands", Some(demanded_at(demand)));
            }
        }
    }

    /// Notes which assertions of the `check` blocks of a module do not hold: Terraform warns of them, and plans all the same.
    pub(super) fn checks(&mut self, module: usize, config: &Config) {
        for check in config.others.iter().filter(|block| &*block.kind == "check") {
            for demand in check.body.blocks_of("assert") {
                if let Some(said) = self.unmet(demand, Scope::of_module(module)).filter(|_| self.failed.len() < MAX_PROBLEMS) {
                    let name = check.label(0).cloned().unwrap_or_default();
                    let module = self.modules.get(module).map(|instance| Arc::clone(&instance.address)).unwrap_or_default();
                    self.failed.push(FailedCheck { name, module, said: Arc::from(said), span: demanded_at(demand) });
                }
            }
        }
    }
}

/// An assertion of a `check` block that does not hold.
#[derive(Clone, Debug)]
pub struct FailedCheck {
    /// The name of the block.
    pub name: Arc<str>,
    /// The address of its module, empty for the root.
    pub module: Arc<str>,
    /// What it says of that, or that its condition is false.
    pub said: Arc<str>,
    /// Where its condition stands.
    pub span: Span,
}

/// Where a demand stands: its condition.
fn demanded_at(demand: &Block) -> Span {
    demand.body.attribute("condition").map_or(demand.header, |condition| condition.value.span)
}
