//! Kustomizations to the documents that they deploy.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_argo::KustomizeSource;
use portcullis_kustomize::{FaultKind, Options, reach, render};
use portcullis_source::{Document, Problem, RepoPath, Revision, Stage, yaml};

/// What a source deploys, in the order in which kustomize prints it.
pub(crate) fn documents(revision: &Revision, source: &KustomizeSource) -> Result<Vec<Arc<Document>>, Box<Problem>> {
    let rendered = render(revision, &source.path, &options(source)).map_err(|fault| {
        let what = match fault.kind {
            FaultKind::Refused => "can't be built",
            FaultKind::Unrendered | FaultKind::TooMuch => "is not rendered",
        };
        let message = format!("the kustomization in {} {what}: {}", shown(&source.path), fault.message);
        Box::new(Problem::new(Stage::Source, message, fault.hint.clone()).at(fault.span))
    })?;
    let stream = yaml::parse(&rendered.text);
    if let Some(error) = stream.error {
        let message = format!("the kustomization in {} comes to no valid YAML: {}", shown(&source.path), error.message);
        return Err(Box::new(Problem::new(Stage::Source, message, "mend what it is built from").at(rendered.text.span(error.range))));
    }
    Ok(stream.documents.into_iter().map(Arc::new).collect())
}

/// The files that a source is built from, as far as they are there.
pub(crate) fn files(revision: &Revision, source: &KustomizeSource) -> BTreeSet<RepoPath> {
    reach(revision, &source.path, &options(source))
}

fn options(source: &KustomizeSource) -> Options<'_> {
    Options { restriction: source.restriction, remotes: None, settings: source.settings.as_deref() }
}

fn shown(path: &RepoPath) -> &str {
    if path.as_str().is_empty() { "the root of the repository" } else { path.as_str() }
}
