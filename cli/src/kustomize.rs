//! Kustomizations to the documents that they deploy.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_argo::{KustomizeSource, Repository, Version};
use portcullis_helm::{Compat, Supply};
use portcullis_kustomize::{FaultKind, Helm, Options, Reach, Remotes, reach, render as build};
use portcullis_policies::Config;
use portcullis_source::{Document, Problem, RepoPath, Revision, Stage, yaml};

use crate::{inventory::repository, render, settings::Settings};

/// What kustomizations are built with.
#[derive(Clone, Copy)]
pub(crate) struct Builder<'a> {
    /// The files.
    pub(crate) revision: &'a Revision,
    /// Where charts lie that are fetched.
    pub(crate) supply: &'a Supply,
    /// The Helm.
    pub(crate) compat: Compat,
    config: &'a Config,
}

impl<'a> Builder<'a> {
    /// What a run builds with.
    pub(crate) fn new(settings: &'a Settings, compat: Compat) -> Self {
        Self { revision: &settings.revision, supply: &settings.supply, compat, config: &settings.config }
    }

    /// The same, with the Helm of the Argo CD that the configuration names.
    pub(crate) fn of(settings: &'a Settings) -> Self {
        let version = settings.config.argocd.version.as_ref().and_then(|version| Version::parse(&version.value));
        Self::new(settings, render::compat(version.unwrap_or(portcullis_argo::Settings::default().version)))
    }

    /// What a source deploys, in the order in which kustomize prints it.
    pub(crate) fn documents(self, source: &KustomizeSource) -> Result<Vec<Arc<Document>>, Box<Problem>> {
        let remotes = |url: &str| self.base(url);
        let rendered = build(self.revision, &source.path, &self.options(source, &remotes)).map_err(|fault| {
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
    pub(crate) fn files(self, source: &KustomizeSource) -> BTreeSet<RepoPath> {
        self.reach(source).files
    }

    /// These, and the charts of repositories that it asks for.
    pub(crate) fn reach(self, source: &KustomizeSource) -> Reach {
        let remotes = |url: &str| self.base(url);
        reach(self.revision, &source.path, &self.options(source, &remotes))
    }

    /// Where a base of a repository lies that the configuration declares.
    fn base(self, url: &str) -> Option<RepoPath> {
        let repositories: Vec<Repository> = self.config.repositories.iter().filter_map(|known| repository(known).ok()).collect();
        portcullis_argo::base(&repositories, url)
    }

    fn options<'s>(self, source: &'s KustomizeSource, remotes: Remotes<'s>) -> Options<'s>
    where
        'a: 's,
    {
        let helm = source.helm.as_ref().map(|helm| Helm {
            supply: self.supply,
            compat: self.compat,
            kube_version: helm.kube_version.as_deref(),
            api_versions: &helm.api_versions,
        });
        Options { restriction: source.restriction, remotes: Some(remotes), settings: source.settings.as_deref(), helm }
    }
}

fn shown(path: &RepoPath) -> &str {
    if path.as_str().is_empty() { "the root of the repository" } else { path.as_str() }
}
