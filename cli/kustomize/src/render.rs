//! The build of a folder.

use std::collections::BTreeSet;

use portcullis_helm::RemoteChart;
use portcullis_source::{RepoPath, Revision, Span, Text};

use crate::{
    Fault, Helm, LoadRestriction, Node, Remotes, Settings,
    load::{Folder, Shared},
    target,
    write::Writer,
};

/// The version of kustomize that is followed, as its label says it.
const VERSION: &str = "v5.7.0";

/// How a folder is built.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Which files a kustomization may name.
    pub restriction: LoadRestriction,
    /// Where bases lie that are named by URLs.
    pub remotes: Option<Remotes<'a>>,
    /// What an Application changes.
    pub settings: Option<&'a Settings>,
    /// What charts are rendered with: `--enable-helm`.
    pub helm: Option<Helm<'a>>,
}

/// What a build made.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The objects, in the order in which they are printed.
    pub objects: Vec<Node>,
    /// What `kustomize build` prints, with the place of every part.
    pub text: Text,
}

/// Builds a folder.
///
/// # Errors
/// Says what kustomize refuses or what is not rendered here, with the place.
pub fn render(revision: &Revision, folder: &RepoPath, options: &Options<'_>) -> Result<Rendered, Box<Fault>> {
    let shared = Shared::new(revision, options);
    build(&shared, folder, options)
}

/// What a build rests on.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The files that it reads.
    pub files: BTreeSet<RepoPath>,
    /// The charts of repositories, each with the place that asks for it.
    pub charts: Vec<(RemoteChart, Span)>,
}

/// What a build rests on, as far as it comes; a chart that is not there makes nothing.
#[must_use]
pub fn reach(revision: &Revision, folder: &RepoPath, options: &Options<'_>) -> Reach {
    let shared = Shared::new(revision, options).looking_ahead();
    let _ = build(&shared, folder, options);
    shared.into_reach()
}

fn build(shared: &Shared<'_>, folder: &RepoPath, options: &Options<'_>) -> Result<Rendered, Box<Fault>> {
    let folder = Folder::root(shared, folder)?;
    let mut kustomization = target::kustomization(&folder)?;
    if let Some(settings) = options.settings {
        settings.change(&mut kustomization, &folder)?;
    }
    let resources = target::build(&folder, &kustomization, VERSION)?;
    let objects: Vec<Node> = resources.list.into_iter().map(|resource| resource.node).collect();
    let mut writer = Writer::default();
    objects.iter().try_for_each(|object| writer.add(object))?;
    Ok(Rendered { objects, text: writer.finish() })
}
