//! The configuration to what the expansion of ApplicationSets needs to know.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_argo::{BuildOptions, Cluster, Generated, Globbing, Inventory, Repository, Settings, Version};
use portcullis_policies::{Config, config};
use portcullis_source::RepoPath;

use crate::error::Error;

/// The clusters, repositories and settings of a configuration.
pub(crate) fn inventory(config: &Config) -> Result<Inventory, Error> {
    let repositories = config.repositories.iter().map(repository).collect::<Result<_, _>>()?;
    Ok(Inventory {
        clusters: config.clusters.iter().map(cluster).collect(),
        repositories,
        projects: None,
        generated: config.argocd.generators.iter().map(generated).collect(),
        settings: settings(&config.argocd)?,
    })
}

fn text(value: &config::Located<Arc<str>>) -> String {
    value.value.to_string()
}

fn texts(map: &BTreeMap<Arc<str>, config::Located<Arc<str>>>) -> BTreeMap<String, String> {
    map.iter().map(|(key, value)| (key.to_string(), text(value))).collect()
}

fn cluster(cluster: &config::Cluster) -> Cluster {
    Cluster {
        name: text(&cluster.name),
        server: text(&cluster.server),
        project: cluster.project.as_ref().map(text).unwrap_or_default(),
        labels: texts(&cluster.labels),
        annotations: texts(&cluster.annotations),
        kubernetes_version: cluster.kubernetes_version.as_ref().map(text),
        api_versions: cluster.api_versions.iter().map(text).collect(),
        span: cluster.name.span,
    }
}

fn generated(generator: &config::Generator) -> Generated {
    Generated {
        generator: text(&generator.generator),
        application_set: generator.application_set.as_ref().map(text),
        span: generator.application_set.as_ref().and_then(|set| set.span),
        parameters: generator.parameters.clone(),
    }
}

/// A repository as the expansion knows it.
pub(crate) fn repository(repository: &config::Repository) -> Result<Repository, Error> {
    let path = repository.path.as_ref().map_or("", |path| &path.value);
    let path = RepoPath::new(path).map_err(|error| Error::Usage {
        message: format!("repositories: {error}"),
        hint: "the path is meant from the repository's root".to_owned(),
    })?;
    Ok(Repository { url: text(&repository.url), path, revisions: Vec::new() })
}

fn settings(argocd: &config::Argocd) -> Result<Settings, Error> {
    let mut settings = Settings::default();
    if let Some(version) = &argocd.version {
        settings.version = Version::parse(&version.value).ok_or_else(|| Error::Usage {
            message: format!("argocd.version {:?} is no version", version.value),
            hint: "write major and minor, such as \"3.2\"".to_owned(),
        })?;
    }
    if let Some(namespace) = &argocd.namespace {
        settings.namespace = text(namespace);
    }
    if let Some(options) = &argocd.kustomize_build_options {
        settings.build_options = Some(build_options(&options.value)?);
    }
    if argocd.new_git_file_globbing.as_ref().is_some_and(|setting| setting.value) {
        settings.globbing = Globbing::Doublestar;
    }
    Ok(settings)
}

/// What `kustomize build` is told.
fn build_options(options: &str) -> Result<BuildOptions, Error> {
    BuildOptions::parse(options).map_err(|word| Error::Usage {
        message: format!("argocd.kustomizeBuildOptions has {word:?}, which is not known"),
        hint: format!("known are {}", BuildOptions::KNOWN),
    })
}
