//! Links that lead out of the repository, for which Argo CD refuses every Application of it.

use std::sync::Arc;

use portcullis_source::{EntryKind, RepoPath, Revision};

use crate::{
    Application, SourceKind,
    fault::{Fact, Fault},
};

/// How many links are named one by one.
const MAX_NAMED: usize = 20;

/// A fault for each link that is absolute or whose text leads above the root, with the Applications that read it.
pub(crate) fn outside(revision: &Revision, applications: &[Application]) -> Vec<(Fault, Vec<String>)> {
    let links = revision.entries().filter_map(|(path, kind)| match kind {
        EntryKind::Link(target) => Some((path, target)),
        EntryKind::File | EntryKind::Folder | EntryKind::Special => None,
    });
    let leaves = links.filter(|(path, target)| path.parent().is_none_or(|folder| folder.join(target).is_err()));
    let fault = |(path, target): (&RepoPath, &String)| {
        // A link is a file with one line for git: where it leads to.
        let file = revision.sources().add(Arc::clone(path.text()), target.clone().into_bytes());
        let fact = Fact::new(format!("{path} is a link out of the repository, to {target:?}, for which Argo CD refuses every application"));
        let readers: Vec<String> = applications.iter().filter(|application| reads(application, path)).map(|one| one.name.clone()).collect();
        let who = if readers.is_empty() { "no application reads it" } else { "the applications below read it" };
        (fact.at(Some(file.span())).hint(format!("replace the link by what it leads to; {who}")), readers)
    };
    leaves.map(fault).take(MAX_NAMED).collect()
}

/// Whether what an Application is made of lies behind a link, or holds it.
fn reads(application: &Application, link: &RepoPath) -> bool {
    application.sources.iter().any(|source| match &source.kind {
        SourceKind::Helm(helm) => {
            helm.chart.folder().is_some_and(|chart| link.is_within(chart)) || helm.values.iter().any(|file| file.path.is_within(link))
        }
        SourceKind::Directory(directory) => link.is_within(&directory.path),
        SourceKind::Kustomize(kustomize) => link.is_within(&kustomize.path),
        SourceKind::Unrendered(unrendered) => unrendered.reason.starts_with(&format!("{link} is a link out of the repository")),
        SourceKind::Reference => false,
    })
}
