//! What a comparison keeps of an evaluated root: its resources, and what its configuration says became of them.

use std::sync::Arc;

use portcullis_policies::Resource;
use portcullis_source::{RepoPath, Span};
use portcullis_terraform::{module::Statement, plan::Plan};

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
        Self {
            folder: root.folder.clone(),
            environment: Some(Arc::clone(&root.environment)).filter(|name| &**name != DEFAULT),
            resources: resources.iter().filter(is_managed).cloned().collect(),
            is_partial: root.module.partial || !root.problems.is_empty(),
            moved: moved.collect(),
            forgotten: forgotten.collect(),
            plan: root.inputs.plan.clone(),
            span,
        }
    }

    /// The address that something has now which had another one before.
    pub(crate) fn moved_to(&self, address: &str) -> Option<String> {
        self.moved.iter().find_map(|(from, to)| Some(format!("{to}{}", after(address, from)?)))
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
    /// What stands before the addresses that a statement names: nothing in the root, the addresses of all calls in a module.
    fn prefixes(&self, statement: &Statement) -> Vec<String> {
        if statement.folder == self.folder {
            return vec![String::new()];
        }
        let calls = self.module.calls.iter().filter(|call| call.folder.as_ref() == Some(&statement.folder));
        calls.map(|call| format!("{}.", call.address)).collect()
    }
}
