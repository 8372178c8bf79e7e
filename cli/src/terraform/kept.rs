//! What a comparison keeps of an evaluated root: its resources, and what its configuration says became of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::Arc,
};

use portcullis_policies::Resource;
use portcullis_source::{RepoPath, Span};
use portcullis_terraform::{
    module::Statement,
    plan::{Plan, instances},
};

use super::{Evaluated, evaluated::DEFAULT};

/// A root in an environment, as it is compared with itself in another revision.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The folder.
    pub(crate) folder: RepoPath,
    /// The environment; none of a root that shows none.
    pub(crate) environment: Option<Arc<str>>,
    /// The documents of the resources that it manages.
    pub(crate) resources: Vec<Resource>,
    /// Whether something could not be evaluated, so that what is missing may be there.
    pub(crate) is_partial: bool,
    /// The addresses that things had, and those that they have now.
    pub(crate) moved: Vec<(String, String)>,
    /// The addresses of what leaves the state and stays.
    pub(crate) forgotten: Vec<String>,
    /// The places that decide how often something is there, by its address without a key.
    deciders: BTreeMap<Arc<str>, Arc<[Span]>>,
    /// The addresses of its resources and calls.
    addresses: BTreeSet<Arc<str>>,
    /// The addresses, without keys, of what is there nobody knows how often.
    uncertain: BTreeSet<String>,
    /// Its plan.
    pub(crate) plan: Option<Arc<Plan>>,
    /// Where it is.
    pub(crate) span: Option<Span>,
}

impl Kept {
    /// What is kept of a root, with the documents of its resources.
    pub(super) fn of(root: &Evaluated, resources: &[Resource], span: Option<Span>) -> Self {
        let is_managed = |resource: &&Resource| {
            super::is_ours(&resource.identity) && resource.node().and_then(|node| node.get("mode")?.as_str()) == Some("managed")
        };
        let statements = |kind: &'static str| root.module.statements.iter().filter(move |statement| &*statement.kind == kind);
        let moved = statements("moved").flat_map(|statement| {
            let pair = statement.references.get("from").zip(statement.references.get("to"));
            let prefixes = root.prefixes(statement);
            pair.into_iter().flat_map(move |(from, to)| {
                prefixes.clone().into_iter().map(move |prefix| (format!("{prefix}{from}"), format!("{prefix}{to}")))
            })
        });
        let forgotten = statements("removed").filter(|statement| !statement.destroy).flat_map(|statement| {
            let from = statement.references.get("from");
            let prefixes = root.prefixes(statement);
            from.into_iter().flat_map(move |from| prefixes.clone().into_iter().map(move |prefix| format!("{prefix}{from}")))
        });
        let addresses = root.addresses();
        let resources: Vec<Resource> = resources.iter().filter(is_managed).cloned().collect();
        Self {
            folder: root.folder.clone(),
            environment: Some(Arc::clone(&root.environment)).filter(|name| &**name != DEFAULT),
            uncertain: root.uncertain(&addresses),
            addresses,
            resources,
            is_partial: root.module.partial || !root.problems.is_empty(),
            moved: moved.collect(),
            forgotten: forgotten.collect(),
            deciders: root.module.deciders.clone(),
            plan: root.inputs.plan.clone(),
            span,
        }
    }

    /// The address that something has now which had another one before. A resource that gets a `count` becomes its first instance, and the first
    /// instance what has none any longer, without a word of the configuration.
    pub(crate) fn moved_to(&self, address: &str) -> Option<String> {
        let said = self.moved_on(address);
        let implied = || {
            let other = address.strip_suffix("[0]").map_or_else(|| format!("{address}[0]"), str::to_owned);
            (!self.addresses.contains(address) && self.addresses.contains(other.as_str())).then_some(other)
        };
        said.or_else(implied)
    }

    /// Where statements lead from an address, one after the other, each once.
    fn moved_on(&self, address: &str) -> Option<String> {
        let (mut at, mut left): (String, Vec<&(String, String)>) = (address.to_owned(), self.moved.iter().collect());
        while let Some(next) = left.iter().position(|(from, _)| after(&at, from).is_some()) {
            let (from, to) = left.swap_remove(next);
            at = format!("{to}{}", after(&at, from).unwrap_or_default());
        }
        (at != address).then_some(at)
    }

    /// Whether something may be at an address: how often what leads there is nobody knows, or its module is not there.
    pub(crate) fn may_have(&self, address: &str) -> bool {
        let covers = |(without_key, _): &(String, _)| self.uncertain.contains(without_key.as_str());
        instances(address).is_some_and(|all| all.iter().any(covers))
    }

    /// What decides that something which was at an address is not there: the places that say how often the first of its modules is, or itself, that is
    /// not there any longer.
    pub(crate) fn deciders(&self, address: &str) -> Option<&[Span]> {
        instances(address)?.into_iter().find_map(|(without_key, key)| {
            let spans = self.deciders.get(without_key.as_str())?;
            let instance = format!("{without_key}{}", key.map(|key| key.to_string()).unwrap_or_default());
            let from = (Bound::Included(instance.as_str()), Bound::Unbounded);
            let mut beside = self.addresses.range::<str, _>(from).take_while(|other| other.starts_with(&instance));
            (!beside.any(|other| after(other, &instance).is_some())).then_some(&**spans)
        })
    }

    /// Whether something that is gone stays where it is.
    pub(crate) fn forgets(&self, address: &str) -> bool {
        self.forgotten.iter().any(|from| after(address, from).is_some())
    }
}

/// What follows an address in one that is the same or lies within it.
fn after<'a>(address: &'a str, around: &str) -> Option<&'a str> {
    address.strip_prefix(around).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl Evaluated {
    fn addresses(&self) -> BTreeSet<Arc<str>> {
        let resources = self.module.resources.iter().map(|resource| Arc::clone(&resource.address));
        resources.chain(self.module.calls.iter().map(|call| Arc::clone(&call.address))).collect()
    }

    fn uncertain(&self, addresses: &BTreeSet<Arc<str>>) -> BTreeSet<String> {
        let unknown = |address: &str| {
            address.match_indices("[?]").map(|(at, _)| address.get(..at).unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let counted = addresses.iter().flat_map(|address| unknown(address));
        let absent = self.module.calls.iter().filter(|call| call.folder.is_none() && call.contract.is_none());
        counted.chain(absent.map(|call| call.address.to_string())).collect()
    }

    /// What stands before the addresses that a statement names: nothing in the root, the addresses of all calls in a module.
    fn prefixes(&self, statement: &Statement) -> Vec<String> {
        if statement.folder == self.folder {
            return vec![String::new()];
        }
        let calls = self.module.calls.iter().filter(|call| call.folder.as_ref() == Some(&statement.folder));
        calls.map(|call| format!("{}.", call.address)).collect()
    }
}
