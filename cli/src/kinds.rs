//! What is known of the kinds of a repository: the versions of Kubernetes, and the CustomResourceDefinitions in sight.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_argo::Application;
use portcullis_policies::{ConfigError, Engine, Resource, Rule};
use portcullis_schema::Schemas;
use portcullis_source::{EntryKind, FileId, RepoPath, SourceFile, Text, yaml};
use rayon::prelude::{IntoParallelRefMutIterator, ParallelIterator};

use crate::{
    discover,
    error::Error,
    render::{Renderer, helm_source},
    settings::{Settings, mistakes},
};

/// What is known of kinds before anything is rendered.
pub(crate) struct Kinds {
    schemas: Schemas,
    /// The files that tell it beside the configuration.
    files: BTreeSet<FileId>,
    /// Whether some rule asks.
    asked: bool,
}

impl Kinds {
    /// Reads the files that the configuration names, and the definitions of charts that deploy without theirs.
    pub(crate) fn of(settings: &Settings, engine: &Engine, renderer: &Renderer<'_>, applications: &[Application]) -> Result<Self, Error> {
        let mut kinds =
            Self { schemas: Schemas::new(&settings.config), files: BTreeSet::new(), asked: engine.rules().iter().any(Rule::reads_schema) };
        for file in configured(settings)? {
            kinds.learn(&file);
        }
        for helm in applications.iter().flat_map(|application| &application.sources).filter_map(helm_source).filter(|helm| helm.skip_crds) {
            let Some(Ok(chart)) = renderer.chart(&helm.chart) else { continue };
            let defines = |file: &&Arc<SourceFile>| file.path().split('/').any(|part| part == "crds") && is_yaml(file.path());
            chart.files().filter(defines).for_each(|file| kinds.learn(file));
        }
        Ok(kinds)
    }

    fn learn(&mut self, file: &SourceFile) {
        if !self.asked || !discover::looks_like_manifest(file.bytes()) || !self.files.insert(file.id()) {
            return;
        }
        for document in yaml::parse(&Text::of_file(file)).documents {
            self.schemas.learn_document(&Arc::new(document));
        }
    }

    /// Whether another tree has the same files.
    pub(crate) fn same_files(&self, other: &Self) -> bool {
        self.files == other.files
    }

    /// What is to be said beside the report.
    pub(crate) fn notes(&self) -> Vec<String> {
        if self.asked { self.schemas.notes() } else { Vec::new() }
    }

    /// The same with the definitions among some resources.
    pub(crate) fn with<'a>(&self, resources: impl IntoIterator<Item = &'a Resource>) -> Self {
        let mut schemas = self.schemas.clone();
        if self.asked {
            schemas.learn(resources);
        }
        Self { schemas, files: self.files.clone(), asked: self.asked }
    }

    /// Tells of each resource what is said against it.
    pub(crate) fn tell(&self, resources: &mut [Resource]) {
        if self.asked {
            resources.par_iter_mut().for_each(|resource| resource.faults = self.schemas.check(resource).map(Arc::new));
        }
    }

    /// The same for resources of several environments: each sees the definitions of its own, and those of none.
    pub(crate) fn by_environment<'a>(&self, all: &'a [Resource]) -> ByEnvironment {
        let of = |environment: &Option<Arc<str>>| {
            let belongs = |resource: &&'a Resource| resource.context.environment.is_none() || resource.context.environment == *environment;
            self.with(all.iter().filter(|resource| environment.is_none() || belongs(resource)))
        };
        let environments: BTreeSet<&Option<Arc<str>>> = all.iter().map(|resource| &resource.context.environment).collect();
        ByEnvironment(environments.into_iter().map(|environment| (environment.clone(), of(environment))).collect())
    }
}

/// What is known of kinds, by environment.
pub(crate) struct ByEnvironment(BTreeMap<Option<Arc<str>>, Kinds>);

impl ByEnvironment {
    /// Tells of each resource what is said against it.
    pub(crate) fn tell(&self, resources: &mut [Resource]) {
        resources.par_iter_mut().for_each(|resource| {
            let kinds = self.0.get(&resource.context.environment).filter(|kinds| kinds.asked);
            resource.faults = kinds.and_then(|kinds| kinds.schemas.check(resource)).map(Arc::new);
        });
    }
}

/// The files that the configuration names; a folder stands for all below it.
fn configured(settings: &Settings) -> Result<Vec<Arc<SourceFile>>, Error> {
    let revision = &settings.revision;
    let mut files = Vec::new();
    for given in &settings.config.schemas {
        let wrong = |message: String| {
            let hint = Some("name a folder or a file of this repository with CustomResourceDefinitions".to_owned());
            mistakes(vec![ConfigError { message, span: given.span, hint }], revision.sources())
        };
        let path = RepoPath::new(&given.value).map_err(|error| wrong(format!("schemas: {error}")))?;
        let real = revision.resolve(&path).map_err(|error| wrong(format!("schemas: {error}")))?;
        let paths: Vec<RepoPath> = match revision.entry(&real) {
            Some(EntryKind::Folder) => {
                let below = revision.below(&real).filter(|(path, kind)| **kind == EntryKind::File && is_yaml(path.as_str()));
                below.map(|(path, _)| path.clone()).collect()
            }
            _ => vec![real],
        };
        for path in paths {
            files.push(revision.read(&path).map_err(|error| wrong(format!("schemas: {error}")))?);
        }
    }
    Ok(files)
}

fn is_yaml(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))
}

/// The kinds that portcullis reads itself: what they say wrongly, their expansion tells.
const OWN: [&str; 3] = ["Application.argoproj.io", "ApplicationSet.argoproj.io", "AppProject.argoproj.io"];

/// How many kinds a note names.
const MAX_NAMED: usize = 8;

/// The objects that there was no schema for, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unchecked(pub(crate) BTreeMap<String, usize>);

impl Unchecked {
    /// Counts them among some resources.
    pub(crate) fn add<'a>(&mut self, resources: impl IntoIterator<Item = &'a Resource>) {
        for resource in resources {
            if resource.faults.as_ref().is_none_or(|faults| faults.unchecked.is_none()) {
                continue;
            }
            let group = if resource.group().is_empty() { "core" } else { resource.group() };
            let kind = format!("{}.{group}", resource.identity.kind);
            if !OWN.contains(&kind.as_str()) {
                *self.0.entry(kind).or_default() += 1;
            }
        }
    }

    /// What is said of them.
    pub(crate) fn note(&self) -> Option<String> {
        let total: usize = self.0.values().sum();
        let mut kinds: Vec<(&String, &usize)> = self.0.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let named: Vec<String> = kinds.iter().take(MAX_NAMED).map(|(kind, count)| format!("{kind} ({count})")).collect();
        let more = match kinds.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more kinds"),
        };
        let objects = if total == 1 { "1 object has".to_owned() } else { format!("{total} objects have") };
        (total > 0).then(|| {
            let named = named.join(", ");
            format!("{objects} no schema: {named}{more}; name their CustomResourceDefinitions under `schemas` to have their fields checked")
        })
    }
}
