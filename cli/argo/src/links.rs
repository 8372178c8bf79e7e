//! Links that lead out of the repository, for which Argo CD refuses every Application of it.

use portcullis_source::{EntryKind, Revision};

use crate::fault::Fault;

/// How many links are named one by one.
const MAX_NAMED: usize = 20;

/// A fault for each link that is absolute or whose text leads above the root.
pub(crate) fn outside(revision: &Revision) -> Vec<Fault> {
    let links = revision.entries().filter_map(|(path, kind)| match kind {
        EntryKind::Link(target) => Some((path, target)),
        EntryKind::File | EntryKind::Folder => None,
    });
    let leaves = links.filter(|(path, target)| path.parent().is_none_or(|folder| folder.join(target).is_err()));
    let fault = |(path, target)| {
        let fault =
            Fault::new(format!("{path} is a link out of the repository, to {target:?}, for which Argo CD refuses every application"));
        fault.hint("replace the link by what it leads to")
    };
    leaves.map(fault).take(MAX_NAMED).collect()
}
