//! The configuration to what the expansion of ApplicationSets needs to know.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_argo::{Cluster, Generated, Globbing, Inventory, Repository, Settings, Version};
use portcullis_kustomize::LoadRestriction;
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
        parameters: generator.parameters.clone(),
    }
}

fn repository(repository: &config::Repository) -> Result<Repository, Error> {
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
        settings.load_restriction = load_restriction(&options.value)?;
    }
    if argocd.new_git_file_globbing.as_ref().is_some_and(|setting| setting.value) {
        settings.globbing = Globbing::Doublestar;
    }
    Ok(settings)
}

/// The options of `kustomize build` that are read, or change nothing of what is rendered here.
const KNOWN_OPTIONS: &str = "--load-restrictor, --enable-helm, --enable-alpha-plugins, --enable-exec, --enable-star, --helm-command, \
                             --helm-kube-version, --helm-api-versions, --network and --reorder";

/// Which files kustomizations may name, by what `kustomize build` is told.
fn load_restriction(options: &str) -> Result<LoadRestriction, Error> {
    let wrong = |word: &str| Error::Usage {
        message: format!("argocd.kustomizeBuildOptions has {word:?}, which is not known"),
        hint: format!("known are {KNOWN_OPTIONS}"),
    };
    let mut restriction = LoadRestriction::default();
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let (flag, given) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        match flag {
            "--load-restrictor" => match given.or_else(|| words.next()).unwrap_or_default() {
                "LoadRestrictionsNone" => restriction = LoadRestriction::Repository,
                "LoadRestrictionsRootOnly" => restriction = LoadRestriction::OwnFolder,
                other => return Err(wrong(other)),
            },
            "--helm-command" | "--helm-kube-version" | "--helm-api-versions" | "--reorder" => {
                given.or_else(|| words.next()).ok_or_else(|| wrong(word))?;
            }
            "--enable-helm" | "--enable-alpha-plugins" | "--enable-exec" | "--enable-star" | "--network" => {}
            _ => return Err(wrong(word)),
        }
    }
    Ok(restriction)
}
